"""Figures of what experiments found. Pure functions of their results and of whether the ground is dark."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import plotly.graph_objects as go

from dashboard.lab import bars as lab_bars
from dashboard.lab.style import BOTTOM, HEIGHT, LEFT, SYMBOLS, TOP, colour, legible, named_above
from dashboard.lab.wording import symbols
from vae_engine.experiments.result import Chart, Curve

_TITLE = 18
_LINE, _CHARACTER = 19, 8.2  # pixels that a line of a label, and a character of it, take
_LABEL = 26  # characters of a line of a label
_FEW = 30  # points of a curve that are marked one by one
_NAMED = 9  # values of x that are named one by one on a logarithmic axis
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@lru_cache(maxsize=128)
def figure(chart: Chart, dark: bool = False) -> go.Figure:
    """A chart with its title, so that it explains itself wherever its picture is put; the same each time, not to be changed."""
    chart = _with_symbols(chart)
    if chart.kind == "bars":
        drawn, labels = lab_bars.drawn(chart, dark), lab_bars.labels(chart)
    else:
        drawn, labels = _lines(chart, dark), (chart.x_label, chart.y_label)
    title = "<br>".join(textwrap.wrap(chart.title, 90))
    drawn.update_layout(title={"text": title, "x": 0, "xref": "container", "y": 0.98, "font": {"size": _TITLE}})
    drawn.update_layout(hovermode="x unified" if chart.kind == "lines" else "closest")
    return legible(drawn, *labels, dark)


def _with_symbols(chart: Chart) -> Chart:
    curves = tuple(replace(curve, name=symbols(curve.name)) for curve in chart.curves)
    x_label, y_label = symbols(chart.x_label), symbols(chart.y_label)
    return replace(chart, title=symbols(chart.title), x_label=x_label, y_label=y_label, curves=curves)


def _lines(chart: Chart, dark: bool) -> go.Figure:
    drawn = go.Figure()
    low, high = _span(chart)
    for place, curve in enumerate(chart.curves):
        if curve.low and chart.kind == "lines" and len(curve.x) > 1:
            drawn.add_trace(_band(curve, colour(place, dark), low if chart.y_log else None))
    for place, curve in enumerate(chart.curves):
        drawn.add_trace(_line(curve, place, chart, dark))
    drawn.update_xaxes(hoverformat=",.5~r")
    drawn.update_yaxes(range=[low, high], type="log" if chart.y_log else "linear")
    if chart.x_log:
        drawn.update_xaxes(type="log", **_ticks(sorted({x for curve in chart.curves for x in curve.x if x > 0}), _beside))
    if chart.y_log:
        drawn.update_yaxes(**_ticks([10**low, 10**high], _above))
    return (
        named_above(drawn, chart).update_layout(height=HEIGHT)
        if chart.kind == "points"
        else _labelled(drawn, chart, (low, high), dark)
    )


def _ticks(values: Sequence[float], clear: Callable[[str], float]) -> dict[str, Any]:
    """Ticks of a logarithmic axis, written out: at all values if they are few, else at 1 (and 2, 5 or 3) of each decade.

    `clear` tells the share of the axis that a label takes; those that would touch the one before are left out.
    """
    low, high = min(values, default=1.0), max(values, default=1.0)
    span, first, last = math.log10(high / low), math.floor(math.log10(low)), math.ceil(math.log10(high))
    factors = (1, 2, 5) if span < 1.5 else (1, 3) if span < 3 else (1,)
    named = [factor * 10.0**power for power in range(first, last + 1, 1 + int(span) // 6) for factor in factors]
    kept: list[float] = []
    for value in values if 2 < len(values) <= _NAMED else named:
        apart = not kept or math.log10(value / kept[-1]) >= span * clear(_tick(value))
        if 0.999 * low <= value <= 1.001 * high and apart:
            kept.append(value)
    return {"tickvals": kept, "ticktext": [_tick(value) for value in kept]}


def _beside(label: str) -> float:
    return 0.03 + 0.02 * len(label)


def _above(label: str) -> float:
    return 0.07


def _tick(value: float) -> str:
    """Written out, or as a power of ten where that takes too many digits."""
    if 1e-4 <= value < 1e6:
        return f"{value:,.6g}"
    power = math.floor(math.log10(value) + 1e-9)
    factor = round(value / 10**power)
    return f"{f'{factor}·' if factor > 1 else ''}10{str(power).translate(_RAISED)}"


def _line(curve: Curve, place: int, chart: Chart, dark: bool) -> go.Scatter:
    own, few = colour(place, dark), len(curve.x) <= _FEW
    size = 14 if len(curve.x) == 1 else 9 if few else 5
    marker = {"color": own, "symbol": SYMBOLS[place % len(SYMBOLS)], "size": size, "opacity": 1.0}
    if chart.kind == "points" or len(curve.x) == 1:
        mode, marker["opacity"] = "markers", 0.85
    else:
        mode = "lines+markers" if few else "lines"
    return go.Scatter(
        x=curve.x, y=curve.y, mode=mode, name=curve.name, marker=marker, hovertemplate="%{y:.5~g}",
        line={"color": own, "width": 3, "dash": "dash" if _is_level(curve) else "solid"},
    )  # fmt: skip


def _is_level(curve: Curve) -> bool:
    """Whether a curve is a mark to compare others with rather than a course of its own."""
    return len(curve.x) > 1 and len(set(curve.y)) == 1


def _band(curve: Curve, own: str, least: float | None) -> go.Scatter:
    """From low to high; on a logarithmic axis no lower than its end, since zero is nowhere on it."""
    low = curve.low if least is None else tuple(max(value, 10**least) for value in curve.low)
    fill = f"rgba({','.join(str(int(own[i : i + 2], 16)) for i in (1, 3, 5))},0.22)"
    return go.Scatter(
        x=[*curve.x, *reversed(curve.x)], y=[*curve.high, *reversed(low)], fill="toself", fillcolor=fill, mode="lines",
        line={"width": 0}, hoverinfo="skip", showlegend=False, name=curve.name,
    )  # fmt: skip


def _span(chart: Chart) -> tuple[float, float]:
    """The ends of the vertical axis with room to breathe; decades on a logarithmic one."""
    values = [value for curve in chart.curves for value in (*curve.y, *curve.low, *curve.high)]
    if chart.y_log:
        logs = [math.log10(value) for curve in chart.curves for value in (*curve.y, *curve.high) if value > 0] or [0.0]
        logs += [math.log10(value) for curve in chart.curves for value in curve.low if value >= 10 ** (min(logs) - 1)]
        margin = max(0.05 * (max(logs) - min(logs)), 0.05)
        return min(logs) - margin, max(logs) + margin
    low, high = min(values, default=0.0), max(values, default=1.0)
    if 0 < low < 0.35 * high:
        low = 0.0
    margin = 0.05 * (high - low) or 0.5
    return low - margin, high + margin


def _labelled(drawn: go.Figure, chart: Chart, span: tuple[float, float], dark: bool) -> go.Figure:
    """Names at the right of the curves, in the order in which these end, none over another."""
    (low, high), height = span, HEIGHT - TOP - BOTTOM
    names = [textwrap.wrap(curve.name, _LABEL) or [""] for curve in chart.curves]
    rightmost = [curve.y[curve.x.index(max(curve.x))] for curve in chart.curves]
    ends = [math.log10(max(end, 1e-300)) for end in rightmost] if chart.y_log else rightmost
    wanted = [height * (end - low) / (high - low) for end in ends]
    for place, at in enumerate(apart(wanted, [_LINE * len(lines) + 4 for lines in names], height)):
        mark = "●" if len(chart.curves[place].x) == 1 else "<b>━</b>"
        text = f'<span style="color:{colour(place, dark)}">{mark}</span> ' + "<br>".join(names[place])
        drawn.add_annotation(
            text=text, x=1, xref="paper", xanchor="left", xshift=6, y=at / height, yref="paper", yanchor="middle",
            align="left", showarrow=False,
        )  # fmt: skip
    widest = max((len(line) for lines in names for line in lines), default=0)
    margin = {"l": LEFT, "r": 44 + _CHARACTER * widest, "t": TOP, "b": BOTTOM}
    return drawn.update_layout(showlegend=False, margin=margin, height=HEIGHT)


def apart(wanted: Sequence[float], heights: Sequence[float], room: float) -> list[float]:
    """The middles of labels of these heights: near the wanted ones, in their order, without overlap, within 0 … room."""
    order = sorted(range(len(wanted)), key=wanted.__getitem__)
    placed: list[list[Any]] = []  # blocks of labels that touch: [members, offsets from the block's lower end, height, lower end]
    for one in order:
        placed.append([[one], [heights[one] / 2], heights[one], wanted[one] - heights[one] / 2])
        while True:
            block = placed[-1]
            block[3] = max(0.0, min(block[3], room - block[2]))
            if len(placed) < 2 or placed[-2][3] + placed[-2][2] <= block[3]:
                break
            below, above = placed[-2], placed.pop()
            below[0] += above[0]
            below[1] += [below[2] + offset for offset in above[1]]
            below[2] += above[2]
            below[3] = sum(wanted[i] - offset for i, offset in zip(below[0], below[1], strict=True)) / len(below[0])
    middles = [0.0] * len(wanted)
    for members, offsets, _, lower in placed:
        for i, offset in zip(members, offsets, strict=True):
            middles[i] = lower + offset
    return middles
