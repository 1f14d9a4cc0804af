"""What the Share menu saves is what it says: pictures, tables and films, opened again and compared with the models."""

from __future__ import annotations

import csv
import xml.etree.ElementTree as ET
from base64 import b64decode
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Download, Page
from support.bundles import points
from support.explorer_page import BUSY, IDLE, in_short, settle, state, until

from dashboard.shared.palette import CLASS_COLOURS
from vae_engine.data import mnist as data
from vae_engine.stored import forward, registry

NAMES = ("vae-mnist-small", "ae-mnist-small")
PAPER, INK = 255, 16
"""Red of the lightest and the darkest pixel of a digit on light ground."""
HALF_PRECISION = 3
"""Greys by which the browser's weights of 16 bits may put a pixel off."""
SVG = "{http://www.w3.org/2000/svg}"
LINK = "{http://www.w3.org/1999/xlink}href"


def inked(values: np.ndarray) -> np.ndarray:
    """The red of pixels that show these probabilities."""
    return PAPER + (INK - PAPER) * np.asarray(values, dtype=float)


def decoded(name: str, z: Any) -> np.ndarray:
    """The engine's pictures at z [n, 2], as red: [n, 28, 28]."""
    return inked(forward.decode(registry.find(name), np.array(z)))


def shrunk(picture: Image.Image, zoom: int) -> np.ndarray:
    """The red of a picture of square blocks, one number each; the blocks must be of one colour."""
    red = np.asarray(picture.convert("RGB"))[..., 0].astype(float)
    small = red[::zoom, ::zoom]
    assert np.array_equal(np.kron(small, np.ones((zoom, zoom))), red)
    return small


def saved(page: Page, button: str, folder: Path, count: int = 2) -> list[Path]:
    """The files that a button of the Share menu gives, in the order of their names, the VAE's first."""
    given: list[Download] = []
    page.on("download", lambda download: given.append(download))
    if not page.get_by_role("button", name=button).is_visible():
        page.get_by_test_id("share-menu").click()
    page.get_by_role("button", name=button).click()
    until(lambda: page.evaluate("1") and len(given) == count)  # a question to the page lets its downloads be heard of
    for download in given:
        download.save_as(folder / download.suggested_filename)
    return sorted((folder / one.suggested_filename for one in given), key=lambda path: path.name, reverse=True)


@pytest.fixture
def page(open_static: Callable[..., Page]) -> Page:
    return open_static("#z=1.25,-0.5;2,3", color_scheme="light")


def test_digits_are_saved_as_the_models_decode_them(page: Page, tmp_path: Path) -> None:
    files = saved(page, "Digits as PNG", tmp_path)
    assert [path.name for path in files] == [f"{name}-digit.png" for name in NAMES]
    for path, name, z in zip(files, NAMES, ([1.25, -0.5], [2, 3]), strict=True):
        with Image.open(path) as picture:
            assert picture.size == (560, 560)
            assert np.abs(shrunk(picture, 20) - decoded(name, [z])[0]).max() <= HALF_PRECISION


def test_maps_are_saved_as_they_are_on_a_sharp_screen_above_the_key(open_static: Callable[..., Page], tmp_path: Path) -> None:
    page = open_static("#z=1.25,-0.5;2,3", color_scheme="light", device_scale_factor=3)
    page.get_by_test_id("legend-3").click()
    page.get_by_test_id("legend-8").click()
    settle(page)
    for i, path in enumerate(saved(page, "Maps as PNG", tmp_path)):
        canvas = page.locator(".lx-map-base").nth(i)
        address = canvas.evaluate("canvas => canvas.toDataURL()")
        with Image.open(BytesIO(b64decode(address.partition(",")[2]))) as seen:
            on_screen = np.asarray(seen.convert("RGBA"), dtype=float)
        height, width = on_screen.shape[:2]
        with Image.open(path) as picture:
            assert picture.width == width
            colours = np.asarray(picture.convert("RGB"))
        shown = 255 + (on_screen[..., 0] - 255) * on_screen[..., 3] / 255
        assert (np.abs(colours[:height, :, 0] - shown) <= 3).mean() > 0.98, "all but the cursor above the map is the map"
        assert colours[:height].std() > 5
        below = {f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in np.unique(colours[height:].reshape(-1, 3), axis=0)}
        assert below & set(CLASS_COLOURS) == {CLASS_COLOURS[3], CLASS_COLOURS[8]}


def test_maps_are_saved_sharper_than_a_plain_screen_which_stays_as_it_was(page: Page, tmp_path: Path) -> None:
    first = page.locator(".lx-map-base").first
    before = first.evaluate("canvas => [canvas.width, canvas.toDataURL()]")
    with Image.open(saved(page, "Maps as PNG", tmp_path)[0]) as picture:
        assert picture.width == pytest.approx(3 * before[0], abs=2)
    assert first.evaluate("canvas => [canvas.width, canvas.toDataURL()]") == before


def test_maps_are_saved_as_vectors_with_every_point_in_sight_of_the_legend_in_the_order_of_the_screen(
    page: Page, tmp_path: Path
) -> None:
    page.get_by_test_id("legend-3").click()
    page.get_by_test_id("legend-8").click()
    for path, name in zip(saved(page, "Maps as SVG", tmp_path), NAMES, strict=True):
        drawing = ET.parse(path).getroot()  # noqa: S314 (our own file)
        assert drawing.tag == f"{SVG}svg"
        codes, key = (drawing.find(f".//{SVG}g[@id='{name}']") for name in ("codes", "key"))
        assert codes is not None
        assert key is not None
        _, labels = points(name)
        assert [CLASS_COLOURS.index(dot.get("fill", "")) for dot in codes] == [
            label for label in labels.tolist() if label in (3, 8)
        ]
        texts = [text.text for text in key.iter(f"{SVG}text") if text.text]
        assert texts[0].endswith(name)
        assert not {"A", "B"} & {text.text for text in drawing.iter(f"{SVG}text")}, "there is no walk"
        assert drawing.find(f".//{SVG}g[@id='shaded']") is None
        assert texts[-2:] == ["3", "8"]
        assert [dot.get("fill") for dot in key.iter(f"{SVG}circle")] == [CLASS_COLOURS[3], CLASS_COLOURS[8]]


@pytest.mark.long
def test_maps_are_saved_for_slides_with_the_layers_that_are_on_as_pixels_and_as_vectors_alike(
    open_static: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_static("#layers=points,prior,manifold,density&n=10", color_scheme="light")
    page.get_by_test_id("share-menu").click()
    for shape, size in (("wide", (1920, 1080)), ("square", (1600, 1600))):
        page.get_by_test_id(f"shape-{shape}").press("Enter")
        pixels = saved(page, "Maps as PNG", tmp_path)
        assert [path.name for path in pixels] == [f"{name}-map-{shape}.png" for name in NAMES]
        with Image.open(pixels[0]) as picture:
            assert picture.size == size
            painted = np.asarray(picture.convert("RGB")).astype(float)
    page.get_by_test_id("files-pair").press("Enter")
    (both,) = saved(page, "Maps as PNG", tmp_path, count=1)
    assert both.name == f"{'-and-'.join(NAMES)}-map-square.png"
    with Image.open(both) as picture:
        assert picture.size == (1600, 1600)
    (both,) = saved(page, "Maps as SVG", tmp_path, count=1)
    halves = ET.parse(both).getroot()  # noqa: S314 (our own file)
    texts = [text.text or "" for text in halves.iter(f"{SVG}text")]
    assert [sum(text.endswith(f" {name}") for text in texts) for name in NAMES] == [1, 1]
    ticks = [text for text in texts if text.replace("−", "").isdigit()]
    assert all(ticks.count(one) % 2 == 0 for one in ticks), "axes of one scale"
    named = [part.get("id") or "" for part in halves.iter(f"{SVG}g")]
    assert [name for name in named if name.startswith("codes")] == ["codes", "codes-2"]
    page.get_by_test_id("files-each").press("Enter")
    vectors = saved(page, "Maps as SVG", tmp_path)[0]
    assert state(page)["waiting"] == state(page)["notice"] == ""
    drawing = ET.parse(vectors).getroot()  # noqa: S314 (our own file)
    assert (drawing.get("width"), drawing.get("height")) == ("1600", "1600")
    order = [part.get("id") for part in drawing.iter(f"{SVG}g") if part.get("id")]
    assert order == ["shaded", "codes", "key"], "what is shaded lies below the codes"
    _, content = drawing.find(f".//{SVG}g[@id='shaded']/{SVG}image").get(LINK).split("base64,")
    with Image.open(BytesIO(b64decode(content))) as shaded:
        red, cover = (np.asarray(shaded.convert("RGBA"))[..., channel] for channel in (0, 3))
    assert (cover > 0).mean() > 0.25
    assert red[cover > 0].std() > 20, "there are digits on it"
    reader = page.context.new_page()
    reader.set_viewport_size({"width": 1600, "height": 1600})
    reader.goto(vectors.as_uri())
    with Image.open(BytesIO(reader.screenshot())) as picture:
        apart = np.abs(np.asarray(picture.convert("RGB")) - painted)
    assert (apart.max(axis=2) > 40).mean() < 0.03, "but for the edges of letters and dots both are one picture"


def test_codes_are_saved_row_by_row(page: Page, tmp_path: Path) -> None:
    for path, name in zip(saved(page, "Codes as CSV", tmp_path), NAMES, strict=True):
        with path.open(newline="") as file:
            rows = list(csv.DictReader(file))
        codes, labels = points(name)
        columns = ("mu1", "mu2") if name.startswith("vae") else ("code1", "code2")
        assert [int(row["index"]) for row in rows] == list(range(len(labels)))
        assert [int(row["label"]) for row in rows] == labels.tolist()
        np.testing.assert_allclose([[float(row[one]) for one in columns] for row in rows], codes, rtol=2e-5, atol=1e-5)


@pytest.mark.parametrize("layers", in_short("points", "points,manifold"))
def test_a_manifold_is_saved_tile_by_tile_whether_it_is_on_the_map_or_not(
    open_static: Callable, tmp_path: Path, layers: str
) -> None:
    size = 10
    page = open_static(f"#layers={layers}&n={size}", color_scheme="light")
    for path, name in zip(saved(page, "Manifolds as PNG", tmp_path), NAMES, strict=True):
        codes, _ = points(name)
        low, high = np.minimum(codes.min(0), -3.2), np.maximum(codes.max(0), 3.2)
        centre, half = (low + high) / 2, (high - low).max() / 2
        steps = (np.arange(size) + 0.5) / size * 2 - 1
        z = [[centre[0] + half * across, centre[1] + half * up] for up in steps[::-1] for across in steps]
        tiles = decoded(name, z).reshape(size, size, 28, 28).transpose(0, 2, 1, 3).reshape(size * 28, size * 28)
        with Image.open(path) as picture:
            left, top, side = 80, 13, 1120
            assert picture.width == left + side + top
            plate = picture.crop((left, top, left + side, top + side))
            assert np.abs(shrunk(plate, 4) - tiles).max() <= HALF_PRECISION
            grey = np.asarray(picture.convert("L"))
            axis, caption = grey[top : top + side, :left], grey[top + side + 75 :]
            assert axis.min() < 160 > caption.min(), "it has axes and says what it is"


def test_a_walk_is_saved_from_image_to_image_and_back_once_the_images_are_there(open_static: Callable, tmp_path: Path) -> None:
    page = open_static(color_scheme="light", first=BUSY)
    page.get_by_test_id("mode-walk").click()
    until(lambda: all(state(page)["ends"]))
    ends = [end["index"] for end in state(page)["ends"]]
    page.evaluate(f"setTimeout(() => {{ {IDLE} }}, 1000)")
    (path,) = saved(page, "Walk as GIF", tmp_path, count=1)
    images = data.load("test").images[ends].reshape(-1, 28, 28) / 255
    with Image.open(path) as film:
        assert film.n_frames == 80
        for frame, end in ((0, 0), (40, 1)):
            film.seek(frame)
            wanted = [*(decoded(name, points(name)[0][[ends[end]]])[0] for name in NAMES), inked(images[end])]
            side = 28 * 6
            assert np.abs(shrunk(film.crop((0, 0, film.width, side)), 6) - np.hstack(wanted)).max() <= HALF_PRECISION
            below = np.asarray(film.convert("L").crop((0, side, film.width, film.height)))
            assert all((below[:, i * side : (i + 1) * side] < 100).any() for i in range(3)), "each picture has its name"
