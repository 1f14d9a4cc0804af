"""Views close up and in the whole window: codes as images, pixel for pixel; manifold and posterior opened, saved and closed."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from support.explorer_page import choose_image, here, pixels, place, settle, state, until

from vae_engine.data import mnist as data

PAPER, INK = 255, 16


def map_picture(page: Page, kind: str) -> np.ndarray:
    """The map under its marks, [height, width, 3]."""
    canvas = page.locator(f".lx-map:has([data-testid=latent-map-{kind}]) .lx-map-base")
    width = canvas.evaluate("canvas => canvas.width")
    return np.array(pixels(page, canvas), np.uint8).reshape(-1, width, 4)[..., :3]


def stands_in(picture: np.ndarray, image: np.ndarray) -> list[tuple[int, int]]:
    """Where in a picture an image stands pixel for pixel: rows and columns of its corners."""
    red = picture[..., 0].astype(int)
    inked = np.rint(PAPER + (INK - PAPER) * (image / 255)).astype(int)
    side = image.shape[0]
    windows = np.lib.stride_tricks.sliding_window_view(red, (side, side))
    row, column = np.unravel_index(image.argmax(), image.shape)
    likely = np.argwhere(np.abs(windows[..., row, column] - inked[row, column]) <= 1)
    return [(int(y), int(x)) for y, x in likely if np.abs(windows[y, x] - inked).max() <= 1]


@pytest.mark.long
def test_close_up_codes_are_their_images_and_can_be_coloured_by_what_these_are_worth(
    open_static: Callable[..., Page], tmp_path: Path
):
    page = open_static("#view=0.6,0.4,1.2;", color_scheme="light")
    out = page.locator(".lx-map:has([data-testid=latent-map-vae]) .lx-out")
    said = re.compile(r"([\d,]+) of ([\d,]+) in sight as pictures")
    expect(out).to_have_text(said)
    shown, inside = (int(number.replace(",", "")) for number in said.search(out.inner_text()).groups())
    assert 10 < shown < inside
    expect(page.locator(".lx-map:has([data-testid=latent-map-ae]) .lx-out")).not_to_have_text(said)

    # What is pointed at is the image that is seen there, and it is seen sharp, framed in the colour of its class.
    images = data.load("test").images
    before = map_picture(page, "vae")
    found = set()
    for across in (0.3, 0.4, 0.5, 0.6, 0.7):
        page.mouse.move(*place(page, "latent-map-vae", across, 0.5))
        index = state(page)["hovered"]
        corners = [] if index is None else stands_in(before, images[index])
        if len(corners) == 1:
            found.add((index, *corners[0]))
    assert len(found) >= 2, found
    colours = {tuple(before[row - 1, column + 14]) for _, row, column in found}
    labels = {int(data.load("test").labels[index]) for index, _, _ in found}
    assert len(colours) == len(labels)

    # Moved a little, the same image is still there: nothing flickers.
    index, row, column = next(iter(found))
    x, y = place(page, "latent-map-vae", 0.5, 0.5)
    page.keyboard.down("Shift")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 13, y - 7, steps=3)
    page.mouse.up()
    page.keyboard.up("Shift")
    settle(page)
    assert stands_in(map_picture(page, "vae"), images[index]) == [(row - 7, column + 13)]
    row, column = row - 7, column + 13
    page.get_by_test_id("layers-menu").click()
    page.get_by_test_id("layer-pictures").uncheck()
    settle(page)
    expect(out).not_to_have_text(said)
    assert not stands_in(map_picture(page, "vae"), images[index])
    assert "pictures" not in page.evaluate("location.hash")
    page.get_by_test_id("layer-pictures").check()

    # A number in place of the class.
    classes = map_picture(page, "vae")
    page.get_by_test_id("colour").select_option("kl")
    settle(page)
    note = page.get_by_test_id("colour-note")
    expect(note).to_have_text(re.compile(r"Darkest at [\d.]+.*, brightest at .* AE: an autoencoder has none\."))
    assert "colour=kl" in page.evaluate("location.hash")
    framed = map_picture(page, "vae")
    assert tuple(framed[row - 1, column + 14]) != tuple(classes[row - 1, column + 14])
    assert stands_in(framed, images[index]), "the image itself is as it was"
    page.reload()
    here(page)
    assert state(page)["colour"] == "kl"

    # What no record has is worked out for both maps, which then have one scale.
    page.get_by_test_id("layers-menu").click()
    page.get_by_test_id("colour").select_option("nll")
    expect(note).to_contain_text("worked out")
    expect(note).to_contain_text("the same on both maps", timeout=90_000)
    page.keyboard.press("Escape")
    page.get_by_test_id("share-menu").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Maps as SVG").click()
    download.value.save_as(tmp_path / "map.svg")
    text = (tmp_path / "map.svg").read_text(encoding="utf-8")
    assert 'id="pictures"' in text
    assert "nll, nats/image" in text
    until(lambda: "colour=nll" in page.evaluate("location.hash"))


def test_plate_and_posterior_fill_the_window_and_escape_closes_them(open_static, tmp_path):
    page = open_static("#layers=points%2Cprior%2Cmanifold")
    page.get_by_test_id("layers-menu").click()
    page.get_by_test_id("plate").click()
    view = page.get_by_test_id("large-view")
    plates = view.locator("canvas")
    until(lambda: plates.count() == 2)
    box = plates.first.bounding_box()
    assert box["width"] > 600
    assert box["width"] / state(page)["manifoldSize"] >= 30  # pixels for a digit
    assert "each for 1/400 of N(0, I)" in view.inner_text()
    with page.expect_download() as download:
        page.get_by_test_id("large-png").click()
    download.value.save_as(tmp_path / "plate.png")
    with Image.open(tmp_path / "plate.png") as picture:
        assert min(picture.size) >= 1000
    page.keyboard.press("Escape")
    until(lambda: view.count() == 0)

    choose_image(page)
    until(lambda: page.get_by_test_id("lens-large").is_enabled())
    page.get_by_test_id("lens-large").click()
    until(lambda: view.locator("canvas").count() == 1)
    assert view.locator("canvas").bounding_box()["width"] > 600
    assert "50 % and 95 %" in view.inner_text()
    page.get_by_test_id("large-close").click()
    until(lambda: view.count() == 0)
