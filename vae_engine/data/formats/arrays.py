"""Arrays that lie in a file, described before they are read and read block by block; every limit comes before the work."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

import numpy as np

from vae_engine.base.errors import EngineError
from vae_engine.data.formats.columns import Column

MAX_RAW = 2**32
"""Bytes that an array may unpack to; it is read in blocks, so this bounds time and not memory."""
MAX_HELD = 2**30
"""Bytes that may be held at once, where a format cannot be read in blocks."""
_BLOCK = 2**20

Blocks = Callable[[], Iterator[np.ndarray]]


@dataclass(frozen=True)
class Array:
    """An array in a file: `blocks` reads it along its first axis, from the beginning at each call; a block lasts until the next.

    `pictures`, where it holds encoded pictures: each block is then one grey picture [1, h, w] of a size of its own, and the
    shape is [n]. `fault` says why it cannot be read at all.
    """

    shape: tuple[int, ...]
    dtype: np.dtype
    blocks: Blocks
    pictures: str = ""
    fault: str = ""

    def __len__(self) -> int:
        return self.shape[0] if self.shape else 0

    def whole(self) -> np.ndarray:
        """All of it. Raises EngineError where it is faulty or too large to be held."""
        if self.fault:
            raise EngineError(self.fault)
        if math.prod(self.shape) * self.dtype.itemsize > MAX_HELD:
            raise EngineError(f"an array of {told(self.shape)} is too large to be read at once")
        parts = [block.copy() for block in self.blocks()]
        return np.concatenate(parts) if parts else np.empty(self.shape, self.dtype)


@dataclass(frozen=True)
class Contents:
    """What one file holds: named arrays, and what the format itself says of them."""

    format: str
    arrays: dict[str, Array]
    classes: tuple[str, ...] | None = None
    transposed: bool = False
    """Whether this format is known for images that lie on their side."""
    left_out: list[str] = field(default_factory=list)
    columns: list[Column] = field(default_factory=list)
    """What a table has besides, for each of its images."""


def told(shape: Iterable[int]) -> str:
    """A shape in words."""
    return "[" + ", ".join(f"{side:,}" for side in shape) + "]"


def faulty(shape: tuple[int, ...], dtype: np.dtype, why: str) -> Array:
    """An array that is there and cannot be read."""
    return Array(shape, dtype, lambda: iter(()), fault=why)


def held(array: np.ndarray) -> Array:
    """An array in memory."""
    rows = _rows(array.shape, array.dtype)
    return Array(array.shape, array.dtype, lambda: (array[i : i + rows] for i in range(0, len(array), rows)))


def streamed(open_at: Callable[[], BinaryIO], shape: tuple[int, ...], dtype: np.dtype) -> Array:
    """An array whose bytes, in C order, are all that a stream still gives. Reading raises ValueError where they are not."""

    def blocks() -> Iterator[np.ndarray]:
        rows = _rows(shape, dtype)
        block = np.empty((min(rows, shape[0]), *shape[1:]), dtype)
        with open_at() as stream:
            for start in range(0, shape[0], rows):
                wanted = block[: shape[0] - start]
                if _fill(stream, wanted) < wanted.nbytes:
                    raise EngineError(f"is cut short: its header promises {told(shape)}")
                yield wanted
            if stream.read(1):
                raise EngineError(f"goes on behind the {told(shape)} that its header promises")

    return Array(shape, dtype, blocks)


def _fill(stream: BinaryIO, block: np.ndarray) -> int:
    """Read into a block; how many bytes of it there were."""
    bytes_of, done = block.reshape(-1).view(np.uint8).data, 0
    while done < len(bytes_of) and (read := stream.readinto(bytes_of[done:])):  # type: ignore[attr-defined]
        done += read
    return done


def read_exactly(stream: BinaryIO, length: int) -> bytes:
    """So many bytes of a stream, or all that it still has."""
    parts = []
    while length and (part := stream.read(min(length, _BLOCK))):
        parts.append(part)
        length -= len(part)
    return b"".join(parts)


def size_fault(shape: tuple[int, ...], dtype: np.dtype, there: int | None = None) -> str:
    """Why an array of this shape is not even begun with; nothing where it may be. `there` are its bytes, where they are known."""
    if any(side < 0 for side in shape):
        return "has a header with a negative size"
    if there is not None and math.prod(shape) * dtype.itemsize != there:
        return f"does not have the size {told(shape)} that its header promises"
    if math.prod(shape) * dtype.itemsize > MAX_RAW:
        return f"is of {told(shape)}, which unpacks to more than {MAX_RAW >> 30} GiB"
    return ""


def _rows(shape: tuple[int, ...], dtype: np.dtype) -> int:
    return max(1, _BLOCK // max(1, math.prod(shape[1:]) * dtype.itemsize))
