"""The exact posteriors of some images, and how what a method says of them compares."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from vae_engine.inference.exact import ExactInference, exact_log_px
from vae_engine.inference.posterior import ExactPosterior, exact_posterior
from vae_engine.model.models import VAE


@dataclass(frozen=True)
class Truth:
    """p(z|x) of n images, with log p(x) [n], mean [n, 2] and covariance [n, 2, 2], float64."""

    posteriors: tuple[ExactPosterior, ...]
    log_px: Tensor
    mean: Tensor
    covariance: Tensor

    @property
    def spread(self) -> Tensor:
        """The root of the variances' sum: [n]."""
        return self.covariance.diagonal(dim1=1, dim2=2).sum(1).sqrt()

    @property
    def several(self) -> Tensor:
        """Whether there is more than one mode: bool [n]."""
        return torch.tensor([len(one.modes) > 1 for one in self.posteriors])

    def first(self, count: int) -> Truth:
        """Of the first images alone."""
        return Truth(self.posteriors[:count], self.log_px[:count], self.mean[:count], self.covariance[:count])

    def drawn(self, count: int, rng: torch.Generator) -> Tensor:
        """z ~ p(z|x): [n, count, 2]. A point of the lattice by its mass, then anywhere in its cell."""
        found = []
        for one in self.posteriors:
            chosen = torch.multinomial(one.weights / one.weights.sum(), count, replacement=True, generator=rng)
            within = torch.rand((count, 2), generator=rng) - 0.5
            found.append(one.z[chosen] + one.spacing * within)
        return torch.stack(found)


def truths(vae: VAE, x: Tensor, report: Callable[[str, float], None]) -> Truth:
    """Of images x [n, side²]."""
    inference = ExactInference(vae, exact_log_px(vae, x).half_width)
    found = []
    for place, image in enumerate(x):
        found.append(exact_posterior(inference, image))
        report("the exact posteriors", 0.1 * (place + 1) / len(x))
    log_px = torch.tensor([one.log_px for one in found], dtype=torch.float64)
    return Truth(tuple(found), log_px, torch.stack([one.mean for one in found]), torch.stack([one.covariance for one in found]))


def mode_shares(one: ExactPosterior, z: Tensor, weights: Tensor) -> Tensor:
    """The share of weighted points z [s, 2] that is nearer to each of the modes than to the others: [m], float64."""
    nearest = torch.cdist(z.double(), one.modes.double()).argmin(1)
    return torch.zeros(len(one.modes), dtype=torch.float64).index_add(0, nearest, weights.double())


@dataclass(frozen=True)
class Judged:
    """Of n images how far the mean is off, in spreads of the exact posterior; the spread over the exact one; modes that no
    point is nearest to, and the exact mass at these; half the sum of what the shares of the modes are off by: [n] each."""

    mean_off: Tensor
    spread_ratio: Tensor
    missed: Tensor
    missed_mass: Tensor
    shares_off: Tensor


def judged(truth: Truth, z: Tensor, weights: Tensor) -> Judged:
    """Weighted points z [n, s, 2], weights [n, s] of sum 1, against the exact posteriors."""
    z, weights = z.double(), weights.double()
    mean = (weights[..., None] * z).sum(1)
    variance = (weights[..., None] * (z - mean[:, None]) ** 2).sum((1, 2))
    modes = []
    for one, points, share in zip(truth.posteriors, z, weights, strict=True):
        true, found = mode_shares(one, one.z, one.weights), mode_shares(one, points, share)
        missed = found == 0
        modes.append([missed.sum().item(), true[missed].sum().item(), 0.5 * (true / true.sum() - found).abs().sum().item()])
    missed, mass, off = torch.tensor(modes, dtype=torch.float64).unbind(1)
    return Judged((mean - truth.mean).norm(dim=1) / truth.spread, variance.sqrt() / truth.spread, missed, mass, off)
