"""How long training will take on this machine, from what it took here before. No torch, no Streamlit.

Work is counted in multiply-adds; a step takes three times those of the way through encoder and decoder.
"""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import numpy as np

from dashboard.jobs.run_view import OUTPUT, read_about
from vae_engine.base.errors import EngineError
from vae_engine.data import datasets
from vae_engine.runs import log as run_log
from vae_engine.runs.log import LogEvent
from vae_engine.stored import checkpoints, knobs, records
from vae_engine.stored.architecture import layers
from vae_engine.stored.config import ModelConfig, TrainConfig
from vae_engine.stored.records import Layer, Shape

_NEAR = 4.0
"""A run is like another when its work for an image and its batch are within this factor, and its networks of one kind."""
_STEP_PASSES = 3
_TRIAL_SECONDS = 0.02
_RECENT_SECONDS = 3.0


@dataclass(frozen=True)
class Speed:
    """How fast a run trained here."""

    name: str
    work: float
    batch: int
    convolutional: bool
    images_per_second: float


@dataclass(frozen=True)
class Estimate:
    """Seconds of training, and what they are known from."""

    seconds: float
    basis: str
    """`budget`, the name of a run like it (`like`), or `guess`."""
    like: str = ""


def held_out(train: TrainConfig) -> int:
    """How many validation images are measured after an epoch: as many as asked for, or as there are."""
    try:
        return min(train.held_out, datasets.count(train.data, "validation"))
    except EngineError:
        return train.held_out  # images of one's own that are gone


def multiply_adds(model: ModelConfig, samples: int = 1) -> float:
    """Those of one image's way through the encoder, and of so many z through the decoder."""
    described = layers(model)
    encoder, decoder = _work(described["encoder"], (model.pixels,)), _work(described["decoder"], (model.latent_dim,))
    return encoder + samples * decoder


def _work(described: Sequence[Layer], shape: Shape) -> float:
    """Each weight of a matrix is used once, that of a kernel at each place of the output, or, transposed, of the input."""
    total = 0.0
    for layer in described:
        after = records.shape_after([layer], shape, "layer")
        used = shape if layer["op"] == "conv_transpose" else after
        for name, sides in records.weight_shapes([layer], "layer").items():
            if name == "layer.0.weight" and len(sides) > 1:
                total += math.prod(sides) * math.prod(used[1:])
        total += sum(_work(inner, shape) for _, inner in records.inner_lists(layer, "layer"))
        shape = after
    return total


def steps_per_epoch(train: TrainConfig) -> int:
    """Steps of one pass over the training images. Raises EngineError when images of your own are not there."""
    images = min(train.train_size, datasets.count(train.data, "train"))
    return images // min(train.batch_size, images)


def images_of(train: TrainConfig) -> float:
    """Images that a budget of steps or epochs looks at, repeats counted. Raises as `steps_per_epoch` does."""
    per_epoch = steps_per_epoch(train)
    steps = train.steps or max(1, round(train.epochs * per_epoch))
    images = min(train.train_size, datasets.count(train.data, "train"))
    return float(steps * min(train.batch_size, images))


def estimate(model: ModelConfig, train: TrainConfig, speeds: Sequence[Speed]) -> Estimate:
    """How long a training will take. Raises as `steps_per_epoch` does."""
    if train.seconds:
        return Estimate(train.seconds, "budget")
    work, images = multiply_adds(model, train.samples), images_of(train)
    near = [speed for speed in speeds if _distance(speed, model, work, train.batch_size) <= 2 * math.log(_NEAR)]
    if near:
        nearest = min(near, key=lambda speed: _distance(speed, model, work, train.batch_size))
        return Estimate(images / nearest.images_per_second * work / nearest.work, "like", nearest.name)
    return Estimate(images * work * _STEP_PASSES / products_per_second(), "guess")


def _distance(speed: Speed, model: ModelConfig, work: float, batch: int) -> float:
    if speed.convolutional != _is_convolutional(model):
        return math.inf
    factors = (abs(math.log(speed.work / work)), abs(math.log(speed.batch / batch)))
    return math.inf if max(factors) > math.log(_NEAR) else sum(factors)


def _is_convolutional(model: ModelConfig) -> bool:
    return "conv" in (model.encoder, model.decoder)


@cache
def products_per_second() -> float:
    """Multiply-adds that this machine does in a second in a product of matrices of the size that training has."""
    a, b = np.ones((256, 784), np.float32), np.ones((784, 512), np.float32)
    done, best, until = 0, math.inf, time.perf_counter() + _TRIAL_SECONDS
    while done < 3 or time.perf_counter() < until:
        started = time.perf_counter()
        a @ b
        best, done = min(best, time.perf_counter() - started), done + 1
    return a.size * b.shape[1] / best


def speeds(runs: Path) -> list[Speed]:
    """How fast the runs in a folder trained that were trained on this machine, as their logs tell."""
    return list(_speeds(runs))


def _speeds(runs: Path) -> Iterator[Speed]:
    try:
        folders = sorted(runs.iterdir(), reverse=True)
    except OSError:
        return
    for folder in folders:
        try:
            length = (folder / run_log.EVENTS).stat().st_size if (folder / OUTPUT).exists() else 0
        except OSError:
            continue
        if length and (speed := _speed(folder, length)):
            yield speed


@lru_cache(maxsize=512)
def _speed(folder: Path, length: int) -> Speed | None:
    """How fast a run trained by the time its log was so long."""
    try:
        model, train = checkpoints.read_config(folder)
    except EngineError:
        return None
    events = run_log.read_on(folder).events
    rates = [rate for event in events if (rate := event.get("images_per_second"))]
    if len(rates) < 3 or any(turn.knob == "samples" for turn in knobs.turns(events)):
        return None
    work = multiply_adds(model, train.samples)
    return Speed(read_about(folder).name, work, train.batch_size, _is_convolutional(model), statistics.median(rates))


def remaining(events: Sequence[LogEvent]) -> float | None:
    """Seconds until the budget of a running training is spent, by its pace of late; None while too little is known."""
    steps = [event for event in events if event["type"] == "step"]
    recent = [event for event in steps if event["time"] >= steps[-1]["time"] - _RECENT_SECONDS] if steps else []
    if len(recent) < 2:
        return None
    gained, took = recent[-1]["progress"] - recent[0]["progress"], recent[-1]["time"] - recent[0]["time"]
    return (1 - recent[-1]["progress"]) * took / gained if gained > 0 else None
