"""Which way round the sizes of an array of images are: rows, columns and channels, from its shape alone."""

from __future__ import annotations

import math
from dataclasses import dataclass

from vae_engine.base.errors import EngineError
from vae_engine.data.formats.arrays import told

MAX_SIDE = 1024
_SMALLEST = 4
_COLOUR = {3072: (3, 32, 32), 2352: (28, 28, 3), 12_288: (64, 64, 3), 192: (8, 8, 3)}
"""Flat colour pictures: CIFAR's planes, and the triples of the others."""


@dataclass(frozen=True)
class Layout:
    """How a block [k, …] becomes [k, h, w, c]: reshaped, then its channels moved to the end where they come first."""

    shape: tuple[int, ...]
    channels_first: bool

    @property
    def side(self) -> tuple[int, int]:
        """Height and width."""
        return (self.shape[1], self.shape[2]) if self.channels_first else (self.shape[0], self.shape[1])


def is_flat(length: int) -> bool:
    """Whether so many numbers are one picture: a square of grey pixels, or a known size of coloured ones."""
    side = math.isqrt(max(0, length))
    return length in _COLOUR or (side * side == length and side >= _SMALLEST)


def layout(shape: tuple[int, ...]) -> Layout:
    """The layout of images [n, h, w], [n, h, w, c], [n, c, h, w] or [n, pixels]. Raises EngineError saying what would do."""
    found = _layout(shape[1:])
    if found is None:
        forms = "[n, h, w], [n, h, w, channels], [n, channels, h, w] or [n, pixels of a square]"
        raise EngineError(f"its images are {told(shape)}, where {forms} is read: reshape them")
    if not all(1 <= side <= MAX_SIDE for side in found.side):
        raise EngineError(f"its images are {told(found.side)} pixels, where 1 to {MAX_SIDE} a side are read: make them smaller")
    return found


def _layout(sizes: tuple[int, ...]) -> Layout | None:
    match sizes:
        case (length,) if is_flat(length):
            side = math.isqrt(length)
            shape = _COLOUR.get(length, (side, side))
            return Layout(shape, length == 3072)
        case (_, _):
            return Layout(sizes, False)
        case (_, _, 1 | 2 | 3 | 4):
            return Layout(sizes, False)
        case (1 | 2 | 3 | 4, _, _):
            return Layout(sizes, True)
    return None
