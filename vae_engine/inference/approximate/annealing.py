"""Annealed importance sampling: from the prior to the posterior over densities p(x|z)^β p(z), and back.

log w = Σₜ (βₜ − βₜ₋₁) log p(x|zₜ₋₁) along a chain whose transition t leaves the density at βₜ as it is. Forward, from the
prior, E[w] = p(x), so log 1/c Σ w is a lower bound in expectation; backward, from an exact sample of the posterior,
E[1/w] = 1/p(x), and −log 1/c Σ 1/w is an upper one. On real images the backward chain can begin only where exact inference
exists. Sources: Neal, Statistics and Computing 11 (2001); Grosse et al., arXiv:1511.02543 (bidirectional Monte Carlo).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from vae_engine.inference.approximate.chains import Method
from vae_engine.inference.approximate.target import Places, Target

_POWER = 4  # β = (t/T)^4: small steps where log p(x|z) still varies by hundreds of nats
_GENTLE = 0.3  # by how much a single acceptance changes a step while the schedule of steps is tuned


@dataclass(frozen=True)
class Schedule:
    """Powers β₀ = 0 … β_T = 1, and the step of each image's transitions at each of them after the first: [T, n]."""

    powers: Tensor
    steps: Tensor


def tuned(target: Target, start: Tensor, method: Method, step: float, count: int, rng: torch.Generator) -> Schedule:
    """A schedule of `count` powers, its steps found by a chain of its own from `start` [n, c, d], drawn from the prior.

    Weights of chains that tune their own steps would not be unbiased; those of chains that follow a finished schedule are.
    """
    powers = (torch.arange(count + 1, dtype=start.dtype) / count) ** _POWER
    chains = start.shape[1]
    places = target.everywhere(start, method.slope)
    log_step = torch.full((len(start),), step, dtype=start.dtype).log()
    steps = []
    for power in powers[1:].tolist():
        places, chance = method.kernel(target, places, log_step.exp().repeat_interleave(chains), rng, power)
        log_step = (log_step + _GENTLE * (chance.reshape(-1, chains).mean(1) - method.goal)).clamp(max=math.log(step))
        steps.append(log_step.exp())
    return Schedule(powers, torch.stack(steps))


def forward(target: Target, start: Tensor, method: Method, schedule: Schedule, rng: torch.Generator) -> tuple[Tensor, Tensor]:
    """log w [n, c] of chains from the prior's draws `start` [n, c, d], and where they end."""
    places = target.everywhere(start, method.slope)
    log_weight = torch.zeros_like(places.log_likelihood)
    for power, change, steps in zip(schedule.powers[1:].tolist(), schedule.powers.diff(), schedule.steps, strict=True):
        log_weight += change * places.log_likelihood
        places, _ = method.kernel(target, places, steps.repeat_interleave(start.shape[1]), rng, power)
    return _by_image(log_weight, places, start)


def backward(target: Target, start: Tensor, method: Method, schedule: Schedule, rng: torch.Generator) -> tuple[Tensor, Tensor]:
    """log w [n, c] of chains the other way, from exact samples `start` [n, c, d] of the posterior; and where they end.

    The kernels are reversible, so each is its own way back.
    """
    places = target.everywhere(start, method.slope)
    log_weight = torch.zeros_like(places.log_likelihood)
    ways = zip(schedule.powers[1:].flip(0).tolist(), schedule.powers.diff().flip(0), schedule.steps.flip(0), strict=True)
    for power, change, steps in ways:
        places, _ = method.kernel(target, places, steps.repeat_interleave(start.shape[1]), rng, power)
        log_weight += change * places.log_likelihood
    return _by_image(log_weight, places, start)


def _by_image(log_weight: Tensor, places: Places, start: Tensor) -> tuple[Tensor, Tensor]:
    return log_weight.reshape(start.shape[:2]), places.z.reshape(start.shape)


def lower(log_weight: Tensor) -> Tensor:
    """log 1/c Σ w of forward chains: [n, c] → [n], nats; at most log p(x) in expectation."""
    return log_weight.logsumexp(1) - math.log(log_weight.shape[1])


def upper(log_weight: Tensor) -> Tensor:
    """−log 1/c Σ 1/w of backward chains: [n, c] → [n], nats; at least log p(x) in expectation."""
    return -lower(-log_weight)


def stated(log_weight: Tensor) -> Tensor:
    """The error that `lower` states of itself, √(1/ess − 1/c) with (Σ w)²/Σ w² effective chains: [n, c] → [n], nats.

    Of `upper` that of minus the log weights.
    """
    ess = (2 * log_weight.logsumexp(1) - (2 * log_weight).logsumexp(1)).exp()
    return (1 / ess - 1 / log_weight.shape[1]).clamp_min(0).sqrt()
