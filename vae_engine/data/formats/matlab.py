"""MATLAB's .mat of version 5, as EMNIST and SVHN come: variables and structs of arrays. Version 7.3 is HDF5."""

from __future__ import annotations

import struct
import zlib
from contextlib import ExitStack
from typing import Any, BinaryIO

import numpy as np

from vae_engine.base.errors import EngineError
from vae_engine.data.formats.arrays import MAX_HELD, Array, Contents, faulty, held
from vae_engine.data.formats.extras import needed
from vae_engine.data.formats.places import Source

SAYS = (
    "MATLAB",
    "`.mat`",
    "EMNIST’s structs, or variables named as in NumPy",
    "scipy",
)

_COMPRESSED = 15
_HEADER = 128


def knows(head: bytes, name: str) -> bool:
    """Whether a file is of this format."""
    return head.startswith(b"MATLAB 5.0")


def contents(source: Source, until: ExitStack) -> Contents:
    """Every numeric variable under its path, such as `dataset.train.images`."""
    io = needed("scipy.io")
    with source.seekable() as stream:
        _refuse_bombs(stream)
        stream.seek(0)
        try:
            loaded = io.loadmat(stream, simplify_cells=True)
        except Exception as error:  # scipy raises whatever it stumbles over
            raise EngineError(f"is not a readable .mat file ({type(error).__name__})") from None
    arrays: dict[str, Array] = {}
    mapping = _flatten(loaded, "", arrays)
    return Contents("MATLAB .mat", arrays, _letters(mapping), transposed=mapping is not None)


def _refuse_bombs(stream: BinaryIO) -> None:
    """Unpack every variable once into nothing: only then is it known how large it is."""
    head = stream.read(_HEADER)
    order = "<" if head[126:128] == b"IM" else ">"
    total = 0
    while len(tag := stream.read(8)) == 8:
        kind, length = struct.unpack(f"{order}II", tag)
        content = stream.read(length)
        if len(content) < length:
            raise EngineError("is cut short")
        unpacker = zlib.decompressobj()
        while kind == _COMPRESSED and content and total <= MAX_HELD:
            total += len(unpacker.decompress(content, 2**22))
            content = unpacker.unconsumed_tail
        if total > MAX_HELD:
            raise EngineError(f"unpacks to more than {MAX_HELD >> 30} GiB")


def _flatten(value: Any, path: str, arrays: dict[str, Array]) -> np.ndarray | None:
    """Add all arrays below a struct; the table of EMNIST's labels and letters, where there is one."""
    mapping = None
    for name, item in value.items():
        if isinstance(item, dict):
            found = _flatten(item, f"{path}{name}.", arrays)
            mapping = found if found is not None else mapping
        elif isinstance(item, np.ndarray) and item.dtype.kind in "uifbUS":
            arrays[path + name] = held(item)
            if name == "mapping" and path and item.ndim == 2 and item.dtype.kind in "ui":
                mapping = item
        elif isinstance(item, np.ndarray):
            arrays[path + name] = faulty(item.shape, np.dtype("u1"), f"{path}{name} is an array of cells or objects")
    if mapping is not None:
        arrays.pop(f"{path}mapping", None)
    return mapping


def _letters(mapping: np.ndarray | None) -> tuple[str, ...] | None:
    """The first letter of each label, where the labels are 0, 1, … or 1, 2, …"""
    if mapping is None or not ((mapping[:, 1:] > 31) | (mapping[:, 1:] == 0)).all() or mapping[:, 1].max() > 126:
        return None
    return tuple(chr(code) for code in mapping[np.argsort(mapping[:, 0], kind="stable"), 1])
