"""The loss curves of a run while it grows: one fixed drawing whose data alone change, so that it never blinks.

(A Plotly chart is made anew whenever its data change.) Pure functions of logged events.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dashboard.shared import charts as run_charts
from dashboard.shared.charts import HELD_OUT, TERMS, TRAINING, TURNED
from dashboard.shared.wording import number, plus_minus
from dashboard.train.wording import TERM_NAMES
from vae_engine.runs.log import LogEvent

if TYPE_CHECKING:
    import pyarrow as pa

_TRAINED, _HELD_OUT_COLOUR, _CURSOR_COLOUR = "#3f90da", "#e76300", "#888888"
_TURNED_COLOUR = "#d6458f"
SHOWN = "instant of the film"
_EARLY = 8
"""Steps up to about here lie evenly on the axis, later ones by their logarithm: the scale of the film's scrubber."""
_TICKS = [0, *(10**power for power in range(1, 9))]


_ABOVE = {"titleAngle": 0, "titleAlign": "left", "titleAnchor": "start", "titleX": 0, "titleY": -10}
"""The axis' title: beside an axis as short as these it would be cut off."""
_ROWS = "rows"
_NUMBERS = ("step", "value", "low", "high", "beyond")


def chart(rows: pa.Table, term: str, height: int, *, is_first: bool, is_last: bool) -> dict[str, Any]:
    """The Vega-Lite chart of the rows (`table`) of a term; of several charts the first has the legend, the last names the axis.

    By a name, rows reach the browser beside the drawing and yet before it is drawn; of a drawing without rows Vega complains.
    """
    shown = set(rows.column("of").to_pylist())
    legend = [kind for kind in (TRAINING, HELD_OUT) if kind in shown] if is_first else []
    return {
        **drawing(term, height, legend, run_charts.AXES["step"] if is_last else None),
        "data": {"name": _ROWS},
        "datasets": {_ROWS: rows},
    }


def drawing(term: str, height: int, legend: Sequence[str], title: str | None) -> dict[str, Any]:
    """The same for all rows; the legend has an entry for each kind that there is by now.

    A condition says which rows a mark shows: a filter might leave none.
    """
    words_of_legend = {"orient": "top", "title": None, "labelFontSize": 14, "values": list(legend)} if legend else None
    words = {"titleFontSize": 14, "labelFontSize": 13}
    time = {"type": "symlog", "constant": _EARLY, "domainMin": 0, "nice": False}
    axis = {"title": title, "values": _TICKS, "format": ",d", "labelOverlap": True, **words}
    x = {"field": "step", "type": "quantitative", "axis": axis, "scale": time}
    y = {
        "field": "value",
        "type": "quantitative",
        "axis": {"title": TERMS[term], "minExtent": 36, "tickCount": 5, **words, **_ABOVE},
    }
    place = {"x": x, "y": {**y, "scale": {"zero": term == "kl"}}}
    colours = {"domain": [TRAINING, HELD_OUT], "range": [_TRAINED, _HELD_OUT_COLOUR]}
    colour = {"field": "of", "type": "nominal", "scale": colours, "legend": words_of_legend}
    silent = {"aria": False}  # the chart as a whole says what it shows
    lines = {
        "mark": {"type": "line", **silent},
        "encoding": {**place, "color": colour, "strokeWidth": _where(HELD_OUT, 3, 1.5), "opacity": _where(HELD_OUT, 1, 0.7)},
    }
    points = {
        "mark": {"type": "point", "filled": True, **silent},
        "encoding": {
            **place,
            "color": colour,
            "size": _where(HELD_OUT, 60),
            "tooltip": [{"field": "told", "title": TERMS[term]}],
        },
    }
    bars = {
        "mark": {"type": "rule", **silent},
        "encoding": {
            **place,
            "y": {**place["y"], "field": "low"},
            "y2": {"field": "high"},
            "color": colour,
            "opacity": _where(HELD_OUT, 1),
        },
    }
    is_up = "datum.beyond > 0"
    cut = {
        "mark": {"type": "point", "filled": True, "opacity": 1, **silent},
        "encoding": {
            "x": x,
            "y": {"value": {"expr": f"{is_up} ? 0 : height"}},  # a place knows no condition
            "color": colour,
            "shape": {"condition": {"test": is_up, "value": "triangle-up"}, "value": "triangle-down"},
            "size": {"condition": {"test": "datum.beyond", "value": 110}, "value": 0},
            "tooltip": [{"field": "told", "title": TERMS[term]}],
        },
    }
    cursor = {
        "mark": {"type": "rule", "color": _CURSOR_COLOUR, "strokeWidth": 2, "strokeDash": [4, 3], **silent},
        "encoding": {"x": x, "opacity": _where(SHOWN, 1)},
    }
    return {"height": height, "layer": [lines, *_turns(x), bars, points, cut, cursor]}


def _turns(x: dict[str, Any]) -> list[dict[str, Any]]:
    """Where knobs were turned: a line, and on its upper end a mark to point at or tap that says what was turned."""
    line = {"mark": {"type": "rule", "color": _TURNED_COLOUR, "strokeWidth": 1.5, "strokeDash": [2, 3], "aria": False}}
    head = {"mark": {"type": "point", "shape": "diamond", "filled": True, "color": _TURNED_COLOUR, "opacity": 1, "aria": False}}
    told = {"condition": {"test": f"datum.of === '{TURNED}'", "field": "told"}, "value": None}
    return [
        {**line, "encoding": {"x": x, "opacity": _where(TURNED, 1)}},
        {**head, "encoding": {"x": x, "y": {"value": 0}, "size": _where(TURNED, 130), "tooltip": told}},
    ]


def _where(kind: str, value: float, otherwise: float = 0) -> dict[str, Any]:
    return {"condition": {"test": f"datum.of === '{kind}'", "value": value}, "value": otherwise}


def ahead() -> pa.Table:
    """The least that a drawing needs."""
    return table([{"type": "step", "step": 1, "nll": 1.0, "kl": 1.0}], "kl")


def table(events: Sequence[LogEvent], term: str, shown: int | None = None) -> pa.Table:
    """The points of a term of a run so far, and the step that the film shows, if it was chosen.

    A number beyond the axis has no value, where its line ends, and is marked at the axis' end to which it points: 1 or −1.
    """
    import pyarrow as pa  # only here, so that a page without such a chart does not wait for it

    lines = {TRAINING: run_charts.trained(events, term), HELD_OUT: run_charts.held_out(events, term)}
    rows: list[dict[str, Any]] = [
        {"step": x, "value": y, "low": y - bar, "high": y + bar, "of": of, "told": plus_minus(y, error)}
        for of, line in lines.items()
        for x, y, error in zip(*line, strict=True)
        # Of a batch no bar is drawn, which the axis would make room for all the same.
        for bar in [error or 0.0 if of == HELD_OUT else 0.0]
    ]
    rows += [
        {"step": x, "of": of, "told": f"{plus_minus(y, None)}, {run_charts.BEYOND}", "beyond": math.copysign(1, y)}
        for of, cut in run_charts.beyond(events, term).items()
        for x, y in cut
    ]
    if rows:
        rows += [{"step": step, "of": TURNED, "told": text} for step, text in run_charts.turns(events).items()]
    if shown is not None and rows:
        rows.append({"step": shown, "of": SHOWN})
    return pa.Table.from_pylist(
        rows, pa.schema([*((name, pa.float64()) for name in _NUMBERS), ("of", pa.string()), ("told", pa.string())])
    )


def beyond_axes(events: Sequence[LogEvent]) -> str:
    """What is cut off the curves, since one could not read them with it: how many points of which term, and the largest."""
    parts = []
    for term in run_charts.terms_of(events):
        if found := [one for cut in run_charts.beyond(events, term).values() for one in cut]:
            step, value = max(found, key=lambda one: abs(one[1]) if math.isfinite(one[1]) else math.inf)
            largest = f"{number(value, 1)} at step {step:,}"
            points = f"{len(found):,} points, the largest {largest}" if len(found) > 1 else f"1 point, {largest}"
            parts.append(f"{TERM_NAMES[term]} ({points})")
    return f"Beyond the axes, at whose ends triangles mark it: {'; '.join(parts)}." if parts else ""
