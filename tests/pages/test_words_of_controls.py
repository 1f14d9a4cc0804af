"""Every labelled control of Explore is one target: its words do what its box does, by mouse and by finger, in the dashboard.

The page is served, not opened from disk: Streamlit's own frame takes the focus that words let go.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from support.explorer_page import PHONE, settle, state

MIDDLE_OF_WORDS = """element => {
  element.scrollIntoView({block: "center"});
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT, (text) => text.data.trim() ? 1 : 2);
  const words = document.createRange();
  words.selectNodeContents(walker.nextNode());
  const {left, top, width, height} = words.getClientRects()[0];
  return [left + width / 2, top + height / 2];
}"""
WATCH = "label => label.control.addEventListener('click', () => label.dataset.reached = 'its control', {once: true})"
LAYERS = ("points", "pictures", "glyphs", "training", "manifold", "prior", "density", "distance", "entropy", "posterior")


@pytest.mark.long
@pytest.mark.parametrize("options", [{}, PHONE], ids=["laptop", "phone"])
def test_words_and_box_are_one_target(open_explore: Callable[..., Page], options: dict[str, Any]) -> None:
    page = open_explore(**options)
    crashes: list[Page] = []
    page.on("crash", lambda crashed: crashes.append(crashed))

    def press_words(element: Locator) -> None:
        (page.touchscreen.tap if options else page.mouse.click)(*element.evaluate(MIDDLE_OF_WORDS))
        settle(page)
        assert not crashes

    page.get_by_test_id("layers-menu").click()
    for name in LAYERS:
        before = state(page)["layers"][name]
        press_words(page.locator("label", has=page.get_by_test_id(f"layer-{name}")))
        assert state(page)["layers"][name] is not before, name
        expect(page.get_by_test_id(f"layer-{name}")).to_be_visible()  # the menu stays for the next layer
        if name == "manifold":
            for testid, value in (("manifold-size", "10"), ("manifold-spacing", "prior")):
                page.get_by_test_id(testid).click()
                page.get_by_test_id(testid).select_option(value)
    settle(page)
    assert (state(page)["manifoldSize"], state(page)["spacing"]) == (10, "prior")
    page.keyboard.press("Escape")

    for name in ("inspect", "select", "draw", "walk", "sample", "network", "move"):
        press_words(page.get_by_test_id(f"mode-{name}"))
        assert state(page)["mode"] == name
        for label in page.get_by_test_id("explorer").locator("label:visible").all():
            label.evaluate(WATCH)
            press_words(label)
            assert label.evaluate("label => label.dataset.reached") == "its control", label.inner_text()
            label.evaluate("label => delete label.dataset.reached")
    for digit in range(10):
        press_words(page.get_by_test_id(f"legend-{digit}"))
        shown = state(page)["classes"]
        assert digit in shown if digit < 9 else shown is None  # all of them
