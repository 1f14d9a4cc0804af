"""Pictures in folders, and in a zip or tar of such: a folder a class, around them perhaps folders train, test, validation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np

from vae_engine.base.errors import EngineError
from vae_engine.data.formats import pictures
from vae_engine.data.formats.arrays import Array
from vae_engine.data.formats.names import called
from vae_engine.data.formats.places import Place, Source, counted

SAYS = (
    "pictures",
    "a folder, a `.zip`, a `.tar` (`.gz`, `.bz2`, `.xz`)",
    "PNG, JPEG, WebP, BMP, GIF, TIFF; a folder a class, around them perhaps `train`, `test`, `validation`",
    "",
)
_NAMED = 3  # so many files that are left out are named
_SUFFIXES = (".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".bmp", ".dib", ".gif", ".tif", ".tiff")
_DATA = (
    ".npy",
    ".npz",
    ".csv",
    ".tsv",
    ".gz",
    ".parquet",
    ".mat",
    ".h5",
    ".hdf5",
    ".json",
    ".xml",
    ".txt",
    ".md",
    ".py",
    ".html",
)
_MAGIC = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*")

Parts = list[tuple[str, Array, np.ndarray | None, list[str]]]


@dataclass(frozen=True)
class Pictures:
    """The pictures of a place by split, each with its folder as its label."""

    format: str
    parts: Parts
    left_out: list[str]


def is_picture(source: Source) -> bool:
    """Whether a file is a picture, by its name or, where that says nothing, by its first bytes."""
    name = source.name.lower()
    if name.endswith(_SUFFIXES):
        return True
    if name.endswith(_DATA) or not source.size:
        return False
    with source.open() as stream:
        head = stream.read(12)
    return head.startswith(_MAGIC) or (head[:4] == b"RIFF" and head[8:] == b"WEBP")


def damaged(sources: list[Source]) -> list[str]:
    """The names of the pictures that cannot be read; every one is decoded for it."""
    return [source.name for source in sources if _fault(source)]


def any_readable(sources: list[Source]) -> bool:
    """Whether a picture among them can be read; they are decoded until one can."""
    return any(not _fault(source) for source in sources)


def _fault(source: Source) -> str:
    try:
        _grey(source)
    except EngineError as error:
        return str(error)
    return ""


def _grey(source: Source) -> np.ndarray:
    with source.open() as stream:
        return pictures.grey(stream, source.size, source.name)


def found(sources: list[Source], place: Place, archive: str) -> Pictures:
    """The pictures with their classes and splits, from the folders they lie in."""
    left_out = place.told()
    pictured = {source.name for source in sources}
    others = [source.name for source in place.sources if source.name not in pictured]
    if others:
        some = ", ".join(PurePosixPath(name).name for name in others[:_NAMED]) + (" …" if len(others) > _NAMED else "")
        left_out.append(f"{counted(len(others), 'file that is no picture', 'files that are no pictures')} ({some})")
    homes = _unwrapped([PurePosixPath(source.name.replace("\\", "/")).parts[:-1] for source in sources])
    splits = [called(home[0]).split if home and not called(home[0]).key else "" for home in homes]
    tops = {home[0] for home in homes if home}
    split_up = bool(tops) and all(split for split, home in zip(splits, homes, strict=True) if home)
    parts: Parts = []
    beside = 0
    for split in dict.fromkeys(splits) if split_up else [""]:
        chosen = [i for i in range(len(sources)) if not split_up or (splits[i] == split and homes[i])]
        below = _unwrapped([homes[i][1:] if split_up else homes[i] for i in chosen])
        labelled = any(below)
        kept = [(i, home) for i, home in zip(chosen, below, strict=True) if home or not labelled]
        beside += len(chosen) - len(kept)
        if kept:
            files = [sources[i] for i, _ in kept]
            labels = np.array([home[0] for _, home in kept]) if labelled else None
            parts.append((split, _array(files), labels, [file.name for file in files]))
    beside += sum(not home for home in homes) if split_up else 0
    if any(labels is not None for _, _, labels, _ in parts):
        bare = sum(len(array) for _, array, labels, _ in parts if labels is None)
        words = ("picture of a split without classes", "pictures of a split without classes")
        left_out += [counted(bare, *words)] if bare else []
        parts = [part for part in parts if part[2] is not None]
    words = ("picture beside the folders of classes", "pictures beside the folders of classes")
    left_out += [counted(beside, *words)] if beside else []
    kinds = Counter(PurePosixPath(source.name).suffix.lower().removeprefix(".") or "?" for source in sources)
    named = ", ".join(kind.upper() for kind, _ in kinds.most_common())
    return Pictures(f"pictures ({named}) in {'a ' + archive if archive else 'folders'}", parts, left_out)


def _unwrapped(homes: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Without the folders that all pictures lie in, as long as each lies in another below that or one is a split."""
    while homes and all(len(home) > 1 for home in homes) and len({home[0] for home in homes}) == 1:
        homes = [home[1:] for home in homes]
    return homes


def _array(files: list[Source]) -> Array:
    return Array((len(files),), np.dtype("u1"), lambda: _decoded(files), pictures="pictures")


def _decoded(files: list[Source]) -> Iterator[np.ndarray]:
    damaged = []
    for file in files:
        try:
            yield _grey(file)[None]
        except EngineError as error:
            damaged.append(str(error))
            if len(damaged) > 2:
                break
    if damaged:
        raise EngineError(f"{' '.join(damaged)} Remove what is damaged, or make it again")
