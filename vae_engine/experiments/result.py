"""What an experiment found, as plain values: curves, tables, pictures, moments to step through, and what it says.

Written as `result.json` (everything) and `curves.csv` (every point of every curve). Knows neither torch nor plots.
"""

from __future__ import annotations

import base64
import csv
import io
import math
import re
from collections.abc import Sequence
from dataclasses import MISSING, asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from vae_engine.base.errors import EngineError
from vae_engine.base.files import read_json, write_atomically, write_json

RESULT, CURVES = "result.json", "curves.csv"
_MAX_BYTES = 8_000_000


@dataclass(frozen=True)
class Curve:
    """y over x, with a band from `low` to `high` where there are several seeds or draws; all of one length."""

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()


@dataclass(frozen=True)
class Chart:
    """Curves on shared axes; labels carry the unit. `kind` is lines, points (no line between them) or bars."""

    name: str
    title: str
    x_label: str
    y_label: str
    curves: tuple[Curve, ...]
    kind: str = "lines"
    x_log: bool = False
    y_log: bool = False
    ticks: tuple[str, ...] = ()
    """Of bars: what stands at x = 0, 1, 2, …"""
    note: str = ""
    """How to read it, in a sentence."""


@dataclass(frozen=True)
class Table:
    """Rows of numbers and words; None where nothing was measured."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True)
class Picture:
    """Images [28, 28] in rows of `columns`, as one PNG in base64."""

    caption: str
    columns: int
    count: int
    png: str


@dataclass(frozen=True)
class Moment:
    """One of a sequence of moments to step through: what happened, numbers, where images lie, what is dreamt."""

    label: str
    text: str = ""
    numbers: tuple[tuple[str, float], ...] = ()
    points: tuple[tuple[float, float], ...] = ()
    classes: tuple[int, ...] = ()
    """The digit of each point."""
    pictures: tuple[Picture, ...] = ()
    axes: tuple[str, str] = ("z₁", "z₂")
    """What the coordinates of the points are."""
    arrows: bool = False
    """Whether the points are the tips of arrows from the origin."""


@dataclass(frozen=True)
class Findings:
    """What an experiment measured. `says` are sentences made from its numbers, the headline first."""

    says: tuple[str, ...]
    protocol: tuple[tuple[str, str], ...]
    """What was done, on what, how: (name, value), for a reader who wants to do it again."""
    seeds: tuple[int, ...]
    samples_seen: int
    """The cost that no machine changes: training images seen, or the like as the protocol says."""
    charts: tuple[Chart, ...]
    tables: tuple[Table, ...] = ()
    pictures: tuple[Picture, ...] = ()
    moments: tuple[Moment, ...] = ()

    def __post_init__(self) -> None:
        """Set the sentences as a reader expects numbers in them, those of earlier results as well."""
        object.__setattr__(self, "says", tuple(map(typeset, self.says)))

    def charts_from(self, name: str) -> tuple[Chart, ...]:
        """All charts, first the one of this name; in their order where there is none."""
        return tuple(sorted(self.charts, key=lambda one: one.name != name))


@dataclass(frozen=True)
class Result:
    """Findings with what made them."""

    name: str
    title: str
    question: str
    scale: str
    seed: int
    command: str
    commit: str
    seconds: float
    findings: Findings


_HYPHEN = re.compile(r"(?<![^\s(])-(?=\d)")
_NOUGHT = re.compile(r"−(0(?:\.0+)?)(?![\d.])")
_POWER = re.compile(r"(?<=\d)\^(\d+)")
_BOTH_SIDES = re.compile(r"(?<=\()(−[\d.,]+ to \+[\d.,]+ over \d+ seeds)(?=\))")
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def typeset(text: str) -> str:
    """A sentence with minus signs for hyphens before numbers, but none before a nought, and powers such as 2⁷⁸⁴ raised.

    Where seeds lie on both sides of zero it says so.
    """
    text = _BOTH_SIDES.sub(r"\1, zero among them", _NOUGHT.sub(r"\1", _HYPHEN.sub("−", text)))
    return _POWER.sub(lambda power: power[1].translate(_RAISED), text)


def picture(images: np.ndarray, caption: str, columns: int) -> Picture:
    """A picture of images [n, 784] or [n, 28, 28] with values in [0, 1], row by row, on a black ground."""
    images = np.clip(np.asarray(images, np.float64).reshape(-1, 28, 28), 0, 1)
    rows = math.ceil(len(images) / columns)
    sheet = np.zeros((rows * 28, columns * 28), np.uint8)
    for place, image in enumerate(images):
        row, column = divmod(place, columns)
        sheet[row * 28 : row * 28 + 28, column * 28 : column * 28 + 28] = np.rint(255 * image)
    packed = io.BytesIO()
    Image.fromarray(sheet).save(packed, "PNG", optimize=True)
    return Picture(caption, columns, len(images), base64.b64encode(packed.getvalue()).decode())


def curve(name: str, x: Sequence[float], y: np.ndarray) -> Curve:
    """The mean over the first axis of y [seeds, len(x)] with a band from the least to the greatest; no band for one seed."""
    y = np.asarray(y, np.float64)
    band = () if len(y) == 1 else (_numbers(y.min(0)), _numbers(y.max(0)))
    return Curve(name, _numbers(x), _numbers(y.mean(0)), *band)


def banded(name: str, x: Sequence[float], y: Any, low: Any, high: Any) -> Curve:
    """A curve with a band whose ends are given, as standard errors or quantiles are."""
    return Curve(name, _numbers(x), _numbers(y), _numbers(low), _numbers(high))


def _numbers(values: Any) -> tuple[float, ...]:
    """Seven significant digits of each, which is more than any of these curves knows."""
    return tuple(float(f"{float(value):.7g}") for value in values)


def write(result: Result, folder: Path) -> None:
    """Write `result.json` and `curves.csv` into a folder. Raises EngineError when it cannot be written to."""
    write_atomically(folder / CURVES, curves_csv(result.findings.charts).encode())
    write_json(folder / RESULT, asdict(result))


def read(folder: Path) -> Result:
    """A result that was written there. Raises EngineError when there is none or it is not one of ours."""
    return _made(Result, read_json(folder / RESULT, _MAX_BYTES), str(folder / RESULT))


def curves_csv(charts: Sequence[Chart]) -> str:
    """chart, curve, x, y, low, high: one line a point."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["chart", "curve", "x", "y", "low", "high"])
    for chart in charts:
        for one in chart.curves:
            for place, (x, y) in enumerate(zip(one.x, one.y, strict=True)):
                band = (one.low[place], one.high[place]) if one.low else ("", "")
                table.writerow([chart.name, one.name, x, y, *band])
    return text.getvalue()


_PARTS: dict[str, type] = {
    "findings": Findings, "charts": Chart, "curves": Curve, "tables": Table, "pictures": Picture, "moments": Moment,
}  # fmt: skip


def _made(kind: type, value: Any, where: str) -> Any:
    """A dataclass of plain JSON values, its parts likewise; what has a default may be missing."""
    known = {spec.name: spec.default is MISSING for spec in fields(kind)}
    if not isinstance(value, dict) or not {name for name, needed in known.items() if needed} <= value.keys() <= known.keys():
        raise EngineError(f"{where} is not the result of an experiment of this version; run the experiment again.")
    made = {}
    for key, item in value.items():
        part = _PARTS.get(key)
        if part and isinstance(item, list):
            made[key] = tuple(_made(part, one, where) for one in item)
        elif part:
            made[key] = _made(part, item, where)
        else:
            made[key] = _frozen(item)
    return kind(**made)


def _frozen(item: Any) -> Any:
    return tuple(map(_frozen, item)) if isinstance(item, list) else item
