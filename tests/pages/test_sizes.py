"""Every page and mode at a projector's, a laptop's and a phone's size, light and dark: nothing is cut off or overlaps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from support.explorer_page import at_rest, settle, until

from dashboard.learn.steps import STEPS
from dashboard.worksheet import TASKS
from vae_engine.experiments import BUNDLED

pytestmark = pytest.mark.long

SIZES: dict[str, dict[str, Any]] = {
    "projector": {"viewport": {"width": 1920, "height": 1080}},
    "laptop": {"viewport": {"width": 1366, "height": 768}},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
}
MODES = ("move", "inspect", "select", "draw", "walk", "sample", "network")
OUTSIDE = """root => {
  const width = document.documentElement.clientWidth;
  const seen = [...root.querySelectorAll("button, select, input, canvas, h2, h3, p, summary, figure")];
  return seen.filter((one) => one.checkVisibility({visibilityProperty: true}) && !one.closest(".lx-hidden"))
    .map((one) => [one.outerHTML.slice(0, 90), one.getBoundingClientRect()])
    .filter(([, box]) => box.width > 1 && (box.left < -1 || box.right > width + 1))
    .map(([html, box]) => `${html}: ${box.left} … ${box.right}`);
}"""
CUT = """root => [...root.querySelectorAll("button, summary, h2, h3, label")]
  .filter((one) => one.checkVisibility() && one.clientWidth && one.scrollWidth > one.clientWidth + 1)
  .map((one) => one.outerHTML.slice(0, 90))"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_every_mode_lies_within_the_window(open_static: Callable[..., Page], size: str, scheme: str) -> None:
    page = open_static(color_scheme=scheme, **SIZES[size])
    width = SIZES[size]["viewport"]["width"]
    for mode in MODES:
        page.get_by_test_id(f"mode-{mode}").click()
        if mode == "inspect":
            page.get_by_test_id("latent-map-vae").focus()
            page.keyboard.press("Enter")
        settle(page)
        assert page.evaluate("document.documentElement.scrollWidth") == width, mode
        assert page.get_by_test_id("explorer").evaluate(OUTSIDE) == [], mode
        assert page.get_by_test_id("explorer").evaluate(CUT) == [], mode


SMALL = """root => [...root.querySelectorAll("button, summary, select, input, .lx-check")]
  .filter((one) => one.checkVisibility() && !one.closest(".lx-hidden, .lx-check input"))
  .map((one) => [one.outerHTML.slice(0, 90), one.getBoundingClientRect()])
  .filter(([html, box]) => box.height < 40 && !html.includes('type="checkbox"')).map(([html, box]) => `${html}: ${box.height}`)"""


@pytest.mark.parametrize(("width", "height"), [(360, 740), (390, 844), (667, 375), (844, 390), (932, 430)])
def test_on_a_phone_the_digits_stay_in_sight_and_a_finger_meets_every_control(
    open_static: Callable[..., Page], width: int, height: int
) -> None:
    page = open_static(**SIZES["phone"] | {"viewport": {"width": width, "height": height}})
    for mode in MODES:
        page.get_by_test_id(f"mode-{mode}").tap()
        settle(page)
        assert page.get_by_test_id("explorer").evaluate(SMALL) == [], mode
        touched = ["draw-pad"] if mode == "draw" else ["latent-map-vae", "latent-map-ae"]
        for testid in touched:
            page.get_by_test_id(testid).scroll_into_view_if_needed()
            for kind in ("vae", "ae"):
                box = page.get_by_test_id(f"digit-{kind}").bounding_box()
                assert box
                assert 0 <= box["y"] <= height - box["height"] + 1, f"{mode}, {testid}, {kind}"
    page.get_by_test_id("layers-menu").tap()
    assert page.get_by_test_id("explorer").evaluate(SMALL) == []
    assert page.get_by_test_id("explorer").evaluate(OUTSIDE) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_the_served_pages_fit_the_window(open_explore: Callable[..., Page], size: str, scheme: str) -> None:
    page = open_explore(color_scheme=scheme, **SIZES[size])
    expect(page.get_by_test_id("explorer")).to_have_attribute("data-theme", scheme)
    assert no_sideways(page)
    assert page.get_by_test_id("explorer").evaluate(OUTSIDE) == []
    if size != "phone":
        assert page.get_by_test_id("stMain").evaluate("main => main.scrollHeight - main.clientHeight") <= 1


@pytest.mark.parametrize("size", SIZES)
def test_the_models_page_fits_the_window(open_dashboard: Callable[..., Page], size: str) -> None:
    page = open_dashboard("/models", **SIZES[size])
    page.get_by_role("button", name="Download HTML").wait_for(timeout=60_000)
    page.locator(".js-plotly-plot .main-svg").first.wait_for()
    at_rest(page)
    assert no_sideways(page)


PANNED = """() => {
  const main = document.querySelector("[data-testid=stMain]");
  const within = (one) => { // a box of its own that scrolls or cuts
    let up = one.parentElement;
    while (up && up !== main && getComputedStyle(up).overflowX === "visible") up = up.parentElement;
    return up && up !== main;
  };
  const beyond = [];
  const visit = (root) => root.querySelectorAll("*").forEach((one) => {
    if (one.shadowRoot) visit(one.shadowRoot);
    const {right, width, height} = one.getBoundingClientRect();
    const isSeen = width > 1 && height > 0 && one.checkVisibility({visibilityProperty: true});
    if (isSeen && right > 391 && !within(one)) beyond.push(one.outerHTML.slice(0, 120));
  });
  visit(document);
  return [innerWidth, document.documentElement.scrollWidth, main.scrollWidth - main.clientWidth, beyond.slice(0, 3)];
}"""
BESIDE = ["/?models=vae-beta-1,vae-beta-4", "/runs?pin=vae-mnist&pin=ae-mnist"]
PAGES = {
    "steps": [f"/learn?step={step.name}" for step in STEPS],
    "tasks": [f"/worksheet?task={task.name}" for task in TASKS],
    "lab": [f"/lab?experiment={name}" for name in sorted(path.name for path in BUNDLED.iterdir() if path.is_dir())],
    "others": ["/", "/train", "/runs", "/lecture", "/models", *BESIDE],
}


@pytest.mark.parametrize("kind", PAGES)
def test_no_page_can_be_moved_sideways_on_a_phone(open_dashboard: Callable[..., Page], dashboard_address: str, kind: str) -> None:
    page = open_dashboard(PAGES[kind][0], **SIZES["phone"])
    for path in PAGES[kind]:
        page.goto(dashboard_address + path)
        page.locator("[data-testid=stMain] :is(h1, h2, h3, button, canvas)").filter(visible=True).first.wait_for(timeout=60_000)
        at_rest(page)
        until(lambda: page.evaluate(PANNED) == [390, 390, 0, []], 20)


def no_sideways(page: Page) -> bool:
    """Whether nothing reaches beyond the window's right edge."""
    return page.get_by_test_id("stMain").evaluate("main => main.scrollWidth - main.clientWidth") <= 1
