"""Griddy Gibbs on the plane: one coordinate drawn anew from its conditional given the other, then the other.

p(z₁|z₂, x) of a decoder has no name, so it is worked out on a grid of the line: coarse cells, then finer ones where the coarse
ones find mass, each as dense as at its middle (Ritter & Tanner, JASA 87, 1992). What is drawn from these cells is a proposal that
does not depend on the coordinate it replaces, and Metropolis' rule corrects what the cells' width did: however coarse
the grid, p(z|x) is left as it is.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from vae_engine.inference.approximate.chains import Method, decided
from vae_engine.inference.approximate.target import Places, Target

_REACH = 6.0  # prior standard deviations on either side that cells cover; the rest of the line is never proposed
_COARSE = 48
_FINER = 8  # parts of each of the best coarse cells
_BEST = 6
_FLOOR = 30.0  # nats below its best cell at which a cell is still proposed, so that every place can be come back from


def griddy(target: Target, places: Places, step: Tensor, rng: torch.Generator, power: float) -> tuple[Places, Tensor]:
    """One sweep: each coordinate in turn; the chance is the mean over both. The step is no concern of this kernel."""
    chance = torch.zeros_like(step)
    for axis in range(places.z.shape[1]):
        places, one = _drawn_anew(target, places, axis, rng, power)
        chance += one / places.z.shape[1]
    return places, chance


def _drawn_anew(target: Target, places: Places, axis: int, rng: torch.Generator, power: float) -> tuple[Places, Tensor]:
    edges, density = _cells(target, places, axis, power)
    widths = edges.diff(dim=1)
    log_mass = density + widths.log()
    cell = torch.multinomial(torch.softmax(log_mass, 1), 1, generator=rng)
    share = torch.rand(cell.shape, generator=rng, dtype=density.dtype)
    value = edges.gather(1, cell) + share * widths.gather(1, cell)
    z = places.z.index_copy(1, torch.tensor([axis]), value)
    proposed = target.at(z, places.image)
    here = torch.searchsorted(edges[:, 1:-1].contiguous(), places.z[:, axis : axis + 1].contiguous())
    log_ratio = proposed.log_joint(power) - places.log_joint(power) + (density.gather(1, here) - density.gather(1, cell))[:, 0]
    within = places.z[:, axis].abs() < _REACH  # from beyond the cells nothing is proposed, and so nothing may be accepted
    return decided(places, proposed, log_ratio.masked_fill(~within, -math.inf), rng)


def _cells(target: Target, places: Places, axis: int, power: float) -> tuple[Tensor, Tensor]:
    """Edges [m, k + 1] and log density [m, k] of the cells of each chain's line."""
    count, type_ = len(places.z), places.z.dtype
    coarse = torch.linspace(-_REACH, _REACH, _COARSE + 1, dtype=type_).expand(count, -1)
    found = _along(target, places, axis, (coarse[:, 1:] + coarse[:, :-1]) / 2, power)
    best = found.topk(_BEST, 1).indices.sort(1).values
    width = 2 * _REACH / _COARSE
    inner = torch.arange(1, _FINER, dtype=type_) * (width / _FINER)
    edges = torch.cat([coarse, (coarse.gather(1, best)[:, :, None] + inner).flatten(1)], 1).sort(1).values
    middles = (edges[:, 1:] + edges[:, :-1]) / 2
    owner = torch.searchsorted(coarse[:, 1:-1].contiguous(), middles)
    fine = (best[:, :, None] == owner[:, None, :]).any(1)
    density = found.gather(1, owner)
    density = density.masked_scatter(fine, _along(target, places, axis, middles[fine].reshape(count, -1), power))
    return edges, density.clamp_min(density.amax(1, keepdim=True) - _FLOOR)


def _along(target: Target, places: Places, axis: int, values: Tensor, power: float) -> Tensor:
    """β log p(x|z) + log p(z) with one coordinate at the values [m, k]: [m, k]."""
    each = values.shape[1]
    z = places.z.repeat_interleave(each, 0)
    z[:, axis] = values.flatten()
    return target.at(z, places.image.repeat_interleave(each)).log_joint(power).reshape(values.shape)


GIBBS = Method(griddy, slope=False, goal=1.0)
