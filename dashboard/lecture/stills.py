"""What a file from disk shows of scenes that need more than it carries: stills of the Lab's figures and of the ladder of β."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np

from dashboard.lecture.claims import found
from dashboard.shared.wording import number
from dashboard.stock.material import codes_of
from vae_engine.base.errors import EngineError
from vae_engine.data import mnist as data
from vae_engine.experiments import EXPERIMENTS
from vae_engine.experiments.result import Curve
from vae_engine.stored.checkpoints import Stored

_POINTS = 800
_GRID = 255
"""Codes are told on a lattice of so many steps a side."""

Still = dict[str, Any]


def stills(scenes: Sequence[dict[str, Any]], ladder: Sequence[Stored]) -> dict[str, Still]:
    """The stills of those scenes that have one, by link: as browser/lecture/still.js draws them.

    `ladder` are models that differ in β, ascending.
    """
    drawn = ((scene["link"], _still(scene, ladder)) for scene in scenes)
    return {link: one for link, one in drawn if one}


def _still(scene: dict[str, Any], ladder: Sequence[Stored]) -> Still | None:
    page, asked = _place(scene["link"])
    if page == "./lab":
        # Of a run of one's own, and of the Lab's other parts, the bundled chart would show something else.
        is_bundled = "run" not in asked and asked.get("part", ["findings"]) == ["findings"]
        return _figure(*(asked.get(key, [""])[0] for key in ("experiment", "chart"))) if is_bundled else None
    if page == "./learn":
        return _ladder([one for one in ladder if one.train.beta in (1, ladder[-1].train.beta)], asked, "beta")
    names = [_place(link)[1].get("models", [""])[0].split(",")[0] for link in (scene["link"], *_path(scene))]
    return _ladder([one for one in ladder if one.name in names])


def _figure(experiment: str, name: str) -> Still | None:
    """The chart that the Lab shows first where a link names it; none of an experiment that is not there, and none of bars."""
    if experiment not in [one.name for one in EXPERIMENTS]:
        return None
    try:
        result = found(experiment)
    except EngineError:
        return None
    chart = result.findings.charts_from(name)[0]
    if chart.kind != "lines":
        return None
    axes = {"x": chart.x_label, "y": chart.y_label, "logs": [chart.x_log, chart.y_log]}
    seen = f"A still of the Lab, {result.title} ({chart.title}): {chart.y_label}, against {chart.x_label}."
    return {"caption": f"{seen} {chart.note}".strip(), "chart": {**axes, "curves": [_ascending(one) for one in chart.curves]}}


def _ascending(curve: Curve) -> dict[str, Any]:
    """A curve from left to right, since its name stands where it ends."""
    order = sorted(range(len(curve.x)), key=curve.x.__getitem__)
    lines = {"x": curve.x, "y": curve.y, "low": curve.low, "high": curve.high}
    return {"name": curve.name} | {name: tuple(line[i] for i in order) if line else () for name, line in lines.items()}


def _ladder(rungs: Sequence[Stored], asked: dict[str, list[str]] | None = None, step: str = "") -> Still | None:
    """The codes of the first test images under each of these models; none where another step of Learn is asked for."""
    if not rungs or (asked is not None and asked.get("step") != [step]):
        return None
    labels = data.load("test").labels[:_POINTS]
    seen = f"codes μ of the first {_POINTS} test images, coloured by digit, each plane at its own scale"
    caption = f"A still of the ladder of β: {seen}"
    return {"caption": caption, "labels": labels.tolist(), "planes": [_plane(one, len(rungs) == 2) for one in rungs]}


def _plane(model: Stored, apart: bool) -> dict[str, Any]:
    codes = codes_of(model)[:_POINTS]
    reach = float(np.abs(codes).max())
    points = np.rint((codes / reach + 1) / 2 * _GRID).astype(int)
    kl = [number(one) for one in model.metrics["latent"]["kl_per_dimension"]] if apart else [number(model.metrics["kl"])]
    told = f"KL {' + '.join(kl)} nats"
    return {"title": f"β = {model.train.beta:g}", "told": told, "reach": number(reach, 1), "points": points.ravel().tolist()}


def _place(link: str) -> tuple[str, dict[str, list[str]]]:
    parts = urlsplit(link)
    return parts.path, parse_qs(parts.query)


def _path(scene: dict[str, Any]) -> list[str]:
    return [one["link"] for one in scene.get("path", [])]
