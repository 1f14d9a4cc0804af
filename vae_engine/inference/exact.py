"""Exact log p(x) of a model with two latent dimensions (the exact posterior of one image: vae_engine.inference.posterior).

log p(x) = log ∫ p(x|z) N(z; 0, I) dz ≈ logsumexpₖ [log p(x|zₖ) + log N(zₖ; 0, I)] + 2 log h over a lattice
of spacing h. A coarse lattice, decoded once per model, finds for each image the tiles of the plane that can hold
posterior mass; within those vae_engine.inference.sums halves the spacing, place by place, until the points midway change
log p(x) by less than 0.01 nat.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from vae_engine.base.errors import EngineError
from vae_engine.inference import cells as exact_cells
from vae_engine.inference import sums as exact_sums
from vae_engine.inference.cells import Progress
from vae_engine.model import objectives
from vae_engine.model.models import VAE

TOLERANCE = 0.01  # nats
TILE = 0.4
FINEST = 256  # decoded points along a tile
_COARSE = 4  # coarse points along a tile
_DROP = 60.0  # nats below an image's best coarse point at which a tile is left out at once
_LIKELY = 40.0  # nats below it within which a tile's neighbours are looked at, too: a narrow mode may lie on their border
_WIDER = (8.0, 12.0, 16.0)  # half the ranges tried for images with mass at the border; the prior's mass beyond is below e⁻¹²⁷
_BORDER_MASS = 1e-5  # of p(x), in the outermost tiles: more than the prior has there hints at modes beyond
_RESOLVED = 6.0  # decoded squares that the mass must spread over, were it as dense everywhere as at its peak
_CHUNK = 500
_AT_ONCE = 1000  # points decoded together: more do not fit a processor's cache


def _silent(stage: str, share: float) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True)
class Exact:
    """log p(x) of each image in nats, its change by the last points, the share of it at the border: float64 [n]."""

    log_px: Tensor
    change: Tensor
    border: Tensor
    half_width: float
    """Of the widest lattice that was needed."""
    finest: float
    """Spacing of the closest decoded points."""

    @property
    def grid(self) -> dict[str, Any]:
        """The lattices that gave log p(x), and how far they can be trusted, for the record."""
        return {
            "range": [-self.half_width, self.half_width],
            "spacing": TILE / exact_cells.CELL,
            "finest_spacing": self.finest,
            "interpolated": exact_cells.FINER,
            "midway_change": self.change.mean().item(),
            "largest_midway_change": self.change.max().item(),
            "border_mass": self.border.mean().item(),
        }

    def of(self, which: Tensor) -> Exact:
        """Of the images `which` (indices) alone."""
        return replace(self, log_px=self.log_px[which], change=self.change[which], border=self.border[which])

    def corrected(self, which: Tensor, wider: Exact) -> Exact:
        """With the images `which` (indices) taken from another."""
        log_px, change, border = (
            mine.index_copy(0, which, other)
            for mine, other in ((self.log_px, wider.log_px), (self.change, wider.change), (self.border, wider.border))
        )
        return Exact(log_px, change, border, wider.half_width, min(self.finest, wider.finest))


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
        self.tiles = 2 * math.ceil(min(half_width, _WIDER[-1]) / TILE)
        self.low = -TILE * self.tiles / 2
        steps = (torch.arange(self.tiles * _COARSE, dtype=torch.float64) + 0.5) * (TILE / _COARSE) + self.low
        self._coarse = natural(vae, torch.cartesian_prod(steps, steps).float())

    @torch.no_grad()
    def log_px(self, x: Tensor, progress: Progress = _silent, within: Exact | None = None) -> Exact:
        """log p(x) of images x [n, side²]; what was found `within` a smaller range is taken from there.

        Raises EngineError when no lattice is fine enough.
        """
        judged = [self._judged(part) for part in x.split(_CHUNK)]
        chosen, settled = torch.cat([tiles for tiles, _ in judged]), torch.full((len(x),), -math.inf, dtype=torch.float64)
        if within:
            inner = slice(rim := self.tiles // 2 - round(within.half_width / TILE), self.tiles - rim)
            chosen[:, inner, inner], settled = False, within.log_px
        statistics = self.vae.likelihood.statistics(x).to(self._coarse[0].dtype)
        found = exact_sums.sums(
            exact_cells.Images(statistics, lambda z: natural(self.vae, z), self.low),
            chosen,
            torch.cat([highest for _, highest in judged]),
            settled,
            exact_sums.Plane(TILE, TILE / FINEST),
            lambda log_px, peak, spacing: resolved(log_px, peak, TILE / spacing),
            TOLERANCE,
            progress,
        )
        if (mean_change := found.change.mean().item()) > TOLERANCE:
            raise EngineError(
                f"Points midway between those {found.spacing:g} apart still change log p(x) by {mean_change:.3f} nat: "
                "this decoder varies too quickly for quadrature."
            )
        return Exact(found.log_px, found.change, found.border, round(-self.low, 6), found.spacing)

    def chosen_tiles(self, x: Tensor) -> Tensor:
        """Which tiles [n, t, t] may hold mass for each image, judged by the coarse lattice."""
        return self._judged(x)[0]

    def _judged(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """The tiles that may hold mass, and the highest log p(x, z) on the coarse lattice [n]."""
        eta, bias = self._coarse
        side = self.tiles * _COARSE
        joint = torch.addmm(bias, self.vae.likelihood.statistics(x).to(eta.dtype), eta.T).reshape(len(x), side, side)
        highest = joint.reshape(len(x), self.tiles, _COARSE, self.tiles, _COARSE).amax((2, 4))
        best = highest.amax((1, 2))
        below = best[:, None, None] - highest
        around = torch.nn.functional.max_pool2d((below < _LIKELY).float(), 3, 1, 1)
        return (below < _DROP) | (around > 0), best


def resolved(log_px: Tensor, peak: Tensor, points: float) -> Tensor:
    """Whether a lattice of so many points along a tile is fine enough for posteriors with this peak of log p(x, z).

    Two lattices that both miss a narrow peak can agree by chance, so agreement alone is not enough.
    """
    return log_px - peak > math.log(_RESOLVED * (TILE / points) ** 2)


def log_joint(vae: VAE, x: Tensor, z: Tensor) -> Tensor:
    """log p(x|zₖ) + log p(zₖ) for every image and every point, in one product: x [n, side²], z [k, 2] → [n, k], nats."""
    eta, bias = natural(vae, z)
    return torch.addmm(bias, vae.likelihood.statistics(x).to(eta.dtype), eta.T)


def natural(vae: VAE, z: Tensor) -> tuple[Tensor, Tensor]:
    """η [k, s] and bias [k] with log p(x|z) + log p(z) = statistics(x)·η + bias."""
    eta = bias = z
    for first in range(0, len(z), _AT_ONCE):
        here = slice(first, first + _AT_ONCE)
        raw = vae.decode_logits(z[here])
        part, rest = vae.likelihood.natural(raw.to(torch.promote_types(raw.dtype, torch.float32)))
        rest = rest + objectives.log_prior(z[here])
        if not first:
            eta, bias = part.new_empty(len(z), part.shape[1]), rest.new_empty(len(z))
        eta[here], bias[here] = part, rest
    return eta, bias


@torch.no_grad()
def exact_log_px(vae: VAE, x: Tensor, progress: Progress = _silent) -> Exact:
    """log p(x) of images x [n, side²] under a VAE with two latent dimensions, over a range wide enough for them.

    Raises EngineError when the latent space is not two-dimensional, when the finest lattice is too
    coarse, or when posterior mass lies beyond the widest.
    """
    half = _reach(vae, x) if vae.config.latent_dim == 2 else 0.0
    exact = ExactInference(vae, half).log_px(x, progress)
    for wider in _WIDER:
        beyond = (exact.border > _BORDER_MASS).nonzero()[:, 0]
        if len(beyond) and wider > half:
            exact = exact.corrected(beyond, ExactInference(vae, wider).log_px(x[beyond], progress, exact.of(beyond)))
    if (most := exact.border.max().item()) > _BORDER_MASS:
        raise EngineError(
            f"A share of {most:.4f} of a posterior lies at ±{_WIDER[-1]:g} or beyond: "
            "this decoder puts that image where the prior has no mass."
        )
    return exact


def _reach(vae: VAE, x: Tensor) -> float:
    """How far from the origin encoded images and their spreads reach along an axis, at least 5."""
    vae.eval()
    q = vae.encode(x)
    return min(max(5.0, (q.mu.abs() + 3 * q.std).max().item()), _WIDER[-1])
