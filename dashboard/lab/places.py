"""Where the images of a moment lie. Pure functions of the moments and of whether the ground is dark."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

import plotly.graph_objects as go

from dashboard.lab.style import FAINT, LEFT, PAPER, colour, legible
from vae_engine.experiments.result import Moment

_HEIGHT = 430
_WIDER, _WIDEST = 1.0, 1.5  # least and greatest width of a window for its height: it fills its place, more or less
_LEGEND = {"x": 1.01, "y": 1.0, "yanchor": "top", "itemsizing": "constant", "itemwidth": 30}
_NAME = 0.05  # share of the window that a name takes
_CROWDED = 0.3  # share of the window below which the classes have no room for their names


def figure(moments: Sequence[Moment], at: int, dark: bool = False) -> go.Figure:
    """The points of a moment at equal scales: classes by colour and by name, or arrows from the origin.

    Moments of the same images share their window, and where they lay one moment earlier is shown faintly.
    """
    moment, (first, last) = moments[at], together(moments, at)
    drawn = go.Figure()
    (left, right), (bottom, top) = _window(moments[first : last + 1])
    if moment.arrows:
        drawn.add_trace(_arrows(moment, colour(0, dark)))
    else:
        if at > first:
            drawn.add_trace(_faint(moments[at - 1], dark))
        _classes(drawn, moment, max(right - left, top - bottom), dark)
    drawn.update_xaxes(range=[left, right], constrain="domain", showgrid=True, zeroline=True)
    drawn.update_yaxes(range=[bottom, top], scaleanchor="x", constrain="domain", showgrid=True, zeroline=True)
    margin = {"l": LEFT, "r": 10, "t": 30, "b": 60}
    drawn.update_layout(
        height=_HEIGHT,
        legend=_LEGEND,
        margin=margin,
        showlegend=len(set(moment.classes)) > 1,
        hovermode="closest",
        title={"text": ""},
    )
    return legible(drawn, *moment.axes, dark)


def together(moments: Sequence[Moment], at: int) -> tuple[int, int]:
    """The first and the last of the moments around one that show the same images."""
    first = last = at
    if moments[at].arrows:  # their lengths differ by orders of magnitude
        return first, last
    while first and _alike(moments[first - 1], moments[at]):
        first -= 1
    while last < len(moments) - 1 and _alike(moments[last + 1], moments[at]):
        last += 1
    return first, last


def _alike(one: Moment, other: Moment) -> bool:
    return (one.classes, one.axes, one.arrows) == (other.classes, other.axes, other.arrows)


def _window(moments: Sequence[Moment]) -> tuple[tuple[float, float], tuple[float, float]]:
    """The ends of both axes around all points, not much narrower or lower than the other way; arrows start at the origin."""
    points = [point for moment in moments for point in moment.points] + [(0.0, 0.0)] * moments[0].arrows
    middles, spans = [], []
    for values in zip(*points, strict=True):
        middles.append((max(values) + min(values)) / 2)
        spans.append(1.12 * (max(values) - min(values)) or 1.0)
    spans = [max(spans[0], _WIDER * spans[1]), max(spans[1], spans[0] / _WIDEST)]
    (left, right), (bottom, top) = ((m - span / 2, m + span / 2) for m, span in zip(middles, spans, strict=True))
    return (left, right), (bottom, top)


def _arrows(moment: Moment, own: str) -> go.Scatter:
    x: list[float | None] = []
    y: list[float | None] = []
    for a, b in moment.points:
        x += [0.0, a, None]
        y += [0.0, b, None]
    sizes = [size for _ in moment.points for size in (0, 6, 0)]
    return go.Scatter(
        x=x, y=y, mode="lines+markers", line={"color": own, "width": 1}, marker={"color": own, "size": sizes},
        opacity=0.55, hovertemplate="%{x:.3g}, %{y:.3g}<extra></extra>",
    )  # fmt: skip


def _faint(moment: Moment, dark: bool) -> go.Scatter:
    x, y = zip(*moment.points, strict=True)
    return go.Scatter(
        x=x, y=y, mode="markers", marker={"color": f"rgba({FAINT[dark]},0.35)", "size": 6}, showlegend=False, hoverinfo="skip"
    )


def _classes(drawn: go.Figure, moment: Moment, window: float, dark: bool) -> None:
    classes, named = sorted(set(moment.classes)), list[tuple[float, float]]()
    room = max(max(values) - min(values) for values in zip(*moment.points, strict=True)) >= _CROWDED * window
    for digit in classes:
        own = [point for point, one in zip(moment.points, moment.classes, strict=True) if one == digit]
        x, y = zip(*own, strict=True)
        marker = {"color": colour(digit, dark), "size": 7, "opacity": 0.8, "line": {"width": 0}}
        hover = f"{digit}: %{{x:.2f}}, %{{y:.2f}}<extra></extra>"
        drawn.add_trace(go.Scatter(x=x, y=y, mode="markers", marker=marker, name=str(digit), hovertemplate=hover))
        middle = median(x), median(y)
        clear = all(max(abs(a - b) for a, b in zip(middle, other, strict=True)) > _NAME * window for other in named)
        if room and clear and len(classes) > 1:
            named.append(middle)
            text, (a, b) = f"<b>{digit}</b>", middle
            drawn.add_annotation(x=a, y=b, text=text, showarrow=False, bgcolor=f"rgba({PAPER[dark]},0.75)", borderpad=1)
