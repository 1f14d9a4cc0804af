"""The loss curves of a run while it grows: one fixed drawing whose data alone change, so that it never blinks.

(A Plotly chart is made anew whenever its data change.) Pure functions of logged events.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dashboard.shared import charts as run_charts
from dashboard.shared.charts import HELD_OUT, TERMS, TRAINING
from vae_engine.runs.log import LogEvent

if TYPE_CHECKING:
    import pyarrow as pa

_TRAINED, _HELD_OUT_COLOUR = "#3f90da", "#e76300"


def drawing(term: str, height: int) -> dict[str, Any]:
    """The Vega-Lite drawing of a term, `nll` or `kl`."""
    colour = {"field": "of", "type": "nominal", "scale": {"domain": [TRAINING, HELD_OUT], "range": [_TRAINED, _HELD_OUT_COLOUR]}}
    legend = {"orient": "top", "title": None, "labelFontSize": 14} if term == "nll" else None
    words = {"titleFontSize": 14, "labelFontSize": 13, "tickCount": 5}
    x = {"field": "step", "type": "quantitative", "axis": {"title": run_charts.AXES["step"], **words}, "scale": {"domainMin": 0}}
    y = {"field": "value", "type": "quantitative", "axis": {"title": TERMS[term], "minExtent": 36, **words}}
    axes = {"x": x, "y": {**y, "scale": {"zero": term == "kl"}}, "color": {**colour, "legend": legend}}
    silent = {"aria": False}  # the chart as a whole says what it shows
    thin = {
        "mark": {"type": "line", "strokeWidth": 1.5, "opacity": 0.7, **silent},
        "transform": [{"filter": f"datum.of === '{TRAINING}'"}],
    }
    marked = {
        "mark": {"type": "line", "strokeWidth": 3, "point": {"size": 60, "filled": True, **silent}, "tooltip": True, **silent},
        "transform": [{"filter": f"datum.of === '{HELD_OUT}'"}],
    }
    return {"height": height, "encoding": axes, "layer": [thin, marked]}


def table(events: Sequence[LogEvent], term: str) -> pa.Table:
    """The points of a term of a run so far; for nll without the fall of the first tenth, once there is more."""
    import pyarrow as pa  # only here, so that a page without such a chart does not wait for it

    lines = {TRAINING: run_charts.trained(events, term), HELD_OUT: run_charts.held_out(events, term)}
    low, high = (run_charts.worth_showing(list(lines.values())) if term == "nll" else None) or (-1e300, 1e300)
    points = [(x, y, of) for of, line in lines.items() for x, y in zip(*line, strict=True) if low <= y <= high]
    steps, values, kinds = (list(column) for column in zip(*points, strict=True)) if points else ([], [], [])
    return pa.table(
        {"step": pa.array(steps, pa.float64()), "value": pa.array(values, pa.float64()), "of": pa.array(kinds, pa.string())}
    )
