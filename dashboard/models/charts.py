"""Plotly figures. Pure functions of numbers."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go

from dashboard.shared import wording

_MARKS = {"elbo": ("circle", "#3f90da"), "log_px_is": ("diamond", "#ffa90e"), "log_px_exact": ("square", "#bd1f01")}


def bounds(metrics: dict[str, dict[str, Any]]) -> go.Figure:
    """ELBO ≤ importance-sampled ≤ exact log p(x) of each VAE, on one axis; not each has the last."""
    names = [name for name, numbers in metrics.items() if "elbo" in numbers]
    figure = go.Figure()
    for name in names:
        known = [metrics[name][key] for key in _MARKS if key in metrics[name]]
        span = [min(known), max(known)]
        figure.add_trace(
            go.Scatter(x=span, y=[name, name], mode="lines", line={"color": "#94a4a2", "width": 3}, showlegend=False)
        )
    for key, (symbol, colour) in _MARKS.items():
        having = [name for name in names if key in metrics[name]]
        x = [metrics[name][key] for name in having]
        told = [wording.plus_minus(metrics[name][key], metrics[name].get(f"{key}_se")) for name in having]
        look: dict[str, Any] = {"mode": "markers", "marker": {"symbol": symbol, "color": colour, "size": 14}}
        label = wording.METRIC_COLUMNS[key]
        figure.add_trace(go.Scatter(x=x, y=having, text=told, name=label, hovertemplate="%{y}: %{text}", **look))
    figure.update_xaxes(title=wording.BOUNDS_AXIS)
    figure.update_yaxes(autorange="reversed")  # the best on top, as in the table
    legend = {"orientation": "h", "y": 1.0, "yanchor": "bottom"}
    return figure.update_layout(height=150 + 38 * len(names), font={"size": 15}, legend=legend)
