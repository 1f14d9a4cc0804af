"""The No-U-Turn Sampler: Hamiltonian trajectories that double until they would turn back. Many chains at once.

Multinomial sampling along the trajectory, biased towards its newest half (Betancourt, arXiv:1701.02434, appendix A.3), without
recursion: a chain at leaf n of a half remembers only the leaves that begin the subtrees which end at n (Phan et al.,
arXiv:1912.11554, algorithm 2), so that all chains march in step and each leaf is one call of the decoder for all of them. Source:
Hoffman & Gelman, JMLR 15 (2014).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from vae_engine.inference.approximate.chains import Method, kinetic, leapfrog, noise
from vae_engine.inference.approximate.target import Places, Target

DEEPEST = 8  # doublings of a trajectory
_DIVERGED = 1000.0  # nats of energy by which a leaf may be off


@dataclass
class _Trajectory:
    """Both ends [m] of each chain's trajectory, the place chosen so far and the log of the weights summed."""

    ends: list[tuple[Places, Tensor]]
    chosen: Places
    log_weight: Tensor


def nuts(target: Target, places: Places, step: Tensor, rng: torch.Generator, power: float) -> tuple[Places, Tensor]:
    """A transition of every chain; the chance is the mean of min(1, e^−ΔH) over the leaves, by which steps are tuned."""
    momentum = noise(places.z, rng)
    energy = places.log_joint(power) - kinetic(momentum)
    whole = _Trajectory([(places, momentum), (places, momentum)], places, torch.zeros_like(energy))
    chances, leaves = torch.zeros_like(energy), torch.zeros_like(energy)
    going = torch.arange(len(energy))
    for depth in range(DEEPEST):
        if not len(going):
            break
        ahead = torch.rand(len(going), generator=rng) < 0.5
        (left, left_p), (right, right_p) = (_only(end, going) for end in whole.ends)
        begin = left.moved(ahead, right), torch.where(ahead[:, None], right_p, left_p)
        size = torch.where(ahead, step[going], -step[going])[:, None]
        half = _half(target, begin, size, energy[going], depth, rng, power)
        chances[going] += half.chances
        leaves[going] += half.leaves
        better = half.log_weight - whole.log_weight[going]
        taken = half.sound & (torch.rand(len(going), generator=rng, dtype=better.dtype).log() < better)
        whole.chosen = _put(whole.chosen, going[taken], half.chosen.only(taken))
        whole.log_weight[going] = torch.where(half.sound, torch.logaddexp(whole.log_weight[going], half.log_weight), 0.0)
        for side, which in enumerate((~ahead & half.sound, ahead & half.sound)):
            places_there, momentum_there = whole.ends[side]
            moved = momentum_there.clone()
            moved[going[which]] = half.end[1][which]
            whole.ends[side] = _put(places_there, going[which], half.end[0].only(which)), moved
        straight = ~_turned(*(_only(end, going) for end in whole.ends))
        going = going[half.sound & straight]
    return whole.chosen, chances / leaves.clamp_min(1)


@dataclass
class _Half:
    """What doubling adds: the place chosen in it, its end, the log of its weights, whether it is sound; [m] each."""

    chosen: Places
    end: tuple[Places, Tensor]
    log_weight: Tensor
    sound: Tensor
    chances: Tensor
    leaves: Tensor


def _half(
    target: Target, begin: tuple[Places, Tensor], size: Tensor, energy: Tensor, depth: int, rng: torch.Generator, power: float
) -> _Half:
    """2^depth leapfrog steps from `begin`, ended early for the chains whose subtrees turn or diverge."""
    half = _Half(begin[0], begin, torch.full_like(energy, -torch.inf), torch.ones_like(energy, dtype=torch.bool),
                 torch.zeros_like(energy), torch.zeros_like(energy))  # fmt: skip
    remembered: list[tuple[Places, Tensor]] = [begin] * (depth + 1)
    for leaf in range(2**depth):
        alive = half.sound.nonzero()[:, 0]
        if not len(alive):
            break
        there, momentum = leapfrog(target, *_only(half.end, alive), size[alive], power)
        log_weight = there.log_joint(power) - kinetic(momentum) - energy[alive]
        half.chances[alive] += log_weight.nan_to_num(-torch.inf).clamp(max=0).exp()
        half.leaves[alive] += 1
        log_weight = log_weight.nan_to_num(-torch.inf)
        total = torch.logaddexp(half.log_weight[alive], log_weight)
        chance = torch.rand(len(alive), generator=rng, dtype=total.dtype)
        half.chosen = _put(half.chosen, alive[taken := chance.log() < log_weight - total], there.only(taken))
        half.log_weight[alive] = total
        ended = half.end[1].clone()
        ended[alive] = momentum
        half.end = _put(half.end[0], alive, there), ended
        sound = log_weight > -_DIVERGED
        last, ones = (leaf >> 1).bit_count(), _trailing_ones(leaf)
        if leaf % 2 == 0:
            remembered[last] = half.end
        for place in range(last - ones + 1, last + 1) if leaf % 2 else ():
            first = _only(remembered[place], alive)
            ordered = _ordered(first, (there, momentum), size[alive])
            sound &= ~_turned(*ordered)
        half.sound[alive] = sound
    return half


def _trailing_ones(number: int) -> int:
    return (~number & (number + 1)).bit_length() - 1


def _ordered(
    first: tuple[Places, Tensor], last: tuple[Places, Tensor], size: Tensor
) -> tuple[tuple[Places, Tensor], tuple[Places, Tensor]]:
    """Two ends of subtrees as left and right in time."""
    back = size[:, 0] < 0
    left = first[0].moved(back, last[0]), torch.where(back[:, None], last[1], first[1])
    right = last[0].moved(back, first[0]), torch.where(back[:, None], first[1], last[1])
    return left, right


def _turned(left: tuple[Places, Tensor], right: tuple[Places, Tensor]) -> Tensor:
    """Whether going on at either end would bring the ends nearer to each other: bool [m]."""
    across = right[0].z - left[0].z
    return ((across * left[1]).sum(1) < 0) | ((across * right[1]).sum(1) < 0)


def _only(end: tuple[Places, Tensor], which: Tensor) -> tuple[Places, Tensor]:
    return end[0].only(which), end[1][which]


def _put(places: Places, which: Tensor, new: Places) -> Places:
    """Places with those at the indices `which` replaced."""
    slope = None
    if places.slope is not None and new.slope is not None:
        slope = places.slope.index_copy(0, which, new.slope)
    return Places(
        places.z.index_copy(0, which, new.z), places.image, places.log_likelihood.index_copy(0, which, new.log_likelihood), slope
    )


NUTS = Method(nuts, slope=True, goal=0.8)
