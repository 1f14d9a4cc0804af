"""The published data sets once they are here: fetched, checked, and read as their authors divided them. No torch.

Files lie in a folder for each origin, within the one that the environment names, else in the visitor's cache; there may
also be all files of a set in the named folder itself, as packages of operating systems have Fashion-MNIST's.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from vae_engine.base import locks
from vae_engine.base.errors import EngineError
from vae_engine.base.files import discard, patiently, write_atomically
from vae_engine.data.collecting import Collection, Wishes, collect
from vae_engine.data.formats import reading
from vae_engine.data.mnist import Images
from vae_engine.data.sets import download
from vae_engine.data.sets.catalogue import SETS, DataSet, File
from vae_engine.data.sets.download import Job, Report

VARIABLE = "LATENT_EXPLORER_DATA"
ABOUT = "ABOUT-{}.txt"
"""The file with the licence of a data set, beside its images."""
_SLACK = 2**20  # bytes of headers around images and labels
_LABELS = 40  # bytes of the longest label: eight numbers and what packing them may add
_CHUNK = 2**20
_BUSY = "{} is being fetched already, by another window or program: wait for it."


def folder(one: DataSet) -> Path:
    """Where the files of a data set lie, or will."""
    chosen = os.environ.get(VARIABLE)
    root = Path(chosen).expanduser() if chosen else Path.home() / ".cache" / "latent-explorer"
    if chosen and all((root / file.name).is_file() for file in one.files):
        return root
    return root / one.origin.folder


def is_here(one: DataSet) -> bool:
    """Whether all of its files are there; none is put there before it was checked."""
    place = folder(one)
    return all((place / file.name).is_file() for file in one.files)


def require(one: DataSet) -> None:
    """Raise EngineError saying how to get a data set that is not here."""
    place = folder(one)
    for file in one.files:
        if not (place / file.name).is_file():
            raise EngineError(f"{one.title} is not here ({place / file.name}): {_remedy(one)}.")


def _remedy(one: DataSet) -> str:
    files = "its file" if len(one.files) == 1 else f"its {len(one.files)} files"
    return f"fetch it with `python -m vae_engine fetch {one.name}`, or put {files} into a folder that {VARIABLE} names"


def load(one: DataSet, split: str) -> Images:
    """One split of a data set. Raises EngineError saying how to get it when it is not here or damaged."""
    return known(one).part(split)


def known(one: DataSet) -> Collection:
    """A data set, read once as long as its files stay as they are. Raises EngineError as `load` does."""
    require(one)
    place = folder(one)
    states = [(place / file.name).stat() for file in one.files]
    return _known(one.name, place, tuple((state.st_mtime_ns, state.st_size) for state in states))


@lru_cache(maxsize=2)
def _known(name: str, place: Path, stamp: tuple[tuple[int, int], ...]) -> Collection:
    one = SETS[name]
    for file in one.files:
        if wrong := _wrong(place / file.name, file):
            raise EngineError(f"{place / file.name} {wrong}; {_remedy(one)}.")
    try:
        with ExitStack() as until:
            found = replace(reading.find(place / one.files[0].name, until), classes=one.classes)
            collection = collect(found, Wishes(polarity="bright"), one.title, as_published=True)
    except EngineError as error:
        raise EngineError(f"{str(error).rstrip('.')}; {_remedy(one)}.") from None
    if collection.splits != one.counts:
        raise EngineError(f"The files of {one.title} in {place} hold other images than were published; {_remedy(one)}.")
    collection.images.images.setflags(write=False)
    collection.images.labels.setflags(write=False)
    return collection


def _wrong(path: Path, file: File) -> str:
    """What is wrong with a file, by its published hash, else by the checksum that gzip keeps; nothing where it is sound."""
    seen = hashlib.md5(usedforsecurity=False)
    try:
        with gzip.open(path) if file.of_unpacked or not file.md5 else path.open("rb") as stream:
            for piece in _pieces(stream):  # type: ignore[arg-type]
                seen.update(piece)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        return "is cut short or damaged"
    except OSError as error:
        return f"cannot be read ({error.strerror or error})"
    if file.md5 and seen.hexdigest() != file.md5:
        return f"is not the file that was published (its MD5 is {seen.hexdigest()}, not {file.md5})"
    return ""


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    while piece := stream.read(_CHUNK):
        yield piece


def fetch(one: DataSet, report: Report, mirrors: Sequence[str] = ()) -> Path:
    """Fetch what is missing of a data set, from the mirrors given or else those known; the folder.

    Raises EngineError, one sentence, when that fails; then nothing stands there that was not checked.
    """
    place, mirrors = folder(one), mirrors or one.origin.mirrors
    if not _missing(one, place):
        return place
    with locks.hold(place / ".fetching", _BUSY.format(one.title)):
        missing = _missing(one, place)
        if one.archive and missing:
            path = _fetched(one, one.archive, place, mirrors, report)
            _unpack(path, one, place)
            discard(path)
        elif not one.archive:
            for file in missing:
                path = _fetched(one, file, place, mirrors, report)
                patiently(lambda path=path, file=file: path.replace(place / file.name))  # type: ignore[misc]
        write_atomically(place / ABOUT.format(one.name), one.about().encode())
    return place


def _missing(one: DataSet, place: Path) -> list[File]:
    return [file for file in one.files if not (place / file.name).is_file() or _wrong(place / file.name, file)]


def _fetched(one: DataSet, file: File, place: Path, mirrors: Sequence[str], report: Report) -> Path:
    """A file of a set, checked, beside the place where it will be."""
    part, name = place / f"{file.name}.part", file.at_mirrors or file.name
    sharing = [other for other in SETS.values() if other.archive == one.archive] if one.archive else [one]
    most = _SLACK + sum(other.bytes + _LABELS * other.total for other in sharing)
    job = Job(file.name, part, lambda path: _wrong(path, file), most, 2.0 if one.archive else 1.0)
    download.fetch(job, [mirror.format(name) if "{}" in mirror else mirror + name for mirror in mirrors], report)
    return part


def _unpack(path: Path, one: DataSet, place: Path) -> None:
    """Take the files of a set, and of those that share its archive, out of it; each appears whole or not at all."""
    found = set()
    try:
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist():
                name = PurePosixPath(entry.filename).name
                if name not in one.members or name in found:
                    continue
                part = place / f"{name}.part"
                with archive.open(entry) as packed, part.open("wb") as file:
                    shutil.copyfileobj(packed, file, _CHUNK)
                patiently(lambda part=part, name=name: part.replace(place / name))  # type: ignore[misc]
                found.add(name)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise EngineError(f"{path.name} of {one.title} cannot be unpacked ({type(error).__name__}).") from None
    except OSError as error:
        raise EngineError(f"{path.name} of {one.title} cannot be unpacked into {place}: {error.strerror or error}.") from None
    if gone := [file.name for file in one.files if file.name not in found]:
        raise EngineError(f"{path.name} does not hold {gone[0]} of {one.title}.")
