"""A *film* shows a run through time: one safetensors file for each instant, and one for the images. Made without torch.

A **frame** is one instant: the decoder, and where the encoder puts the first images of a map.

    __metadata__.frame    JSON: format, version, run, step, kind, config, layers {decoder}, beta (in force then), classes, sha256,
                          points {count, protocol, seed, low [2], high [2]},
                          training {step, seconds, progress, loss, nll, kl, elbo} of the batches logged last, or null,
                          held_out {step, nll, kl, elbo} as measured last, or null; an autoencoder has no kl, no elbo;
                          each mean over images has its standard error beside it (nll_se), where the log knows it
    decoder.*, noise      as in a bundle
    points.codes          uint16 [n, 2]: low + code/65535·(high − low)
    points.std            float16 [n, 2]: posterior σ (VAE only)

The **cast** is what all frames of a data set are about:

    __metadata__.cast     JSON: format, version, classes, count, splits and paper as in a bundle, side where it is not 28
    points.labels         uint8 [n]
    points.images         uint8 [bytes]: gzip whose last n × side² unpacked bytes are the grey pixels

Image i of the cast belongs to code i of every frame; a frame may show fewer images than the cast has.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save as pack

from vae_engine.base.errors import EngineError
from vae_engine.data import datasets
from vae_engine.exchange import bundle as export
from vae_engine.runs import log as run_log
from vae_engine.runs import snapshots
from vae_engine.runs.log import LogEvent
from vae_engine.stored import forward, knobs, nats
from vae_engine.stored.architecture import layers
from vae_engine.stored.checkpoints import Stored
from vae_engine.stored.config import SIDE

VERSION = 1
POINTS = 2000
_POINTS_OF = {"conv": 1000}  # encoders that take several times as long for an image


def frame(folder: Path, step: int) -> bytes:
    """The frame of a run's snapshot. Raises EngineError when there is none, or it is damaged or cannot be drawn."""
    return frame_of(snapshots.read(folder, step), run_log.read_on(folder).events)


def latest_frame(folder: Path) -> bytes:
    """The frame of the weights that a run was last seen with while it trains. Raises as `frame` does."""
    return frame_of(snapshots.read_latest(folder), run_log.read_on(folder).events)


def points_of(encoder: str) -> int:
    """How many images a frame shows for a kind of encoder: so many that a frame takes a tenth of a second."""
    return _POINTS_OF.get(encoder, POINTS)


def frame_of(stored: Stored, events: Sequence[LogEvent]) -> bytes:
    """The frame of a model that is the instant `steps` of its metrics, of a training with such a log. Raises as `frame` does."""
    model, step = stored.model, int(stored.metrics["steps"])
    if model.latent_dim != 2:
        raise EngineError(f"{stored.name} has {model.latent_dim} latent dimensions; a map has 2.")
    with np.errstate(over="ignore"):  # a run may diverge, and is then shown as far as it can be
        x = export.observed_shown(stored.train.data, points_of(model.encoder), stored.train.protocol)
        codes, std = forward.encode(stored, x)
    if not np.isfinite(codes).all():
        raise EngineError(f"At step {step:,} the encoder of {stored.name} gives codes that are not finite.")
    tensors = {name: one for name, one in export.weights(stored).items() if not name.startswith("encoder.")}
    tensors["points.codes"], place = export.quantise(codes)
    if std is not None:
        tensors["points.std"] = export.spreads(std)
    header = {
        "format": "latent-explorer-frame", "version": VERSION, "run": stored.name, "step": step, "kind": model.kind,
        "config": model.to_dict(), "layers": {"decoder": layers(model)["decoder"]},
        "beta": _beta(stored, events, step) if model.kind == "vae" else None, "classes": stored.train.classes,
        "sha256": stored.sha256, "points": {**place, "protocol": stored.train.protocol, "seed": export.SEED},
        "caveat": nats.caveat(model.likelihood, stored.train.protocol),
        **moment(events, model.kind, step),
    }  # fmt: skip
    return pack({name: np.asarray(one, order="C") for name, one in tensors.items()}, {"frame": json.dumps(header)})


def _beta(stored: Stored, events: Sequence[LogEvent], step: int) -> float:
    """The β of the objective by which a run took the step to an instant."""
    turns = [turn for turn in knobs.turns(events) if turn.step < step]
    return knobs.applied(stored.train, knobs.in_force(stored.train, turns)).beta


def moment(events: Sequence[LogEvent], kind: str, step: int | None = None) -> dict[str, dict[str, float] | None]:
    """What was last logged of training and of the held-out images, by a step if one is given, each with the step it is of.

    As a frame has it: `training` and `held_out`, nats per image.
    """
    measured = ("nll", "kl", "elbo") if kind == "vae" else ("nll",)
    names = (*measured, *(f"{name}_se" for name in measured))
    training = held_out = None
    for event in events:
        if step is not None and event["step"] > step:
            continue
        if event["type"] == "step":
            training = _numbers(event, ("step", "seconds", "progress", "loss", *names))
            if {"nll", "kl"} <= training.keys() and kind == "vae" and event.get("halving") is None:  # else it is log p(x)
                training["elbo"] = -(training["nll"] + training["kl"])
        elif isinstance(event.get("terms"), dict) and event["terms"]:
            held_out = _numbers({"step": event["step"], **event["terms"]}, ("step", *names))
    return {"training": training, "held_out": held_out}


def _numbers(event: dict[str, Any], names: tuple[str, ...]) -> dict[str, float]:
    """Those that are finite: JSON has no others."""
    return {name: event[name] for name in names if type(event.get(name)) in (int, float) and math.isfinite(event[name])}


def cast(data_set: str) -> bytes:
    """The first images of a data set's maps and what their labels mean. Raises EngineError when it is not there."""
    images, splits = datasets.shown(data_set, POINTS)
    tensors = {
        "points.labels": np.ascontiguousarray(images.labels),
        "points.images": np.frombuffer(export.packed_shown(data_set, POINTS), np.uint8),
    }
    header = {
        "format": "latent-explorer-cast", "version": VERSION, "classes": datasets.classes(data_set), "count": len(images),
        "splits": splits, "of": datasets.sizes(data_set), "paper": datasets.paper(data_set),
        **({"side": side} if (side := datasets.side(data_set)) != SIDE else {}),
    }  # fmt: skip
    return pack(tensors, {"cast": json.dumps(header)})
