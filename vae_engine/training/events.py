"""What happens in training, as values: the events that `training.train` yields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from torch import Tensor

from vae_engine.model.models import Model
from vae_engine.stored.knobs import Planned, Turned


@dataclass(frozen=True)
class Step:
    """Means over the steps since the last such event with their standard errors over its images; nats per image."""

    step: int
    epoch: float
    progress: float
    seconds: float
    loss: float
    nll: float
    kl: float
    learning_rate: float
    images_per_second: float
    nll_se: float | None
    kl_se: float | None
    halving: float | None = None
    """While a decoder learns exactly, when −loss is log p(x) by K points: how much lower K/2 points find it, nats per image."""


@dataclass(frozen=True)
class Epoch:
    """Held-out terms of `n` images after a pass over the training images; nats per image, β = 1, sampled z."""

    step: int
    epoch: int
    seconds: float
    terms: dict[str, float]
    n: int


@dataclass(frozen=True)
class Snapshot:
    """The weights as they would be evaluated now; spaced logarithmically in steps."""

    step: int
    weights: dict[str, Tensor]


@dataclass(frozen=True)
class Live:
    """The weights as they would be evaluated now, several times a second while someone is watching."""

    step: int
    weights: dict[str, Tensor]


@dataclass(frozen=True)
class Checkpoint:
    """Everything needed to go on from here: tensors by dotted name, and plain numbers."""

    step: int
    tensors: dict[str, Tensor]
    numbers: dict[str, Any]


@dataclass(frozen=True)
class Finished:
    """The end: the model that is kept, why training ended, and the last held-out terms, of `n` images."""

    step: int
    seconds: float
    reason: str  # budget | patience | stopped
    model: Model
    terms: dict[str, float]
    n: int


@dataclass(frozen=True)
class Failed:
    """Training cannot go on; `message` says why and what to do."""

    step: int
    message: str


Event = Step | Epoch | Snapshot | Live | Checkpoint | Turned | Planned | Finished | Failed
