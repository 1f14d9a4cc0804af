"""What the experiments share: how much of everything each scale takes, training with a report, images drawn and their terms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

import numpy as np
import torch

from vae_engine.base.errors import EngineError
from vae_engine.data import mnist as data
from vae_engine.measure import evaluation
from vae_engine.model.models import Model
from vae_engine.stored.config import ModelConfig, TrainConfig
from vae_engine.training import training
from vae_engine.training.events import Event, Failed, Finished

Amount = TypeVar("Amount")


def of_scale(scale: str, amounts: Mapping[str, Amount]) -> Amount:
    """The amount for a scale. Raises EngineError for a scale that is not named."""
    if scale not in amounts:
        raise EngineError(f"There is no scale called {scale!r}; choose one of {', '.join(amounts)}.")
    return amounts[scale]


def part_of(report: Callable[[str, float], None], stage: str, done: int, of: int) -> Callable[[float], None]:
    """A report of the share of one part, when `done` of `of` equal parts are done already."""
    return lambda share: report(stage, (done + share) / of)


def fit(
    model: ModelConfig, train: TrainConfig, report: Callable[[float], None], seen: Callable[[Event], None] = lambda event: None
) -> tuple[Model, Finished]:
    """A trained model in evaluation mode, and the event that ended its training; `report` is told the share done.

    Every event of training is also shown to `seen`. Raises EngineError when training fails.
    """
    for event in training.train(model, train):
        seen(event)
        match event:
            case training.Step(progress=share):
                report(share)
            case Failed(message=message):
                raise EngineError(message)
            case Finished(model=kept):
                return kept.eval(), event
    raise EngineError("Training ended without a result.")


def drawn(
    split: str, count: int | None = None, protocol: str = "dynamic", seed: int = 0, among: int | None = None
) -> torch.Tensor:
    """x float32 [n, 784] of `count` images of a split that the seed draws at random, their pixels drawn by it, too.

    Fewer images lie within more, and an image has the same pixels however many are drawn. All images in their order where
    no count is given; `among` the first so many, as those that are trained on.
    """
    images = data.load(split).images[:among]
    places = data.drawn(count, len(images), seed)
    return torch.from_numpy(data.observe_fixed(images[places], protocol, seed, places))


def drawn_places(split: str, count: int, seed: int = 0) -> np.ndarray:
    """Where in a whole split the images stand that `drawn` gives of it: [n]."""
    return data.drawn(count, data.COUNTS[split], seed)


def image_terms(model: Model, x: torch.Tensor, seed: int = 0, samples: int = 1) -> dict[str, np.ndarray]:
    """nll, and of a VAE kl and elbo, of each image x [n, 784] by estimator B: float64 [n], nats."""
    return {name: values.numpy() for name, values in evaluation.image_terms(model, x, seed, samples).items()}
