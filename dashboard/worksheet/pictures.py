"""Small pictures of an answer: what the decoder draws there, and where it lies on the map. Pillow and numpy only."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from dashboard.shared.links import LinkError, read, side_of_drawing
from dashboard.shared.palette import CLASS_COLOURS
from dashboard.shared.wording import number, one_of
from dashboard.stock.material import Material
from dashboard.worksheet.peaks import evidence
from dashboard.worksheet.task import BY_LINK, ModelAnswer, Task, place_of, understood
from vae_engine.stored import forward

_SCALE, _STRIP_SCALE = 6, 2
_SIDE = 28 * _SCALE
_DOTS = 4000
_MARGIN = 6
_FINE = 3  # a map is printed, too: so many pixels to the width of one on a screen
_AXES, _DOT = 18, 2.5
_OUTLIERS = 1  # per cent of codes on each side that need not be in sight
_WALK = 7
_FOR_A_PEN = 2  # times as large as on a screen
NAMES = {"vae": "VAE", "ae": "autoencoder"}


@dataclass(frozen=True)
class Picture:
    """A PNG, its width on a page in pixels, and what it shows."""

    caption: str
    png: bytes
    width: int

    @property
    def is_fine(self) -> bool:
        """Whether it has more pixels than a page shows, which are then to be smoothed."""
        return self.width < Image.open(io.BytesIO(self.png)).width


def pictures_of(task: Task, material: Material, raw: Any) -> list[Picture]:
    """Pictures of what a visitor gave; none for numbers and choices, or when it makes no sense."""
    if raw is None or raw == "" or task.form not in BY_LINK:
        return []
    return _of_drawing(str(raw)) + _of_answer(task, material, raw)


def _of_drawing(text: str) -> list[Picture]:
    """The drawing in a link, whatever else is asked for."""
    try:
        drawing = read(text).drawing
    except LinkError:
        return []
    if drawing is None:
        return []
    side = side_of_drawing(drawing)
    x = np.unpackbits(np.frombuffer(drawing, np.uint8))[: side**2].reshape(side, side)
    return [Picture("the drawing, as the encoder sees it", *_digit(x))]


def _of_answer(task: Task, material: Material, raw: Any) -> list[Picture]:
    try:
        given = understood(task, material, raw)
        if task.form == "image":
            return _of_image(material, given)
        if task.form == "walk":
            return _of_walk(material, [end.image for end in given.ends if end is not None and end.image is not None])
        if task.form == "drawing":
            return _of_q(material, evidence(material, given.drawing).mu)
        return _of_place(material, task.kind, np.array(place_of(given, task.kind)))
    except LinkError:
        return []


def pictures_of_model(task: Task, material: Material, model: ModelAnswer) -> list[Picture]:
    """Pictures of a model answer: of what it gives, and of the further latents that it speaks of."""
    decoded = forward.decode(material.vae, np.array(model.places)) if model.places else ()
    return pictures_of(task, material, model.given) + [
        Picture(f"decoded by the VAE at z = ({number(z[0])}, {number(z[1])})", *_digit(ink))
        for z, ink in zip(model.places, decoded, strict=True)
    ]


def pictures_asked_about(task: Task, material: Material) -> list[Picture]:
    """What a handout shows of a task without giving anything away: its image, or the maps on which its answer is marked."""
    if task.about is not None:
        x = material.x[task.about].reshape(28, 28)
        return [Picture(f"test image {task.about}, {one_of(material.labels[task.about])}", *_digit(x))]
    kinds = {"place": [task.kind], "walk": list(NAMES)}.get(task.form, [])
    maps = {NAMES[kind]: _map(material, kind, np.empty((0, 2))) for kind in kinds}
    return [Picture(f"the {name}'s map", png, _FOR_A_PEN * width) for name, (png, width) in maps.items()]


def _of_place(material: Material, kind: str, z: np.ndarray) -> list[Picture]:
    where = f"z = ({number(z[0])}, {number(z[1])})"
    return [
        Picture(f"decoded by the {NAMES[kind]} at {where}", *_digit(forward.decode(material.model(kind), z[None])[0])),
        Picture(f"{where} on the {NAMES[kind]}'s map", *_map(material, kind, z[None])),
    ]


def _of_image(material: Material, image: int) -> list[Picture]:
    x = material.x[image].reshape(28, 28)
    seen = Picture(f"test image {image}, {one_of(material.labels[image])}, as the encoder sees it", *_digit(x))
    return [seen, *_of_q(material, material.mu[image])]


def _of_q(material: Material, mu: np.ndarray) -> list[Picture]:
    return [
        Picture("decoded at the mean of q", *_digit(forward.decode(material.vae, mu[None])[0])),
        Picture(f"μ = ({number(mu[0])}, {number(mu[1])}) on the VAE's map", *_map(material, "vae", mu[None])),
    ]


def _of_walk(material: Material, images: list[int]) -> list[Picture]:
    if len(images) != 2 or max(images) >= len(material.x):
        return []
    found = []
    for kind, name in NAMES.items():
        start, end = material.places(kind)[images]
        path = start + np.linspace(0, 1, _WALK)[:, None] * (end - start)
        strip = np.concatenate(list(forward.decode(material.model(kind), path)), axis=1)
        found.append(Picture(f"from image {images[0]} to {images[1]} in the {name}", *_digit(strip, _STRIP_SCALE)))
        found.append(Picture(f"both images on the {name}'s map", *_map(material, kind, path[[0, -1]])))
    return found


def _digit(ink: np.ndarray, scale: int = _SCALE) -> tuple[bytes, int]:
    """Ink [28, 28 k] in [0, 1], black on white."""
    grey = Image.fromarray(np.rint(255 * (1 - np.clip(ink, 0, 1))).astype(np.uint8))
    return _png(grey.resize((grey.width * scale, grey.height * scale), Image.Resampling.NEAREST))


def _map(material: Material, kind: str, marks: np.ndarray) -> tuple[bytes, int]:
    """The codes of test images by colour of their digit, with marks [k, 2] on them; equal numbered axes, z₂ upwards."""
    codes = material.places(kind)[:_DOTS]
    seen = np.concatenate([np.percentile(codes, [_OUTLIERS, 100 - _OUTLIERS], axis=0), marks])
    centre, half = (seen.max(0) + seen.min(0)) / 2, float((seen.max(0) - seen.min(0)).max()) / 2
    side, edge = _FINE * _SIDE, _FINE * _SIDE + _FINE * _AXES
    image = Image.new("RGB", (edge, edge), "white")
    draw = ImageDraw.Draw(image)

    def pixel(z: np.ndarray) -> tuple[float, float]:
        x, y = (z - centre) / half * (side / 2 - _FINE * _MARGIN)
        return edge - side / 2 + float(x), side / 2 - float(y)

    def disc(z: np.ndarray, radius: float, colour: Any) -> None:
        x, y = pixel(z)
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)

    for axis in np.eye(2) * half * 2:
        draw.line([pixel(-axis), pixel(axis)], (190, 190, 190), 2)
    for code, label in zip(codes, material.labels[:_DOTS], strict=True):
        disc(code, _DOT, CLASS_COLOURS[label])
    names = ImageFont.load_default(_FINE * 11)  # so that a sheet copied in black and white can be read, too
    for label in range(len(CLASS_COLOURS)):
        middle = pixel(np.median(codes[material.labels[: len(codes)] == label], axis=0))
        draw.text(middle, str(label), "black", names, anchor="mm", stroke_width=2 * _FINE, stroke_fill="white")
    for mark in marks:
        for radius, colour in ((15.0, "white"), (12.0, "black"), (6.0, "white")):
            disc(mark, radius, colour)
    # Whatever lies out of sight is covered by the margins that the numbers stand on.
    draw.rectangle((0, 0, edge - side, edge), "white")
    draw.rectangle((0, side, edge, edge), "white")
    draw.rectangle((edge - side, 0, edge - 1, side), outline=(150, 150, 150), width=2)
    font = ImageFont.load_default(_FINE * 9)
    step = _tick_step(2 * half)
    for tick in np.arange(-20, 21) * step:
        x, y = pixel(np.array([tick, tick]))
        text = f"{tick:zg}"  # with a hyphen: Pillow's font has no minus
        if edge - side < x < edge:
            draw.text((x, side + 4), text, "black", font, anchor="ma")
        if _FINE * 5 < y < side - _FINE * 5:
            draw.text((edge - side - 5, y), text, "black", font, anchor="rm")
    png, _ = _png(image)
    return png, edge // _FINE


def _tick_step(span: float) -> float:
    """A round distance of which a span holds three to seven."""
    power = 10 ** math.floor(math.log10(span / 3))
    return next(factor * power for factor in (10, 5, 2, 1) if factor * power <= span / 3)


def _png(image: Image.Image) -> tuple[bytes, int]:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue(), image.width
