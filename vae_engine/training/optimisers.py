"""Update rules, the schedule of their learning rate, and the running average of weights."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor
from torch.optim.adagrad import adagrad
from torch.optim.adamw import adamw
from torch.optim.sgd import sgd

from vae_engine.model.models import Model
from vae_engine.stored.config import TrainConfig

_START = 0.04  # the one-cycle schedule begins at this share of its peak


class Optimiser:
    """An update rule of torch.optim over some weights, by its function.

    The classes of torch.optim import torch's compiler, which nobody needs here and which takes a second.
    """

    def __init__(self, weights: Iterable[Tensor], config: TrainConfig) -> None:
        self._weights, self._config = list(weights), config
        kept = {"adam": ("exp_avg", "exp_avg_sq"), "adagrad": ("sum",), "sgd": ()}[config.optimizer]
        self._state = {name: [torch.zeros_like(weight) for weight in self._weights] for name in kept}
        if kept:
            self._state["step"] = [torch.zeros((), device=weight.device) for weight in self._weights]

    def clear(self) -> None:
        """Forget the gradients."""
        for weight in self._weights:
            weight.grad = None

    @torch.no_grad()
    def step(self, rate: float) -> None:
        """Change the weights by their gradients, at a learning rate."""
        moved = [place for place, weight in enumerate(self._weights) if weight.grad is not None]
        weights = [self._weights[place] for place in moved]
        gradients = [weight.grad for weight in weights if weight.grad is not None]
        state = {name: [tensors[place] for place in moved] for name, tensors in self._state.items()}
        common: dict[str, Any] = {"lr": rate, "weight_decay": self._config.weight_decay, "maximize": False}
        if self._config.optimizer == "adam":
            betas: dict[str, Any] = {"beta1": 0.9, "beta2": self._config.adam_beta2, "eps": 1e-8, "amsgrad": False}
            adamw(weights, gradients, state["exp_avg"], state["exp_avg_sq"], [], state["step"], fused=True, **betas, **common)
        elif self._config.optimizer == "adagrad":
            adagrad(weights, gradients, state["sum"], state["step"], lr_decay=0.0, eps=1e-10, **common)
        else:
            sgd(weights, gradients, [None] * len(weights), momentum=0.0, dampening=0.0, nesterov=False, **common)

    def state(self) -> dict[str, Tensor]:
        """What it remembers, by `index of the weight.name`; not copied."""
        return {f"{index}.{name}": tensor for name, tensors in self._state.items() for index, tensor in enumerate(tensors)}

    @torch.no_grad()
    def restore(self, state: dict[str, Tensor]) -> None:
        """Put back what `state` gave. Raises KeyError or RuntimeError when it is of other weights."""
        for name, tensor in self.state().items():
            tensor.copy_(state[name])


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
        for kept, now in zip(self.model.buffers(), model.buffers(), strict=True):
            kept.copy_(now)  # what is set and not learned, such as noise that was turned
