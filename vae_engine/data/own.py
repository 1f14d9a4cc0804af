"""Images of one's own, from files of any known format (formats/), as small grey squares with labels and splits. No torch.

They are named by an *address*: a path, and behind a question mark what was wished for them and a fingerprint of their files,
`/data/mine.npz?polarity=dark&files=0f3a…`. Where the files are no longer those of the fingerprint, nothing is read.

A `.safetensors` holds what `packed` made of any of these: small, grey, in the order of the files.
"""

from __future__ import annotations

import csv
import glob
import hashlib
import json
import re
import struct
import tarfile
import time
import tokenize
import zipfile
import zlib
from contextlib import ExitStack
from dataclasses import fields, replace
from functools import lru_cache
from lzma import LZMAError
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import numpy as np
from safetensors.numpy import save

from vae_engine.base.errors import EngineError
from vae_engine.base.files import parse_json
from vae_engine.data import file_names, kept_columns
from vae_engine.data import mnist as data
from vae_engine.data.collecting import DAMAGED, FEWEST, ORDER, ORIENTATIONS, POLARITIES, Collection, Wishes, collect, collected
from vae_engine.data.formats import pictures, places, reading
from vae_engine.data.formats.arrays import held
from vae_engine.data.formats.reading import Found, Part
from vae_engine.data.formats.row_names import Chained, Rows
from vae_engine.data.mnist import Images
from vae_engine.stored import weights
from vae_engine.stored.config import LARGEST_SIDE, SIDE, SMALLEST_SIDE

__all__ = [
    "DAMAGED", "FEWEST", "ORIENTATIONS", "POLARITIES", "Collection", "Wishes", "address", "classes", "counts", "known", "load",
    "packed", "parse", "path_of", "stamp", "unpinned", "wishes_of",
]  # fmt: skip

_FILES, _DIGITS = "files", 16
_PIN = re.compile(rf"[?&]{_FILES}=[0-9a-f]{{{_DIGITS}}}$")
_QUICK, _PATIENCE = 100, 20  # so many files are looked at every time; a look at more is good for so many times as long as it took
_WISHED = ("polarity", "orientation", "labels", "classes", "damaged")  # and limit and side, which are numbers
_BROKEN = (
    zipfile.BadZipFile, tarfile.TarError, zlib.error, LZMAError, NotImplementedError, RuntimeError, EOFError, OSError, ValueError,
    SyntaxError, struct.error, csv.Error, OverflowError, IndexError, KeyError, TypeError, MemoryError, tokenize.TokenError,
)  # fmt: skip


def load(name: str | Path, split: str) -> Images:
    """One split of the images of an address. Raises EngineError, one sentence, for whatever is wrong there."""
    if split not in data.SPLITS:
        raise EngineError(f"There is no split called {split!r}; choose one of {', '.join(data.SPLITS)}.")
    return known(name).part(split)


def counts(name: str | Path) -> dict[str, int]:
    """How many of the images of an address are in each split. Raises EngineError as `load` does."""
    found = known(name)
    return {split: found.splits[split] for split in data.SPLITS}


def classes(name: str | Path) -> tuple[str, ...]:
    """What the labels of the images of an address mean. Raises EngineError as `load` does."""
    return known(name).classes


def address(path: str | Path, wishes: Wishes | None = None, pinned: bool = False) -> str:
    """The address of a path, made absolute, or of an address with other wishes; `pinned` adds the fingerprint of the files.

    Raises EngineError where the files are to be pinned and are not there, and for a wish that cannot be.
    """
    place, noted, _ = _taken_apart(path)
    wishes = wishes or noted
    default = Wishes()
    asked: dict[str, Any] = {f.name: v for f in fields(Wishes) if (v := getattr(wishes, f.name)) != getattr(default, f.name)}
    place = place.expanduser().resolve()
    if "labels" in asked and wishes.labels != "none":
        asked["labels"] = str(_among(place, wishes.labels) or Path(wishes.labels).expanduser().resolve())
    if pinned:
        labels = _label_file(replace(wishes, labels=asked.get("labels", "auto")))
        asked[_FILES] = _fingerprint(place, labels, _stamp(place, labels))
    return f"{place}?{urlencode(asked, safe='/:')}" if asked else str(place)


def _among(folder: Path, name: str) -> Path | None:
    """The one file of a name that lies in a folder of images, at any depth; None where there is none, or several."""
    if Path(name).name != name or not folder.is_dir():
        return None
    found = [path for path in folder.rglob(glob.escape(name)) if path.is_file() and path.resolve().is_relative_to(folder)]
    return found[0] if len(found) == 1 else None


def path_of(name: str | Path) -> Path:
    """The path of an address."""
    path, mark, _ = str(name).rpartition("?")
    return Path(path) if mark and not Path(name).exists() else Path(name)


def wishes_of(name: str | Path) -> Wishes:
    """What an address wishes. Raises EngineError for a wish that cannot be."""
    return _taken_apart(name)[1]


def unpinned(name: str) -> str:
    """An address without its fingerprint."""
    return _PIN.sub("", name)


def stamp(name: str | Path) -> str:
    """Changes whenever anything about the files of an address does. Raises EngineError where they are not there."""
    path, wishes, _ = _taken_apart(name)
    return _stamp(path, _label_file(wishes))


def _label_file(wishes: Wishes) -> str:
    return "" if wishes.labels in ("auto", "none") else wishes.labels


def _taken_apart(name: str | Path) -> tuple[Path, Wishes, str]:
    """Path, wishes and fingerprint of an address. Raises EngineError for a wish that cannot be."""
    path, noted = path_of(name), str(name).rpartition("?")[2]
    if path == Path(name):
        return path, Wishes(), ""
    given = dict(parse_qsl(noted))
    files, limit, side = given.pop(_FILES, ""), given.pop("limit", "0"), given.pop("side", str(SIDE))
    if not (given.keys() <= set(_WISHED) and all(one.isdecimal() and len(one) < 10 for one in (limit, side))):
        raise EngineError(f"{ascii(noted)[:80]} behind the path of images is not one of {', '.join(_WISHED)}, limit or side.")
    wishes = Wishes(**given, limit=int(limit), side=int(side))
    if not SMALLEST_SIDE <= wishes.side <= LARGEST_SIDE:
        raise EngineError(f"Images are read at {SMALLEST_SIDE} to {LARGEST_SIDE} pixels a side, not at {wishes.side}.")
    if wishes.polarity not in POLARITIES or wishes.orientation not in ORIENTATIONS:
        raise EngineError(f"Images are {', '.join(POLARITIES)} in polarity and {', '.join(ORIENTATIONS)} in orientation.")
    if wishes.damaged not in DAMAGED:
        raise EngineError(f"Of damaged pictures it is asked one of {', '.join(DAMAGED)}.")
    return path, wishes, files


def known(name: str | Path) -> Collection:
    """The images of an address, read again when a file was changed, added or removed. Raises EngineError as `load` does."""
    path, wishes, files = _taken_apart(name)
    labels = _label_file(wishes)
    seen = _stamp(path, labels)
    if files and files != _fingerprint(path, labels, seen):
        raise EngineError(
            f"The images at {path} are no longer those that were trained on: put the files back as they were, or train again."
        )
    return _collected(path, wishes, seen)


@lru_cache(maxsize=2)
def _collected(path: Path, wishes: Wishes, stamp: str) -> Collection:
    return read(path, wishes)


_looked: dict[tuple[Path, str], tuple[float, str]] = {}


def _stamp(path: Path, labels: str) -> str:
    """Names, sizes and times of the files at a path: other ones, once anything there was changed, added or removed."""
    until, stamp = _looked.get((path, labels), (0.0, ""))
    began = time.monotonic()
    if began < until:
        return stamp
    seen = hashlib.sha256()
    sources = list(_sources(path, labels))
    for source in sources:
        state = source.path.stat() if source.path else None
        seen.update(f"{source.name} {source.size} {state.st_mtime_ns if state else 0} {state.st_ino if state else 0}\n".encode())
    if len(sources) > _QUICK:
        now = time.monotonic()
        if len(_looked) > 100:
            _looked.clear()
        _looked[path, labels] = (now + _PATIENCE * (now - began), seen.hexdigest())
    return seen.hexdigest()


@lru_cache(maxsize=8)
def _fingerprint(path: Path, labels: str, stamp: str) -> str:
    """A hash of what the files hold, whatever they or their folder are called."""
    seen = hashlib.sha256()
    try:
        for piece in places.each_byte(_sources(path, labels)):
            seen.update(piece)
    except OSError as error:
        raise EngineError(f"Cannot read {path}: {error.strerror or error}.") from None
    return seen.hexdigest()[:_DIGITS]


def _sources(path: Path, labels: str) -> list[places.Source]:
    try:
        with ExitStack() as until:
            return reading.files(path, until) + ([places.of_file(Path(labels))] if labels else [])
    except FileNotFoundError:
        if path.exists():
            raise EngineError(
                f"There is no file of labels at {labels}: give its path, or its name where it lies among the images."
            ) from None
        raise EngineError(f"There are no images at {path}: give a folder or a file of images.") from None
    except _BROKEN as error:
        raise _unreadable(path, error) from None


def _unreadable(path: Path | str, error: BaseException) -> EngineError:
    if isinstance(error, OSError) and error.strerror:
        reason = error.strerror
    elif isinstance(error, MemoryError):
        reason = "there is too little memory for it"
    elif isinstance(error, RuntimeError):  # so zipfile says that it cannot unpack
        reason = "it is locked, or packed in a way that is not read"
    else:
        reason = "it is damaged, cut off or not what its name says; copy or send it once more"
    return EngineError(f"{path} cannot be read as images: {reason}.")


def read(path: Path, wishes: Wishes | None = None) -> Collection:
    """The images at a path, every limit checked before the work that it limits. Raises EngineError."""
    wishes = wishes or Wishes()
    try:
        if path.suffix == ".safetensors":
            return parse(weights.read_raw(path), str(path), wishes.side)
        with ExitStack() as until:
            return collect(
                _with_labels(reading.find(path, until, wishes.damaged == "leave-out"), wishes.labels), wishes, str(path)
            )
    except EngineError as error:
        if str(error).startswith(str(path)):
            raise
        raise EngineError(f"{path} cannot be read as images: {str(error).rstrip('.')}.") from None
    except _BROKEN as error:
        raise _unreadable(path, error) from None


def _with_labels(found: Found, asked: str) -> Found:
    """What was found with labels from a file of their own, or without any."""
    if asked == "auto":
        return found
    if asked == "none":
        return replace(found, parts=[replace(part, labels=None) for part in found.parts], classes=None)
    given = reading.labels_of(Path(asked), Chained([part.names for part in found.parts]))
    ends = np.cumsum([len(part.images) for part in found.parts])
    if len(given) != ends[-1]:
        raise EngineError(f"{asked} has {len(given):,} labels for {ends[-1]:,} images")
    pieces = np.split(given, ends[:-1])
    return replace(found, parts=[replace(part, labels=piece) for part, piece in zip(found.parts, pieces, strict=True)])


def packed(name: str | Path) -> bytes:
    """All images of an address as one safetensors file, small and grey, that `parse` reads. Raises EngineError as `load` does."""
    found = known(name)
    noted: dict[str, Any] = {"inverted": True} if found.inverted else {}
    if found.report.own_split:  # cannot be drawn again, so the images lie in the order of their splits
        order = np.arange(len(found.rows))
        noted["splits"] = found.splits
    else:
        order = found.order_in_the_files()
    names = np.frombuffer(file_names.packed(found.called(order)), np.uint8)
    # One note, since several come in an order of their own each time, and the same images are to have the same hash.
    note = {"about": json.dumps({"classes": found.classes, **noted})} if noted else {"classes": json.dumps(found.classes)}
    columns = kept_columns.tensors([column.take(order) for column in found.columns])
    return save({"images": found.images.images[order], "labels": found.images.labels[order], "names": names, **columns}, note)


def parse(raw: bytes, name: str, side: int | None = None) -> Collection:
    """The images in bytes that `packed` made, called `name` in complaints; as they are or at another side. Raises EngineError."""
    tensors = weights.parse(raw, name)
    noted = weights.notes(raw)
    about = parse_json(noted.get("about", f'{{"classes": {noted.get("classes")}}}').encode(), f"{name}: about")
    about = about if isinstance(about, dict) else {}
    words, inverted, splits = about.get("classes"), about.get("inverted", False), about.get("splits")
    if not (isinstance(words, list) and all(isinstance(word, str) for word in words) and isinstance(inverted, bool)):
        raise EngineError(f"{name} does not say what its images are.")
    besides = {key for key in tensors if key == "names" or key.startswith("column")}  # older ones have none
    if tensors.keys() - besides != {"images", "labels"}:
        raise EngineError(f"{name} is not a file of images of this software.")
    images, labels = tensors["images"], tensors["labels"]
    square = images.shape[1:] in {(one, one) for one in range(SMALLEST_SIDE, LARGEST_SIDE + 1)}
    if not (images.dtype == labels.dtype == np.uint8 and square and labels.shape == images.shape[:1]):
        raise EngineError(f"{name} does not hold small square images of bytes with their labels.")
    images = pictures.shrink(images, side) if side and len(images) else images
    if labels.max(initial=0) >= len(words):
        raise EngineError(f"{name} has labels that name no class.")
    names = file_names.unpacked(tensors["names"].tobytes(), len(images), name) if "names" in tensors else None
    columns = kept_columns.read(tensors, len(images), name)
    part = Part("", held(images), labels, names or Rows(Path(name).name, len(images)), columns)
    found = Found("the images of a run", [part], tuple(words))
    if splits is None:
        return collected(found, images, None, inverted, name)
    sizes = {split: splits.get(split, 0) for split in ORDER} if isinstance(splits, dict) else {}
    if not (all(type(size) is int and size > 1 for size in sizes.values()) and sum(sizes.values()) == len(images)):
        raise EngineError(f"{name} has splits that are not those of its images.")
    whole = collected(found, images, sizes, inverted, name)
    return replace(whole, report=replace(whole.report, own_split=True))
