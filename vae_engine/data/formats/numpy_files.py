"""NumPy's .npy and .npz. A header is parsed as a literal and believed only where it fits the bytes; objects are refused."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from typing import BinaryIO, cast

import numpy as np

from vae_engine.base.errors import EngineError
from vae_engine.data.formats.arrays import MAX_HELD, Array, Contents, faulty, held, read_exactly, size_fault, streamed, told
from vae_engine.data.formats.places import Source

SAYS = (
    "NumPy",
    "`.npz`, `.npy`",
    "`images` and `labels`, or `x_train`, `y_train`, `x_test`, …, or `data` and `target`; "
    "others with a number or a text for each image are columns, the rest is left out, and named; "
    "an array without a name takes that of its file (`X.npy` beside `y.npy`)",
    "",
)

_MAX_HEADER = 4000
_KINDS = "uifbUS"


def knows(head: bytes, name: str) -> bool:
    """Whether a file is of this format."""
    return head[:6] == b"\x93NUMPY" or (head[:4] in (b"PK\3\4", b"PK\5\6") and name.lower().endswith(".npz"))


def is_npz(archive: zipfile.ZipFile) -> bool:
    """Whether a zip is an .npz by its content, whatever it is called."""
    names = archive.namelist()
    return bool(names) and all(name.endswith(".npy") and "/" not in name for name in names)


def contents(source: Source, until: ExitStack) -> Contents:
    """The arrays of an .npy (`arr_0`, as NumPy calls what has no name) or an .npz."""
    with source.unpacked() as stream:
        single = stream.read(6) == b"\x93NUMPY"
    if single:
        return Contents(
            "NumPy .npy", {"arr_0": _array(source.unpacked, source.name, None if source.is_packed() else source.size)}
        )
    archive = until.enter_context(zipfile.ZipFile(until.enter_context(source.seekable())))
    arrays = {}
    for entry in archive.infolist():
        name = entry.filename.removesuffix(".npy")
        if name in arrays:
            raise EngineError(f"names {ascii(name)[:60]} twice")
        if entry.filename.endswith(".npy"):
            arrays[name] = _array(partial(_entry, archive, entry), name, entry.file_size)
    return Contents("NumPy .npz", arrays)


def _entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> BinaryIO:
    return cast(BinaryIO, archive.open(entry))


def _array(open_source: Callable[[], BinaryIO], name: str, size: int | None) -> Array:
    with open_source() as stream:
        shape, by_columns, dtype = _header(stream)
        skipped = stream.tell()
    if dtype.hasobject:
        why = "is an array of Python objects, which are never unpickled: save it as numbers or text, e.g. y.astype(str)"
        return faulty(shape, dtype, f"{name} {why}")
    if dtype.kind not in _KINDS or dtype.itemsize == 0:
        return faulty(shape, np.dtype("u1"), f"{name} is an array of {dtype}, which is neither numbers nor text")
    if why := size_fault(shape, dtype, None if size is None else size - skipped):
        return faulty(shape, dtype, f"{name} {why}")

    def rest() -> BinaryIO:
        stream = open_source()
        read_exactly(stream, skipped)
        return stream

    if not shape:
        return faulty(shape, dtype, f"{name} is a single value")
    if not by_columns or sum(side > 1 for side in shape) <= 1:
        return streamed(rest, shape, dtype)
    return Array(shape, dtype, lambda: _by_columns(rest, shape, dtype))


def _header(stream: BinaryIO) -> tuple[tuple[int, ...], bool, np.dtype]:
    version = np.lib.format.read_magic(stream)
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, by_columns, dtype = read(stream, max_header_size=_MAX_HEADER)
    if not all(type(side) is int for side in shape):
        raise EngineError("has a header with a size that is no whole number")
    return shape, by_columns, dtype


def _by_columns(rest: Callable[[], BinaryIO], shape: tuple[int, ...], dtype: np.dtype) -> Iterator[np.ndarray]:
    """Fortran order: the first axis runs fastest, so that a first image is there only when all is."""
    length = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
    if length > MAX_HELD:
        raise EngineError(f"is of {told(shape)} in Fortran order and too large for that: save np.ascontiguousarray of it")
    with rest() as stream:
        content = read_exactly(stream, length + 1)
    if len(content) != length:
        raise EngineError(f"does not have the size {told(shape)} that its header promises")
    yield from held(np.frombuffer(content, dtype).reshape(shape, order="F")).blocks()
