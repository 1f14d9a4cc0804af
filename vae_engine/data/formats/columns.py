"""Columns of one's own beside images and labels: for each image a number, a word, or nothing. No files.

Cells and arrays are read block by block into few bytes an image. Whether a column is of numbers or of words is settled once
all of it is read: of words where one cell is no number, or where there are so few whole numbers that each can have a colour.
"""

from __future__ import annotations

from array import array as packed_array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from vae_engine.data.formats.names import naturally
from vae_engine.stored.config import MAX_CLASSES

MOST_COLUMNS = 16
"""That are read of one place; the others are left out, and named."""
MOST_WORDS = MAX_CLASSES
"""Different ones of a column; one of more, such as names of files, is left out."""
MOST_ROWS = 10_000_000
"""Of a file whose columns are read at all."""
FEW = 10
"""Different whole numbers that are taken for words: as many as there are colours."""
ABSENT = 255
"""The place of a word that is not there."""
LONGEST = 40
_NOTHING = frozenset({"", "na", "n/a", "nan", "null"})
_LARGEST = float(np.finfo(np.float32).max)
_EXACT = 2**24  # whole numbers that float32 tells apart


@dataclass(frozen=True)
class Column:
    """`numbers` float32 [n], NaN where there is none; or `places` uint8 [n] in `words`, ABSENT where there is none.

    One that is not decided yet may have both.
    """

    name: str
    numbers: np.ndarray | None
    words: tuple[str, ...] = ()
    places: np.ndarray | None = None

    def __len__(self) -> int:
        held = self.numbers if self.numbers is not None else self.places
        return 0 if held is None else len(held)

    def take(self, rows: np.ndarray | slice) -> Column:
        """Of some images."""
        numbers, places = (None if held is None else held[rows] for held in (self.numbers, self.places))
        return replace(self, numbers=numbers, places=places)

    @property
    def absent(self) -> int:
        """How many images have nothing."""
        if self.numbers is not None:
            return int(np.isnan(self.numbers).sum())
        return 0 if self.places is None else int((self.places == ABSENT).sum())

    def values(self) -> list[Any]:
        """A number, a word or None for each image."""
        if self.numbers is not None:
            return [None if value != value else value for value in self.numbers.tolist()]
        return [] if self.places is None else [None if place == ABSENT else self.words[place] for place in self.places.tolist()]

    def described(self) -> dict[str, Any]:
        """What it holds, as plain JSON values: its words, or its least and greatest number."""
        known = {"name": self.name, "absent": self.absent}
        if self.numbers is None:
            return known | {"words": list(self.words)}
        return known | {"least": float(np.nanmin(self.numbers)), "most": float(np.nanmax(self.numbers))}


class Gathering:
    """A column of text as its cells come by."""

    def __init__(self, name: str) -> None:
        self.name = plain(name)
        self._numbers: packed_array[float] | None = packed_array("f")
        self._places: packed_array[int] | None = packed_array("B")
        self._words: dict[str, int] = {}

    @property
    def is_hopeless(self) -> bool:
        """Whether it can be neither numbers nor words any more."""
        return self._numbers is None and self._places is None

    def add(self, cell: str | None) -> None:
        """One more cell; None where there is nothing."""
        text = plain(cell) if cell else ""
        nothing = text.lower() in _NOTHING
        if self._numbers is not None:
            number = float("nan") if nothing else _number(text)
            if number is None:
                self._numbers = None
            else:
                self._numbers.append(number)
        if self._places is not None:
            place = ABSENT if nothing else self._words.setdefault(text, len(self._words))
            if len(self._words) > MOST_WORDS:
                self._places = None
            else:
                self._places.append(place)

    def column(self) -> Column:
        """What came by."""
        numbers = None if self._numbers is None else np.array(self._numbers, np.float32)
        places = None if self._places is None else np.array(self._places, np.uint8)
        return Column(self.name, numbers, tuple(self._words) if places is not None else (), places)


def _number(text: str) -> float | None:
    """NaN for one that float32 does not hold, None for what is no number."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if abs(value) <= _LARGEST else float("nan")


def plain(text: str) -> str:
    """A name or a word in one short line."""
    short = text.strip()[:LONGEST].strip()
    return short if short.isprintable() else "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in short)


def of_numbers(name: str, blocks: Iterable[np.ndarray]) -> Column:
    """A column of numbers; what float32 does not hold is absent."""
    with np.errstate(over="ignore", invalid="ignore"):
        parts = [np.asarray(block, np.float32) for block in blocks]
    numbers = np.concatenate(parts) if parts else np.empty(0, np.float32)
    return Column(plain(name), np.where(np.isfinite(numbers), numbers, np.float32("nan")))


def joined(name: str, parts: Sequence[Column | None], counts: Sequence[int]) -> Column:
    """One column from those of splits that follow each other; nothing of a split that has none."""
    numbers: np.ndarray | None = None
    if all(part is None or part.numbers is not None for part in parts):
        pieces = [_absent(count) if part is None else part.numbers for part, count in zip(parts, counts, strict=True)]
        numbers = np.concatenate([piece for piece in pieces if piece is not None])
    words = tuple(dict.fromkeys(word for part in parts if part for word in part.words))
    if len(words) > MOST_WORDS or not all(part is None or part.places is not None for part in parts):
        return Column(name, numbers)
    place_of = {word: place for place, word in enumerate(words)}
    placed = []
    for part, count in zip(parts, counts, strict=True):
        if part is None or part.places is None:
            placed.append(np.full(count, ABSENT, np.uint8))
            continue
        table = np.full(ABSENT + 1, ABSENT, np.uint8)
        table[: len(part.words)] = [place_of[word] for word in part.words]
        placed.append(table[part.places])
    return Column(name, numbers, words, np.concatenate(placed))


def _absent(count: int) -> np.ndarray:
    return np.full(count, np.nan, np.float32)


def decided(column: Column) -> Column | str:
    """A column of either numbers or words, these in their order; or why it is none, in words."""
    name, numbers, places = column.name, column.numbers, column.places
    if len(column) == 0:
        return f"column {name!r}, whose text has more than {MOST_WORDS} different values"
    if column.absent == len(column):
        return f"column {name!r}, which is empty"
    if numbers is not None:
        given = np.unique(numbers[~np.isnan(numbers)])
        if len(given) > FEW or not ((given == np.rint(given)) & (np.abs(given) < _EXACT)).all():
            return Column(name, numbers)
        ranks = np.searchsorted(given, np.nan_to_num(numbers, nan=given[0])).astype(np.uint8)
        return Column(name, None, tuple(str(int(value)) for value in given), np.where(np.isnan(numbers), np.uint8(ABSENT), ranks))
    assert places is not None
    there = [word for place, word in enumerate(column.words) if (places == place).any()]
    ordered = naturally(there)
    table = np.full(ABSENT + 1, ABSENT, np.uint8)
    for place, word in enumerate(column.words):
        table[place] = ordered.index(word) if word in there else ABSENT
    return Column(name, None, tuple(ordered), table[places])
