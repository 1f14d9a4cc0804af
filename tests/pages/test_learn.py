"""Learn as a visitor meets it: every step in a real browser, with its live view, its question and its keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from support.explorer_page import here, until
from support.questions import READINGS, answer_of
from support.serving import offline_context

from dashboard.learn import wording as learn_wording
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
    page.get_by_test_id("lesson-why").wait_for(timeout=60_000)
    yield page
    context.close()
    assert troubles == []


def opened(page: Page, place: int) -> Step:
    """Choose a step in the list and wait for its title and its live view."""
    step = STEPS[place]
    page.get_by_test_id(f"page-{place}").click()
    expect(page.get_by_role("heading", name=f"{place + 1}. {step.title}")).to_be_visible(timeout=30_000)
    return step


def shown(page: Page) -> list[str]:
    """The names of the numbers that the live view shows."""
    return list(page.evaluate("window.__latentLesson?.readings() ?? {}"))


MEASURES = """() => {
  const main = document.querySelector("[data-testid=stMain]");
  const {shadowRoot} = [...document.querySelectorAll("*")].find((one) => one.shadowRoot?.querySelector(".crs"));
  const [live, formulas] = [".ls-side", ".bk-formula"].map((kind) => [...shadowRoot.querySelectorAll(kind)]);
  return {
    tooTall: main.scrollHeight - main.clientHeight > 1,
    cut: formulas.filter((formula) => formula.scrollWidth > formula.clientWidth + 1).length,
    scrolled: live.filter((side) => side.scrollHeight - side.clientHeight > 1).length,
  };
}"""
FONT_SIZE = "text => parseFloat(getComputedStyle(text).fontSize)"
READ = (".crs-idea p", ".crs-more p", ".crs-question p", ".ls")
"""The idea, what can be read up, the question, and the live view."""
SIZES = (WINDOW, {"width": 1920, "height": 1080})
TELLING = {
    "estimators": "sd_a",
    "reparameterisation": "ratio",
    "autoencoder": "far_vae",
    "manifold": "aggregate_within",
    "beta": "kl",
}
"""The steps whose live view has numbers that answer the question, and one of these."""


def is_one_screen_whatever_is_open(page: Page) -> None:
    """No formula is wider than its box, no side of the live view scrolls and the page fits the window, at both sizes."""
    for size in SIZES:
        page.set_viewport_size(size)
        for tab in learn_wording.TABS:
            page.get_by_role("tab", name=tab, exact=True).click()
            until(lambda: page.evaluate(MEASURES) == {"tooTall": False, "cut": 0, "scrolled": 0})
        page.get_by_role("tab", name=learn_wording.WHY, exact=True).click()
        smallest = min(page.locator(text).first.evaluate(FONT_SIZE) for text in READ)
        assert smallest >= (20 if size["width"] == 1920 else 14), "to be read from a back row"
    page.set_viewport_size(WINDOW)


IN_SHORT = ("why", "posterior")  # the steps that are looked at each time


@pytest.mark.parametrize(
    "place",
    [
        pytest.param(place, id=step.name, marks=() if step.name in IN_SHORT else pytest.mark.long)
        for place, step in enumerate(STEPS)
    ],
)
def test_a_step_is_one_screen_with_a_live_view_and_a_question(page: Page, place: int) -> None:
    step = opened(page, place)
    until(lambda: f"step={step.name}" in page.evaluate("location.href"))
    has_view = step.name != "beta" or bool(catalogue.ladder())
    if has_view:
        page.get_by_test_id(f"lesson-{step.name}").wait_for(timeout=30_000)
        until(lambda: page.evaluate("window.__latentLesson.step()") == step.name)
        until(lambda: set(shown(page)) == set(READINGS[step.name]))
    is_one_screen_whatever_is_open(page)
    link = page.get_by_role("link", name=learn_wording.OPEN_IN_EXPLORE)
    page.get_by_role("tab", name=learn_wording.WHY, exact=True).click()
    href = link.get_attribute("href")
    assert href
    assert href.startswith("./")
    read(href)
    if not has_view:
        return
    telling = page.get_by_test_id(f"reading-{TELLING[step.name]}") if step.name in TELLING else None
    assert telling is None or telling.inner_text() == ""
    reveal = page.get_by_role("button", name=learn_wording.REVEAL)
    expect(reveal).to_have_attribute("aria-disabled", "true")
    answer = answer_of(step.name)
    page.get_by_test_id("question").get_by_text(step.question.options[answer.right], exact=True).click()
    expect(reveal).not_to_have_attribute("aria-disabled", "true")
    reveal.click()
    expect(page.get_by_test_id("answer").get_by_text("Right.", exact=True)).to_be_visible()
    expect(page.get_by_role("radio", checked=True)).to_be_disabled()
    until(lambda: telling is None or telling.inner_text() not in ("", "…"))
    is_one_screen_whatever_is_open(page)


def test_an_answer_is_there_after_a_reload_and_in_a_second_tab_and_a_word_explains_itself(open_dashboard: Any) -> None:
    page = open_dashboard("/learn?step=identity", viewport={"width": 390, "height": 844}, has_touch=True)
    page.get_by_test_id("lesson-identity").wait_for(timeout=60_000)
    options = STEPS[4].question.options
    page.get_by_test_id("question").get_by_text("Both alike", exact=True).tap()
    page.get_by_role("button", name=learn_wording.REVEAL).tap()
    right = answer_of("identity").right
    expect(page.get_by_test_id("question").locator("label")).to_have_text(
        [f"{option} ✓" if place == right else option for place, option in enumerate(options)]
    )
    expect(page.get_by_role("radio", checked=True)).to_have_value(str(options.index("Both alike")))
    title = page.get_by_role("heading", name=STEPS[4].title).bounding_box()
    assert title
    assert title["y"] <= 150, "on a phone the step begins at the top"
    again = page.get_by_role("button", name=learn_wording.AGAIN)
    expect(again).to_be_visible()
    until(lambda: page.evaluate("window.__latentLesson.readings().gap") is not None)
    page.get_by_test_id("handle-mu").press("Shift+ArrowLeft")
    gap = page.evaluate("window.__latentLesson.readings().gap")
    page.reload()
    expect(again).to_be_visible()
    until(lambda: page.evaluate("window.__latentLesson?.readings().gap") == pytest.approx(gap, abs=1e-6), 60)
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.get_by_role("button", name=learn_wording.AGAIN)).to_be_visible()
    other.get_by_role("button", name=learn_wording.AFRESH).tap()
    expect(other.get_by_role("button", name=learn_wording.REVEAL)).to_be_visible()
    expect(page.get_by_role("button", name=learn_wording.REVEAL)).to_be_visible()
    word = page.locator(".term").first
    word.tap()
    box = word.locator("span").bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    page.keyboard.press("Escape")
    expect(word.locator("span")).to_be_hidden()
    label = page.get_by_test_id("lesson-identity").locator(".lx-term").first
    meaning = page.get_by_test_id("meaning").filter(visible=True)
    for ask in (label.tap, label.focus):
        ask()
        expect(meaning).to_have_text(str(label.get_attribute("data-means")))
        expect(meaning).to_be_in_viewport(ratio=1)
        page.keyboard.press("Escape")
        expect(meaning).to_be_hidden()
        label.blur()
    read_up = page.get_by_role("tab", name=learn_wording.ENGINE, exact=True)
    onward, asked = (page.get_by_role("button", name=f"Next: 6 {STEPS[5].short}"), page.get_by_test_id("question"))
    places = [one.bounding_box()["y"] for one in (page.get_by_test_id("lesson-identity"), asked, onward, read_up)]  # type: ignore[index]
    assert places == sorted(places)


@pytest.mark.long
def test_the_image_that_an_answer_is_about_is_shown_as_often_as_it_is_asked_for(open_dashboard: Any) -> None:
    page = open_dashboard("/learn?step=posterior", viewport=WINDOW)
    about = page.get_by_test_id("lesson-posterior").get_by_text("Test image", exact=False).first
    page.get_by_test_id("image-next").click(timeout=60_000)
    expect(about).to_contain_text("Test image 1,")
    page.get_by_test_id("question").get_by_role("radio").first.check()
    page.get_by_role("button", name=learn_wording.REVEAL).click()
    for _ in range(2):
        page.get_by_role("button", name=learn_wording.show_image(0)).click()
        expect(about).to_contain_text("Test image 0,")
        page.get_by_test_id("image-next").click()
        expect(about).to_contain_text("Test image 1,")


@pytest.mark.long
def test_what_was_moved_is_there_after_a_reload_until_one_begins_afresh(open_dashboard: Any) -> None:
    page = open_dashboard("/learn?step=amortisation", viewport=WINDOW)
    moves = {
        "amortisation": ("refine-share", "slider => slider.value", lambda part: part.press("End")),
        "reparameterisation": (
            "handle-mu",
            "handle => Math.round(handle.getBoundingClientRect().x)",
            lambda part: part.press("Shift+ArrowLeft"),
        ),
        "autoencoder": ("draw-again", "() => window.__latentLesson.readings().far_vae", lambda part: part.click()),
        "manifold": ("show-density", "key => key.ariaPressed", lambda part: part.click()),
    }

    def shown(name: str) -> Any:
        """What is shown of a step once it has nothing left to work out."""
        page.get_by_test_id(f"lesson-{name}").wait_for(timeout=60_000)
        until(lambda: page.evaluate("Object.values(window.__latentLesson.readings()).every((value) => value !== null)"), 60)
        return page.get_by_test_id(moves[name][0]).evaluate(moves[name][1])

    first = {}
    for name, (testid, _, move) in moves.items():
        page.goto(page.url.split("?")[0] + f"?step={name}")
        first[name] = shown(name)
        move(page.get_by_test_id(testid))
        until(lambda name=name: shown(name) != first[name])
        moved = shown(name)
        page.reload()  # at once: it is kept when the page is left
        assert shown(name) == moved
    page.get_by_role("button", name=learn_wording.AFRESH).click()
    until(lambda: shown("manifold") == first["manifold"])
    for name in ("autoencoder", "reparameterisation", "amortisation"):
        opened(page, next(i for i, step in enumerate(STEPS) if step.name == name))
        assert shown(name) == first[name]


def test_keys_turn_the_page_and_a_reload_finds_it(page: Page) -> None:
    opened(page, 0)
    bar = page.get_by_test_id("leafing")
    expect(bar.get_by_role("button", name="Previous")).to_have_attribute("aria-disabled", "true")
    page.get_by_role("heading", name=STEPS[0].title).click()
    for place in (1, 2, 3):
        page.keyboard.press("PageDown")
        expect(page.get_by_role("heading", name=f"{place + 1}. {STEPS[place].title}")).to_be_visible(timeout=30_000)
    page.go_back()
    expect(page.get_by_role("heading", name=f"3. {STEPS[2].title}")).to_be_visible(timeout=30_000)
    page.keyboard.press("PageUp")
    page.get_by_role("link", name="Models").click()
    page.get_by_role("heading", name="Models", exact=True).wait_for(timeout=60_000)
    page.get_by_role("link", name=learn_wording.LEARN, exact=True).click()
    expect(page.get_by_role("heading", name=f"2. {STEPS[1].title}")).to_be_visible(timeout=30_000)
    page.get_by_test_id("question").get_by_role("radio").nth(1).check()
    page.keyboard.press("PageDown")  # from a choice, too
    expect(page.get_by_role("heading", name=f"3. {STEPS[2].title}")).to_be_visible(timeout=30_000)
    until(lambda: f"step={STEPS[2].name}" in page.evaluate("location.href"))
    opened(page, 1)
    expect(page.get_by_test_id("question").get_by_role("radio").nth(1)).to_be_checked()
    opened(page, 2)
    page.reload()
    expect(page.get_by_role("heading", name=f"3. {STEPS[2].title}")).to_be_visible(timeout=60_000)
    page.get_by_test_id(f"lesson-{STEPS[2].name}").wait_for(timeout=60_000)
    slider = page.get_by_test_id("grid-n")
    slider.click()
    clicked = slider.input_value()
    slider.press("ArrowRight")
    assert slider.input_value() != clicked
    left_at = slider.evaluate_handle("slider => slider")
    before = slider.input_value()
    page.keyboard.press("PageDown")  # from within the live view: the page turns, and its slider stays
    expect(page.get_by_role("heading", name=f"4. {STEPS[3].title}")).to_be_visible(timeout=30_000)
    assert left_at.evaluate("slider => slider.value") == before


def test_the_link_opens_explore_in_that_state(page: Page) -> None:
    opened(page, 2)
    page.get_by_test_id("lesson-posterior").wait_for(timeout=30_000)
    link = page.get_by_role("link", name=learn_wording.OPEN_IN_EXPLORE)
    before = link.get_attribute("href")
    page.get_by_role("button", name="next test image").click()
    until(lambda: link.get_attribute("href") != before)
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
