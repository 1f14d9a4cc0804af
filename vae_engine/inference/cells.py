"""What cells of the plane hold of p(x, z), for many images at once.

A cell has CELL × CELL decoded points, whatever its width; between them log p(x, z) is interpolated. How well shows at the
points midway between four: where interpolation misses log p(x, z) there by r, it is off by r times a bump that vanishes at
the decoded points. That corrects what a cell holds, and tells what more points would change. Points are decoded once for
all images that need them, and only those that some image needs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
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
_WIDTH = 1 << 20  # more regions than there are along an axis

Progress = Callable[[str, float], None]
Natural = Callable[[Tensor], tuple[Tensor, Tensor]]
"""Points z [k, 2] to η [k, s] and bias [k] with log p(x, z) = statistics(x)·η + bias."""


@dataclass(frozen=True)
class Images:
    """Images by their statistics [n, s], their decoder, and where the plane begins: at (low, low)."""

    statistics: Tensor
    natural: Natural
    low: float


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
class _Points:
    """Points of a cell: `side` × `side`, the first `first` spacings from its corner; all, or without those that a lattice
    of twice the spacing has."""

    first: float
    side: int
    halved: bool = False


def masses(
    images: Images, pairs: Pairs, known: Tensor | None, floor: Tensor, spacing: float, progress: Progress
) -> tuple[Tensor, Tensor, Tensor]:
    """log ∫ p(x, z) dz over each pair's cell and the highest log p(x, z) in it, float64 [p]; log p(x, z) at its points.

    `known` are those points of the cells that were divided into these: every second one, along both axes, need not be
    decoded again. A cell whose points all lie below the image's `floor` holds nothing.
    """
    held, peak = torch.full((2, len(pairs.image)), -math.inf, dtype=torch.float64)
    joints = images.statistics.new_empty((len(pairs.image), _SIDE, _SIDE))
    up = _interpolation(FINER).to(joints.dtype)
    done = 0
    for eta, bias, cells in _decoded(images, pairs, spacing, _Points(-_BELOW, _SIDE, known is not None)):
        for rows, which in cells:
            new = (rows >= 0).flatten().nonzero()[:, 0]
            joint = _joint(images, pairs, eta, bias, rows.flatten()[new], which)
            if known is not None:
                joint = joint.new_empty((len(which), _SIDE**2)).index_copy_(1, new, joint)
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


def corrected(images: Images, pairs: Pairs, joints: Tensor, spacing: float) -> tuple[Tensor, Tensor, Tensor]:
    """What `masses` found of cells, corrected by the points midway; and the log of the mass that this moved; float64 [p].

    `joints` [p, …] is log p(x, z) at the points of the cells. What moves within a cell counts even where the cell holds as
    much as before.
    """
    held, peak, moved = torch.empty((3, len(pairs.image)), dtype=torch.float64)
    up, middle, bump = (one.to(joints.dtype) for one in (_interpolation(FINER), _interpolation(1), _bump()))
    for eta, bias, cells in _decoded(images, pairs, spacing, _Points(0.5, CELL)):
        for rows, which in cells:
            around = joints[which]
            missed = _joint(images, pairs, eta, bias, rows.flatten(), which).reshape(-1, CELL, CELL) - middle @ around @ middle.T
            fine = (up @ around @ up.T).reshape(-1, CELL, FINER, CELL, FINER) + missed[:, :, None, :, None] * bump[:, None, :]
            top = fine.amax((1, 2, 3, 4))
            around_points = (fine - top[:, None, None, None, None]).exp_().sum((2, 4))
            held[which] = around_points.sum((1, 2)).log().double() + top
            moved[which] = (around_points * (missed * -bump.mean()).expm1_().abs_()).sum((1, 2)).log().double() + top
            peak[which] = top.double()
    held, moved = (one + 2 * math.log(spacing / FINER) for one in (held, moved))
    return held, peak, moved


def _joint(images: Images, pairs: Pairs, eta: Tensor, bias: Tensor, rows: Tensor, which: Tensor) -> Tensor:
    """log p(x, z) of the images of some pairs at some of the decoded points: [pairs, points]."""
    return torch.addmm(bias[rows], images.statistics[pairs.image[which]], eta.index_select(0, rows).T)


def _decoded(
    images: Images, pairs: Pairs, spacing: float, points: _Points
) -> Iterator[tuple[Tensor, Tensor, list[tuple[Tensor, Tensor]]]]:
    """Region by region what the decoder gives at the points that some cell needs, and for each cell which of them are
    its own (−1 where a lattice of twice the spacing has the point) and the pairs that it is in."""
    region = (pairs.row // _REGION) * _WIDTH + pairs.column // _REGION
    cell = (pairs.row % _REGION) * _REGION + pairs.column % _REGION
    order = (region * _REGION**2 + cell).argsort(stable=True)
    regions, lengths = region[order].unique_consecutive(return_counts=True)
    side = (_REGION - 1) * CELL + points.side
    for code, members in zip(regions.tolist(), order.split(lengths.tolist()), strict=True):
        names, counts = cell[members].unique_consecutive(return_counts=True)
        corners = [(CELL * (name // _REGION), CELL * (name % _REGION)) for name in names.tolist()]
        squares = [(slice(top, top + points.side), slice(left, left + points.side)) for top, left in corners]
        needed = torch.zeros((side, side), dtype=torch.bool)
        for square in squares:
            needed[square] = True
        if points.halved:
            needed[1::2, 1::2] = False
        rows = torch.full((side, side), -1)
        rows[needed] = torch.arange(int(needed.sum()))
        first = torch.tensor([code // _WIDTH, code % _WIDTH]) * _REGION * CELL + points.first
        z = ((needed.nonzero() + first).double() * spacing + images.low).float()
        yield (
            *images.natural(z),
            [(rows[square], which) for square, which in zip(squares, members.split(counts.tolist()), strict=True)],
        )


def _within(parts: int) -> Sequence[float]:
    """The middles of so many equal parts of a spacing."""
    return [(part + 0.5) / parts for part in range(parts)]


@lru_cache
def _interpolation(parts: int) -> Tensor:
    """The matrix [parts·CELL, CELL + 7] from the decoded points of a cell and around it to those `parts` times as close,
    each in the middle of its part of the cell.

    Lagrange's polynomial of degree 7 through the four nearest points on either side.
    """
    matrix = torch.zeros(CELL, parts, _SIDE, dtype=torch.float64)
    for point in range(CELL):
        nodes = range(point, point + _STENCIL)
        for part, share in enumerate(_within(parts)):
            place = point + _BELOW + share
            for node in nodes:
                matrix[point, part, node] = math.prod((place - other) / (node - other) for other in nodes if other != node)
    return matrix.flatten(0, 1)


@lru_cache
def _bump() -> Tensor:
    """By how much interpolation is off around a point midway, as a share of its error there: [FINER, FINER].

    Along an axis the error is as the polynomial that vanishes at all points that were interpolated from; of two axes each
    has its half.
    """
    nodes = range(-_BELOW, _ABOVE + 1)
    along, highest = ([math.prod(share - node for node in nodes) for share in _within(parts)] for parts in (FINER, 1))
    share = torch.tensor(along, dtype=torch.float64) / highest[0]
    return (share[:, None] + share) / 2
