"""Blocks of pixels of any kind as grey bytes: their range, their ink, which way up they are. Numpy and Pillow, no files."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from vae_engine.base.errors import EngineError
from vae_engine.data.formats import pictures
from vae_engine.data.formats.shapes import Layout

_GREY = np.array([0.299, 0.587, 0.114], np.float32)
_FAINT, _WHITE = 16, 255
_CHUNK = 4096
_ALIKE = np.uint64(0x0101010101010101)
"""What makes eight alike of one."""


@dataclass
class Values:
    """What is known of the numbers in images as blocks of them go by."""

    low: float = math.inf
    high: float = -math.inf
    whole: bool = True
    finite: bool = True

    def see(self, block: np.ndarray) -> None:
        """Take another block into account."""
        if block.dtype == np.uint8 and self.low == 0 and self.high == _WHITE:
            return  # bytes cannot go beyond
        low, high = float(block.min()), float(block.max())
        if block.dtype.kind == "f":
            self.finite &= math.isfinite(low) and math.isfinite(high)
            self.whole = self.whole and self.finite and bool((block == np.rint(block)).all())
        self.low, self.high = min(self.low, low), max(self.high, high)

    @property
    def are_bytes(self) -> bool:
        """Whether they are grey bytes already, as far as was seen."""
        return self.finite and self.whole and self.low >= 0 and self.high <= 255


@dataclass(frozen=True)
class Range:
    """The numbers that become 0 and 255, and why these."""

    low: float
    high: float
    said: str


def range_of(values: Values) -> Range:
    """The range that the numbers stand in, by their own lowest and highest. Raises EngineError for what is not finite."""
    if not values.finite:
        raise EngineError("some of its pixels are not finite numbers: replace them, e.g. np.nan_to_num")
    low, high = values.low, values.high
    span = f"{low:,.6g} to {high:,.6g}"
    if values.are_bytes and (high > _FAINT or high <= 0):
        return Range(0.0, 255.0, "bytes as they are")
    if values.are_bytes:
        return Range(0.0, high, f"{span}, spread over the full range")
    if low >= 0 and high <= 1:
        return Range(0.0, 1.0, "0 to 1")
    if -1 <= low < 0 and high <= 1:
        return Range(-1.0, 1.0, "−1 to 1")
    if low >= 0 and 127 < high <= 255:
        return Range(0.0, 255.0, "0 to 255")
    return Range(min(low, 0.0), max(high, min(low, 0.0) + 1e-9), f"{span}, spread over the full range")


def small(block: np.ndarray, layout: Layout | None, span: Range, side: int) -> np.ndarray:
    """A block of images as uint8 [k, side, side]: scaled, grey, small. Without a layout it is grey pictures [1, h, w] already."""
    if layout is not None:
        block = block.reshape(len(block), *layout.shape)
        if layout.channels_first:
            block = np.moveaxis(block, 1, -1)
    if (span.low, span.high) != (0.0, 255.0) or block.dtype != np.uint8:
        scaled = (block.astype(np.float32) - np.float32(span.low)) * np.float32(255 / (span.high - span.low))
        block = np.rint(np.clip(scaled, 0, 255)).astype(np.uint8)
    return pictures.shrink(np.ascontiguousarray(_grey(block) if block.ndim == 4 else block), side)


def _grey(block: np.ndarray) -> np.ndarray:
    channels = block.shape[3]
    colours = block[..., : channels - 1] if channels in (2, 4) else block
    ink = colours[..., 0] if colours.shape[3] == 1 else np.rint(colours @ _GREY).astype(np.uint8)
    return pictures.grounded(ink, block[..., -1]) if channels in (2, 4) else ink


@dataclass(frozen=True)
class Ink:
    """What the edges and the whole of the images say of ink and paper: tones from 0, black, to 255."""

    edge: float
    mean: float

    @property
    def is_dark(self) -> bool:
        """Whether this looks like dark ink on light paper."""
        return self.edge > 150 and self.mean > 127 and self.edge >= self.mean + 5


def ink_of(images: np.ndarray) -> Ink:
    """Median tone of the border and mean of all pixels of images uint8 [n, side, side], by about 2,000 of them."""
    seen = images[:: max(1, len(images) // 2000)]
    edges = np.concatenate([seen[:, 0].ravel(), seen[:, -1].ravel(), seen[:, :, 0].ravel(), seen[:, :, -1].ravel()])
    return Ink(float(np.median(edges)), float(seen.mean()))


def invert(images: np.ndarray) -> None:
    """Make dark bright, in place."""
    np.subtract(255, images, out=images)


def turn(images: np.ndarray) -> None:
    """Exchange rows and columns of each image, in place."""
    for start in range(0, len(images), _CHUNK):
        part = images[start : start + _CHUNK]
        part[:] = part.transpose(0, 2, 1).copy()


def of_one_tone(images: np.ndarray) -> np.ndarray:
    """Places of the images that are the same everywhere. Few are so in their middle, and only these are looked at whole."""
    flat = np.ascontiguousarray(images).reshape(len(images), math.prod(images.shape[1:]))
    if flat.shape[1] % 8:  # no whole number of eights, below
        pieces = np.split(np.arange(len(flat)), range(_CHUNK, len(flat), _CHUNK))
        return np.concatenate([piece[(flat[piece] == flat[piece, :1]).all(1)] for piece in pieces])
    eights = flat.view(np.uint64)  # eight pixels each
    at = eights.shape[1] // 2
    middle = eights[:, at]
    likely = np.flatnonzero(middle == (middle & np.uint64(255)) * _ALIKE)
    likely = likely[eights[likely, at - 1] == middle[likely]]
    found = [part[(eights[part] == middle[part, None]).all(1)] for part in np.split(likely, range(_CHUNK, len(likely), _CHUNK))]
    return np.concatenate(found)
