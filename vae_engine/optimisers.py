"""Optimisers, their learning-rate schedule, the running average of weights, and their saved form."""

from __future__ import annotations

import copy
import math

import torch
from torch import Tensor

from vae_engine.config import TrainConfig
from vae_engine.models import Model

_START = 0.04  # the one-cycle schedule begins at this share of its peak


def make_optimiser(model: Model, config: TrainConfig) -> torch.optim.Optimizer:
    """The optimiser of a config over all trainable weights of a model."""
    weights, rate, decay = list(model.parameters()), config.learning_rate, config.weight_decay
    if config.optimizer == "adam":
        return torch.optim.AdamW(weights, lr=rate, betas=(0.9, config.adam_beta2), weight_decay=decay, fused=True)
    if config.optimizer == "adagrad":
        return torch.optim.Adagrad(weights, lr=rate, weight_decay=decay)
    return torch.optim.SGD(weights, lr=rate, weight_decay=decay)


def learning_rate_factor(config: TrainConfig, progress: float) -> float:
    """Share of the peak rate at a progress in [0, 1]: a cosine up, then a cosine (one-cycle) or a line down to 0."""
    if config.schedule == "constant":
        return 1.0
    if progress < config.lr_warmup:
        return _START + (1 - _START) * 0.5 * (1 - math.cos(math.pi * progress / config.lr_warmup))
    fallen = (progress - config.lr_warmup) / (1 - config.lr_warmup)
    return 1 - fallen if config.schedule == "linear" else 0.5 * (1 + math.cos(math.pi * fallen))


class Averaged:
    """Exponential moving average of a model's weights; with decay 0 it is the model itself.

    The decay grows with the number of updates, so that the untrained weights are soon forgotten.
    """

    def __init__(self, model: Model, decay: float) -> None:
        self.decay = decay
        self.updates = 0
        self.model = copy.deepcopy(model).requires_grad_(False) if decay else model

    @torch.no_grad()
    def update(self, model: Model) -> None:
        """Move the average towards the model's present weights."""
        self.updates += 1
        if self.model is model:
            return
        share = 1 - min(self.decay, (1 + self.updates) / (10 + self.updates))
        for mean, weight in zip(self.model.parameters(), model.parameters(), strict=True):
            mean.lerp_(weight, share)


def optimiser_state(optimiser: torch.optim.Optimizer) -> dict[str, Tensor]:
    """The optimiser's tensors by `index.name`."""
    state = optimiser.state_dict()["state"]
    return {f"{index}.{name}": value for index, values in state.items() for name, value in values.items() if value is not None}


def restore_optimiser(optimiser: torch.optim.Optimizer, tensors: dict[str, Tensor]) -> None:
    """Put back what `optimiser_state` gave."""
    state: dict[int, dict[str, Tensor]] = {}
    for key, value in tensors.items():
        index, _, name = key.partition(".")
        state.setdefault(int(index), {})[name] = value
    optimiser.load_state_dict({"state": state, "param_groups": optimiser.state_dict()["param_groups"]})
