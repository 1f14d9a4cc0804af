"""The exact posterior p(z|x) of one image, on a lattice as fine as its mass needs and nowhere else.

The same quadrature as vae_engine.inference.exact, which shares what it decodes among many images; here there is one, so
each halving of the spacing decodes only the points around those that hold mass on the lattice before.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from vae_engine.inference.exact import FINEST, TILE, TOLERANCE, ExactInference, log_joint, resolved

_FIRST = 8  # decoded points along a tile at first: spacing 0.05
_HALO = 3  # points beyond each side of a window, for the interpolation
_UPSAMPLED = 4  # interpolated points per decoded point, along an axis
_HELD = 14.0  # nats below the highest value down to which a point's surroundings are decoded more finely
_MARGIN = 2  # points around those, since too coarse a lattice misplaces a narrow peak
_LOWEST_MODE = math.log(100)  # nats by which a mode may lie below the highest
_VALLEY = math.log(2)  # nats that a mode must stand above its lowest connection to a higher one


@dataclass(frozen=True)
class ExactPosterior:
    """p(z|x) of one image on the lattice points that hold its mass.

    z [k, 2]; weights [k], summing to 1; spacing of the lattice; log p(x) in nats; mean [2], covariance
    [2, 2]; modes [m, 2], the highest first: peaks of at least 1 % of the highest density with a valley of
    at most half their height before every higher one.
    """

    z: Tensor
    weights: Tensor
    spacing: float
    log_px: float
    mean: Tensor
    covariance: Tensor
    modes: Tensor


@dataclass(frozen=True)
class _Window:
    """A part of the lattice with `points` to a tile: its first row and column, and which of its points count."""

    points: int
    row: int
    column: int
    wanted: Tensor  # bool [rows, columns]


@torch.no_grad()
def exact_posterior(inference: ExactInference, x: Tensor) -> ExactPosterior:
    """p(z|x) of one image x [side²]."""
    tiles = inference.chosen_tiles(x[None])[0]
    window = _Window(_FIRST, 0, 0, tiles.repeat_interleave(_FIRST, 0).repeat_interleave(_FIRST, 1))
    before = torch.tensor(math.inf)
    while True:
        window = _cropped(window)
        joint = _fine_joint(inference, x, window)
        spacing = TILE / window.points / _UPSAMPLED
        log_px = joint.flatten().logsumexp(0) + 2 * math.log(spacing)
        settled = abs(log_px - before) <= TOLERANCE and resolved(log_px, joint.max(), window.points)
        if settled or window.points == FINEST:
            return _summary(inference, window, joint, spacing, log_px.item())
        window, before = _halved(window, joint), log_px


def _cropped(window: _Window) -> _Window:
    """The smallest window around the points that count."""
    rows, columns = window.wanted.any(1).nonzero()[:, 0], window.wanted.any(0).nonzero()[:, 0]
    (top, bottom), (left, right) = ((int(one.min()), int(one.max()) + 1) for one in (rows, columns))
    return _Window(window.points, window.row + top, window.column + left, window.wanted[top:bottom, left:right])


def _fine_joint(inference: ExactInference, x: Tensor, window: _Window) -> Tensor:
    """log p(x, z), float64, on the finer lattice within a window; −∞ at points that do not count."""
    wanted = torch.nn.functional.pad(window.wanted, (_HALO,) * 4)
    needed = torch.nn.functional.max_pool2d(wanted[None].float(), 2 * _HALO + 1, 1, _HALO)[0] > 0
    index = needed.nonzero()
    corner = torch.tensor([window.row - _HALO, window.column - _HALO])
    z = ((index + corner).double() + 0.5) * (TILE / window.points) + inference.low
    decoded = torch.zeros(needed.shape, dtype=torch.float64)
    decoded[needed] = log_joint(inference.vae, x[None], z.float())[0].double()
    rows, columns = (_interpolation(side) for side in window.wanted.shape)
    joint = rows @ decoded @ columns.T
    finely = window.wanted.repeat_interleave(_UPSAMPLED, 0).repeat_interleave(_UPSAMPLED, 1)
    return joint.masked_fill(~finely, -math.inf)


@lru_cache
def _interpolation(points: int) -> Tensor:
    """The matrix [4·points, points + 6] that interpolates from the middles of cells to the middles of finer ones.

    Quintic Lagrange through the three nearest points on either side: exact for a Gaussian's logarithm.
    """
    matrix = torch.zeros(points * _UPSAMPLED, points + 2 * _HALO, dtype=torch.float64)
    for row in range(len(matrix)):
        place = (row + 0.5) / _UPSAMPLED - 0.5 + _HALO  # in units of decoded points
        nearest = range(math.floor(place) + 1 - _HALO, math.floor(place) + 1 + _HALO)
        for node in nearest:
            others = [other for other in nearest if other != node]
            matrix[row, node] = math.prod((place - other) / (node - other) for other in others)
    return matrix


def _halved(window: _Window, joint: Tensor) -> _Window:
    """The points of half the spacing at and around which there is mass."""
    held = joint > joint.max() - _HELD
    step = _UPSAMPLED // 2  # finer points to each point of half the spacing
    wanted = torch.nn.functional.max_pool2d(held[None].float(), step)
    padded = torch.nn.functional.pad(wanted, (_MARGIN,) * 4)
    around = torch.nn.functional.max_pool2d(padded, 2 * _MARGIN + 1, 1, _MARGIN)[0] > 0
    return _Window(2 * window.points, 2 * window.row - _MARGIN, 2 * window.column - _MARGIN, around)


def _summary(inference: ExactInference, window: _Window, joint: Tensor, spacing: float, log_px: float) -> ExactPosterior:
    held = joint > joint.max() - _HELD
    corner = torch.tensor([window.row, window.column]) * _UPSAMPLED
    z = ((held.nonzero() + corner).double() + 0.5) * spacing + inference.low
    weights = torch.softmax(joint[held], 0)
    mean = weights @ z
    covariance = (z - mean).T @ ((z - mean) * weights[:, None])
    modes = ((torch.tensor(_modes(joint)) + corner).double() + 0.5) * spacing + inference.low
    return ExactPosterior(z.float(), weights, spacing, log_px, mean, covariance, modes.float())


def _modes(joint: Tensor) -> list[list[int]]:
    """Rows and columns of the peaks, the highest first, found by flooding from the top down until all are decided."""
    peak = joint.max().item()
    flooded = (joint > peak - _LOWEST_MODE - _VALLEY).nonzero()
    heights = joint[flooded[:, 0], flooded[:, 1]]
    order = heights.argsort(descending=True)
    above = torch.nn.functional.max_pool2d(joint[None], 3, 1, 1)[0][flooded[:, 0], flooded[:, 1]] > heights
    last_top = int((~above & (heights > peak - _LOWEST_MODE))[order].nonzero().max())
    summit_of: dict[tuple[int, int], int] = {}
    higher: list[int] = []  # for each summit the one it was joined to, or itself
    peaks: list[tuple[float, list[int], bool]] = []  # height, place, whether it stands alone
    open_ones: dict[int, float] = {}  # heights of the peaks that may yet prove not to stand alone

    def highest(summit: int) -> int:
        while higher[summit] != summit:
            summit = higher[summit]
        return summit

    for index, ((row, column), height) in enumerate(zip(flooded[order].tolist(), heights[order].tolist(), strict=True)):
        around = ((row + i, column + j) for i in (-1, 0, 1) for j in (-1, 0, 1))
        summits = sorted({highest(summit_of[place]) for place in around if place in summit_of})
        if not summits:
            summits = [len(peaks)]
            higher.append(len(peaks))
            peaks.append((height, [row, column], height > peak - _LOWEST_MODE))
            if height > peak - _LOWEST_MODE:
                open_ones[summits[0]] = height
        for summit in summits[1:]:
            higher[summit] = summits[0]
            top, place, alone = peaks[summit]
            peaks[summit] = (top, place, alone and top - height >= _VALLEY)
            open_ones.pop(summit, None)
        summit_of[row, column] = summits[0]
        if index >= last_top and (len(open_ones) == 1 or min(open_ones.values()) - height >= _VALLEY):
            break
    return [place for _, place, alone in peaks if alone]
