"""What arrays and files are called: which are images, which labels, and of which split; by whole words, in any case."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

IMAGES = frozenset({"images", "image", "imgs", "img", "x", "data", "pixels", "features", "pictures", "inputs"})
LABELS = frozenset({"labels", "label", "y", "target", "targets", "lbl", "lbls", "lab", "classes", "class", "digit", "letter"})
CLASS_NAMES = frozenset({"names", "classes", "mapping", "categories"})
FILE_NAMES = frozenset({"filenames", "filename", "files", "file", "paths", "path", "ids", "id"})
SPLITS = {
    "train": "train", "training": "train", "val": "validation", "valid": "validation", "validation": "validation",
    "dev": "validation", "test": "test", "testing": "test", "t10k": "test", "eval": "test",
}  # fmt: skip
_FORMAT = re.compile(
    r"idx\d?|ubyte|byte|int|short|float|double|gz|bz2|xz|npy|npz|csv|tsv|txt|data|parquet|mat|h5|hdf5|hdf|arr|\d{5}|of|set|safetensors"
)
_WORD = re.compile(r"[^a-z0-9]+")


def words_of(text: str) -> set[str]:
    """The words of a name, in small letters."""
    return set(split_words(text))


def split_words(text: str) -> list[str]:
    """The words of a name in their order; xTrain is two, mnist28 one."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z][a-z])", " ", text)
    return [word for word in _WORD.split(apart.lower()) if word]


@dataclass(frozen=True)
class Called:
    """What a name says."""

    role: str
    """`images`, `labels`, `classes` (names of), `files` (names of), or nothing."""
    split: str
    """`train`, `validation`, `test`, or nothing."""
    key: tuple[str, ...]
    """The words left over, by which the files of one set know each other."""


def called(text: str) -> Called:
    """What the name of an array or file says of it."""
    words = split_words(text)
    split = next((SPLITS[word] for word in words if word in SPLITS), "")
    left = [word for word in words if word not in SPLITS and not (_FORMAT.fullmatch(word) and word != "data")]
    role = _role(left)
    key = tuple(word for word in left if word not in IMAGES and word not in LABELS) if role else tuple(left)
    return Called(role, split, key)


def _role(words: list[str]) -> str:
    for role, known in (("files", FILE_NAMES), ("classes", frozenset({"names", "mapping", "categories"}))):
        if any(word in known for word in words):
            return role
    if any(word in LABELS for word in words):
        return "labels"
    return "images" if any(word in IMAGES for word in words) else ""


def without_split(text: str) -> str:
    """A name as it is, or where it says a split, its other words."""
    words = split_words(text)
    left = [word for word in words if word not in SPLITS]
    return text if len(left) in (0, len(words)) else " ".join(left)


def counted_run(titles: Sequence[str]) -> range:
    """The longest run of columns that are called alike but for their numbers, as pixel0, pixel1, … are.

    An empty one where there is none, or several are as long, as those of red, green and blue are.
    """
    alike = [re.sub(r"[0-9]+", "#", title.strip().lower()) for title in titles]
    runs, start = [range(0)], 0
    for _, group in groupby(alike):
        name, *others = group
        end = start + 1 + len(others)
        runs += [range(start, end)] if "#" in name else []
        start = end
    most = max(map(len, runs))
    longest = [run for run in runs if len(run) == most]
    return longest[0] if len(longest) == 1 else range(0)


def naturally(names: Iterable[str]) -> list[str]:
    """Names in their order, the numbers in them by size: 2 before 10."""
    return sorted(names, key=lambda name: [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in _parts(name)])


def _parts(name: str) -> list[str]:
    return [part for part in re.split(r"([0-9]{1,15})", name) if part]
