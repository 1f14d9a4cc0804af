"""What the benchmarks found, as one table: each row with its target and whether it was met.

The numbers are kept in results.json, of which README's table is a printout; a test holds the two together.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from vae_engine.base.figures import with_minus

ROOT = Path(__file__).resolve().parents[2]
RESULTS = Path(__file__).with_name("results.json")
README = ROOT / "README.md"
BEGIN, END = "<!-- benchmark -->", "<!-- /benchmark -->"


@dataclass(frozen=True)
class Row:
    """A measured number, and the most and the least that it may be."""

    what: str
    measured: float
    unit: str
    most: float | None = None
    least: float | None = None

    @property
    def met(self) -> bool | None:
        """Whether the target was met; None where there is none."""
        if self.most is None and self.least is None:
            return None
        return (self.most is None or self.measured <= self.most) and (self.least is None or self.measured >= self.least)

    def cells(self) -> list[str]:
        """The row as the table shows it."""
        verdict = {True: "yes", False: "**no**", None: ""}[self.met]
        return [self.what, _target(self), _short(self.measured, self.unit), verdict]


def _target(row: Row) -> str:
    if row.most is not None and row.most == row.least:
        return _short(row.most, row.unit)
    limits = [(sign, limit) for sign, limit in (("≤", row.most), ("≥", row.least)) if limit is not None]
    return ", ".join(f"{sign} {_short(limit, row.unit)}" for sign, limit in limits)


def _short(number: float, unit: str) -> str:
    """Of times three digits are more than a busy machine repeats; of nats a tenth counts."""
    if unit.startswith("nats"):
        shown = f"{number:,.1f}"
    else:
        shown = f"{number:,.0f}" if abs(number) >= 100 or number == int(number) else f"{number:.3g}"
    return with_minus(f"{shown} {unit}".strip())


def table(rows: Sequence[Row]) -> str:
    """Rows in Markdown."""
    cells = [["what", "target", "measured", "met"], ["---"] * 4, *(row.cells() for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in cells)


def markdown(results: dict[str, Any]) -> str:
    """The tables of all parts with the machine each was measured on."""
    parts = [
        f"{part['title']} ({part['machine']}):\n\n{table([Row(**row) for row in part['rows']])}" for part in results.values()
    ]
    return "\n\n".join(parts)


def asked_quick(about: str | None, help: str) -> bool:
    """Whether the command line has `--quick`; `about` is what the benchmark says of itself, `help` what is quick then."""
    parser = argparse.ArgumentParser(description=(about or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help=help)
    return parser.parse_args().quick


def printed(rows: Iterable[Row]) -> list[Row]:
    """Rows, each printed as soon as it was measured."""
    found = []
    for row in rows:
        print(*row.cells(), sep=" | ", flush=True)
        found.append(row)
    return found


def keep(name: str, title: str, rows: Sequence[Row], software: str) -> None:
    """Replace one part of the results, and README's table by all of them."""
    results = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    machine = f"{os.cpu_count()} cores, {platform.system()}, {software}"
    results[name] = {"title": title, "machine": machine, "rows": [asdict(row) for row in rows]}
    RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    README.write_text(with_table(README.read_text(encoding="utf-8"), markdown(results)), encoding="utf-8")


def with_table(text: str, table: str) -> str:
    """A text with the table between its marks."""
    before, rest = text.split(BEGIN)
    return f"{before}{BEGIN}\n{table}\n{END}{rest.split(END)[1]}"
