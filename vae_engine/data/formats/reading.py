"""From a path to images, labels and splits: which files belong together, and which of their arrays are what."""

from __future__ import annotations

import tarfile
import zipfile
import zlib
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from lzma import LZMAError
from pathlib import Path, PurePosixPath
from types import ModuleType
from typing import cast

import numpy as np

from vae_engine.base.errors import EngineError
from vae_engine.data.formats import arrays as arrays_of
from vae_engine.data.formats import besides, folders, hdf5, idx, matlab, numpy_files, parquet, places, tables
from vae_engine.data.formats.arrays import Array, Contents
from vae_engine.data.formats.columns import Column, joined
from vae_engine.data.formats.names import Called, called
from vae_engine.data.formats.places import Place, Source
from vae_engine.data.formats.row_names import Chained, Rows, own_name
from vae_engine.data.formats.shapes import layout

FORMATS: tuple[ModuleType, ...] = (numpy_files, parquet, hdf5, matlab, idx, tables)
"""By content; a table of text, which has no mark of its own, comes last."""
_ZIP = (b"PK\3\4", b"PK\5\6")
_PICKLES = {".pkl", ".pickle", ".p", ".pt", ".pth", ".joblib"}
_PACKED = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
_UNKNOWN = ("file of no known format", "files of no known format")
_SHOWN = 4
WANT_ONE = "name a file of the one you want"
"""What to do about several sets of files where they lie on a disk."""


@dataclass(frozen=True)
class Part:
    """Images of one split ("" where the files know none), their labels as they stand in the file, what each is called, and
    what else the file says of each."""

    split: str
    images: Array
    labels: np.ndarray | None
    names: Sequence[str]
    columns: dict[str, Column] = field(default_factory=dict)


@dataclass
class Found:
    """What lies at a path."""

    format: str
    parts: list[Part]
    classes: tuple[str, ...] | None = None
    transposed: bool = False
    left_out: list[str] = field(default_factory=list)
    files: list[Source] = field(default_factory=list)


def markdown() -> str:
    """The table of formats for README."""
    rows = [module.SAYS for module in (folders, *FORMATS)]
    lines = ["| what | files | what is read | needs |", "| --- | --- | --- | --- |"]
    return "\n".join(lines + [f"| {' | '.join(row)} |" for row in rows])


def find(path: Path, until: ExitStack, leave_out_damaged: bool = False) -> Found:
    """What lies at a path, nothing of it read yet but labels. Raises EngineError. Files stay open until `until` is closed.

    Pictures in files of their own that cannot be read may be left out; all are then decoded once to know which.
    """
    place, archive = _place(path, until)
    pictures = [source for source in place.sources if folders.is_picture(source)]
    packed = [] if archive else [source for source in place.sources if source.path and source.name.lower().endswith(_PACKED)]
    if pictures and leave_out_damaged and (damaged := folders.damaged(pictures)):
        if len(damaged) == len(pictures) and not (packed or _has_table(place)):
            raise EngineError(f"none of the pictures in it can be read ({places.named(damaged)})")
        place.leave_out(damaged, "picture that cannot be read", "pictures that cannot be read")
        pictures = [one for one in pictures if one.name not in set(damaged)]
    elif pictures and not folders.any_readable(pictures) and (packed or _has_table(place)):
        raise EngineError(f"{places.named([one.name for one in pictures])} cannot be read as a picture: take it out")
    if pictures:
        found = folders.found(pictures, place, archive)
        return Found(found.format, [Part(*one) for one in found.parts], None, False, found.left_out, pictures)
    return _among(place, packed, until, leave_out_damaged) if packed else _tables(place, until)


def _among(place: Place, packed: list[Source], until: ExitStack, leave_out_damaged: bool) -> Found:
    """What lies in the one archive among files, some of which may be called archives and be none."""
    good = [source for source in packed if _is_archive(source)]
    bad = [source.name for source in packed if source not in good]
    if not good or any(_format(source) for source in place.sources if source not in packed):
        return _tables(place, until)
    if bad and not leave_out_damaged:
        raise EngineError(f"{places.named(bad)} is damaged, cut off or not the archive that its name says: take it out")
    if len(good) > 1:
        raise _ambiguous([source.name for source in good])
    place.leave_out(bad, "archive that cannot be read", "archives that cannot be read")
    others = len(place.sources) - 1
    left_out = place.told() + ([places.counted(others, *_UNKNOWN)] if others else [])
    found = find(cast(Path, good[0].path), until, leave_out_damaged)
    found.left_out[:0] = left_out
    return found


def _has_table(place: Place) -> bool:
    return any(not folders.is_picture(source) and _format(source) for source in place.sources)


def _is_archive(source: Source) -> bool:
    try:
        return bool(_archive_kind(cast(Path, source.path)))
    except (zipfile.BadZipFile, OSError, EOFError, LZMAError, zlib.error):
        return False


def _ambiguous(names: list[str]) -> EngineError:
    return EngineError(f"there are {len(names)} sets of files ({places.named(names)}): {WANT_ONE}")


def files(path: Path, until: ExitStack) -> list[Source]:
    """The files that images at a path are read from, or might be: what has to be looked at to see a change."""
    if path.is_dir():
        return places.of_folder(path).sources
    return [places.of_file(path)] if _archive_kind(path) else _family_of(path)


def _archive_kind(path: Path) -> str:
    head = places.of_file(path).head()
    if head[:4] in _ZIP:
        with zipfile.ZipFile(path) as archive:
            return "" if numpy_files.is_npz(archive) else "zip"
    return "tar" if head[257:262] == b"ustar" else ""


def _place(path: Path, until: ExitStack) -> tuple[Place, str]:
    if path.is_dir():
        return places.of_folder(path), ""
    kind = _archive_kind(path)
    if kind == "zip":
        return places.of_zip(path, until.enter_context(zipfile.ZipFile(path))), "zip"
    if kind == "tar":
        return places.of_tar(until.enter_context(tarfile.open(path, "r:*"))), "tar"
    return Place(_family_of(path)), ""


def _family_of(path: Path) -> list[Source]:
    """A file with those beside it that by their names hold its labels, or the other splits with theirs."""
    me, mine = called(path.name), places.of_file(path)
    if not (me.role or me.split or _shard(path.name)):
        return [mine]
    found, roles = {(me.role, me.split, _shard(path.name)): mine}, ("images", "labels") if me.role else ("",)
    others = [other for other in path.parent.iterdir() if not places.is_litter(other.name) and other != path and other.is_file()]
    for other in sorted(others, key=lambda other: (other.suffix != path.suffix, other.name)):
        it = called(other.name)
        beside = it.key == me.key and it.role in roles and bool(it.split) == bool(me.split)
        place = (it.role, it.split, _shard(other.name))
        if beside and place not in found and _format(source := places.of_file(other)) is _format(mine):
            found[place] = source
    return sorted(found.values(), key=lambda source: _shard(source.name))


def _format(source: Source) -> ModuleType | None:
    head = source.head()
    return next((one for one in FORMATS if one.knows(head, source.name)), None)


def _tables(place: Place, until: ExitStack) -> Found:
    """The one set of arrays among the files of a place. Raises EngineError where there is none, or more than one."""
    left_out = place.told()
    sets: dict[tuple[tuple[str, ...], ModuleType], list[tuple[Source, Called]]] = {}
    unknown = []
    for source in place.sources:
        name = PurePosixPath(source.name).name
        kind, it = _format(source), called(name)
        if "submission" in it.key:  # Kaggle's form for answers looks like a table of images
            left_out.append(f"{source.name}, a form for answers")
            continue
        if kind is None or (kind is tables and name.lower().endswith(".txt")):
            unknown.append(source)
            continue
        members = sets.setdefault((it.key, kind), [])
        if not any((it.role, it.split) == (b.role, b.split) and _shard(name) == _shard(a.name) for a, b in members):
            members.append((source, it))
    if not sets:
        what = f" ({', '.join(ascii(one.name)[:60] for one in unknown[:_SHOWN])})" if unknown else ""
        pickled = any(_PICKLES & set(PurePosixPath(one.name.lower()).suffixes) for one in [*unknown, *place.sources])
        way_out = "; pickles may run code and are never read: np.savez(…, images=…, labels=…) saves arrays" if pickled else ""
        raise EngineError(f"nothing there is in a format that is read{what}{way_out}")
    if len(sets) > 1:
        raise _ambiguous([members[0][0].name for members in sets.values()])
    (kind, members) = next((kind, members) for (_, kind), members in sets.items())
    left_out += [places.counted(len(unknown), *_UNKNOWN)] if unknown else []
    return _together(kind, members, until, left_out)


def _shard(name: str) -> str:
    """00000-of-00002 of a file that is one of several."""
    place = name.find("-of-")
    return name[max(0, place - 5) : place] if place > 0 else ""


@dataclass
class _Split:
    images: list[tuple[Array, str]] = field(default_factory=list)
    labels: list[Array] = field(default_factory=list)
    files: list[Array] = field(default_factory=list)
    besides: list[tuple[dict[str, Array], list[Column]]] = field(default_factory=list)
    """For each of the images arrays and columns that stand beside them."""


def _together(kind: ModuleType, members: list[tuple[Source, Called]], until: ExitStack, left_out: list[str]) -> Found:
    """The arrays of the files of one set, by split and role."""
    splits: dict[str, _Split] = {}
    classes: tuple[str, ...] | None = None
    formats, transposed = [], False
    complete: set[str] = set()
    for source, file in sorted(members, key=lambda member: member[1].role == "labels"):
        try:
            held: Contents = kind.contents(source, until)
            chosen, ignored = _roles(held.arrays, file)
        except EngineError as error:
            raise EngineError(_named(source, str(error), len(members))) from None
        formats.append(held.format)
        classes = held.classes or classes
        transposed |= held.transposed
        beside, ignored = besides.apart(
            held.arrays, ignored, file.split, [split for role, split, _ in chosen if role == "images"]
        )
        left_out += [*held.left_out, *(f"array {ascii(name)[:40]}" for name in ignored)]
        if any(role == "images" for role, _, _ in chosen) and any(role == "labels" for role, _, _ in chosen):
            complete.add(file.split)
        for role, split, array in chosen:
            if role == "labels" and file.role == "labels" and split in complete:
                left_out.append(f"{source.name}, since the images have labels in their own file")
                continue
            if role == "classes":
                classes = tuple(map(str, _text(array.whole())))
            elif role == "images":
                splits.setdefault(split, _Split()).images.append((array, source.name))
                splits[split].besides.append((beside[split], held.columns))
            elif role == "labels":
                splits.setdefault(split, _Split()).labels.append(array)
            elif role == "files":
                splits.setdefault(split, _Split()).files.append(array)
    if kind in (idx, tables, matlab) and any("emnist" in source.name.lower() for source, _ in members):
        transposed = True
    parts, sources = [], [source for source, _ in members]
    labelled = any(one.labels for one in splits.values() if one.images)
    for split, one in splits.items():
        if one.images and labelled and not one.labels:
            left_out.append(f"{one.images[0][1]}, which has no labels where the rest has")
        elif one.images:
            parts.append(_part(split, one, left_out))
    if not parts:
        names = ", ".join(ascii(source.name)[:60] for source in sources[:_SHOWN])
        raise EngineError(f"there are labels and no images in {names}")
    return Found(formats[0], parts, classes or _mapping(sources), transposed, left_out, sources)


def _named(source: Source, problem: str, files: int) -> str:
    return f"{source.name} {problem}" if files > 1 and not problem.startswith(source.name) else problem


def _part(split: str, one: _Split, left_out: list[str]) -> Part:
    """One split of one file or of several that follow each other; what beside them is not read is added to `left_out`."""
    labels = np.concatenate([array.whole() for array in one.labels]) if one.labels else None
    arrays = [_images_first(array, labels) for array, _ in one.images]
    columns = _columns(one, list(map(len, arrays)), left_out)
    if len(arrays) == 1:
        called = [own_name(name) for array in one.files for name in array.whole()]
        names = called if len(called) == len(arrays[0]) else Rows(one.images[0][1], len(arrays[0]))
        return Part(split, arrays[0], labels, names, columns)
    first = arrays[0]
    if any(array.shape[1:] != first.shape[1:] for array in arrays):
        raise EngineError("its files hold images of different sizes")
    together = Array(
        (sum(map(len, arrays)), *first.shape[1:]), first.dtype, lambda: (block for array in arrays for block in array.blocks()),
        first.pictures, next((array.fault for array in arrays if array.fault), ""),
    )  # fmt: skip
    return Part(split, together, labels, Chained([Rows(file, len(array)) for array, file in one.images]), columns)


def _columns(one: _Split, counts: list[int], left_out: list[str]) -> dict[str, Column]:
    """What stands beside the images of a split, file after file."""
    of_files: list[dict[str, Column]] = []
    for (arrays, columns), count in zip(one.besides, counts, strict=True):
        found, others = besides.read(arrays, count)
        left_out += others
        named: dict[str, Column] = {}
        left_out += [f"another column {one.name!r}" for one in columns if named.setdefault(one.name, one) is not one]
        of_files.append(named | found)
    names = dict.fromkeys(name for found in of_files for name in found)
    return {name: joined(name, [found.get(name) for found in of_files], counts) for name in names}


def _images_first(array: Array, labels: np.ndarray | None) -> Array:
    """Images as they are, unless their labels say that the last size counts them, as in MATLAB's [h, w, channels, n]."""
    count = 0 if labels is None else labels.size if 1 in labels.shape else len(labels)
    if len(array.shape) < 3 or array.fault or not (array.shape[0] != count == array.shape[-1]):
        return array
    return arrays_of.held(np.moveaxis(array.whole(), -1, 0))


def _text(array: np.ndarray) -> list[str]:
    return [one.decode("utf-8", "replace") if isinstance(one, bytes) else str(one) for one in array.ravel()[:1000]]


def _mapping(sources: list[Source]) -> tuple[str, ...] | None:
    """The letters of EMNIST's labels, from the file of them that its authors put beside the images."""
    key = {word for source in sources for word in called(source.name).key}
    for source in sources:
        if source.path is None:
            continue
        for path in sorted(source.path.parent.glob("*mapping.txt")):
            if set(called(path.name).key) - {"mapping"} == key and path.stat().st_size < 10_000:
                rows = [line.split() for line in path.read_text("latin-1").splitlines() if line.strip()]
                if all(len(row) >= 2 and row[0].isdigit() and row[1].isdigit() and 32 < int(row[1]) < 127 for row in rows):
                    return tuple(chr(int(row[1])) for row in sorted(rows, key=lambda row: int(row[0])))
    return None


def _roles(arrays: dict[str, Array], file: Called) -> tuple[list[tuple[str, str, Array]], list[str]]:
    """Role and split of the arrays of a file, and the names of those that have none."""
    chosen: dict[tuple[str, str], str] = {}
    ignored = []
    for name, array in arrays.items():
        it = called(name)
        role = file.role if len(arrays) == 1 and (name.startswith("arr_") or not it.role) else it.role
        if role == "labels" and array.dtype.kind in "US" and name.lower().endswith("classes"):
            role = "classes"
        place = (role, it.split or file.split)
        known = role in ("images", "labels", "classes") or (
            role == "files" and array.dtype.kind in "US" and len(array.shape) == 1
        )
        if known and (place not in chosen or _better(array, arrays[chosen[place]])):
            ignored += [chosen[place]] if place in chosen else []
            chosen[place] = name
        else:
            ignored.append(name)
    if not any(role == "images" for role, _ in chosen):
        likely = [name for name in ignored if _looks_like_images(arrays[name])]
        if len(likely) == 1:
            chosen["images", file.split] = likely[0]
            ignored.remove(likely[0])
    if not any(role in ("images", "labels") for role, _ in chosen):
        names = ", ".join(ascii(name)[:30] for name in list(arrays)[:8]) or "nothing"
        raise EngineError(f"no array there is called as images or labels are; it holds {names}: call them images and labels")
    return [(role, split, arrays[name]) for (role, split), name in chosen.items()], ignored


def _better(array: Array, than: Array) -> bool:
    return len(array.shape) > len(than.shape)


def _looks_like_images(array: Array) -> bool:
    try:
        layout(array.shape)
    except EngineError:
        return bool(array.fault and len(array.shape) > 1)
    return array.dtype.kind in "uifb" and len(array.shape) > 1


def labels_of(path: Path, names: Sequence[str]) -> np.ndarray:
    """The labels in a file of their own: an array of any format, or text with a label a line, or a name of a picture and a label.

    `names` are those of the images, in their order. Raises EngineError.
    """
    if not path.is_file():
        raise EngineError(f"there are no labels at {path}")
    source = places.of_file(path)
    kind = _format(source)
    if kind is not None and kind is not tables:
        with ExitStack() as until:
            held = kind.contents(source, until)
            chosen, _ = _roles(held.arrays, Called("labels", "", ()))
            arrays = [array for role, _, array in chosen if role == "labels"]
            if not arrays:
                raise EngineError(f"{path} holds no array called labels")
            return arrays[0].whole()
    return tables.labels(source, names)
