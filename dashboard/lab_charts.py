"""Figures of what experiments found. Pure functions of their results and of whether the ground is dark."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from dashboard.run_charts import COLOURS
from vae_engine.experiment_result import Chart, Curve

HEIGHT = 430
_TOP, _BOTTOM, LEFT = 52, 62, 70
_FONT, _TITLE = 15, 18
_INK = {False: "#31333f", True: "#fafafa"}
_LINE, _CHARACTER = 19, 8.2  # pixels that a line of a label, and a character of it, take
_LABEL, _TICK = 26, 16  # characters of a line
_SYMBOLS = ("circle", "square", "diamond", "triangle-up", "x", "cross", "star", "hexagon", "triangle-down", "pentagon")
_LEAST_LIGHT = 105  # of a colour on a dark ground, 0 to 255
_FEW = 30  # points of a curve that are marked one by one
_NAMED = 9  # values of x that are named one by one on a logarithmic axis
_ALIKE = 0.4  # bars whose lengths differ by less than this share of the longest say nothing: dots then
_WORDY = 60  # characters of names that fit side by side below bars
_MANY = 16  # bars that have no room for their numbers
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_ABOVE = {"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom", "itemsizing": "constant"}


def figure(chart: Chart, dark: bool = False) -> go.Figure:
    """A chart with its title, so that it explains itself wherever its picture is put."""
    drawn = _bars(chart, dark) if chart.kind == "bars" else _lines(chart, dark)
    drawn.update_layout(hovermode="x unified" if chart.kind == "lines" else "closest")
    title = "<br>".join(textwrap.wrap(chart.title, 90))
    drawn.update_layout(title={"text": title, "x": 0, "xref": "container", "y": 0.98, "font": {"size": _TITLE}})
    across, up = (chart.y_label, chart.x_label) if _lies(chart) else (chart.x_label, chart.y_label)
    return legible(drawn, across, up, dark)


def _lies(chart: Chart) -> bool:
    """Whether a chart's bars lie, since their names are too long to stand below them."""
    return chart.kind == "bars" and sum(map(len, chart.ticks)) > _WORDY


def settings(name: str, form: str) -> dict[str, Any]:
    """Of Plotly's bar: its camera saves the figure as drawn here, as `png` or `svg`."""
    picture = {"format": form, "filename": name, "width": None, "height": None, "scale": 3 if form == "png" else 1}
    return {"displaylogo": False, "modeBarButtonsToRemove": ["select2d", "lasso2d"], "toImageButtonOptions": picture}


def colour(place: int, dark: bool) -> str:
    """The colour of the curve or class at a place, as light as it must be to be seen on a dark ground."""
    red, green, blue = (int(COLOURS[place % len(COLOURS)][i : i + 2], 16) for i in (1, 3, 5))
    while dark and 0.299 * red + 0.587 * green + 0.114 * blue < _LEAST_LIGHT:
        red, green, blue = (value + (255 - value) // 10 for value in (red, green, blue))
    return f"#{red:02x}{green:02x}{blue:02x}"


def legible(drawn: go.Figure, x_label: str, y_label: str, dark: bool) -> go.Figure:
    """Everything that is written is large enough for the last row of a lecture hall, and stands out from the ground."""
    font = {"size": _FONT, "color": _INK[dark]}
    for update, label in ((drawn.update_xaxes, x_label), (drawn.update_yaxes, y_label)):
        update(title={"text": label, "standoff": 10, "font": font}, tickfont=font, automargin=True)
    return drawn.update_annotations(font=font).update_layout(font=font, legend={"font": font})


def _lines(chart: Chart, dark: bool) -> go.Figure:
    drawn = go.Figure()
    low, high = _span(chart)
    for place, curve in enumerate(chart.curves):
        if curve.low and chart.kind == "lines" and len(curve.x) > 1:
            drawn.add_trace(_band(curve, colour(place, dark), low if chart.y_log else None))
    for place, curve in enumerate(chart.curves):
        drawn.add_trace(_line(curve, place, chart, dark))
    drawn.update_yaxes(range=[low, high], type="log" if chart.y_log else "linear")
    if chart.x_log:
        drawn.update_xaxes(type="log", **_ticks(sorted({x for curve in chart.curves for x in curve.x if x > 0})))
    if chart.y_log:
        drawn.update_yaxes(**_ticks([10**low, 10**high]))
    return (
        _legend(drawn, chart).update_layout(height=HEIGHT)
        if chart.kind == "points"
        else _labelled(drawn, chart, (low, high), dark)
    )


def _ticks(values: Sequence[float]) -> dict[str, Any]:
    """Ticks of a logarithmic axis, written out: at all values if they are few, else at 1, 2, 5 or at the decades."""
    low, high = min(values, default=1.0), max(values, default=1.0)
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    if 2 < len(values) <= _NAMED:
        named = list(values)
    else:
        factors = (1, 2, 5) if last - first <= 3 else (1,)
        named = [factor * 10.0**power for power in range(first, last + 1, 1 + (last - first) // 9) for factor in factors]
    named = [value for value in named if 0.999 * low <= value <= 1.001 * high]
    return {"tickvals": named, "ticktext": [_tick(value) for value in named]}


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
    marker = {"color": own, "symbol": _SYMBOLS[place % len(_SYMBOLS)], "size": size, "opacity": 1.0}
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
    (low, high), height = span, HEIGHT - _TOP - _BOTTOM
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
    margin = {"l": LEFT, "r": 44 + _CHARACTER * widest, "t": _TOP, "b": _BOTTOM}
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


def _bars(chart: Chart, dark: bool) -> go.Figure:
    """Bars from zero; dots where all are nearly as long, for then an axis from zero would hide what differs."""
    drawn = go.Figure()
    values = [value for curve in chart.curves for value in curve.y]
    longest = max(map(abs, values), default=0.0)
    dots = not chart.y_log and max(values) - min(values) < _ALIKE * longest
    lying = _lies(chart)
    for place, curve in enumerate(chart.curves):
        marker: dict[str, Any] = {"color": colour(place, dark)}
        shared: dict[str, Any] = {"x": curve.x, "y": curve.y, "name": curve.name, "error_y": _whiskers(curve)}
        if lying:
            shared = {"x": curve.y, "y": curve.x, "name": curve.name, "error_x": _whiskers(curve)}
        shared |= {"hovertext": [_written(value, longest) for value in curve.y], "hoverinfo": "text+name"}
        if len(values) <= _MANY:
            shared |= {
                "text": shared["hovertext"],
                "textposition": ("top center" if lying else "middle right") if dots else "outside",
            }
        if dots:
            marker |= {"symbol": _SYMBOLS[place % len(_SYMBOLS)], "size": 13}
            mode = "markers+text" if "text" in shared else "markers"
            drawn.add_trace(go.Scatter(**shared, mode=mode, marker=marker, cliponaxis=False))
        else:
            drawn.add_trace(go.Bar(**shared, marker=marker, cliponaxis=False, orientation="h" if lying else "v"))
    along, across = (drawn.update_yaxes, drawn.update_xaxes) if lying else (drawn.update_xaxes, drawn.update_yaxes)
    ticks = ["<br>".join(textwrap.wrap(tick, 3 * _TICK if lying else _TICK)) for tick in chart.ticks]
    if ticks:
        ends = [-0.5, len(ticks) - 0.5]
        along(tickvals=list(range(len(ticks))), ticktext=ticks, range=ends[::-1] if lying else ends)
    across(type="log" if chart.y_log else "linear")
    drawn.update_layout(bargap=0.3, height=max(HEIGHT, _TOP + _BOTTOM + 36 * len(ticks)) if lying else HEIGHT)
    return _legend(drawn, chart)


def _written(value: float, longest: float) -> str:
    digits = 0 if longest >= 1000 else 1 if longest >= 100 else 2 if longest >= 1 else 3
    return f"{value:,.{digits}f}".replace("-", "−")


def _whiskers(curve: Curve) -> dict[str, Any] | None:
    """From low to high."""
    if not curve.low:
        return None
    above = [high - y for high, y in zip(curve.high, curve.y, strict=True)]
    below = [y - low for low, y in zip(curve.low, curve.y, strict=True)]
    return {"type": "data", "symmetric": False, "array": above, "arrayminus": below, "thickness": 2, "width": 5}


def _legend(drawn: go.Figure, chart: Chart) -> go.Figure:
    """Names above, where there is more than one."""
    several = len(chart.curves) > 1
    margin = {"l": LEFT, "r": 20, "t": _TOP + 30 * several, "b": _BOTTOM}
    return drawn.update_layout(showlegend=several, legend=_ABOVE, margin=margin)
