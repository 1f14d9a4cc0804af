"""Pictures from the visitor's disk, of every kind that is allowed and of kinds that are not."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect
from support.explorer_page import pixels, state, until

from vae_engine.stored import forward, registry

SIDE = 200
EXIF_ORIENTATION = 0x0112
QUARTER_TURN = 6
"""The EXIF value of a camera held upright: shown, the stored picture is turned by a quarter clockwise."""


def seven() -> Image.Image:
    """A black seven on white paper, in grey."""
    picture = Image.new("L", (SIDE, SIDE), 255)
    ImageDraw.Draw(picture).line([(50, 50), (150, 50), (90, 160)], fill=0, width=16, joint="curve")
    return picture


def encoded(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    """The picture as a file."""
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def sideways() -> bytes:
    """The seven lying on its side, with the note that it is to be turned."""
    exif = Image.Exif()
    exif[EXIF_ORIENTATION] = QUARTER_TURN
    return encoded(seven().transpose(Image.Transpose.ROTATE_90), "JPEG", quality=95, exif=exif)


def transparent() -> bytes:
    """Black ink on paper that is nothing at all."""
    paper = Image.new("RGBA", (SIDE, SIDE), (0, 0, 0, 0))
    paper.putalpha(Image.eval(seven(), lambda grey: 255 - grey))
    return encoded(paper)


def sixteen_bits() -> bytes:
    """Greys 0 … 65535, of which a reader that clips instead of scaling sees white alone."""
    return encoded(Image.fromarray((np.asarray(seven()).astype(np.uint16) * 200 + 5000).astype(np.uint16)))


FORMS: dict[str, Callable[[], bytes]] = {
    "JPEG": lambda: encoded(seven(), "JPEG", quality=95),
    "JPEG, to be turned": sideways,
    "PNG, transparent paper": transparent,
    "PNG, 16 bits": sixteen_bits,
    "PNG, palette": lambda: encoded(seven().convert("P")),
    "PNG, white on black": lambda: encoded(Image.eval(seven(), lambda grey: 255 - grey)),
}

HOSTILE: dict[str, tuple[bytes, str]] = {
    "text": (b"hello", "neither a PNG nor a JPEG"),
    "GIF": (encoded(seven(), "GIF"), "neither a PNG nor a JPEG"),
    "SVG": (b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>", "neither a PNG nor a JPEG"),
    "PNG cut short": (encoded(seven())[:120], "damaged"),
    "PNG cut in its pixels": (encoded(seven())[:-20], "damaged"),
    "JPEG cut in its header": (encoded(seven(), "JPEG")[:180], "damaged"),
    "JPEG cut in its pixels": (encoded(seven(), "JPEG")[:-200], "damaged"),
    "too wide": (encoded(Image.new("1", (6001, 1))), "at most 6000"),
    "blank": (encoded(Image.new("L", (50, 50), 255)), "one tone"),
    "empty": (b"", "neither a PNG nor a JPEG"),
}


def upload(page: Page, content: bytes, name: str = "digit.png") -> None:
    page.get_by_test_id("upload").set_input_files({"name": name, "mimeType": "image/png", "buffer": content})


def received(page: Page) -> np.ndarray:
    """The uploaded picture as the page keeps it, 784 greys; empty before there is one."""
    return np.array(page.evaluate("Array.from(window.__latentExplorer.state().upload ?? [])"), dtype=float)


def drawing_mode(open_static: Callable[..., Page]) -> Page:
    page = open_static()
    page.get_by_test_id("mode-draw").click()
    return page


def uploaded(page: Page, content: bytes) -> np.ndarray:
    before = received(page)
    upload(page, content)
    until(lambda: received(page).size == 784 and not np.array_equal(received(page), before))
    return received(page)


@pytest.fixture(scope="module")
def reference(browser, static_file) -> np.ndarray:
    """What the plainest form of the picture becomes."""
    page = browser.new_page()
    page.goto(static_file.as_uri())
    page.get_by_test_id("mode-draw").click()
    found = uploaded(page, encoded(seven()))
    page.close()
    return found


def test_the_reference_is_an_upright_centred_seven(reference: np.ndarray) -> None:
    ink = reference.reshape(28, 28)
    rows = np.flatnonzero((ink > 40).any(1))
    assert rows.max() - rows.min() in (19, 20)
    assert abs((ink * np.arange(28)[:, None]).sum() / ink.sum() - 14) < 1
    assert abs((ink * np.arange(28)[None, :]).sum() / ink.sum() - 14) < 1
    assert (ink[rows.min() : rows.min() + 3] > 40).sum() > 2 * (ink[rows.max() - 2 : rows.max() + 1] > 40).sum()


def test_every_form_of_a_picture_becomes_the_same_digit(open_static, reference: np.ndarray) -> None:
    page = drawing_mode(open_static)
    for form, content in FORMS.items():
        assert np.abs(uploaded(page, content()) - reference).mean() < 4, form
        expect(page.get_by_test_id("notice")).to_be_hidden()
        page.get_by_test_id("draw-clear").click()
        until(lambda: not received(page).size)


def test_an_upload_is_encoded_by_both_models_and_shown(open_static) -> None:
    page = drawing_mode(open_static)
    uploaded(page, encoded(seven()))
    until(lambda: any(pixels(page, "draw-seen")))
    seen = np.array(pixels(page, "draw-seen")).reshape(784, 4)[:, 0]
    x = (seen < 128).astype(np.float32)
    for name, z in zip(("vae-mnist-small", "ae-mnist-small"), state(page)["z"], strict=True):
        codes, _ = forward.encode(registry.find(name), x[None])
        assert z == pytest.approx(codes[0].tolist(), abs=0.03)
    assert any(pixels(page, "draw-mnist"))


def test_the_pad_shows_an_upload_pixel_by_pixel_until_it_is_cleared(open_static) -> None:
    page = drawing_mode(open_static)
    grey = uploaded(page, encoded(seven()))
    until(lambda: max(pixels(page, "draw-pad")[3::4]) > 250)  # no longer the prompt of an empty pad
    alpha = np.array(pixels(page, "draw-pad")).reshape(-1, 4)[:, 3]
    side = round(alpha.size**0.5)
    middles = ((np.arange(28) + 0.5) * side / 28).astype(int)
    assert np.abs(alpha.reshape(side, side)[np.ix_(middles, middles)].ravel() - grey).max() <= 1
    page.get_by_test_id("draw-clear").click()
    until(lambda: not received(page).size)


def test_what_is_no_picture_gets_one_sentence_and_changes_nothing(open_static) -> None:
    page = drawing_mode(open_static)
    kept = uploaded(page, encoded(seven()))
    before = state(page)["z"]
    notice = page.get_by_test_id("notice")
    for content, sentence in HOSTILE.values():
        upload(page, content)
        expect(notice).to_contain_text(sentence)
        assert notice.inner_text().count(".") == 1
        assert np.array_equal(received(page), kept)
        assert state(page)["z"] == before
