"""Groups of runs that differ in one setting only, as a β ladder or a sweep gives them, and their chart. Pure functions."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from dashboard.runs.table import BUNDLED, HELD_OUT, IMPORTED, NOTHING, TEST, Row, settings
from dashboard.shared.palette import COLOURS
from vae_engine.data import datasets
from vae_engine.data import mnist as data
from vae_engine.stored import forward
from vae_engine.stored.checkpoints import Stored

FEWEST = 3
_ACTIVE = 0.01  # variance of the posterior mean above which a dimension is active, as in vae_engine.measure.latent_statistics
_MOST_DIMENSIONS = 20
_WITHOUT = {"seed"}
"""Settings that may differ within a group besides the one it is about: another seed is another try at the same."""
_FIRST = ("beta", "latent_dim")
_OWN = "diamond"  # the mark of an own run among bundled models


@dataclass(frozen=True)
class Group:
    """Finished runs that differ in one setting and perhaps in their seed, ascending in the setting."""

    setting: str
    rows: tuple[Row, ...]
    values: tuple[Any, ...]
    """Of the setting, one for each row."""

    @property
    def split(self) -> str:
        """Where its numbers were measured: runs of one's own have none of the test split."""
        return TEST if all(row.state == BUNDLED for row in self.rows) else HELD_OUT

    @property
    def own(self) -> tuple[Row, ...]:
        """The runs among them that are not bundled."""
        return tuple(row for row in self.rows if row.state != BUNDLED)

    @property
    def kind(self) -> str:
        """vae or ae; nothing when it has both."""
        kinds = {row.kind for row in self.rows}
        return kinds.pop() if len(kinds) == 1 else ""


@dataclass(frozen=True)
class Latent:
    """How much each latent dimension of a VAE says about an image."""

    kl: tuple[float, ...]
    """Of each dimension, nats per image, the largest first."""
    active: int
    """Dimensions whose means vary from image to image."""


def groups(found: Sequence[Row]) -> list[Group]:
    """Every group of at least FEWEST values of a setting, β first, the larger ones first."""
    sorted_in: dict[tuple[Any, ...], list[tuple[Any, Row]]] = {}
    for row in found:
        if not (row.is_finished and row.configs) or row.turned or row.state == IMPORTED:
            continue  # a run whose knobs were turned is none of the value that it only began with; of an import none is known
        meant = settings(row)
        told = [(spec.name, getattr(config, spec.name)) for config in row.configs for spec in dataclasses.fields(config)]
        told = [one for one in told if one[0] not in _WITHOUT]
        values = tuple(value for _, value in told)
        for place, (setting, value) in enumerate(told):
            if meant.get(setting) != NOTHING:
                sorted_in.setdefault((setting, values[:place], values[place + 1 :]), []).append((value, row))
    made = [_group(setting, members) for (setting, *_), members in sorted_in.items()]
    return sorted((one for one in made if len(set(one.values)) >= FEWEST), key=_order)


def _group(setting: str, members: list[tuple[Any, Row]]) -> Group:
    ascending = sorted(members, key=lambda one: (one[0], one[1].id))
    return Group(setting, tuple(row for _, row in ascending), tuple(value for value, _ in ascending))


def _order(group: Group) -> tuple[int, int]:
    place = _FIRST.index(group.setting) if group.setting in _FIRST else len(_FIRST)
    return place, -len(group.rows)


def latent_of(row: Row, stored: Stored) -> Latent:
    """What is known of a VAE's dimensions: as measured on the test split, else from the encoder on the held-out images."""
    kl, active = row.latent.get("kl_per_dimension"), row.latent.get("active_units")
    if isinstance(kl, list) and all(isinstance(one, float) for one in kl) and isinstance(active, int):
        return Latent(tuple(sorted(kl, reverse=True)), active)
    images = datasets.load(stored.train.data, HELD_OUT).images[: stored.train.held_out]
    mu, std = forward.encode(stored, data.observe_fixed(images, stored.train.protocol, stored.train.seed))
    assert std is not None, "only a VAE has a KL"
    return latent(mu, std)


def latent(mu: np.ndarray, std: np.ndarray) -> Latent:
    """From q(z|x) of n images, each [n, d]: KL_j = mean of ½ (μ_j² + σ_j² − 1 − log σ_j²)."""
    mu, variance = mu.astype(np.float64), std.astype(np.float64) ** 2
    kl = 0.5 * (mu**2 + variance - 1 - np.log(variance)).mean(0)
    return Latent(tuple(sorted(map(float, kl), reverse=True)), int((mu.var(0) > _ACTIVE).sum()))


def chart(group: Group, latents: Sequence[Latent | None], labels: dict[str, str]) -> go.Figure:
    """nll, KL of each dimension and active dimensions against the setting, whose values stand evenly spaced.

    `labels` names the panels: nll, kl, active. A None among the latents is an autoencoder.
    """
    panels = ["nll", "kl", "active"] if any(latents) else ["nll"]
    figure = make_subplots(rows=1, cols=len(panels), horizontal_spacing=0.09)
    x = [text(value) for value in group.values]
    order = list(dict.fromkeys(x))
    nll = [row.term(group.split, "nll") for row in group.rows]
    symbols = ["circle" if row.state == BUNDLED or len(group.own) == len(group.rows) else _OWN for row in group.rows]
    errors = [row.error(group.split, "nll") for row in group.rows]
    figure.add_traces(_lines(x, nll, labels["nll"], 0, order, symbols, errors), 1, 1)
    if any(latents):
        deepest = max(len(one.kl) for one in latents if one)
        for place in range(min(deepest, _MOST_DIMENSIONS)):
            y = [one.kl[place] if one and place < len(one.kl) else None for one in latents]
            figure.add_traces(_lines(x, y, f"{place + 1}", place + 1, order, symbols), 1, 2)
        active = [one.active if one else None for one in latents]
        figure.add_traces(_lines(x, active, labels["active"], 4, order, symbols), 1, 3)
        figure.update_yaxes(rangemode="tozero", row=1, col=2)
        figure.update_yaxes(range=[-0.1, deepest + 0.4], dtick=1 if deepest <= 5 else None, row=1, col=3)
    for column, name in enumerate(panels, 1):
        figure.update_yaxes(title=labels[name], row=1, col=column)
    figure.update_xaxes(type="category", categoryorder="array", categoryarray=order, title=labels["setting"])
    figure.update_xaxes(title_font_size=16, tickfont_size=14).update_yaxes(title_font_size=16, tickfont_size=14)
    margin = {"t": 15, "b": 10, "l": 10, "r": 10}
    return figure.update_layout(height=340, showlegend=False, margin=margin, uirevision="group")


def text(value: Any) -> str:
    """A value of a setting on an axis."""
    if isinstance(value, tuple):
        return "·".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def _lines(
    x: list[str], y: Sequence[float | None], name: str, colour: int, order: list[str], symbols: list[str],
    errors: Sequence[float | None] = (),
) -> list[go.Scatter]:  # fmt: skip
    """A dot for each run, with its standard error where that is known, and a line through the mean of those at each value."""
    at: dict[str, list[float]] = {value: [] for value in order}
    for value, one in zip(x, y, strict=True):
        if one is not None:
            at[value].append(one)
    known = [value for value in order if at[value]]
    style = {"color": COLOURS[colour % len(COLOURS)]}
    marker = {**style, "size": 10, "symbol": symbols}
    means = [sum(at[value]) / len(at[value]) for value in known]
    return [
        go.Scatter(x=known, y=means, mode="lines", line={**style, "width": 2.5}, hoverinfo="skip"),
        go.Scatter(
            x=x, y=y, mode="markers", name=name, marker=marker, cliponaxis=False, error_y={"array": [one or 0 for one in errors]},
            text=[f" ± {one:.3f}" if one else "" for one in errors], hovertemplate="%{y:.3f}%{text}",
        ),
    ]  # fmt: skip
