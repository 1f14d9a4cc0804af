"""From any mode to an image and back: what lies nearest is a click away, and a point moved by hand is where it was left."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from playwright.sync_api import Page
from support.bundles import points
from support.explorer_page import draw_seven, press, settle, state


def nearest(z: list[float]) -> int:
    """The test image whose code lies nearest to a point of the VAE's map."""
    return int(np.linalg.norm(points("vae-mnist-small")[0] - z, axis=1).argmin())


def test_a_point_moved_after_drawing_is_there_again_and_the_nearest_image_is_a_click_away(
    open_static: Callable[..., Page],
) -> None:
    page = open_static()
    page.get_by_test_id("mode-draw").click()
    draw_seven(page)
    settle(page)
    drawn = state(page)["z"]
    for _ in range(3):
        page.get_by_test_id("z1").press("ArrowRight")
    settle(page)
    moved = state(page)["z"]
    assert moved[0][0] > drawn[0][0]
    page.get_by_test_id("near-vae").click()
    settle(page)
    assert (state(page)["mode"], state(page)["selected"]) == ("inspect", nearest(moved[0]))
    page.get_by_test_id("mode-draw").click()
    settle(page)
    assert state(page)["z"] == moved
    again = open_static(page.evaluate("location.hash"))
    assert np.allclose(state(again)["z"], moved, atol=1e-3), "a link says where the point is"

    for mode in ("move", "select", "walk", "sample"):
        page.get_by_test_id(f"mode-{mode}").click()
        settle(page)
        z = state(page)["z"][0]
        page.get_by_test_id("near-vae").click()
        settle(page)
        assert (state(page)["mode"], state(page)["selected"]) == ("inspect", nearest(z)), mode
    page.get_by_test_id("mode-move").click()
    press(page, "nearest-vae", "Enter")
    settle(page)
    assert state(page)["mode"] == "inspect"
