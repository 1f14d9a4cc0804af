"""Gradient descent on a loss of one's own, for what the engine's training has no setting for: the same batches and noise."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor, nn

from vae_engine.base.errors import EngineError
from vae_engine.data import mnist as data
from vae_engine.stored.config import TrainConfig
from vae_engine.training.optimisers import Optimiser, learning_rate_factor

_BATCH, _PIXELS = 1, 2  # purposes of randomness, those of vae_engine.training.training
_REPORTED = 20  # steps between two reports

Loss = Callable[[Tensor, torch.Generator, float], Tensor]
"""The loss of a batch x [b, 784], given its source of noise and the share of training that is done."""


def descend(
    network: nn.Module,
    loss: Loss,
    config: TrainConfig,
    report: Callable[[float], None],
    watch: Callable[[int], None] = lambda step: None,
    watched: Sequence[int] = (),
) -> int:
    """Train a network on MNIST by the config's optimiser, schedule, batches and pixels; the images it has seen.

    After each of the steps `watched`, 0 among them, `watch` is called with the network in evaluation mode, in which it is
    left. Raises EngineError when the loss stops being a finite number.
    """
    images = data.load("train").images[: config.train_size]
    torch.set_flush_denormal(True)  # numbers too small to matter make a processor ten times slower
    optimiser = Optimiser(network.parameters(), config)
    per_epoch = len(images) // config.batch_size
    steps = config.steps or max(1, round(config.epochs * per_epoch))
    rng = torch.Generator()
    order = np.arange(0)
    if 0 in watched:
        watch(0)
    network.train()
    for step in range(steps):
        epoch, place = divmod(step, per_epoch)
        if place == 0:
            order = data.generator(config.seed, _BATCH, epoch).permutation(len(images))
        chosen = images[order[place * config.batch_size : (place + 1) * config.batch_size]]
        x = torch.from_numpy(data.observe(chosen, config.protocol, data.generator(config.seed, _PIXELS, step)))
        rng.manual_seed(config.seed * 2**32 + step)
        value = loss(x, rng, step / steps)
        optimiser.clear()
        value.backward()
        if config.grad_clip:
            nn.utils.clip_grad_norm_(network.parameters(), config.grad_clip)
        optimiser.step(config.learning_rate * learning_rate_factor(config, step / steps))
        if step % _REPORTED == 0:
            if not value.isfinite():
                raise EngineError(f"The loss stopped being a finite number at step {step:,}: lower the learning rate.")
            report(step / steps)
        if step + 1 in watched:
            network.eval()
            watch(step + 1)
            network.train()
    network.eval()
    return steps * config.batch_size


def spaced(steps: int, count: int) -> tuple[int, ...]:
    """0, then about `count` whole numbers up to `steps`, evenly on a logarithmic axis."""
    return (0, *sorted({max(1, round(steps ** (place / count))) for place in range(1, count + 1)}))
