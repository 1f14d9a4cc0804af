"""The slider through the ladder of β on the Explore page: by mouse and by keyboard, and what the page shows afterwards."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from support.explorer_page import at_rest, draw_seven, here, place, settle, state, stats, until
from support.serving import offline_context

from dashboard.explore.one_file import write_html
from dashboard.stock import catalogue

THUMB = 9


@pytest.fixture
def ladder(open_explore: Callable[..., Page]) -> Page:
    """Explore on the rung β = 1, in Draw, with a seven on the pad."""
    page = open_explore("/?models=vae-beta-1,ae-mnist#mode=draw")
    draw_seven(page)
    return page


def at_rung(page: Page, rung: float) -> tuple[float, float]:
    """Where in the window the slider's thumb stands for a place on the ladder."""
    box = page.get_by_test_id("beta-slider").bounding_box()
    assert box
    last = len(catalogue.ladder()) - 1
    return box["x"] + THUMB + rung / last * (box["width"] - 2 * THUMB), box["y"] + box["height"] / 2


def map_picture(page: Page) -> str:
    return page.locator(".lx-map-base").first.evaluate("canvas => canvas.toDataURL()")


def test_the_map_glides_under_the_mouse_and_all_of_the_page_follows_on_release(ladder: Page) -> None:
    page = ladder
    rungs = [one.name for one in catalogue.ladder()]
    first, encoded = rungs.index("vae-beta-1"), state(page)["z"][0]
    page.wait_for_timeout(1500)  # what was drawn has been told
    sent: list[object] = []
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.webSocketFrameSent", lambda frame: sent.append(frame))
    page.mouse.move(*at_rung(page, first))
    page.mouse.down()
    pictures = []
    for step in range(1, 9):
        page.mouse.move(*at_rung(page, first + step / 4))
        until(lambda step=step: abs((state(page)["glide"] or 0) - first - step / 4) < 0.1)
        page.wait_for_timeout(40)
        pictures.append(map_picture(page))
    assert len(set(pictures)) == len(pictures)
    assert sent == []
    expect(page.get_by_test_id("beta-numbers")).to_contain_text("of 2 units active")
    page.mouse.up()
    wanted = rungs[first + 2]
    expect(page.get_by_test_id("model-vae")).to_have_value(wanted)
    until(lambda: f"models={wanted}%2Cae-mnist" in page.evaluate("location.href"))
    after = state(page)
    assert after["glide"] is None
    assert len(after["strokes"]) == 1
    until(lambda: state(page)["z"][0] != encoded)  # the drawing is encoded by the rung that now stands there
    assert stats(page)["decodeMs"]["p50"] > 0
    at_rest(page)
    page.wait_for_timeout(500)  # what a reload cuts short would count as failed
    page.reload()
    expect(page.get_by_test_id("model-vae")).to_have_value(wanted, timeout=60_000)


def test_a_walk_that_plays_goes_on_through_another_rung(ladder: Page) -> None:
    page = ladder
    page.get_by_test_id("mode-walk").click()
    page.get_by_test_id("walk-play").click()
    page.get_by_test_id("beta-slider").press("Home")
    expect(page.get_by_test_id("model-vae")).to_have_value("vae-beta-0")
    gone = state(page)["t"]
    until(lambda: state(page)["t"] != gone)
    page.get_by_test_id("walk-play").click()
    assert not state(page)["playing"]


def test_keys_go_from_rung_to_rung_and_the_focus_stays(ladder: Page) -> None:
    page = ladder
    slider = page.get_by_test_id("beta-slider")
    slider.focus()
    page.keyboard.press("Home")
    expect(page.get_by_test_id("model-vae")).to_have_value("vae-beta-0")
    expect(page.get_by_test_id("beta-note")).to_contain_text("neither a plain autoencoder")
    expect(slider).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_test_id("model-vae")).to_have_value("vae-beta-0.1")
    expect(slider).to_have_attribute("aria-valuetext", "β = 0.1")
    x, y = place(page, "latent-map-vae", 0.3, 0.5)
    page.mouse.click(x, y)
    expect(page.get_by_test_id("digit-vae")).to_be_visible()


@pytest.mark.long
def test_the_exported_file_of_a_rung_has_the_whole_ladder_and_reloads_on_the_rung_it_came_to(
    browser: Browser, tmp_path: Path
) -> None:
    path = tmp_path / "explorer.html"
    write_html(["vae-beta-1", "ae-mnist"], path)
    context, troubles = offline_context(browser, viewport={"width": 1366, "height": 768})
    context.set_offline(True)
    page = context.new_page()
    page.goto(f"{path.as_uri()}#mode=inspect&image=7")
    here(page)
    slider = page.get_by_test_id("beta-slider")
    rungs = [str(one.train.beta).removesuffix(".0") for one in catalogue.ladder()]
    assert page.locator(".lx-beta-ticks span").all_inner_texts() == rungs
    expect(slider).to_have_attribute("aria-valuetext", "β = 1")
    first = state(page)["z"]
    slider.press("End")
    expect(page.locator(".lx-side-note").first).to_contain_text("vae-beta-20")
    settle(page)
    moved = state(page)["z"]
    assert moved[0] != first[0], "the image is where this rung puts it"
    assert moved[1] == first[1]
    assert "models=vae-beta-20%2Cae-mnist#" in page.url
    page.reload()
    here(page)
    expect(slider).to_have_attribute("aria-valuetext", "β = 20")
    assert state(page)["z"] == [pytest.approx(z, abs=1e-4) for z in moved]  # a link rounds
    context.close()
    assert troubles == []
