"""Sums of p(x, z) over the plane for many images at once: a tree of cells, each as fine as its mass needs.

log p(x) is the sum of what its cells hold. A cell has CELL × CELL decoded points, whatever its width; where halving
their spacing still changes what it holds, it is divided into four. Points are decoded once for all images that need
them, and only those that some image needs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

CELL = 8  # decoded points along a cell
FINER = 4  # interpolated points per decoded point, along an axis
_STENCIL = 8  # decoded points that an interpolated one is made of, along an axis
_BELOW, _ABOVE = 3, 4  # decoded points beyond either side of a cell that its interpolation needs
_SIDE = _BELOW + CELL + _ABOVE
_INHERITED = (slice(2, 9), slice(6, 13))
"""Of a cell's decoded points along an axis those that its first and its second half have as every second one of theirs."""
_REGION = 24  # cells along a square whose points are held in memory together
_AT_ONCE = 1000  # points decoded together: more do not fit a processor's cache
_WIDTH = 1 << 20  # more regions than there are along an axis
_SHARE = 1e-6  # of p(x): what a cell must hold to be divided
_ALIKE = 0.03  # of the tolerance: a cell that halving changed by less is not divided again
_FAR = 20.0  # nats below the highest decoded point at which all decoded points of a cell may lie for it to count
_PEAK = 2.0  # nats below the highest at which a cell counts as holding the peak, too

Progress = Callable[[str, float], None]
Natural = Callable[[Tensor], tuple[Tensor, Tensor]]
"""Points z [k, 2] to η [k, s] and bias [k] with log p(x, z) = statistics(x)·η + bias."""


@dataclass(frozen=True)
class Pairs:
    """Cells that matter, each to one image: index of the image, row and column of the cell; each [p]."""

    image: Tensor
    row: Tensor
    column: Tensor

    def only(self, which: Tensor) -> Pairs:
        """Some of them."""
        return Pairs(self.image[which], self.row[which], self.column[which])

    def divided(self) -> Pairs:
        """Each as four cells of half the width, one after another."""
        down, right = torch.tensor([0, 0, 1, 1]), torch.tensor([0, 1, 0, 1])
        rows, columns = 2 * self.row[:, None] + down, 2 * self.column[:, None] + right
        return Pairs(self.image.repeat_interleave(4), rows.flatten(), columns.flatten())


@dataclass(frozen=True)
class Plane:
    """Where to look: the first tile begins at (low, low), tiles are `tile` wide, decoded points at least `finest` apart."""

    low: float
    tile: float
    finest: float


@dataclass(frozen=True)
class Sums:
    """What was found for each image [n], float64: log p(x), its change by the last halving, where that was fine enough."""

    log_px: Tensor
    change: Tensor
    border: Tensor
    """The share of p(x) in the outermost tiles."""
    spacing: float
    """Of the finest decoded points."""


def sums(
    natural: Natural,
    statistics: Tensor,
    chosen: Tensor,
    highest: Tensor,
    settled: Tensor,
    plane: Plane,
    resolved: Callable[[Tensor, Tensor, float], Tensor],
    tolerance: float,
    progress: Progress,
) -> Sums:
    """log ∫ p(x, z) dz for images with `statistics` [n, s], looked for in the tiles `chosen` for each: bool [n, t, t].

    `highest` [n] are values of log p(x, z) near the highest; `settled` [n] is the log of what was found elsewhere, to which
    this is added, float64. Cells are divided until that changes log p(x) by less than
    `tolerance` nats and `resolved(log p(x), highest log p(x, z), spacing)`, or the spacing is the finest of the plane.
    """
    count, tiles = len(chosen), chosen.shape[1]
    pairs = Pairs(*chosen.nonzero().unbind(1))
    outside = torch.full((count,), -math.inf, dtype=torch.float64)
    before = settled
    change, parents, known = torch.zeros(count, dtype=torch.float64), None, None
    floor = (highest - _FAR).to(statistics.dtype)
    spacing, per_tile = plane.tile / CELL, 1
    while True:
        held, peak, joints = _masses(natural, statistics, pairs, known, floor, plane.low, spacing, progress)
        log_px = torch.logaddexp(settled, _logsumexp(held, pairs.image, count))
        now = torch.zeros(count, dtype=torch.bool).index_fill(0, pairs.image, True)
        change = torch.where(now, (log_px - before).abs(), change)
        highest = torch.full((count,), -math.inf, dtype=torch.float64).scatter_reduce(0, pairs.image, peak, "amax")
        sharp = ~resolved(log_px, highest, spacing) & now
        unsettled = ((change > tolerance) & now) | sharp
        share = (held - log_px[pairs.image]).exp()
        moved = torch.ones_like(share) if parents is None else _moved(share, (parents - log_px[pairs.image[::4]]).exp())
        finer = (moved > _ALIKE * tolerance) | (sharp[pairs.image] & (peak > highest[pairs.image] - _PEAK))
        divide = unsettled[pairs.image] & finer & (share > _SHARE)
        if spacing <= plane.finest:
            divide[:] = False
        kept = pairs.only(~divide)
        settled = torch.logaddexp(settled, _logsumexp(held[~divide], kept.image, count))
        edge = ((kept.row // per_tile) % (tiles - 1) == 0) | ((kept.column // per_tile) % (tiles - 1) == 0)
        outside = torch.logaddexp(outside, _logsumexp(held[~divide][edge], kept.image[edge], count))
        if not divide.any():
            return Sums(settled, change, (outside - settled).exp(), spacing)
        pairs, parents, known, before = pairs.only(divide).divided(), held[divide], joints[divide], log_px
        spacing, per_tile = spacing / 2, 2 * per_tile
        floor = torch.maximum(floor, (highest - _FAR).to(floor.dtype))


def _moved(share: Tensor, before: Tensor) -> Tensor:
    """By how much the division of a cell changed the share that it holds, for each of its four: [p] and [p/4] → [p]."""
    return (share.reshape(-1, 4).sum(1) - before).abs().repeat_interleave(4)


def _logsumexp(values: Tensor, owner: Tensor, count: int) -> Tensor:
    """log Σ exp of the values of each owner: [p] → [count]; −∞ for who has none."""
    highest = torch.full((count,), torch.finfo(torch.float64).min, dtype=torch.float64)
    highest = highest.scatter_reduce(0, owner, values, "amax")
    total = torch.zeros(count, dtype=torch.float64).index_add(0, owner, (values - highest[owner]).exp())
    return total.log() + highest


def _masses(
    natural: Natural,
    statistics: Tensor,
    pairs: Pairs,
    known: Tensor | None,
    floor: Tensor,
    low: float,
    spacing: float,
    progress: Progress,
) -> tuple[Tensor, Tensor, Tensor]:
    """log ∫ p(x, z) dz over each pair's cell and the highest log p(x, z) in it, float64 [p]; log p(x, z) at its points.

    `known` are those points of the cells that were divided into these: every second one, along both axes, need not be
    decoded again. A cell whose points all lie below the image's `floor` holds nothing.
    """
    held, peak = torch.full((2, len(pairs.image)), -math.inf, dtype=torch.float64)
    joints = statistics.new_empty((len(pairs.image), _SIDE, _SIDE))
    up = _interpolation().to(statistics.dtype)
    done = 0
    for eta, bias, cells in _decoded(natural, pairs, known is not None, low, spacing):
        for rows, which in cells:
            new = (rows >= 0).flatten().nonzero()[:, 0]
            fresh = rows.flatten()[new]
            joint = torch.addmm(bias[fresh], statistics[pairs.image[which]], eta.index_select(0, fresh).T)
            if known is not None:
                joint = statistics.new_empty((len(which), _SIDE**2)).index_copy_(1, new, joint)
            joint = joint.reshape(-1, _SIDE, _SIDE)
            if known is not None:
                row, column = int(pairs.row[which[0]] % 2), int(pairs.column[which[0]] % 2)
                joint[:, 1::2, 1::2] = known[which // 4][:, _INHERITED[row], _INHERITED[column]]
            joints[which] = joint
            holding = joint.amax((1, 2)) > floor[pairs.image[which]]
            done += len(which)
            if not holding.all():
                joint, which = joint[holding], which[holding]
            fine = up @ joint @ up.T
            top = fine.amax((1, 2))
            held[which] = (fine - top[:, None, None]).exp_().sum((1, 2)).log().double() + top
            peak[which] = top.double()
        progress(f"quadrature, spacing {spacing:g}", done / len(pairs.image))
    return held + 2 * math.log(spacing / FINER), peak, joints


def _decoded(
    natural: Natural, pairs: Pairs, halved: bool, low: float, spacing: float
) -> Iterator[tuple[Tensor, Tensor, list[tuple[Tensor, Tensor]]]]:
    """Region by region what the decoder gives at the points that some cell needs, and for each cell which of them are
    its own (−1 where a lattice of twice the spacing has the point) and the pairs that it is in."""
    region = (pairs.row // _REGION) * _WIDTH + pairs.column // _REGION
    cell = (pairs.row % _REGION) * _REGION + pairs.column % _REGION
    order = (region * _REGION**2 + cell).argsort(stable=True)
    regions, lengths = region[order].unique_consecutive(return_counts=True)
    side = (_REGION - 1) * CELL + _SIDE
    for code, members in zip(regions.tolist(), order.split(lengths.tolist()), strict=True):
        names, counts = cell[members].unique_consecutive(return_counts=True)
        corners = [(CELL * (name // _REGION), CELL * (name % _REGION)) for name in names.tolist()]
        squares = [(slice(top, top + _SIDE), slice(left, left + _SIDE)) for top, left in corners]
        needed = torch.zeros((side, side), dtype=torch.bool)
        for square in squares:
            needed[square] = True
        if halved:
            needed[1::2, 1::2] = False
        rows = torch.full((side, side), -1)
        rows[needed] = torch.arange(int(needed.sum()))
        first = torch.tensor([code // _WIDTH, code % _WIDTH]) * _REGION * CELL - _BELOW
        z = ((needed.nonzero() + first).double() * spacing + low).float()
        yield (
            *_natural_at(natural, z),
            [(rows[square], which) for square, which in zip(squares, members.split(counts.tolist()), strict=True)],
        )


def _natural_at(natural: Natural, z: Tensor) -> tuple[Tensor, Tensor]:
    """η and bias at many points."""
    parts = z.split(_AT_ONCE)
    eta, bias = natural(parts[0])
    all_eta, all_bias = eta.new_empty((len(z), eta.shape[1])), bias.new_empty(len(z))
    all_eta[: len(eta)], all_bias[: len(bias)] = eta, bias
    for place, part in enumerate(parts[1:], 1):
        here = slice(place * _AT_ONCE, place * _AT_ONCE + len(part))
        all_eta[here], all_bias[here] = natural(part)
    return all_eta, all_bias


@lru_cache
def _interpolation() -> Tensor:
    """The matrix [FINER·CELL, CELL + 7] from the decoded points of a cell and around it to those FINER times as close.

    Lagrange's polynomial of degree 7 through the four nearest points on either side.
    """
    matrix = torch.zeros(FINER * CELL, _SIDE, dtype=torch.float64)
    for row in range(len(matrix)):
        place, first = row / FINER + _BELOW, row // FINER
        nodes = range(first, first + _STENCIL)
        for node in nodes:
            matrix[row, node] = math.prod((place - other) / (node - other) for other in nodes if other != node)
    return matrix
