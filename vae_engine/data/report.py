"""What was found in images of one's own, in words and as numbers, and a contact sheet of them."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

_NAMED, _LONGEST = 5, 14
_TEXT = 28  # pixels, so that a name is read where a phone shows the sheet less than half as wide
_ABSENT = "\uffff"  # what no font has a picture of
_PLAIN = str.maketrans({
    "ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D",
    "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "ı": "i", "\u2212": "-", "\u2013": "-", "\u2014": "-",
})  # fmt: skip
_MARGIN, _GAP, _ROW, _ZOOM = 8, 20, 64, 2
_CELL = 28 * _ZOOM + 4
_FEW, _NARROW = 12, 80  # classes that stand in one column; pixels of names that leave room for three
_GREY = 122
"""Of the names: as far from white as from black."""


@dataclass(frozen=True)
class Report:
    """Everything that was found and inferred, and what was done about it."""

    format: str
    files: tuple[str, ...]
    count: int
    size: str
    """Heights and widths in the files."""
    side: int
    """Pixels a side that they are read at."""
    splits: dict[str, int]
    own_split: bool
    classes: dict[str, int]
    labels: str
    range: str
    polarity: str
    inverted: bool
    orientation: str
    transposed: bool
    left_out: tuple[str, ...]
    one_tone: tuple[str, ...]
    columns: tuple[dict[str, Any], ...] = ()
    """As `Column.described` has them."""

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON values."""
        return asdict(self)

    def lines(self) -> list[str]:
        """As lines of text."""
        splits = ", ".join(f"{count:,} {split}" for split, count in self.splits.items())
        how = "their own" if self.own_split else "drawn here"
        classes = ", ".join(f"{name} ({count:,})" for name, count in self.classes.items())
        lines = [
            f"format       {self.format}",
            f"files        {shortened(self.files)}",
            f"images       {self.count:,} of {self.size} pixels, read as {self.side} × {self.side} grey",
            f"splits       {splits} ({how})",
            f"classes      {len(self.classes)}: {classes}",
            f"labels       {self.labels}",
            f"range        {self.range}",
            f"polarity     {self.polarity}",
            f"orientation  {self.orientation}",
        ]
        lines += [f"column       {column_said(column)}" for column in self.columns]
        lines += [f"left out     {what}" for what in self.left_out]
        if self.one_tone:
            lines.append(f"one tone     {shortened(self.one_tone)}")
        return lines


def column_said(column: Mapping[str, Any]) -> str:
    """What a column holds, in words, from `Column.described`."""
    words = column.get("words")
    if words is None:
        held = f"numbers from {_number(column['least'])} to {_number(column['most'])}"
    else:
        held = f"{len(words)} {'value' if len(words) == 1 else 'values'}: {shortened(tuple(words))}"
    absent = f"; not given for {column['absent']:,}" if column["absent"] else ""
    return f"{column['name']} ({held}{absent})"


def _number(value: float) -> str:
    return f"{value:.6g}".replace("-", "\N{MINUS SIGN}")


def shortened(names: tuple[str, ...]) -> str:
    """The first of many names, and how many more there are."""
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more:,} more" if more > 0 else "")


def sheet(images: np.ndarray, labels: np.ndarray, classes: tuple[str, ...], inverted: bool) -> bytes:
    """A PNG with the first images of each class, as the files show them, beside the name of the class.

    The font that comes with Pillow has no letters but those of ASCII: a name stands as `plain_name` says.
    """
    members = [np.flatnonzero(labels == label) for label in range(len(classes))]
    names = [plain_name(name, label) for label, name in enumerate(classes)]
    shown = [
        (name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…", some)
        for name, some in zip(names, members, strict=True)
        if len(some)
    ]
    font = ImageFont.load_default(_TEXT)
    title = _GAP + round(max(font.getlength(name) for name, _ in shown))
    columns, most = (1, 8) if len(shown) <= _FEW else (3, 4) if title <= _NARROW else (2, 4)
    rows = -(-len(shown) // columns)
    width = title + most * _CELL + _MARGIN
    page = Image.new("LA", (_MARGIN + columns * width, 2 * _MARGIN + rows * _ROW), 0)  # clear, for light pages and dark ones
    draw = ImageDraw.Draw(page)
    for index, (name, some) in enumerate(shown):
        column, row = divmod(index, rows)
        left, top = _MARGIN + column * width, _MARGIN + row * _ROW
        draw.text((left + title - _GAP // 2, top + 28), name, fill=(_GREY, 255), font=font, anchor="rm")
        for place, image in enumerate(images[some[:most]]):
            seen = (
                Image.fromarray(255 - image if inverted else image)
                .resize((28 * _ZOOM, 28 * _ZOOM), Image.Resampling.BOX)
                .convert("LA")
            )
            page.paste(seen, (left + title + place * _CELL, top))
    file = io.BytesIO()
    page.save(file, "PNG")
    return file.getvalue()


def plain_name(name: str, label: int) -> str:
    """The name of the class of a label in letters that Pillow's own font has: without its accents, otherwise by number.

    `ä` becomes `a` and `ß` becomes `ss`; a name with other letters becomes `class 3`, counted from 0 as the report lists them.
    """
    font = ImageFont.load_default(_TEXT)
    apart = unicodedata.normalize("NFKD", name.translate(_PLAIN))
    plain = "".join(one for one in apart if not unicodedata.combining(one))
    absent = bytes(font.getmask(_ABSENT))
    return f"class {label}" if any(bytes(font.getmask(one)) == absent for one in plain) else plain
