"""HDF5: data sets in groups, named as the arrays of an .npz; MATLAB's version 7.3, too. Nothing in other files is read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import numpy as np

from vae_engine.base.errors import EngineError
from vae_engine.data.formats.arrays import Array, Contents, faulty, held, size_fault
from vae_engine.data.formats.extras import needed
from vae_engine.data.formats.places import Source

SAYS = (
    "HDF5",
    "`.h5`, `.hdf5`, `.mat` 7.3",
    "data sets named as in NumPy, in groups or not",
    "h5py",
)

_MAGIC = b"\x89HDF\r\n\x1a\n"
_ROWS, _MOST_TEXTS = 512, 100_000


def knows(head: bytes, name: str) -> bool:
    """Whether a file is of this format."""
    return head[:8] == _MAGIC or head[512:520] == _MAGIC or head.startswith(b"MATLAB 7.3")


def contents(source: Source, until: ExitStack) -> Contents:
    """Every data set under its path."""
    h5py = needed("h5py")
    try:
        file = until.enter_context(h5py.File(until.enter_context(source.seekable()), "r"))
        arrays: dict[str, Array] = {}
        file.visititems(lambda name, item: arrays.update({name: _array(h5py, name, item)}) if hasattr(item, "shape") else None)
    except (OSError, RuntimeError, KeyError, ValueError, TypeError, AttributeError) as error:
        raise EngineError(f"is not readable HDF5 ({' '.join(str(error).split())[:80]})") from None
    return Contents("HDF5", arrays, transposed="MATLAB_class" in {key for name in arrays for key in file[name].attrs})


def _array(h5py: Any, name: str, item: Any) -> Array:
    shape, dtype = tuple(item.shape or ()), np.dtype(item.dtype)
    if item.external or item.is_virtual:
        return faulty(shape, np.dtype("u1"), f"{name} lies in another file")
    if not shape:
        return faulty(shape, np.dtype("u1"), f"{name} is a single value")
    if h5py.check_string_dtype(item.dtype) is not None and len(shape) == 1 and shape[0] <= _MOST_TEXTS:
        return held(np.array([str(text)[:80] for text in item.asstr(errors="replace")[:]]))
    if dtype.kind not in "uifb":
        return faulty(shape, np.dtype("u1"), f"{name} is an array of {dtype}, which is no numbers")
    why = size_fault(shape, dtype)
    return faulty(shape, dtype, f"{name} {why}") if why else Array(shape, dtype, lambda: _blocks(item))


def _blocks(item: Any) -> Iterator[np.ndarray]:
    for start in range(0, len(item), _ROWS):
        yield item[start : start + _ROWS]
