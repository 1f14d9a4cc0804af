"""Links to a state of the Explore page, written and read: the counterpart of browser/state/property_table.js.

A link comes from a visitor's clipboard, so everything in it is checked.
"""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

Latent = tuple[float, float]

LESSONS = "./learn"
"""Where Learn begins, relative to any other page of the dashboard."""

MODES = ("move", "inspect", "select", "draw", "walk", "sample", "network")
_LONGEST = 4000
_FARTHEST = 1000
_IMAGES = 60_000
_NUMBER = re.compile(r"-?\d{1,4}(\.\d{1,9})?")
_MODEL = re.compile(r"(run:)?[\w.-]{1,100}")
_DRAWING = re.compile(r"[\w-]{3,683}", re.ASCII)
_SIDES = range(4, 65)
_END = re.compile(r"i(?P<image>\d{1,5})|p(?P<model>[01]):(?P<z>.+)")


class LinkError(Exception):
    """A text that is no link to Explore; the message is for the visitor."""


@dataclass(frozen=True)
class End:
    """One end of a walk: a test image, or a place in the latent space of the first or the second model."""

    image: int | None = None
    model: int = 0
    z: Latent = (0.0, 0.0)


@dataclass(frozen=True)
class ExploreLink:
    """The part of Explore's state that tasks look at."""

    models: tuple[str, ...] = ()
    """Their names; empty for the ones that Explore opens on."""
    mode: str = "move"
    z: tuple[Latent, ...] = ((0.0, 0.0), (0.0, 0.0))
    """The latent under the cursor of each model."""
    image: int | None = None
    ends: tuple[End | None, End | None] = (None, None)
    path: str = "linear"
    drawing: bytes | None = None
    """The pixels of a square that the encoders see of a drawing, a bit each, row by row."""


def to_explore(state: str, models: Sequence[str] = ()) -> str:
    """The address of Explore in a state, relative to any other page of the dashboard."""
    query = f"?{urlencode({'models': ','.join(models)}, safe=',')}" if models else ""
    return f"./{query}#{state}"


def state_of(
    *,
    mode: str,
    z: Sequence[Sequence[float]] = (),
    image: int | None = None,
    layers: Sequence[str] = (),
    views: Sequence[Sequence[float]] = (),
) -> str:
    """The state in the form that follows the `#`; `views` are what each map has in sight: its middle, and its shorter side."""
    pairs = {"mode": mode}
    for key, places in (("z", z), ("view", views)):
        if places:
            pairs[key] = ";".join(",".join(f"{round(float(one), 4):g}" for one in place) for place in places)
    if layers:
        pairs["layers"] = ",".join(layers)
    if image is not None:
        pairs["image"] = str(image)
    return "&".join(f"{key}={quote(text, safe='')}" for key, text in pairs.items())


def read(text: str) -> ExploreLink:
    """What a pasted link says. Raises LinkError for anything that Copy link does not give."""
    text = text.strip()
    if not text:
        raise LinkError("Paste the link that Share, Copy link gives on the Explore page.")
    if len(text) > _LONGEST:
        raise LinkError("This text is too long to be a link to Explore.")
    address, hash_sign, state = text.partition("#")
    if not hash_sign:
        raise LinkError("This is no link to a state of Explore (it has no #). Use Share, Copy link on the Explore page.")
    try:
        given = parse_qs(state, keep_blank_values=True, strict_parsing=bool(state), errors="strict")
        models = parse_qs(urlsplit(address).query, errors="strict").get("models", [""])[0]
    except ValueError:
        raise LinkError("This link cannot be read. Use Share, Copy link on the Explore page.") from None
    values: dict[str, Any] = {}
    for key, parse in _READERS.items():
        if key in given:
            value = parse(given[key][0]) if len(given[key]) == 1 else _Refused
            if value is _Refused:
                raise LinkError(f"The part {key!r} of this link makes no sense.")
            values[key] = value
    names = tuple(models.split(",")) if models else ()
    if not all(_MODEL.fullmatch(name) for name in names) or len(names) > 2:
        raise LinkError("The models in this link make no sense.")
    return ExploreLink(models=names, **values)


class _Refused:
    """Stands for a value that makes no sense, where None may be one that does."""


def _choice(*allowed: str) -> Callable[[str], Any]:
    return lambda text: text if text in allowed else _Refused


def _image(text: str) -> Any:
    if text == "":
        return None
    return int(text) if re.fullmatch(r"\d{1,5}", text, re.ASCII) and int(text) < _IMAGES else _Refused


def _latent(text: str) -> Latent | None:
    parts = text.split(",")
    if len(parts) != 2 or not all(_NUMBER.fullmatch(part) and part.isascii() for part in parts):
        return None
    z1, z2 = map(float, parts)
    return (z1, z2) if max(abs(z1), abs(z2)) <= _FARTHEST and math.isfinite(z1 + z2) else None


def _latents(text: str) -> Any:
    places = tuple(_latent(part) for part in text.split(";"))
    return places if len(places) <= 2 and all(places) else _Refused


def _ends(text: str) -> Any:
    parts = text.split(";")
    ends = [_end(part) if part else None for part in parts]
    return tuple(ends) if len(parts) == 2 and _Refused not in ends else _Refused


def _end(text: str) -> Any:
    match = _END.fullmatch(text)
    if not match:
        return _Refused
    if match["image"]:
        image = _image(match["image"])
        return End(image=image) if isinstance(image, int) else _Refused
    z = _latent(match["z"])
    return End(model=int(match["model"]), z=z) if z else _Refused


def _drawing(text: str) -> Any:
    if not _DRAWING.fullmatch(text) or len(text) % 4 == 1:
        return _Refused
    padded = text + "=" * (-len(text) % 4)
    pixels = base64.urlsafe_b64decode(padded)
    side = side_of_drawing(pixels)
    spare = 8 * len(pixels) - side**2
    sound = side in _SIDES and 0 <= spare < 8 and not int.from_bytes(pixels) & ((1 << spare) - 1)
    # The last character may have bits to spare, too.
    return pixels if sound and base64.urlsafe_b64encode(pixels).decode() == padded else _Refused


def side_of_drawing(drawing: bytes) -> int:
    """Pixels along a side of a drawing with a bit for each: from four on their number of bytes tells it."""
    return math.isqrt(8 * len(drawing))


_READERS: dict[str, Callable[[str], Any]] = {
    "mode": _choice(*MODES),
    "z": _latents,
    "image": _image,
    "ends": _ends,
    "path": _choice("linear", "spherical"),
    "drawing": _drawing,
}
