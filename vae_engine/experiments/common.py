"""What the experiments share: how much of everything each scale takes, training with a report, and test terms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

import torch

from vae_engine.base.errors import EngineError
from vae_engine.data import mnist as data
from vae_engine.measure.evaluation import held_out_terms
from vae_engine.model.models import Model
from vae_engine.stored.config import ModelConfig, TrainConfig
from vae_engine.training import training
from vae_engine.training.events import Epoch, Event, Failed, Finished

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


def terms_on_test(model: Model, images: int, seed: int = 0, samples: int = 10) -> dict[str, float]:
    """nll, kl, elbo (a VAE) on the first test images, dynamically binarised: nats per image."""
    return held_out_terms(model, data.load("test").head(images), "dynamic", seed, samples)


def binary(split: str, count: int | None = None, seed: int = 0) -> torch.Tensor:
    """Images of a split, each pixel drawn once with its grey value as probability: float32 [n, 784] of zeros and ones."""
    return torch.from_numpy(data.observe_fixed(data.load(split).images[:count], "dynamic", seed))


def held_out_curve(events: list[Event], key: str = "elbo") -> tuple[list[float], list[float]]:
    """Steps and held-out terms after each epoch."""
    epochs = [event for event in events if isinstance(event, Epoch)]
    return [float(event.step) for event in epochs], [event.terms[key] for event in epochs]
