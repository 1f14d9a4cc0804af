"""The dashboard as a visitor meets it: served by its own command, opened in a browser that has no network."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page
from support.explorer_page import until

from vae_engine.stored import registry


def painted(page: Page, test_id: str) -> bool:
    """Whether an element's canvases (its own or those around it) show more than one colour."""
    return page.get_by_test_id(test_id).evaluate(
        """element => [element, ...element.querySelectorAll("canvas"), ...element.parentElement.querySelectorAll("canvas")]
          .filter((one) => one instanceof HTMLCanvasElement && one.width > 1).some((canvas) => {
            const pixels = new Uint32Array(canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.buffer);
            return pixels.some((pixel) => pixel !== pixels[0]);
          })"""
    )


@pytest.mark.parametrize("colour", ["light", "dark"])
def test_landing_page_shows_both_models_their_maps_and_digits(open_dashboard: Any, colour: str) -> None:
    page = open_dashboard(color_scheme=colour)
    for test_id in ("latent-map-vae", "latent-map-ae", "digit-vae", "digit-ae"):
        page.get_by_test_id(test_id).wait_for(timeout=60_000)
        until(lambda test_id=test_id: painted(page, test_id))
    for name in ("vae-mnist", "ae-mnist"):
        assert page.get_by_text(name).count() >= 1


def test_manifold_layer_shows_decoded_images(open_explore: Any) -> None:
    page = open_explore()
    page.get_by_test_id("layers-menu").click()
    page.get_by_test_id("layer-manifold").check()
    until(lambda: painted(page, "latent-map-vae"))


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (1920, 1080)])
def test_explore_fits_the_screen_without_scrolling(open_explore: Any, width: int, height: int) -> None:
    page = open_explore(viewport={"width": width, "height": height})
    main = page.locator("[data-testid=stMain]")
    assert main.evaluate("main => main.scrollHeight - main.clientHeight") <= 1


def test_models_page_lists_every_bundled_model(open_dashboard: Any) -> None:
    page = open_dashboard()
    page.get_by_role("link", name="Models").click()
    page.get_by_role("heading", name="Models").wait_for(timeout=60_000)
    for name in registry.names():
        page.locator("summary").get_by_text(name, exact=True).wait_for()
