"""Charts of training runs. Pure functions of their logged events."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from statistics import mean
from typing import Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from dashboard.shared.palette import COLOURS
from dashboard.shared.wording import plus_minus
from vae_engine.runs.log import LogEvent
from vae_engine.stored import knobs

AXES = {"step": "training step", "epoch": "passes over the training images", "seconds": "seconds of training"}
TERMS = {
    "log_px_points": "log p(x) by points, nats/image",
    "elbo": "ELBO, nats/image",
    "nll": "nll, nats/image",
    "kl": "KL, nats/image",
}
_OF_EXACT = "log_px_points"
"""The term that only exact learning has, whose steps climb it as long as they tell `halving`, and have no ELBO."""
TRAINING, HELD_OUT, TURNED = "training batches", "held-out images", "turned"
BEYOND = "beyond the axis"
_MOST_POINTS, _MOST_MARKS = 300, 60
_FIRST = 20  # points of a run, from whose heights it falls
_FAR, _MOSTLY, _OFTEN = 5, 0.95, 0.75

Line = tuple[list[float], list[float], list[float | None]]
"""x, means over images, and their standard errors where the log knows them."""
Cut = Sequence[tuple[float, float]]
"""x and number of what an axis does not show."""


def losses(runs: Sequence[tuple[str, Sequence[LogEvent]]], *, along: str = "step", height: int = 190) -> go.Figure:
    """How ELBO, nll and kl of runs, given by name, changed: thin lines on training batches, marked ones on held-out images.

    `along` is one of AXES, drawn by its logarithm, since most of the change comes early; `height` is that of one term in
    pixels. There is neither ELBO nor kl where only autoencoders are shown.
    """
    terms = max((terms_of(events) for _, events in runs), key=len, default=("nll",))
    figure = make_subplots(rows=len(terms), cols=1, shared_xaxes=True, vertical_spacing=0.06)
    for row, term in enumerate(terms, 1):
        for at, (name, events) in enumerate(runs):
            if term in terms_of(events):
                on_batches, measured = trained(events, term, along), held_out(events, term, along)
                cut = beyond(events, term, along)
                colour, first = COLOURS[at % len(COLOURS)], term == "nll"
                prefix = f"{name}: " if len(runs) > 1 else ""
                figure.add_trace(_thin(_broken(on_batches, cut[TRAINING]), colour, prefix + TRAINING, first), row, 1)
                figure.add_trace(_marked(_broken(measured, cut[HELD_OUT]), colour, prefix + HELD_OUT, first), row, 1)
                _mark_turns(figure, turns(events, along), on_batches, colour, row)
                _mark_cut(figure, [*cut[TRAINING], *cut[HELD_OUT]], [*on_batches[1], *measured[1]], colour, row)
        figure.update_yaxes(title=TERMS[term], row=row, col=1)
    figure.update_xaxes(type="log").update_xaxes(title=AXES[along], row=len(terms), col=1)
    legend = {"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0}
    margin = {"t": 10, "b": 10, "l": 10, "r": 10}
    return figure.update_layout(
        height=height * len(terms) + 40,
        legend=legend,
        margin=margin,
        font={"size": 14},
        hovermode="x unified",
        uirevision="losses",
    )


def terms_of(events: Sequence[LogEvent]) -> tuple[str, ...]:
    """The terms that a run has curves of, what it trains first: an autoencoder has an nll alone, exact learning log p(x), too."""
    has_kl = any(event.get("kl") or "kl" in (event.get("terms") or {}) for event in events)
    is_exact = any(event.get("halving") is not None or _OF_EXACT in (event.get("terms") or {}) for event in events)
    return tuple(term for term in TERMS if is_exact or term != _OF_EXACT) if has_kl else ("nll",)


def trained(events: Sequence[LogEvent], term: str, along: str = "step") -> Line:
    """A term on training batches, neighbours averaged where there are many; elbo = −(nll + kl), whatever β the loss has.

    The log has no errors of that sum: nll and kl of an image are not independent. What lies `beyond` is left out.
    """
    return _thinned(_within(_all_trained(events, term, along), edge(events, term)))


def held_out(events: Sequence[LogEvent], term: str, along: str = "step") -> Line:
    """A term on held-out images, after each epoch and at the end, or so many of them that each mark can be seen: of as many
    neighbours the lowest and the highest, and the last of all. What lies `beyond` is left out.
    """
    line = _within(_all_held_out(events, term, along), edge(events, term))
    count = len(line[0])
    if count <= _MOST_MARKS:
        return line
    of = -(-2 * count // (_MOST_MARKS - 2))
    groups = [range(start, min(start + of, count)) for start in range(0, count, of)]
    kept = sorted({least(group, key=line[1].__getitem__) for group in groups for least in (min, max)} | {count - 1})
    return tuple([part[place] for place in kept] for part in line)  # type: ignore[return-value]


def edge(events: Sequence[LogEvent], term: str) -> float:
    """How large a number the axis of a term may have to show, by its magnitude; a rule for every chart of a run.

    That is 5 times what 95 % of the logged numbers on training batches stay below: single images whose encoder's variance
    explodes take a batch to any height, and the hump of a KL that is not charged yet stays below. It is at least what
    the first points show, from which a run falls, and 5 times what three quarters of the held-out numbers stay below: those
    of a run that overfits are far above its batches, and they are no accident.
    """
    found = [abs(value) for value in _all_trained(events, term, "step")[1]]
    if len(found) <= _FIRST or not any(map(math.isfinite, found)):
        return math.inf
    measured = [abs(value) for value in _all_held_out(events, term, "step")[1]]
    apart = _below(measured, _OFTEN) if len(measured) > 1 else 0.0  # one alone may be an accident
    begin = max(filter(math.isfinite, found[:_FIRST]), default=0.0)
    return max(_FAR * _below(found, _MOSTLY), _FAR * apart, begin)


def _below(values: Sequence[float], share: float) -> float:
    """What a share of the finite numbers stay below or at, rounded down; 0 of none."""
    finite = sorted(filter(math.isfinite, values))
    return finite[int(share * (len(finite) - 1))] if finite else 0.0


def beyond(events: Sequence[LogEvent], term: str, along: str = "step") -> dict[str, list[tuple[float, float]]]:
    """The places and numbers of a term that lie beyond its axis (`edge`) or are no numbers: on TRAINING and on HELD_OUT."""
    limit = edge(events, term)
    lines = {TRAINING: _all_trained(events, term, along), HELD_OUT: _all_held_out(events, term, along)}
    return {of: [(x, y) for x, y in zip(*line[:2], strict=True) if not _is_within(y, limit)] for of, line in lines.items()}


def _is_within(value: float, limit: float) -> bool:
    return math.isfinite(value) and abs(value) <= limit


def _within(line: Line, limit: float) -> Line:
    """The points below a magnitude, and of their errors those that are numbers."""
    points = [point for point in zip(*line, strict=True) if _is_within(point[1], limit)]
    errors = [error if error is not None and math.isfinite(error) else None for _, _, error in points]
    return [x for x, _, _ in points], [y for _, y, _ in points], errors


def _all_trained(events: Sequence[LogEvent], term: str, along: str) -> Line:
    steps = [event for event in events if event["type"] == "step"]
    if term in ("elbo", _OF_EXACT):
        # The same sum is log p(x) where nll and kl are those of the posterior itself.
        steps = [event for event in steps if (event.get("halving") is not None) == (term == _OF_EXACT)]
        return _line(steps, along, lambda event: {term: -(event["nll"] + event["kl"])}, term)
    return _line(steps, along, lambda event: event, term)


def _all_held_out(events: Sequence[LogEvent], term: str, along: str) -> Line:
    """The end says it again where it comes with an epoch, perhaps of earlier weights that are kept."""
    ends = [event for event in events if event["type"] in ("epoch", "finished") and along in event]
    measured = list({event["step"]: event for event in reversed(ends) if term in event["terms"]}.values())[::-1]
    return _line(measured, along, lambda event: event["terms"], term)


def _line(events: Sequence[LogEvent], along: str, terms: Callable[[LogEvent], Mapping[str, Any]], term: str) -> Line:
    measured = [terms(event) for event in events]
    return [event[along] for event in events], [one[term] for one in measured], [one.get(f"{term}_se") for one in measured]


def _thinned(line: Line) -> Line:
    """The means of so many neighbours that few points remain; those of different images, so their errors add as squares do."""
    of = -(-len(line[0]) // _MOST_POINTS)
    if of <= 1:
        return line
    x, y, errors = line
    parts = [(x[i : i + of], y[i : i + of], errors[i : i + of]) for i in range(0, len(x), of)]
    return [mean(part[0]) for part in parts], [mean(part[1]) for part in parts], [_error_of_mean(part[2]) for part in parts]


def _error_of_mean(errors: Sequence[float | None]) -> float | None:
    known = [one for one in errors if one is not None]
    return math.hypot(*known) / len(known) if len(known) == len(errors) else None


def turns(events: Sequence[LogEvent], along: str = "step") -> dict[float, str]:
    """What was turned while a run trained, by its place: that of the first step logged after it, in any but steps."""
    steps = [event for event in events if event["type"] == "step"]
    places: dict[float, str] = {}
    for step, text in knobs.marks(knobs.turns(events)).items():
        after = next((event for event in steps if event["step"] > step), None)
        if along == "step" or after:
            places[step if along == "step" else after[along]] = text  # type: ignore[index]
    return places


def _mark_turns(figure: go.Figure, places: Mapping[float, str], line: Line, colour: str, row: int) -> None:
    """A dotted line at each turn, and on the curve a mark that says what was turned."""
    if not (places and line[0]):
        return
    x = [max(place, min(line[0])) for place in places]  # the axis has no 0
    for one in x:
        figure.add_vline(one, line={"color": colour, "width": 1.5, "dash": "dot"}, row=row, col=1)
    y = [line[1][bisect_left(line[0][:-1], one)] for one in x]
    figure.add_trace(
        go.Scatter(
            x=x, y=y, mode="markers", name=TURNED, showlegend=False, text=list(places.values()),
            marker={"symbol": "diamond", "size": 11, "color": colour}, hovertemplate="%{text}",
        ), row, 1,
    )  # fmt: skip


def _broken(line: Line, cut: Cut) -> Line:
    """A line that ends where a number is cut off and begins anew behind it."""
    points = sorted([*zip(*line, strict=True), *((x, None, None) for x, _ in cut)], key=lambda point: point[0])
    return tuple(map(list, zip(*points, strict=True))) if points else line  # type: ignore[return-value]


def _mark_cut(figure: go.Figure, cut: Cut, shown: Sequence[float], colour: str, row: int) -> None:
    """At the highest or lowest point that is shown a mark for each number beyond, which points there and says it."""
    if not (cut and shown):
        return
    is_down = [y < 0 for _, y in cut]
    figure.add_trace(
        go.Scatter(
            x=[x for x, _ in cut], y=[min(shown) if down else max(shown) for down in is_down], mode="markers", name=BEYOND,
            showlegend=False, text=[f"{plus_minus(y, None)}, {BEYOND}" for _, y in cut], hovertemplate="%{text}",
            marker={"symbol": [f"triangle-{'down' if down else 'up'}" for down in is_down], "size": 12, "color": colour},
        ), row, 1,
    )  # fmt: skip


def _thin(line: Line, colour: str, name: str, legend: bool) -> go.Scatter:
    return go.Scatter(
        x=line[0], y=line[1], mode="lines", name=name, legendgroup=name, showlegend=legend, opacity=0.55,
        line={"color": colour, "width": 1.5}, **_hover(line),
    )  # fmt: skip


def _marked(line: Line, colour: str, name: str, legend: bool) -> go.Scatter:
    settings: dict[str, Any] = {"line": {"color": colour, "width": 3}, "marker": {"size": 7}, **_hover(line)}
    settings["error_y"] = {"array": [one or 0 for one in line[2]], "thickness": 1.5, "width": 3}
    return go.Scatter(
        x=line[0], y=line[1], mode="lines+markers", name=name, legendgroup=name, showlegend=legend, **settings,
    )  # fmt: skip


def _hover(line: Line) -> dict[str, Any]:
    told = ["" if value is None else plus_minus(value, error) for value, error in zip(*line[1:], strict=True)]
    return {"customdata": told, "hovertemplate": "%{customdata}"}
