"""What all figures of the Lab share: colours, letters, the bar that saves them. Pure functions."""

from __future__ import annotations

import math
from typing import Any

import plotly.graph_objects as go

from dashboard.shared.palette import COLOURS
from vae_engine.experiments.result import Chart

HEIGHT = 430
TOP, BOTTOM, LEFT = 52, 62, 70
_ABREAST, _ROW = 4, 23  # names side by side, and pixels that a further row of them takes
INK = {False: "#31333f", True: "#fafafa"}
PAPER, FAINT = ("255,255,255", "14,17,23"), ("110,115,125", "170,175,185")
"""Behind letters over points, and of what is to stand back: as r,g,b on a light and on a dark ground."""
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "x", "cross", "star", "hexagon", "triangle-down", "pentagon")
_FONT = 15
_LEAST_LIGHT = 105  # of a colour on a dark ground, 0 to 255
_ABOVE = {"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom", "itemsizing": "constant"}


def settings(name: str, form: str) -> dict[str, Any]:
    """Of Plotly's bar: its camera saves the figure as drawn here, as `png` or `svg`."""
    picture = {"format": form, "filename": name, "width": None, "height": None, "scale": 3 if form == "png" else 1}
    return {"displaylogo": False, "modeBarButtonsToRemove": ["select2d", "lasso2d"], "toImageButtonOptions": picture}


def ground() -> dict[str, Any]:
    """The layout of a figure on a page that gives it no ground of its own, as Streamlit does: clear, with faint lines."""
    axis = {"gridcolor": f"rgba({_parts(INK[False])},0.13)", "zerolinecolor": f"rgba({_parts(INK[False])},0.13)"}
    clear = "rgba(0,0,0,0)"
    return {"paper_bgcolor": clear, "plot_bgcolor": clear, "xaxis": axis, "yaxis": axis, "dragmode": False}


def recoloured() -> dict[str, str]:
    """What a figure on a light ground has to be on a dark one: each colour, as #rrggbb or as r,g,b, by that on the light one."""
    pairs = [(INK[False], INK[True]), *((colour(place, False), colour(place, True)) for place in range(len(COLOURS)))]
    pairs += [PAPER, FAINT, *((_parts(one), _parts(other)) for one, other in pairs)]
    return {one: other for one, other in pairs if one != other}


def _parts(own: str) -> str:
    return ",".join(str(int(own[i : i + 2], 16)) for i in (1, 3, 5))


def colour(place: int, dark: bool) -> str:
    """The colour of the curve or class at a place, as light as it must be to be seen on a dark ground."""
    red, green, blue = (int(COLOURS[place % len(COLOURS)][i : i + 2], 16) for i in (1, 3, 5))
    while dark and 0.299 * red + 0.587 * green + 0.114 * blue < _LEAST_LIGHT:
        red, green, blue = (value + (255 - value) // 10 for value in (red, green, blue))
    return f"#{red:02x}{green:02x}{blue:02x}"


def legible(drawn: go.Figure, x_label: str, y_label: str, dark: bool) -> go.Figure:
    """Everything that is written is large enough for the last row of a lecture hall, and stands out from the ground."""
    font = {"size": _FONT, "color": INK[dark]}
    for update, label in ((drawn.update_xaxes, x_label), (drawn.update_yaxes, y_label)):
        update(title={"text": label, "standoff": 10, "font": font}, tickfont=font, automargin=True)
    return drawn.update_annotations(font=font).update_layout(font=font, legend={"font": font})


def named_above(drawn: go.Figure, chart: Chart) -> go.Figure:
    """Names above, where there is more than one; many take further rows."""
    several = len(chart.curves) > 1
    further = max(0, math.ceil(len(chart.curves) / _ABREAST) - 1)
    margin = {"l": LEFT, "r": 20, "t": TOP + 30 * several + _ROW * further, "b": BOTTOM}
    return drawn.update_layout(showlegend=several, legend=_ABOVE, margin=margin)
