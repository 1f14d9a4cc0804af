"""Learn as a visitor meets it: every step in a real browser, with its live view, its question and its keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from support.explorer_page import at_rest, heard, here, until
from support.serving import offline_context

from dashboard.learn import wording as learn_wording
from dashboard.learn.component import READINGS
from dashboard.learn.page import answer_of
from dashboard.learn.steps import STEPS, Step
from dashboard.shared.links import read
from dashboard.stock import catalogue

WINDOW = {"width": 1366, "height": 768}


@pytest.fixture(scope="module")
def page(browser: Any, dashboard_address: str) -> Iterator[Page]:
    """One visitor who goes through all the steps; afterwards nothing may have gone wrong."""
    context, troubles = offline_context(browser, viewport=WINDOW)
    page = context.new_page()
    page.goto(f"{dashboard_address}/learn")
    page.get_by_test_id("lesson-latent-variable").wait_for(timeout=60_000)
    yield page
    context.close()
    assert troubles == []


def opened(page: Page, place: int) -> Step:
    """Choose a step in the list and wait for its title and its live view."""
    step = STEPS[place]
    page.get_by_test_id("stMain").get_by_text(f"{place + 1} {step.short}", exact=True).click()
    expect(page.get_by_role("heading", name=f"{place + 1}. {step.title}")).to_be_visible(timeout=30_000)
    at_rest(page)
    return step


def shown(page: Page) -> list[str]:
    """The names of the numbers that the live view shows."""
    return list(page.evaluate("window.__latentLesson?.readings() ?? {}"))


def fits_its_column(page: Page) -> bool:
    """Whether no part of the equation lies beyond its column."""
    return page.locator(".katex-display .katex-html").first.evaluate(
        """formula => {
          const right = formula.closest("[data-testid=stColumn]").getBoundingClientRect().right;
          return [...formula.querySelectorAll(".base")].every((part) => part.getBoundingClientRect().right <= right + 1);
        }"""
    )


@pytest.mark.parametrize("place", range(len(STEPS)), ids=[step.name for step in STEPS])
def test_a_step_is_one_screen_with_a_live_view_and_a_question(page: Page, place: int) -> None:
    step = opened(page, place)
    until(lambda: f"step={step.name}" in page.evaluate("location.href"))
    has_view = step.name != "beta" or bool(catalogue.ladder())
    if has_view:
        page.get_by_test_id(f"lesson-{step.name}").wait_for(timeout=30_000)
        until(lambda: page.evaluate("window.__latentLesson.step()") == step.name)
        until(lambda: set(shown(page)) == set(READINGS[step.name]))
    main = page.get_by_test_id("stMain")
    until(lambda: main.evaluate("main => main.scrollHeight - main.clientHeight") <= 1)
    assert fits_its_column(page)
    link = page.get_by_role("link", name=learn_wording.OPEN_IN_EXPLORE).get_attribute("href")
    assert link
    assert link.startswith("./")
    read(link)
    if not has_view:
        return
    reveal = page.get_by_role("button", name=learn_wording.REVEAL)
    expect(reveal).to_be_disabled()
    answer = answer_of(step.name)
    page.get_by_test_id("stRadioGroup").get_by_text(step.question.options[answer.right], exact=True).click()
    expect(reveal).to_be_enabled(timeout=30_000)
    at_rest(page)
    reveal.click()
    expect(main.get_by_text("Right.", exact=True)).to_be_visible(timeout=60_000)
    until(lambda: main.evaluate("main => main.scrollHeight - main.clientHeight") <= 40)


def test_the_mathematics_is_folded_until_asked_for(page: Page) -> None:
    opened(page, 4)
    formulas = page.locator(".katex-display")
    expect(formulas.filter(visible=True)).to_have_count(1)
    page.get_by_text(learn_wording.MATHEMATICS, exact=True).click()
    expect(formulas.filter(visible=True)).to_have_count(3)


def test_keys_turn_the_page_and_a_reload_finds_it(page: Page) -> None:
    opened(page, 0)
    page.get_by_role("heading", name=STEPS[0].title).click()
    for place in (1, 2):
        page.keyboard.press("PageDown")
        expect(page.get_by_role("heading", name=f"{place + 1}. {STEPS[place].title}")).to_be_visible(timeout=30_000)
        at_rest(page)
    page.keyboard.press("PageUp")
    expect(page.get_by_role("heading", name=f"2. {STEPS[1].title}")).to_be_visible(timeout=30_000)
    until(lambda: f"step={STEPS[1].name}" in page.evaluate("location.href"))
    page.reload()
    expect(page.get_by_role("heading", name=f"2. {STEPS[1].title}")).to_be_visible(timeout=60_000)
    page.get_by_test_id(f"lesson-{STEPS[1].name}").wait_for(timeout=60_000)
    slider = page.get_by_test_id("grid-n")
    slider.click()
    clicked = slider.input_value()
    slider.press("ArrowRight")
    assert slider.input_value() != clicked
    left_at = slider.evaluate_handle("slider => slider")
    before = slider.input_value()
    page.keyboard.press("PageDown")  # from within the live view: the page turns, and its slider stays
    expect(page.get_by_role("heading", name=f"3. {STEPS[2].title}")).to_be_visible(timeout=30_000)
    assert left_at.evaluate("slider => slider.value") == before


def test_the_link_opens_explore_in_that_state(page: Page) -> None:
    opened(page, 1)
    page.get_by_test_id("lesson-posterior").wait_for(timeout=30_000)
    with heard(page):
        page.get_by_role("button", name="next test image").click()
    with page.context.expect_page() as popup:
        page.get_by_role("link", name=learn_wording.OPEN_IN_EXPLORE).click()
    explore = popup.value
    here(explore)
    until(lambda: explore.evaluate("window.__latentExplorer?.state().mode") == "inspect")
    shown = explore.evaluate("window.__latentExplorer.state()")
    assert shown["layers"]["posterior"] is True
    material = catalogue.material()
    for z, codes in zip(shown["z"], (material.mu, material.codes), strict=True):
        assert z == pytest.approx(codes[shown["selected"]], abs=0.01)
    explore.close()


def test_an_unknown_step_is_the_first_with_a_notice(open_dashboard: Callable[..., Page]) -> None:
    page = open_dashboard("/learn?step=nonsense")
    expect(page.get_by_text(learn_wording.UNKNOWN_STEP)).to_be_visible(timeout=60_000)
    expect(page.get_by_role("heading", name=f"1. {STEPS[0].title}")).to_be_visible()
