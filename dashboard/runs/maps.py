"""The maps of several models side by side as one Plotly figure: the same images in each. Pure functions of arrays."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from dashboard.shared.palette import CLASS_COLOURS

_SYMBOLS = (
    "circle", "square", "diamond", "cross", "x", "triangle-up", "triangle-down", "star", "hexagon", "pentagon",
)  # fmt: skip
_OF_SPLIT = {"test": "", "validation": "-dot", "train": "-open"}
"""How the symbol of a class differs with the split."""
_FRAME = "#717581"
_MARGIN = 0.03
_FEW = 500
_PAGE, _ENTRY, _LETTER, _LINE = (
    1300,
    56,
    8.5,
    22,
)  # pixels: the width of a laptop's page, and of the legend an entry, a letter, a line


@dataclass(frozen=True, eq=False)
class Map:
    """Where a model puts images."""

    title: str
    codes: np.ndarray
    """[n, 2]"""
    labels: np.ndarray
    splits: Mapping[str, int]
    """How many of the images are of each split, in their order."""
    classes: Sequence[str]
    unit: str
    """Of its axes."""
    is_vae: bool
    """Whether its axes are measured in what those of others are: standard deviations of the prior."""
    square: tuple[np.ndarray, np.ndarray]
    """The lowest and the highest z of what its manifold shows, drawn as a frame."""


def _symbol(label: int) -> str:
    """The mark of a class: of two that share a colour never the same one."""
    return _SYMBOLS[(label + label // len(CLASS_COLOURS)) % len(_SYMBOLS)]


def maps(found: Sequence[Map], height: int = 480) -> go.Figure:
    """Maps on axes of equal scale; those of VAEs have one range, and each autoencoder, whose units mean nothing, its own.

    A click in the legend hides a class in all of them. Its lines beyond the first are added to the height.
    """
    common = _range([one for one in found if one.is_vae])
    figure = make_subplots(
        rows=1, cols=len(found), subplot_titles=[html.escape(one.title) for one in found], horizontal_spacing=0.06
    )
    shown: set[str] = set()
    for column, one in enumerate(found, 1):
        variants = np.repeat([_OF_SPLIT[split] for split in one.splits], list(one.splits.values()))
        for label, name in enumerate(map(html.escape, one.classes)):
            of_class = np.flatnonzero(one.labels == label)
            symbols = [_symbol(label) + variant for variant in variants[of_class]]
            colour = CLASS_COLOURS[label % len(CLASS_COLOURS)]
            marker = {
                "color": colour, "symbol": symbols, "size": 6 if len(one.codes) > _FEW else 9, "opacity": 0.85,
                "line": {"width": [1.5 if "open" in symbol else 0.5 for symbol in symbols], "color": "rgba(0,0,0,0.45)"},
            }  # fmt: skip
            trace = go.Scatter(
                x=one.codes[of_class, 0], y=one.codes[of_class, 1], mode="markers", name=name, legendgroup=name,
                showlegend=name not in shown, marker=marker, customdata=of_class,
                hovertemplate="image %{customdata}, %{fullData.name}<br>z = (%{x:.2f}, %{y:.2f})<extra></extra>",
            )  # fmt: skip
            shown.add(name)
            figure.add_trace(trace, 1, column)
        (x0, y0), (x1, y1) = one.square
        figure.add_shape(
            type="rect", x0=x0, y0=y0, x1=x1, y1=y1, line={"color": _FRAME, "width": 1.5, "dash": "dash"}, row=1, col=column
        )
        low, high = common if one.is_vae else _range([one])
        across = "x" if column == 1 else f"x{column}"
        figure.update_xaxes(title=f"z₁, {one.unit}", row=1, col=column, constrain="domain", range=[low[0], high[0]])
        vertical = {"scaleanchor": across, "constrain": "domain", "range": [low[1], high[1]]}
        figure.update_yaxes(title="z₂" if column == 1 else None, **vertical, row=1, col=column)
    figure.update_xaxes(title_font_size=16, tickfont_size=14).update_yaxes(title_font_size=16, tickfont_size=14)
    legend = {"orientation": "h", "y": 1.09, "yanchor": "bottom", "x": 0, "itemsizing": "constant", "font": {"size": 15}}
    margin = {"t": 70, "b": 10, "l": 10, "r": 10}
    return figure.update_layout(
        height=height + _LINE * (_lines(sorted(shown)) - 1), legend=legend, margin=margin, uirevision="maps"
    )


def _lines(names: Sequence[str]) -> int:
    """How many lines a legend takes: its entries are all as wide as the longest."""
    beside = max(1, int(_PAGE / (_ENTRY + _LETTER * max(map(len, names), default=0))))
    return max(1, -(-len(names) // beside))


def _range(found: Sequence[Map]) -> tuple[np.ndarray, np.ndarray]:
    """The lowest and the highest z of maps, with a margin: their codes and squares."""
    seen = np.concatenate([np.zeros((0, 2)), *(part for one in found for part in (one.codes, np.stack(one.square)))])
    if not len(seen):
        return np.zeros(2), np.zeros(2)
    low, high = seen.min(0), seen.max(0)
    margin = np.maximum(_MARGIN * (high - low), 1e-6)
    return low - margin, high + margin
