"""IDX, the format of MNIST's own files: two zeros, a type, the number of sizes, the sizes, big-endian numbers."""

from __future__ import annotations

import struct
from contextlib import ExitStack
from typing import BinaryIO

import numpy as np

from vae_engine.base.errors import EngineError
from vae_engine.data.formats.arrays import Contents, faulty, read_exactly, size_fault, streamed
from vae_engine.data.formats.places import Source

SAYS = (
    "IDX",
    "`…-images-idx3-ubyte`, also `.gz`",
    "any type; labels and the test files lie beside it under any of the names in use (MNIST, QMNIST, EMNIST)",
    "",
)

_TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
_QMNIST_COLUMNS = 8


def knows(head: bytes, name: str) -> bool:
    """Whether a file is of this format."""
    return len(head) >= 8 and head[:2] == b"\0\0" and head[2] in _TYPES and 1 <= head[3] <= 4


def contents(source: Source, until: ExitStack) -> Contents:
    """The one array of the file: images where it has three sizes or more, or two that are no table of QMNIST's."""
    head = source.head()
    dimensions = head[3]
    start = 4 + 4 * dimensions
    if len(head) < start:
        raise EngineError("is an IDX file that is cut short within its header")
    shape = struct.unpack(f">{dimensions}I", head[4:start])
    dtype = np.dtype(_TYPES[head[2]])

    def rest() -> BinaryIO:
        stream = source.unpacked()
        read_exactly(stream, start)
        return stream

    why = size_fault(shape, dtype, None if source.is_packed() else source.size - start)
    array = faulty(shape, dtype, f"{source.name} {why}") if why else streamed(rest, shape, dtype)
    name = "labels" if dimensions == 1 or (dimensions == 2 and shape[1] == _QMNIST_COLUMNS) else "images"
    return Contents("IDX", {name: array})
