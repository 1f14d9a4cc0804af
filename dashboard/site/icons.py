"""The icon of the site at the sizes that devices ask for: ten classes' colours as codes on a map, drawn here."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw

SIZES = (192, 512)
_GROUND = "#14202e"
_CODES = (
    (20.5, 19, 8, "#3f90da"), (43.5, 17, 6, "#ffa90e"), (47, 38, 9.5, "#bd1f01"), (30, 40, 6.5, "#832db6"),
    (16.5, 46, 6, "#e76300"), (35.5, 54.5, 4.5, "#92dadd"),
)  # fmt: skip
"""Centre, radius and colour of each, of a picture of 64 × 64."""
_SIDE, _CORNER, _FINER = 64, 13, 4
_SAFE = 0.8
"""The share of a maskable icon's side within which devices cut nothing off."""


def icon(size: int, maskable: bool = False) -> bytes:
    """A PNG of size × size pixels; a maskable one fills its square, since devices give it their own outline."""
    side = size * _FINER
    scale = side / _SIDE * (_SAFE if maskable else 1)
    edge = (side - _SIDE * scale) / 2
    picture = Image.new("RGBA", (side, side), _GROUND if maskable else (0, 0, 0, 0))
    draw = ImageDraw.Draw(picture)
    if not maskable:
        draw.rounded_rectangle((0, 0, side - 1, side - 1), _CORNER * scale, fill=_GROUND)
    for x, y, radius, colour in _CODES:
        box = [edge + (centre + sign * radius) * scale for sign in (-1, 1) for centre in (x, y)]
        draw.ellipse(box, fill=colour)
    buffer = io.BytesIO()
    picture.resize((size, size), Image.Resampling.LANCZOS).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
