"""Markov chains that leave p(z|x) as it is: random-walk Metropolis, MALA and Hamiltonian Monte Carlo, many chains at once.

A kernel moves every chain once by a step of its own size. All three propose and then accept with probability
min(1, p(x, z') t(z'→z) / p(x, z) t(z→z')), so whatever the step, what they leave unchanged is p(x|z)^β p(z); a bad step
only makes them slow. Sources: Metropolis et al. 1953; Roberts & Tweedie, Bernoulli 2 (1996); Neal, arXiv:1206.1901.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from vae_engine.inference.approximate.target import Places, Target

_JITTER = 0.2  # by which a Hamiltonian step varies, so that no trajectory comes back to where it began
_LATE = 0.6  # the power of 1/t by which steps are still changed at transition t of the warm-up

Kernel = Callable[[Target, Places, Tensor, torch.Generator, float], tuple[Places, Tensor]]
"""Chains where they are, the step of each [m], randomness and the power β, to where they go and the probability with which
each proposal was to be accepted [m]."""


@dataclass(frozen=True)
class Method:
    """A kernel, whether it needs slopes, and the acceptance to which its steps are tuned."""

    kernel: Kernel
    slope: bool
    goal: float


@dataclass(frozen=True)
class Chains:
    """z [n, c, s, d] of c chains for each image, s kept transitions; the share accepted of these and the step, [n] each."""

    z: Tensor
    accepted: Tensor
    step: Tensor


def sampled(target: Target, start: Tensor, method: Method, step: float, warm: int, keep: int, rng: torch.Generator) -> Chains:
    """Chains from `start` [n, c, d]: `warm` transitions in which each image's step is tuned, then `keep` by that step."""
    count, chains, _ = start.shape
    places = target.everywhere(start, method.slope)
    log_step = torch.full((count,), step, dtype=start.dtype).log()
    kept, accepted = [], torch.zeros_like(log_step)
    for turn in range(warm + keep):
        places, chance = method.kernel(target, places, log_step.exp().repeat_interleave(chains), rng, 1.0)
        share = chance.reshape(count, chains).mean(1)
        if turn < warm:
            log_step = log_step + (share - method.goal) / (1 + turn) ** _LATE
        else:
            kept.append(places.z.reshape(count, chains, -1))
            accepted += share / keep
    return Chains(torch.stack(kept, 2), accepted, log_step.exp())


def decided(places: Places, proposed: Places, log_ratio: Tensor, rng: torch.Generator) -> tuple[Places, Tensor]:
    """Each proposal taken with probability min(1, ratio); one that is no number is not."""
    chance = log_ratio.nan_to_num(-torch.inf).clamp(max=0).exp()
    taken = torch.rand(chance.shape, generator=rng, dtype=chance.dtype) < chance
    return places.moved(taken, proposed), chance


def noise(like: Tensor, rng: torch.Generator) -> Tensor:
    """Standard normal numbers of the shape and type of another tensor."""
    return torch.randn(like.shape, generator=rng, dtype=like.dtype)


def metropolis(target: Target, places: Places, step: Tensor, rng: torch.Generator, power: float) -> tuple[Places, Tensor]:
    """z' = z + step · ε, ε ~ N(0, I)."""
    proposed = target.at(places.z + step[:, None] * noise(places.z, rng), places.image)
    return decided(places, proposed, proposed.log_joint(power) - places.log_joint(power), rng)


def mala(target: Target, places: Places, step: Tensor, rng: torch.Generator, power: float) -> tuple[Places, Tensor]:
    """z' = z + ½ step² ∇ log p + step · ε: a step of Langevin's equation, which Metropolis' rule corrects."""
    size = step[:, None]
    mean = places.z + 0.5 * size**2 * places.gradient(power)
    proposed = target.at(mean + size * noise(mean, rng), places.image, slope=True)
    back = proposed.z + 0.5 * size**2 * proposed.gradient(power)
    log_ratio = proposed.log_joint(power) - places.log_joint(power)
    log_ratio += (((proposed.z - mean) ** 2).sum(1) - ((places.z - back) ** 2).sum(1)) / (2 * step**2)
    return decided(places, proposed, log_ratio, rng)


def hamiltonian(leaps: int) -> Kernel:
    """Momentum p ~ N(0, I), then `leaps` leapfrog steps of H = −log p(x, z) + ½‖p‖²; unit mass in both dimensions."""

    def kernel(target: Target, places: Places, step: Tensor, rng: torch.Generator, power: float) -> tuple[Places, Tensor]:
        spread = torch.rand(step.shape, generator=rng, dtype=step.dtype)
        size = (step * (1 + _JITTER * (2 * spread - 1)))[:, None]
        begun = momentum = noise(places.z, rng)
        proposed = places
        for _ in range(leaps):
            proposed, momentum = leapfrog(target, proposed, momentum, size, power)
        log_ratio = proposed.log_joint(power) - places.log_joint(power) + kinetic(begun) - kinetic(momentum)
        return decided(places, proposed, log_ratio, rng)

    return kernel


def leapfrog(target: Target, places: Places, momentum: Tensor, size: Tensor, power: float = 1.0) -> tuple[Places, Tensor]:
    """Half a step of the momentum, a step of z, half a step of the momentum; `size` [m, 1] may be negative."""
    half = momentum + 0.5 * size * places.gradient(power)
    there = target.at(places.z + size * half, places.image, slope=True)
    return there, half + 0.5 * size * there.gradient(power)


def kinetic(momentum: Tensor) -> Tensor:
    """½‖p‖²: [m]."""
    return 0.5 * (momentum**2).sum(1)


METROPOLIS = Method(metropolis, slope=False, goal=0.35)
MALA = Method(mala, slope=True, goal=0.57)


def hmc(leaps: int) -> Method:
    """Hamiltonian Monte Carlo with so many leapfrog steps."""
    return Method(hamiltonian(leaps), slope=True, goal=0.8)
