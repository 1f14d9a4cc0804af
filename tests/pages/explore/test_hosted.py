"""The explorer within the dashboard: choosing models, leaving the page and coming back, taking it away as one file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from support.explorer_page import choose_image, draw_seven, here, parts_of_models, place, state, until

from dashboard.explore import one_file as static_export

LARGE = 100_000


def go(page: Page, title: str) -> None:
    """Choose a page in the navigation at the top."""
    page.get_by_role("link", name=title, exact=True).click()


def hold_a_point(page: Page) -> list[list[float]]:
    """Put the cursors somewhere, wait until the address knows, and say where."""
    page.get_by_test_id("latent-map-vae").focus()
    page.keyboard.press("r")
    page.keyboard.press("Shift+ArrowRight")
    until(lambda: "z=" in page.evaluate("location.href"))
    return state(page)["z"]


def test_choosing_a_model_shows_it_and_puts_it_into_the_address(open_explore: Any) -> None:
    page = open_explore()
    z = hold_a_point(page)
    page.get_by_test_id("model-vae").select_option("vae-mnist-small")
    until(lambda: "models=vae-mnist-small" in page.evaluate("location.href"))
    expect(page.get_by_test_id("model-vae")).to_have_value("vae-mnist-small")
    expect(page.locator(".lx-side-note").first).to_contain_text("vae-mnist-small")
    assert state(page)["z"][0] == pytest.approx(z[0], abs=1e-3)
    shared = open_explore(page.evaluate("location.href.slice(location.origin.length)"))
    expect(shared.get_by_test_id("model-vae")).to_have_value("vae-mnist-small")


@pytest.mark.long
def test_back_leads_through_modes_and_models_to_the_page_before(open_dashboard: Any) -> None:
    page = open_dashboard("/models")
    go(page, "Explore")
    here(page)
    for mode in ("inspect", "walk"):
        page.get_by_test_id(f"mode-{mode}").click()
        until(lambda mode=mode: f"mode={mode}" in page.evaluate("location.hash"))
    page.get_by_test_id("model-vae").select_option("vae-mnist-small")
    until(lambda: "models=vae-mnist-small" in page.evaluate("location.search") and "walk" in page.evaluate("location.hash"))
    page.go_back()
    until(lambda: page.get_by_test_id("model-vae").input_value() == "vae-mnist")
    for mode in ("inspect", "move"):
        page.go_back()
        until(lambda mode=mode: state(page)["mode"] == mode)
    page.go_back()
    page.wait_for_url("**/models")


def test_the_first_visit_costs_few_bytes_an_encoder_comes_when_it_is_needed_and_a_reload_costs_none(open_dashboard: Any) -> None:
    page = open_dashboard("/models")
    came = parts_of_models(page)
    go(page, "Explore")
    here(page)
    first = {address: size for address, size in came.items() if address}
    assert sorted(address.split("/")[1] for address in first) == ["bundle", "bundle", "images"]
    assert sum(first.values()) <= 6.5e6
    page.get_by_test_id("mode-draw").click()
    draw_seven(page)
    expect(page.get_by_test_id("draw-note")).to_contain_text("nats")
    assert all(z != [0, 0] for z in state(page)["z"])
    assert sorted(address.split("/")[1] for address in came if address and address not in first) == ["encoder", "encoder"]
    came.clear()
    page.reload()
    here(page)
    assert sum(size for address, size in came.items() if address) == 0


def test_leaving_the_page_and_coming_back_finds_everything_as_it_was_and_sends_no_bundle_again(open_explore: Any) -> None:
    page = open_explore()
    z = hold_a_point(page)
    received: list[int] = []
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.webSocketFrameReceived", lambda frame: received.append(len(frame["response"]["payloadData"])))
    go(page, "Models")
    page.get_by_role("heading", name="Models", exact=True).wait_for(timeout=60_000)
    go(page, "Explore")
    here(page)
    until(lambda: all(now == pytest.approx(then, abs=1e-3) for now, then in zip(state(page)["z"], z, strict=True)))
    assert received, "the pages came over the same connection"
    assert max(received) < LARGE


@pytest.mark.long
def test_a_drawing_and_a_zoomed_map_stay_when_another_model_is_chosen_and_when_the_page_is_left(open_explore: Any) -> None:
    page = open_explore()
    page.get_by_test_id("mode-draw").click()
    draw_seven(page)
    page.mouse.move(*place(page, "latent-map-ae", 0.5, 0.5))
    page.mouse.wheel(0, -300)
    until(lambda: state(page)["views"][1])
    before = state(page)
    page.get_by_test_id("model-vae").select_option(label="vae-mnist-small")
    until(lambda: "models=vae-mnist-small" in page.evaluate("location.href"))
    expect(page.locator(".lx-side-note").first).to_contain_text("vae-mnist-small")
    assert state(page)["strokes"] == before["strokes"] != []
    until(lambda: state(page)["z"][0] != pytest.approx(before["z"][0], abs=1e-3))  # this model has encoded it anew
    assert state(page)["z"][1] == pytest.approx(before["z"][1]), "the other map's point is where the drawing is"
    assert state(page)["views"][1] == before["views"][1]
    go(page, "Models")
    page.get_by_role("heading", name="Models", exact=True).wait_for(timeout=60_000)
    go(page, "Explore")
    here(page)
    assert state(page)["strokes"] == before["strokes"]
    assert state(page)["views"][1] == before["views"][1]


@pytest.mark.long
def test_an_inspected_image_is_where_another_model_encodes_it(open_explore: Any) -> None:
    page = open_explore()
    index = choose_image(page)
    page.get_by_test_id("model-vae").select_option("vae-mnist-small")
    expect(page.locator(".lx-side-note").first).to_contain_text("vae-mnist-small")
    asked = open_explore(f"/?models=vae-mnist-small,ae-mnist#mode=inspect&image={index}")
    assert state(page)["selected"] == index
    assert state(page)["z"] == state(asked)["z"]


@pytest.mark.long
def test_the_models_page_gives_the_explorer_as_one_file(open_dashboard: Any, tmp_path: Path) -> None:
    page = open_dashboard("/models")
    page.locator(".js-plotly-plot .main-svg").first.wait_for(timeout=60_000)
    for label, name in (("Model", "vae-mnist-small"), ("Beside it", "ae-mnist-small")):
        picker = page.get_by_role("combobox", name=label)
        until(lambda picker=picker: picker.get_attribute("aria-expanded") == "true" or picker.click())
        page.get_by_role("option", name=name, exact=True).click()
        expect(picker).to_have_value(name)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download HTML").click()
    assert download.value.suggested_filename == "explorer-vae-mnist-small-ae-mnist-small.html"
    download.value.save_as(tmp_path / "explorer.html")
    assert (tmp_path / "explorer.html").read_bytes() == static_export.page(["vae-mnist-small", "ae-mnist-small"])
