"""Bars of the Lab: side by side where several curves are, with their numbers; dots where bars would hide what differs."""

from __future__ import annotations

import textwrap
from typing import Any

import plotly.graph_objects as go

from dashboard.lab.style import BOTTOM, HEIGHT, INK, SYMBOLS, TOP, colour, named_above
from vae_engine.experiments.result import Chart, Curve

_TICK = 16  # characters of a line of a name
_ALIKE = 0.4  # bars whose lengths differ by less than this share of the longest say nothing: dots then
_WORDY = 60  # characters of names that fit side by side below bars
_MANY = 16  # bars that have no room for their numbers
_SHARE = 0.8  # of the room of a name, for its bars
_DOT, _CAP = 13, 8  # pixels of a dot, and of the room that a number leaves to the end of a whisker
_ROW, _MORE = 36, 20  # pixels of a lying bar, and of each further one beside it


def lies(chart: Chart) -> bool:
    """Whether a chart's bars lie, since their names are too long to stand below them."""
    return sum(map(len, chart.ticks)) > _WORDY


def labels(chart: Chart) -> tuple[str, str]:
    """What is written along the horizontal and the vertical axis."""
    return (chart.y_label, chart.x_label) if lies(chart) else (chart.x_label, chart.y_label)


def are_dots(chart: Chart) -> bool:
    """Whether all bars would be nearly as long."""
    values = [value for curve in chart.curves for value in curve.y]
    return not chart.y_log and max(values) - min(values) < _ALIKE * max(map(abs, values))


def drawn(chart: Chart, dark: bool) -> go.Figure:
    """Bars from zero, or dots on an axis that fits them, with whiskers from low to high."""
    figure, lying, dots = go.Figure(), lies(chart), are_dots(chart)
    many = sum(len(curve.x) for curve in chart.curves) > _MANY
    longest = max((abs(value) for curve in chart.curves for value in curve.y), default=0.0)
    for place, curve in enumerate(chart.curves):
        own, at = colour(place, dark), beside(curve, place, len(chart.curves))
        written = [number(value, longest) for value in curve.y]
        whiskers = _whiskers(curve, own if dots else INK[dark])
        shared = _turned(lying, at, curve.y, whiskers) | {"name": curve.name, "hovertext": written, "hoverinfo": "text+name"}
        if dots:
            marker = {"color": own, "symbol": SYMBOLS[place % len(SYMBOLS)], "size": _DOT}
            figure.add_trace(go.Scatter(**shared, mode="markers", marker=marker, cliponaxis=False))
        else:
            width = _SHARE / len(chart.curves)
            figure.add_trace(go.Bar(**shared, width=width, marker={"color": own}, orientation="h" if lying else "v"))
        if not many:
            figure.add_trace(_numbers(curve, at, written, lying, dots))
    ticks = ["<br>".join(textwrap.wrap(tick, 3 * _TICK if lying else _TICK)) for tick in chart.ticks]
    along, across = (figure.update_yaxes, figure.update_xaxes) if lying else (figure.update_xaxes, figure.update_yaxes)
    if ticks:
        ends = [-0.5, len(ticks) - 0.5]
        along(tickvals=list(range(len(ticks))), ticktext=ticks, range=ends[::-1] if lying else ends)
    across(type="log" if chart.y_log else "linear")
    rows = len(ticks) * (_ROW + _MORE * (len(chart.curves) - 1))
    figure.update_layout(barmode="overlay", height=max(HEIGHT, TOP + 30 + BOTTOM + rows) if lying else HEIGHT)
    return named_above(figure, chart)


def beside(curve: Curve, place: int, of: int) -> list[float]:
    """Where the bars of a curve stand, beside those of the others."""
    return [x + (place - (of - 1) / 2) * _SHARE / of for x in curve.x]


def number(value: float, longest: float) -> str:
    """A number with as many digits as a chart of such numbers needs."""
    digits = 0 if longest >= 1000 or value == 0 else 1 if longest >= 100 else 2 if longest >= 1 else 3
    return f"{value:,.{digits}f}".replace("-", "−")


def _turned(lying: bool, along: Any, across: Any, whiskers: Any = None) -> dict[str, Any]:
    if lying:
        return {"x": across, "y": along, "error_x": whiskers}
    return {"x": along, "y": across, "error_y": whiskers}


def _whiskers(curve: Curve, own: str) -> dict[str, Any] | None:
    if not curve.low:
        return None
    above = [high - y for high, y in zip(curve.high, curve.y, strict=True)]
    below = [y - low for low, y in zip(curve.low, curve.y, strict=True)]
    return {"type": "data", "symmetric": False, "array": above, "arrayminus": below, "thickness": 2, "width": 5, "color": own}


def _numbers(curve: Curve, at: list[float], written: list[str], lying: bool, dots: bool) -> go.Scatter:
    """Beside dots; beyond the ends of bars and of their whiskers."""
    if dots:
        across, side = list(curve.y), ["top center" if lying else "middle right"] * len(written)
    else:
        low, high = curve.low or curve.y, curve.high or curve.y
        across = [top if y >= 0 else bottom for y, bottom, top in zip(curve.y, low, high, strict=True)]
        sides = ("middle right", "middle left") if lying else ("top center", "bottom center")
        side = [sides[y < 0] for y in curve.y]
    places = {key: value for key, value in _turned(lying, at, across).items() if value is not None}
    return go.Scatter(
        **places, mode="markers+text", marker={"size": _DOT if dots else _CAP, "opacity": 0}, text=written, textposition=side,
        cliponaxis=False, showlegend=False, hoverinfo="skip", name=curve.name,
    )  # fmt: skip
