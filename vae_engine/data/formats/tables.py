"""Tables as text: CSV, TSV or semicolons, one image a row, its label first, last or nowhere. Parsed by NumPy, block by block.

A header, a column of row numbers as pandas writes it, and quotes are noticed. Pixels are the columns that are neither; where
a header counts them, columns of any other data may stand on both sides of them.
"""

from __future__ import annotations

import contextlib
import csv
import math
import warnings
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import PurePosixPath
from typing import BinaryIO

import numpy as np

from vae_engine.base.errors import EngineError
from vae_engine.data.formats.arrays import Array, Contents, held
from vae_engine.data.formats.besides import beyond
from vae_engine.data.formats.columns import MOST_COLUMNS, Gathering
from vae_engine.data.formats.names import LABELS, counted_run, words_of
from vae_engine.data.formats.places import Source
from vae_engine.data.formats.shapes import is_flat
from vae_engine.stored.config import MAX_CLASSES

SAYS = (
    "text",
    "`.csv`, `.tsv`, also `.gz`, in a `.zip`",
    "an image a row, its label first, last or nowhere; with or without a header; other columns where a header counts the pixels "
    "(`pixel0`, `pixel1`, …)",
    "",
)

_SUFFIXES = (".csv", ".tsv", ".txt", ".data")
_LONGEST_LINE = 4 * 2**20
_SAMPLE, _ROWS = 200, 1024
_FEWEST = 16


@dataclass(frozen=True)
class _Form:
    delimiter: str
    header: list[str]
    columns: int
    label: int | None
    pixels: range
    besides: tuple[int, ...]
    """Columns of other data."""

    def outside(self, column: int) -> int:
        """The place of a column among those that are no pixels."""
        return column if column < self.pixels.start else column - len(self.pixels)


def knows(head: bytes, name: str) -> bool:
    """Whether a file is of this format: text with many separated fields, or called as such tables are."""
    if b"\0" in head:
        return False
    plain = name.lower()
    for packed in (".gz", ".bz2", ".xz"):
        plain = plain.removesuffix(packed)
    return plain.endswith(_SUFFIXES) or max(head.count(one) for one in (b",", b"\t", b";")) >= _FEWEST


def contents(source: Source, until: ExitStack) -> Contents:
    """Images [n, pixels] and, where there are any, labels and other columns."""
    form = _form(source)
    label = None if form.label is None else form.outside(form.label)
    titles = [form.header[place].strip() or f"column {place + 1}" for place in form.besides]
    besides = [(form.outside(place), Gathering(title)) for place, title in zip(form.besides, titles, strict=True)][:MOST_COLUMNS]
    count, labels = 0, []
    for line in _rows(source, form):
        cells, count = _outside(line, form), count + 1
        if label is not None:
            labels.append(cells[label])
        for place, column in besides:
            if not column.is_hopeless:
                column.add(cells[place])
    arrays = {"images": Array((count, len(form.pixels)), np.dtype("f4"), lambda: _pixels(source, form))}
    if form.label is not None:
        arrays["labels"] = held(_typed(labels))
    kind = {",": "CSV", "\t": "TSV"}.get(form.delimiter, "a table of text")
    return Contents(kind, arrays, None, left_out=beyond(titles[MOST_COLUMNS:]), columns=[one.column() for _, one in besides])


def _lines(stream: BinaryIO) -> Iterator[str]:
    while line := stream.readline(_LONGEST_LINE + 1):
        if len(line) > _LONGEST_LINE:
            raise EngineError(f"has a line of more than {_LONGEST_LINE >> 20} MiB, which is no image")
        if stripped := line.strip(b"\r\n "):
            yield stripped.decode("utf-8-sig", errors="replace")


def _rows(source: Source, form: _Form) -> Iterator[str]:
    with source.unpacked() as stream:
        yield from islice(_lines(stream), 1 if form.header else 0, None)


def _form(source: Source) -> _Form:
    with source.unpacked() as stream:
        sample = list(islice(_lines(stream), _SAMPLE))
    if not sample:
        raise EngineError("is an empty table")
    delimiter = max(",\t;", key=sample[0].count)
    rows = [next(csv.reader([line], delimiter=delimiter)) for line in sample]
    header = rows[0] if _is_header(rows) else []
    body = rows[1:] if header else rows
    if not body:
        raise EngineError("is a table with a header and no rows")
    columns = len(body[0])
    if any(len(row) != columns for row in rows):
        raise EngineError(f"is a table whose rows differ in length: the first has {columns} columns")
    label, pixels, besides = _columns(header, body, columns)
    return _Form(delimiter, header, columns, label, pixels, tuple(besides))


def _is_header(rows: list[list[str]]) -> bool:
    """Words over numbers; or numbers that count the columns, or were made different, as pandas names columns without a name."""
    inner, second = rows[0][1:-1], rows[1][1:-1] if len(rows) > 1 else []
    if sum(not _is_number(cell) for cell in inner) > len(inner) / 2:
        return True
    run = [int(cell) for place in counted_run(rows[0]) if (cell := rows[0][place].strip()).isdecimal()]
    if _counts(run):
        return True
    if not all(map(str.isdigit, inner)):
        return bool(second) and all(map(str.isdigit, second))
    return _counts([int(cell) for cell in inner])


def _counts(numbers: list[int]) -> bool:
    return len(numbers) > _FEWEST and numbers in (list(range(start, start + len(numbers))) for start in (0, 1))


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _columns(header: list[str], body: list[list[str]], columns: int) -> tuple[int | None, range, list[int]]:
    """Which column is the label, which are pixels, which neither. Raises EngineError where no choice leaves whole pictures."""
    first = 0
    numbered = [row[0] for row in body] == [str(i) for i in range(len(body))] and len(body) > 1
    if (header and header[0].strip().lower() in ("", "unnamed: 0", "index", "id")) or (numbered and not is_flat(columns - 1)):
        first = 1  # row numbers
    counted = counted_run(header)
    besides = [place for place in range(first, columns) if place not in counted]
    if is_flat(len(counted)) and len(besides) > 1:
        named = [place for place in besides if words_of(header[place]) & LABELS]
        return (named[0] if named else None), counted, [place for place in besides if place not in named[:1]]
    named = [place for place, title in enumerate(header) if words_of(title) & LABELS and place in (first, columns - 1)]
    pixels = range(first, columns)
    for label in named or _likely(body, first, columns):
        pixels = range(first + 1, columns) if label == first else range(first, columns - 1)
        if is_flat(len(pixels)):
            return label, pixels, []
    if is_flat(columns - first):
        return None, range(first, columns), []
    told = (
        f"has {columns} columns, which are neither a label and a square picture nor a square picture (784 = 28 × 28); columns of "
        "other data need a header that counts the pixels (pixel0, pixel1, …)"
    )
    raise EngineError(told)


def _likely(body: list[list[str]], first: int, columns: int) -> list[int]:
    """The outer columns, the likelier label first: text before numbers, then whatever differs from row to row and is small."""
    if is_flat(columns - first):
        return []

    def likelihood(place: int) -> tuple[bool, bool, bool]:
        cells = {row[place] for row in body}
        text = not all(map(_is_number, cells))
        return text, len(cells) > 1, text or max(map(float, cells)) <= MAX_CLASSES

    return sorted((first, columns - 1), key=likelihood, reverse=True)


def _outside(line: str, form: _Form) -> list[str]:
    """The cells of a row that are no pixels. Raises EngineError for a row of another length."""
    start, stop = form.pixels.start, form.pixels.stop
    if '"' in line:
        cells = next(csv.reader([line], delimiter=form.delimiter))
        if len(cells) != form.columns:
            raise EngineError(f"has a row of {len(cells)} columns where the first has {form.columns}")
        return cells[:start] + cells[stop:]
    if (found := line.count(form.delimiter) + 1) != form.columns:
        raise EngineError(f"has a row of {found} columns where the first has {form.columns}")
    return line.split(form.delimiter, start)[:start] + line.rsplit(form.delimiter, form.columns - stop)[1:]


def _typed(cells: list[str]) -> np.ndarray:
    try:
        return np.array([float(cell) for cell in cells])
    except ValueError:
        return np.array([cell.strip()[:80] for cell in cells])


def _pixels(source: Source, form: _Form) -> Iterator[np.ndarray]:
    rows = _rows(source, form)
    while lines := list(islice(rows, _ROWS)):
        try:
            yield _numbers(lines, form)
        except ValueError as error:
            raise EngineError(f"has a pixel that is no number ({' '.join(str(error).split())[:80]})") from None


def _numbers(lines: list[str], form: _Form) -> np.ndarray:
    """The pixels of rows, float32. Whole numbers are read as such where all are: numpy does that ten times as fast."""
    read = partial(np.loadtxt, lines, delimiter=form.delimiter, comments=None, quotechar='"', usecols=form.pixels, ndmin=2)
    with warnings.catch_warnings():
        warnings.simplefilter("error", DeprecationWarning)  # NumPy 2.0 reads 0.5 as the whole number 0, and warns
        with contextlib.suppress(ValueError, DeprecationWarning):
            return read(dtype=np.int32).astype(np.float32)
    return read(dtype=np.float32)


def labels(source: Source, names: Sequence[str]) -> np.ndarray:
    """Labels of text: one a line, or the name of a picture and its label. Raises EngineError."""
    with source.unpacked() as stream:
        lines = list(islice(_lines(stream), 2 * len(names) + 2))
    delimiter = max(",\t;", key=lines[0].count) if lines else ","
    rows = [[cell.strip() for cell in row] for row in csv.reader(lines, delimiter=delimiter)]
    if rows and (words_of(rows[0][-1]) & LABELS) and (len(rows) == len(names) + 1 or len(rows[0]) > 1):
        rows = rows[1:]
    if all(len(row) == 1 for row in rows):
        return _typed([row[0] for row in rows])
    of_name = {PurePosixPath(row[0]).name: row[1] for row in rows if len(row) > 1}
    of_name |= {PurePosixPath(name).stem: label for name, label in of_name.items()}
    wanted = [of_name.get(PurePosixPath(name).name, of_name.get(PurePosixPath(name).stem)) for name in names]
    if any(label is None for label in wanted):
        missing = next(name for name, label in zip(names, wanted, strict=True) if label is None)
        raise EngineError(f"{source.name} has no label for {missing}")
    return _typed([label for label in wanted if label is not None])
