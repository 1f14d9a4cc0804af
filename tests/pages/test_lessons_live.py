"""Every live view of the Learn page as a visitor meets it: what it shows moves with what they do, and adds up."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from support.explorer_page import place, until
from support.questions import READINGS
from support.serving import offline_context, view_app

from dashboard.learn import wording

APP = """
import streamlit as st
from dashboard.learn import page
from dashboard.stock import catalogue

page.LESSON_MODELS = catalogue.LESSON_MODELS = ("vae-mnist-small", "ae-mnist-small")
st.set_page_config(layout="wide")
page.show()
"""
ANSWERED = {f"learn-{step}-revealed": [0, 1] for step in READINGS}
"""Every answer revealed, so that no number is held back."""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a page with nothing but a live view is served; the step is in the address."""
    with view_app(APP, tmp_path_factory.mktemp("lessons")) as url:
        yield url


@pytest.fixture
def show(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """Opens a step and waits until all its numbers are there; afterwards nothing may have gone wrong."""
    opened: list[tuple[Any, list[str]]] = []

    def show_step(step: str, **options: Any) -> Page:
        context, troubles = offline_context(browser, **{"viewport": {"width": 1366, "height": 768}, **options})
        opened.append((context, troubles))
        # Not in the frames that Streamlit shuts off.
        context.add_init_script(f"if (origin !== 'null') localStorage['latent-explorer/learn'] = '{json.dumps(ANSWERED)}';")
        page = context.new_page()
        page.goto(f"{address}/?step={step}")
        page.get_by_test_id(f"lesson-{step}").wait_for(timeout=60_000)
        until(lambda: known(page), 60)
        return page

    yield show_step
    for context, troubles in opened:
        context.close()
        assert troubles == []


def readings(page: Page) -> dict[str, float | None]:
    """The numbers of the live view."""
    return page.evaluate("window.__latentLesson.readings()")


def link_to_explore(page: Page) -> str:
    """Where what the live view shows opens in Explore."""
    return str(page.get_by_role("link", name=wording.OPEN_IN_EXPLORE).get_attribute("href"))


def known(page: Page) -> bool:
    """Whether none of them is still being worked out."""
    return all(value is not None for value in readings(page).values())


def slide(page: Page, testid: str, *keys: str) -> None:
    """Move a slider by keys."""
    for key in keys:
        page.get_by_test_id(testid).press(key)


def drag(page: Page, testid: str, right: float, down: float) -> None:
    """Drag something by so many pixels."""
    x, y = place(page, testid, 0.5, 0.5)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + right / 2, y + down / 2)
    page.mouse.move(x + right, y + down)
    page.mouse.up()


IN_SHORT = ("why", "posterior")  # the views that are looked at each time; those below drive the others, too


@pytest.mark.parametrize("step", [pytest.param(name, marks=() if name in IN_SHORT else pytest.mark.long) for name in READINGS])
def test_a_step_shows_its_numbers_and_reports_them_when_nothing_moves(show: Any, step: str) -> None:
    page = show(step)
    assert page.evaluate("window.__latentLesson.step()") == step
    assert set(readings(page)) == set(READINGS[step])
    for name in READINGS[step]:
        text = page.get_by_test_id(f"reading-{name}")
        until(lambda text=text: text.inner_text() not in ("", "…"))

    until(lambda: link_to_explore(page) != "./#")
    page.locator(".ls").evaluate("view => view.toggleAttribute('data-answered', false)")
    page.evaluate(
        "() => { const context = CanvasRenderingContext2D.prototype, draw = context.fillText; window.__drawn = [];"
        " context.fillText = function (text, ...rest) { window.__drawn.push(text); draw.call(this, text, ...rest); }; }"
    )
    with page.expect_download() as saved:
        page.get_by_test_id("save-picture").click()
    held_back = page.locator("output.ls-telling").evaluate_all(
        "all => all.filter((one) => getComputedStyle(one).visibility === 'hidden').length"
    )
    assert page.evaluate("window.__drawn").count("?") == held_back, "as on the page, where a mark stands for each number"
    assert step != "beta" or held_back == 3
    assert saved.value.suggested_filename == f"learn-{step}.png"
    picture = Image.open(saved.value.path()).convert("RGB")
    assert picture.width >= 1900, "for a slide"
    assert len(picture.getcolors(10**7) or []) > 20, "words, axes and digits are on it"


def test_z_is_drawn_and_dragged_and_x_is_drawn_again(show: Any) -> None:
    page = show("latent-variable")
    first = readings(page)
    page.get_by_test_id("draw-z").click()
    until(lambda: readings(page)["z1"] != first["z1"])
    second = readings(page)
    page.get_by_test_id("draw-x").click()
    until(lambda: readings(page)["log_px_given_z"] != second["log_px_given_z"])
    assert readings(page)["z1"] == second["z1"]
    drag(page, "handle-z", 60, -40)
    until(lambda: readings(page)["z1"] > second["z1"] and readings(page)["z2"] > second["z2"])
    third = readings(page)
    page.get_by_test_id("handle-z").press("Shift+ArrowLeft")
    until(lambda: readings(page)["z1"] < third["z1"])
    assert readings(page)["z2"] == third["z2"]


def test_a_finger_draws_z(show: Any) -> None:
    page = show("latent-variable", has_touch=True)
    first = readings(page)
    page.get_by_test_id("draw-z").tap()
    until(lambda: readings(page)["z1"] != first["z1"])


def test_a_finer_lattice_comes_to_the_exact_value(show: Any) -> None:
    page = show("posterior")

    def off() -> float:
        until(lambda: known(page), 60)
        now = readings(page)
        return abs(now["log_px_grid"] - now["log_px_exact"])

    slide(page, "grid-n", "Home")
    until(lambda: readings(page)["n"] == 5)
    coarse = off()
    slide(page, "grid-n", "End")
    until(lambda: readings(page)["n"] == 200)
    assert off() < 0.1 < coarse


@pytest.mark.long
def test_another_image_is_chosen_by_key_and_on_the_map(show: Any) -> None:
    page = show("posterior")
    first = readings(page)["log_px_exact"]
    page.get_by_test_id("image-next").click()
    until(lambda: known(page) and readings(page)["log_px_exact"] != first, 60)
    second = readings(page)["log_px_exact"]
    page.mouse.click(*place(page, "lesson-map", 0.3, 0.5))
    until(lambda: known(page) and readings(page)["log_px_exact"] != second, 60)


def test_q_is_fitted_by_hand_and_by_key(show: Any) -> None:
    page = show("fit-q")
    first = readings(page)
    assert first["gap"] > 0.5
    page.get_by_test_id("handle-mu").press("Shift+ArrowLeft")
    until(lambda: readings(page)["mu1"] < first["mu1"])
    drag(page, "handle-std1", 30, 0)
    until(lambda: readings(page)["std1"] > first["std1"])
    page.get_by_test_id("best-gaussian").click()
    until(lambda: -0.01 < readings(page)["gap"] < 0.3)
    best = readings(page)
    assert best["log_px"] == first["log_px"]
    page.get_by_test_id("encoder-q").click()
    until(lambda: readings(page)["mu1"] != best["mu1"])
    until(lambda: readings(page)["gap"] > best["gap"])


def test_the_identity_holds_wherever_q_is_dragged(show: Any) -> None:
    page = show("identity")
    seen = [readings(page)]
    for right, down in ((-40, 30), (25, 60), (0, -50)):
        drag(page, "handle-mu", right, down)
        until(lambda: readings(page)["gap"] != seen[-1]["gap"])
        seen.append(readings(page))
    for now in seen:
        assert now["log_px"] == seen[0]["log_px"]
        # As they stand beside each other, each with two decimals.
        assert round(now["log_px"], 2) == pytest.approx(round(now["elbo"], 2) + now["gap"], abs=1e-9)
        assert now["elbo"] == pytest.approx(-now["nll"] - now["kl"], abs=1e-9)
        assert now["gap"] > -0.01


def test_a_hundred_samples_spread_a_tenth(show: Any) -> None:
    page = show("estimators")
    first = readings(page)
    slide(page, "samples-l", *["ArrowRight"] * 6)
    until(lambda: readings(page)["L"] == 100)
    for name in ("sd_a", "sd_b"):
        assert first[name] / readings(page)[name] == pytest.approx(10, rel=0.35)
    assert abs(readings(page)["kl_mc"] - first["kl_closed"]) < 0.1 + first["sd_a"]


def test_gradient_estimates_follow_q_and_more_samples_spread_less(show: Any) -> None:
    page = show("reparameterisation")
    first = readings(page)
    assert first["ratio"] > 10
    assert first["var_score_baseline"] < first["var_score"]
    slide(page, "samples-n", "ArrowRight")
    until(lambda: readings(page)["n"] == 4)
    assert readings(page)["var_score"] == pytest.approx(first["var_score"] / 4, rel=0.5)
    drag(page, "handle-mu", 20, 20)
    until(lambda: known(page) and readings(page)["var_reparam"] != first["var_reparam"])


def test_refining_q_takes_the_amortisation_gap_away(show: Any) -> None:
    page = show("amortisation", reduced_motion="reduce")
    first = readings(page)
    assert first["amortisation"] > 0.05
    bars = page.locator(".ls-bar-row output").all_text_contents()
    assert {*bars, page.get_by_test_id("reading-gap").text_content()} == {f"{first['gap']:.2f}"}, "one value, one rounding"
    expect(page.get_by_test_id("amortisation-note")).to_contain_text(f"gap of {first['gap']:.2f} nats")
    page.get_by_test_id("refine-play").click()
    until(lambda: abs(readings(page)["amortisation"]) < 0.01)
    last = readings(page)
    assert last["approximation"] == first["approximation"] > -0.01
    assert last["gap"] == pytest.approx(last["approximation"] + last["amortisation"], abs=1e-9)
    slide(page, "refine-share", "Home")
    until(lambda: readings(page)["gap"] == pytest.approx(first["gap"], abs=0.01))


def test_samples_are_drawn_again_and_images_are_shown_by_both_models(show: Any) -> None:
    page = show("autoencoder")
    first = readings(page)
    page.get_by_test_id("draw-again").click()
    until(lambda: readings(page) != first)
    caption = page.get_by_test_id("lesson-image").get_attribute("aria-label")
    page.mouse.click(*place(page, "lesson-map-ae", 0.5, 0.6))
    until(lambda: page.get_by_test_id("lesson-image").get_attribute("aria-label") != caption)


def test_the_radius_is_dragged_and_the_map_shows_what_is_asked(show: Any) -> None:
    page = show("manifold")
    first = readings(page)
    assert first["prior_within"] == pytest.approx(0.8646647, abs=1e-6)
    drag(page, "handle-radius", -40, 0)
    until(lambda: readings(page)["r"] < first["r"] and readings(page)["aggregate_within"] < first["aggregate_within"])
    page.get_by_test_id("spacing-prior").click()
    until(lambda: "spacing=prior" in link_to_explore(page))
    page.get_by_test_id("show-density").click()
    until(lambda: "density" in link_to_explore(page))
    assert page.get_by_test_id("manifold-n").is_hidden()


def test_the_ladder_is_climbed(show: Any) -> None:
    page = show("beta")
    first = readings(page)
    slide(page, "beta", "End")
    until(lambda: readings(page)["nll"] != first["nll"])


def test_importance_sampling_lies_between_bound_and_truth(show: Any) -> None:
    page = show("how-good")
    slide(page, "samples-k", "End")
    until(lambda: readings(page)["k"] == 5000)
    now = readings(page)
    assert now["elbo"] < now["log_px_is"] < now["log_px_exact"] + 0.3
    until(lambda: "not comparable" in page.get_by_test_id("grey-note").inner_text())


def turned(page: Page, step: str) -> None:
    """Turn to a step and wait until all its numbers are there."""
    page.get_by_test_id(f"page-{list(READINGS).index(step)}").click()
    page.get_by_test_id(f"lesson-{step}").wait_for(timeout=60_000)
    until(lambda: page.evaluate("window.__latentLesson.step()") == step and known(page), 60)


def test_the_next_step_keeps_the_image_and_asks_the_server_for_nothing(show: Any) -> None:
    page = show("posterior")
    page.get_by_test_id("image-next").click()
    until(lambda: "image 1," in page.get_by_test_id("lesson-image").get_attribute("aria-label") and known(page), 60)
    log_px = readings(page)["log_px_exact"]
    asked: list[object] = []
    page.on("request", lambda request: asked.append(request.url))
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.webSocketFrameSent", lambda frame: asked.append(frame))
    turned(page, "identity")
    expect(page.get_by_test_id("lesson-posterior")).to_have_count(0)
    assert readings(page)["log_px"] == log_px
    # Chromium asks anew for the icon where the address changes.
    assert [one for one in asked if not re.search("^blob:|/favicon", str(one))] == []


def test_another_set_of_models_comes_with_its_step(show: Any) -> None:
    page = show("manifold")
    turned(page, "beta")
    until(lambda: "models=vae-beta" in link_to_explore(page))
