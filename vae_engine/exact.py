"""Exact log p(x) of a model with two latent dimensions (the exact posterior of one image: vae_engine.exact_posterior).

log p(x) = log ∫ p(x|z) N(z; 0, I) dz ≈ logsumexpₖ [log p(x|zₖ) + log N(zₖ; 0, I)] + 2 log h over a lattice
of spacing h. Three things make it fast. A coarse lattice, decoded once per model, finds for each image
the tiles of the plane that can hold posterior mass; only those are decoded finely. Decoded points are
shared by all images, one matrix product a tile. And since log p(x, z) is far smoother in z than its
exponential, it is interpolated (quintic) onto a lattice four times finer before it is summed. The decoded
spacing is halved, image by image, until halving it changes log p(x) by less than 0.01 nat.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor

from vae_engine import objectives
from vae_engine.errors import EngineError
from vae_engine.models import VAE

TOLERANCE = 0.01  # nats
TILE = 0.4
_COARSE = 4  # coarse points along a tile
FIRST = 8  # decoded points along a tile at first: spacing 0.05
FINEST = 128
HALO = 3  # points beyond each side of a tile, for the interpolation
UPSAMPLED = 4  # interpolated points per decoded point, along an axis
_DROP = 30.0  # nats below an image's best coarse point at which a tile is left out at once
_LIKELY = 15.0  # nats below it within which a tile's neighbours are looked at, too: a narrow mode may lie on their border
_NEGLIGIBLE = 16.0  # nats below log p(x) at which a summed tile is left out of finer sums
_WIDEST = 12.0  # the prior's mass beyond it is below e⁻⁷⁰
_BORDER_MASS = 1e-4
_RESOLVED = 6.0  # decoded squares that the mass must spread over, were it as dense everywhere as at its peak
_CHUNK = 500

Progress = Callable[[str, float], None]


def _silent(stage: str, share: float) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True)
class Exact:
    """log p(x) per image [n] in nats (float64), and the lattice that gave it."""

    log_px: Tensor
    grid: dict[str, Any]


@dataclass
class _Sums:
    """Sums over the finest lattice each image needed; `points` along a tile is the finest of all."""

    log_px: Tensor  # [n]
    change: Tensor  # [n], by the last halving
    resolved: Tensor  # bool [n], whether the lattice is fine enough for the highest peak
    border: Tensor  # [n], share of mass in the border tiles
    chosen: Tensor  # [n, t, t], tiles that hold mass
    points: int


class ExactInference:
    """Exact inference for one VAE, holding its decoded coarse lattice.

    Raises EngineError when the latent space is not two-dimensional.
    """

    @torch.no_grad()
    def __init__(self, vae: VAE, half_width: float = 6.0) -> None:
        if vae.config.latent_dim != 2:
            raise EngineError("Exact log p(x) needs a two-dimensional latent space; use importance sampling instead.")
        vae.eval()
        self.vae = vae
        self.tiles = 2 * math.ceil(min(half_width, _WIDEST) / TILE)
        self.low = -TILE * self.tiles / 2
        self._coarse = _natural(vae, self._lattice(0, 0, self.tiles, _COARSE))

    @torch.no_grad()
    def log_px(self, x: Tensor, progress: Progress = _silent) -> Exact:
        """log p(x) of images x [n, 784]. Raises EngineError when no lattice is fine enough."""
        sums = self._refined(x, progress)
        if (mean_change := sums.change.mean().item()) > TOLERANCE:
            raise EngineError(
                f"Halving the lattice to {TILE / sums.points:g} still changes log p(x) by {mean_change:.3f} nat: "
                "this decoder varies too quickly for quadrature."
            )
        grid = {
            "range": [round(self.low, 6), round(-self.low, 6)],
            "spacing": TILE / (2 * FIRST),
            "finest_spacing": TILE / sums.points,
            "interpolated": UPSAMPLED,
            "halving_change": mean_change,
            "largest_halving_change": sums.change.max().item(),
            "border_mass": sums.border.mean().item(),
        }
        return Exact(sums.log_px, grid)

    def _refined(self, x: Tensor, progress: Progress) -> _Sums:
        """The sums over ever finer lattices, each image's as fine as it needs."""
        count = len(x)
        result = _Sums(
            log_px=torch.full((count,), math.inf, dtype=torch.float64),
            change=torch.full((count,), math.inf, dtype=torch.float64),
            resolved=torch.zeros(count, dtype=torch.bool),
            border=torch.zeros(count, dtype=torch.float64),
            chosen=torch.cat([self.chosen_tiles(part) for part in x.split(_CHUNK)]),
            points=FIRST,
        )
        todo = torch.arange(count)
        while True:
            log_px, border, tiles, peak = self._integrate(x[todo], result.chosen[todo], result.points, progress)
            fine = [resolved(*one, result.points) for one in zip(log_px.tolist(), peak.tolist(), strict=True)]
            result.resolved[todo] = torch.tensor(fine)
            result.change[todo] = (log_px - result.log_px[todo]).abs()
            result.log_px[todo], result.border[todo] = log_px, border
            result.chosen[todo] = tiles > log_px[:, None, None] - _NEGLIGIBLE
            todo = todo[(result.change[todo] > TOLERANCE) | ~result.resolved[todo]]
            if not len(todo) or result.points == FINEST:
                return result
            result.points *= 2

    def chosen_tiles(self, x: Tensor) -> Tensor:
        """Which tiles [n, t, t] may hold mass for each image, judged by the coarse lattice."""
        eta, bias = self._coarse
        side = self.tiles * _COARSE
        joint = torch.addmm(bias, self.vae.likelihood.statistics(x).to(eta.dtype), eta.T).reshape(len(x), side, side)
        highest = joint.reshape(len(x), self.tiles, _COARSE, self.tiles, _COARSE).amax((2, 4))
        below = highest.amax((1, 2), keepdim=True) - highest
        around = torch.nn.functional.max_pool2d((below < _LIKELY).float(), 3, 1, 1)
        return (below < _DROP) | (around > 0)

    def _integrate(self, x: Tensor, chosen: Tensor, points: int, progress: Progress) -> tuple[Tensor, ...]:
        """log p(x) [n], the share of mass in the border tiles [n], log p(x) tile by tile [n, t, t], highest log p(x, z) [n]."""
        tiles = torch.full(chosen.shape, -math.inf, dtype=torch.float64)
        peak = torch.full((len(x),), -math.inf, dtype=torch.float64)
        needed = chosen.any(0).nonzero().tolist()
        for done, (row, column) in enumerate(needed):
            which = chosen[:, row, column].nonzero()[:, 0]
            joint = self._fine_joint(x[which], row, column, points)
            tiles[which, row, column] = torch.logsumexp(joint, (1, 2)).double()
            peak[which] = torch.maximum(peak[which], joint.amax((1, 2)).double())
            progress(f"quadrature, spacing {TILE / points:g}", (done + 1) / len(needed))
        tiles += 2 * math.log(TILE / points / UPSAMPLED)
        log_px = tiles.logsumexp((1, 2))
        border = -torch.expm1(tiles[:, 1:-1, 1:-1].logsumexp((1, 2)) - log_px)
        return log_px, border, tiles, peak

    def _fine_joint(self, x: Tensor, row: int, column: int, points: int) -> Tensor:
        """log p(x, z) [n, f, f] on a tile: decoded at `points` along it and beyond, interpolated between."""
        side = points + 2 * HALO
        decoded = log_joint(self.vae, x, self._lattice(row, column, 1, points, HALO)).reshape(len(x), side, side)
        up = interpolation(points).to(decoded.dtype)
        return up @ decoded @ up.T

    def _lattice(self, row: int, column: int, tiles: int, points: int, halo: int = 0) -> Tensor:
        """The points [·, 2] of a square of tiles that begins at tile (row, column), `points` along each."""
        steps = (torch.arange(-halo, tiles * points + halo, dtype=torch.float64) + 0.5) * (TILE / points) + self.low
        return torch.cartesian_prod(steps + row * TILE, steps + column * TILE).float()


def resolved(log_px: float, peak: float, points: int) -> bool:
    """Whether a lattice is fine enough for a posterior with this peak of log p(x, z).

    Two lattices that both miss a narrow peak can agree by chance, so agreement alone is not enough.
    """
    return log_px - peak > math.log(_RESOLVED * (TILE / points) ** 2)


def log_joint(vae: VAE, x: Tensor, z: Tensor) -> Tensor:
    """log p(x|zₖ) + log p(zₖ) for every image and every point, in one product: x [n, 784], z [k, 2] → [n, k], nats."""
    eta, bias = _natural(vae, z)
    return torch.addmm(bias, vae.likelihood.statistics(x).to(eta.dtype), eta.T)


def _natural(vae: VAE, z: Tensor) -> tuple[Tensor, Tensor]:
    """η [k, s] and bias [k] with log p(x|z) + log p(z) = statistics(x)·η + bias."""
    eta, bias = vae.likelihood.natural(vae.decode_logits(z))
    return eta, bias + objectives.log_prior(z)


@lru_cache
def interpolation(points: int) -> Tensor:
    """The matrix [4·points, points + 6] that interpolates from the middles of cells to the middles of finer ones.

    Quintic Lagrange through the three nearest points on either side: exact for a Gaussian's logarithm.
    """
    matrix = torch.zeros(points * UPSAMPLED, points + 2 * HALO, dtype=torch.float64)
    for row in range(len(matrix)):
        place = (row + 0.5) / UPSAMPLED - 0.5 + HALO  # in units of decoded points
        nearest = range(math.floor(place) + 1 - HALO, math.floor(place) + 1 + HALO)
        for node in nearest:
            others = [other for other in nearest if other != node]
            matrix[row, node] = math.prod((place - other) / (node - other) for other in others)
    return matrix


@torch.no_grad()
def exact_log_px(vae: VAE, x: Tensor, progress: Progress = _silent) -> Exact:
    """log p(x) of images x [n, 784] under a VAE with two latent dimensions, over a range wide enough for them.

    Raises EngineError when the latent space is not two-dimensional, when the finest lattice is too
    coarse, or when posterior mass lies beyond the widest.
    """
    half = _reach(vae, x) if vae.config.latent_dim == 2 else 0.0
    while True:
        exact = ExactInference(vae, half).log_px(x, progress)
        if exact.grid["border_mass"] <= _BORDER_MASS:
            return exact
        if half >= _WIDEST:
            raise EngineError(
                f"A share of {exact.grid['border_mass']:.4f} of the posterior lies beyond ±{_WIDEST:g}: "
                "this decoder puts these images where the prior has no mass."
            )
        half = min(half + 2, _WIDEST)


def _reach(vae: VAE, x: Tensor) -> float:
    """How far from the origin encoded images and their spreads reach along an axis, at least 5."""
    vae.eval()
    q = vae.encode(x)
    return min(max(5.0, (q.mu.abs() + 3 * q.std).max().item()), _WIDEST)
