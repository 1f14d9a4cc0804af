"""Sums of p(x, z) over the plane for many images at once: a tree of cells, each as fine as its mass needs.

log p(x) is the sum of what its cells hold (vae_engine.inference.cells). Where the points midway still change what a cell holds,
it is divided into four.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from vae_engine.inference.cells import CELL, Images, Pairs, Progress, corrected, masses

_SHARE = math.log(1e-6)  # of p(x): what a cell must hold to be looked at more closely
_PARTS = 30  # into which the tolerance is divided, or more where an image has more cells: what one cell may leave
_FAR = 20.0  # nats below the highest decoded point at which all decoded points of a cell may lie for it to count
_PEAK = 2.0  # nats below the highest at which a cell counts as holding the peak, too


@dataclass(frozen=True)
class Plane:
    """Where to look: tiles are `tile` wide, decoded points at least `finest` apart."""

    tile: float
    finest: float


@dataclass(frozen=True)
class Sums:
    """What was found for each image [n], float64: log p(x), and the share of it that the points midway moved."""

    log_px: Tensor
    change: Tensor
    border: Tensor
    """The share of p(x) in the outermost tiles."""
    spacing: float
    """Of the finest decoded points."""


def sums(
    images: Images,
    chosen: Tensor,
    highest: Tensor,
    settled: Tensor,
    plane: Plane,
    resolved: Callable[[Tensor, Tensor, float], Tensor],
    tolerance: float,
    progress: Progress,
) -> Sums:
    """log ∫ p(x, z) dz for images, looked for in the tiles `chosen` for each: bool [n, t, t].

    `highest` [n] are values of log p(x, z) near the highest; `settled` [n] is the log of what was found elsewhere, to which
    this is added, float64. Cells are divided until the points midway move less than
    `tolerance` of p(x) and `resolved(log p(x), highest log p(x, z), spacing)`, or the spacing is the finest of the plane.
    """
    count, tiles = len(chosen), chosen.shape[1]
    pairs = Pairs(*chosen.nonzero().unbind(1))
    outside = torch.full((count,), -math.inf, dtype=torch.float64)
    change, known = torch.zeros(count, dtype=torch.float64), None
    floor = (highest - _FAR).to(images.statistics.dtype)
    spacing, per_tile = plane.tile / CELL, 1
    while True:
        held, peak, joints = masses(images, pairs, known, floor, spacing, progress)
        log_px = torch.logaddexp(settled, _logsumexp(held, pairs.image, count))
        heavy = (held - log_px[pairs.image] > _SHARE).nonzero()[:, 0]
        held[heavy], peak[heavy], moved = corrected(images, pairs.only(heavy), joints[heavy], spacing)
        log_px = torch.logaddexp(settled, _logsumexp(held, pairs.image, count))
        now = torch.zeros(count, dtype=torch.bool).index_fill(0, pairs.image, True)
        owner = pairs.image[heavy]
        moved = (moved - log_px[owner]).exp()
        change = torch.where(now, torch.zeros_like(change).index_add(0, owner, moved), change)
        highest = torch.full((count,), -math.inf, dtype=torch.float64).scatter_reduce(0, pairs.image, peak, "amax")
        sharp = ~resolved(log_px, highest, spacing / math.sqrt(2)) & now
        rough = moved * owner.bincount(minlength=count).clamp(min=_PARTS)[owner] > tolerance
        rough |= sharp[owner] & (peak[heavy] > highest[owner] - _PEAK)
        divide = torch.zeros(len(held), dtype=torch.bool)
        divide[heavy] = rough & ((change > tolerance) | sharp)[owner] & (spacing > plane.finest)
        kept, left = pairs.only(~divide), held[~divide]
        settled = torch.logaddexp(settled, _logsumexp(left, kept.image, count))
        edge = ((kept.row // per_tile) % (tiles - 1) == 0) | ((kept.column // per_tile) % (tiles - 1) == 0)
        outside = torch.logaddexp(outside, _logsumexp(left[edge], kept.image[edge], count))
        if not divide.any():
            return Sums(settled, change, (outside - settled).exp(), spacing)
        pairs, known = pairs.only(divide).divided(), joints[divide]
        spacing, per_tile = spacing / 2, 2 * per_tile
        floor = torch.maximum(floor, (highest - _FAR).to(floor.dtype))


def _logsumexp(values: Tensor, owner: Tensor, count: int) -> Tensor:
    """log Σ exp of the values of each owner: [p] → [count]; −∞ for who has none."""
    highest = torch.full((count,), torch.finfo(torch.float64).min, dtype=torch.float64)
    highest = highest.scatter_reduce(0, owner, values, "amax")
    total = torch.zeros(count, dtype=torch.float64).index_add(0, owner, (values - highest[owner]).exp())
    return total.log() + highest
