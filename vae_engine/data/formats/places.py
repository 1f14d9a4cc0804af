"""Where files lie: in a folder, in a zip or tar that is never unpacked to disk, or alone. Names are relative, with slashes."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import stat
import tarfile
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

from vae_engine.base.errors import EngineError
from vae_engine.data.formats.arrays import MAX_HELD, MAX_RAW

MAX_FILES = 1_100_000
_LITTER = {"thumbs.db", "desktop.ini", "__macosx", ".ds_store", "ehthumbs.db", "icon\r"}
_HEAD, _NAMED = 560, 4
_GZIP, _BZIP2, _XZ = _PACKED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00")
_OUTSIDE = ("link that leads outside the folder or nowhere", "links that lead outside the folder or nowhere")
_FOLLOWED = ("link followed within the folder", "links followed within the folder")
_TWICE = ("link to a folder that is read anyway", "links to folders that are read anyway")
_LOCKED = ("entry of the zip that is a link or under a password", "entries of the zip that are links or under a password")
_DEVICES = ("entry of the tar that is a link or a device", "entries of the tar that are links or devices")
_ESCAPES = ("entry whose name leads outside the archive", "entries whose names lead outside the archive")


@dataclass(frozen=True)
class Source:
    """The bytes of one file, wherever they lie, and the file itself where it is one."""

    name: str
    open: Callable[[], BinaryIO]
    size: int
    path: Path | None = None

    def head(self) -> bytes:
        """The first bytes, unpacked where the file is a single one packed by gzip, bzip2 or xz."""
        with self.unpacked() as stream:
            return stream.read(_HEAD)

    def is_packed(self) -> bool:
        """Whether it is a single file packed by gzip, bzip2 or xz."""
        with self.open() as stream:
            return stream.read(6).startswith(_PACKED)

    def unpacked(self) -> BinaryIO:
        """The content from its beginning, unpacked likewise and never more of it than may be."""
        stream = self.open()
        magic = stream.read(6)
        stream.seek(0)
        if magic.startswith(_GZIP):
            return cast(BinaryIO, _Bounded(gzip.GzipFile(fileobj=stream), stream))
        if magic.startswith(_BZIP2):
            return cast(BinaryIO, _Bounded(bz2.BZ2File(stream), stream))
        if magic.startswith(_XZ):
            return cast(BinaryIO, _Bounded(lzma.LZMAFile(stream), stream))
        return stream

    def seekable(self) -> BinaryIO:
        """The content as what libraries of formats can jump about in. Raises EngineError where it is too large to be held."""
        if self.path is not None and not self.is_packed():
            return self.path.open("rb")
        with self.unpacked() as stream:
            content = stream.read(MAX_HELD + 1)
        if len(content) > MAX_HELD:
            raise EngineError(f"{self.name} unpacks to more than {MAX_HELD >> 30} GiB.")
        return io.BytesIO(content)


class _Bounded(io.RawIOBase):
    """A stream that ends in a refusal where it goes on and on."""

    def __init__(self, inner: io.BufferedIOBase, packed: BinaryIO) -> None:
        self._inner, self._packed, self._left = inner, packed, MAX_RAW + 2**20

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        content = self._inner.read(len(buffer))
        buffer[: len(content)] = content
        self._left -= len(content)
        if self._left < 0:
            raise EngineError(f"unpacks to more than {MAX_RAW >> 30} GiB")
        return len(content)

    def readline(self, size: int | None = -1) -> bytes:
        content = self._inner.readline(-1 if size is None else size)
        self._left -= len(content)
        if self._left < 0:
            raise EngineError(f"unpacks to more than {MAX_RAW >> 30} GiB")
        return content

    def close(self) -> None:
        self._inner.close()
        self._packed.close()
        super().close()


@dataclass
class Place:
    """The files of a place, and why others of it are not among them."""

    sources: list[Source]
    left_out: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By what they are, one and many of them."""

    def leave_out(self, names: list[str], one: str, many: str) -> None:
        """Take files out by name, told as one or many of something."""
        if names:
            some = named(names)
            self.left_out[f"{one} ({some})", f"{many} ({some})"] = len(names)
            without = set(names)
            self.sources = [source for source in self.sources if source.name not in without]

    def told(self) -> list[str]:
        """What was left out, in words."""
        return [counted(count, *words) for words, count in self.left_out.items() if count]


def named(names: Sequence[str]) -> str:
    """The first of several names."""
    return ", ".join(names[:_NAMED]) + (" …" if len(names) > _NAMED else "")


def counted(count: int, one: str, many: str) -> str:
    """So many of something, in words."""
    return f"{count:,} {one if count == 1 else many}"


def of_file(path: Path) -> Source:
    """A file as a source of its own."""
    return Source(path.name, partial(_file, path), path.stat().st_size, path)


def _file(path: Path) -> BinaryIO:
    return path.open("rb")


def of_folder(root: Path) -> Place:
    """All files below a folder in the order of their names. Links are followed within the folder and left out beyond it."""
    place, home, seen = Place([]), root.resolve(), {root.resolve()}

    def walk(folder: Path, prefix: str) -> None:
        with os.scandir(folder) as scanned:
            entries = sorted(scanned, key=lambda entry: entry.name)
        for entry in entries:
            if is_litter(entry.name):
                continue
            path, name = Path(entry.path), prefix + entry.name
            if entry.is_symlink():
                real = path.resolve()
                if not real.exists() or not real.is_relative_to(home):
                    place.left_out[_OUTSIDE] += 1
                    continue
            if entry.is_dir():
                if path.resolve() in seen:
                    place.left_out[_TWICE] += 1
                    continue
                seen.add(path.resolve())
                walk(path, name + "/")
            elif entry.is_file():
                place.left_out[_FOLLOWED] += entry.is_symlink()
                _refuse_too_many(place.sources)
                place.sources.append(Source(name, partial(_file, path), entry.stat().st_size, path))

    walk(root, "")
    return place


def _refuse_too_many(found: list[Source]) -> None:
    if len(found) >= MAX_FILES:
        raise EngineError(f"holds more than {MAX_FILES:,} files")


def of_zip(path: Path, archive: zipfile.ZipFile) -> Place:
    """The plain files in a zip."""
    place, entries = Place([]), archive.infolist()
    if len(entries) > MAX_FILES:
        raise EngineError(f"holds more than {MAX_FILES:,} files")
    if sum(entry.file_size for entry in entries) > MAX_RAW:
        raise EngineError(f"unpacks to more than {MAX_RAW >> 30} GiB")
    for entry in entries:
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if entry.is_dir() or not _is_wanted(entry.filename, place):
            continue
        if kind not in (0, stat.S_IFREG) or entry.flag_bits & 1:
            place.left_out[_LOCKED] += 1
            continue
        place.sources.append(Source(entry.filename, partial(_entry, archive, entry), entry.file_size))
    place.sources.sort(key=lambda source: source.name)
    return place


def _entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> BinaryIO:
    return cast(BinaryIO, archive.open(entry))


def of_tar(archive: tarfile.TarFile) -> Place:
    """The plain files in a tar, in their own order, in which they are read fastest."""
    place, total = Place([]), 0
    for member in archive:
        total += member.size
        if total > MAX_RAW:
            raise EngineError(f"unpacks to more than {MAX_RAW >> 30} GiB")
        if member.isdir() or not _is_wanted(member.name, place):
            continue
        if not member.isfile() or member.issparse():
            place.left_out[_DEVICES] += 1
            continue
        _refuse_too_many(place.sources)
        place.sources.append(Source(member.name, partial(_member, archive, member), member.size))
    return place


def _member(archive: tarfile.TarFile, member: tarfile.TarInfo) -> BinaryIO:
    return cast(BinaryIO, archive.extractfile(member))


def _is_wanted(name: str, place: Place) -> bool:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if name.startswith("/") or ".." in parts:
        place.left_out[_ESCAPES] += 1
        return False
    return bool(parts) and not any(map(is_litter, parts))


def is_litter(name: str) -> bool:
    """Whether a file or folder is hidden, or one of those that operating systems leave lying about."""
    return name.startswith(".") or name.lower() in _LITTER


def each_byte(sources: list[Source]) -> Iterator[bytes]:
    """The bytes of files, one piece after the other."""
    for source in sources:
        with source.open() as stream:
            while piece := stream.read(2**20):
                yield piece
