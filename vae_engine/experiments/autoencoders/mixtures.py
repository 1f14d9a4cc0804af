"""Mixtures of full-covariance Gaussians over codes: fitted by EM, density, draws. One component is a fitted Gaussian."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from vae_engine.model.objectives import LOG_2PI

_RIDGE = 1e-4  # share of the codes' mean variance that is added to every covariance


@dataclass(frozen=True)
class Mixture:
    """Σₖ wₖ N(mₖ, Rₖ Rₖᵀ): weights [k], means [k, d], roots [k, d, d] lower triangular; float64."""

    weights: Tensor
    means: Tensor
    roots: Tensor

    def log_parts(self, z: Tensor) -> Tensor:
        """log wₖ + log N(z; mₖ, Rₖ Rₖᵀ): z [n, d] → [n, k], nats."""
        away = (z.double()[:, None] - self.means)[..., None]
        scaled = torch.linalg.solve_triangular(self.roots, away, upper=False)[..., 0]
        log_volume = self.roots.diagonal(dim1=-2, dim2=-1).log().sum(-1)
        return self.weights.log() - 0.5 * (scaled.square() + LOG_2PI).sum(-1) - log_volume

    def log_density(self, z: Tensor) -> Tensor:
        """log density at z [n, d]: [n], nats."""
        return self.log_parts(z).logsumexp(1)

    def sample(self, count: int, rng: torch.Generator) -> Tensor:
        """Draws, float32 [count, d]."""
        chosen = torch.multinomial(self.weights, count, replacement=True, generator=rng)
        noise = torch.randn((count, self.means.shape[1]), generator=rng, dtype=torch.float64)
        return (self.means[chosen] + (self.roots[chosen] @ noise[..., None])[..., 0]).float()

    def moments(self) -> tuple[Tensor, Tensor]:
        """Mean [d] and Cholesky factor [d, d] of the covariance of the whole."""
        mean = self.weights @ self.means
        away = self.means - mean
        covariance = torch.einsum("k,kij->ij", self.weights, self.roots @ self.roots.mT + away[:, :, None] * away[:, None])
        return mean, torch.linalg.cholesky(covariance)


def standard(dimension: int) -> Mixture:
    """N(0, I)."""
    one = torch.eye(dimension, dtype=torch.float64)
    return Mixture(torch.ones(1, dtype=torch.float64), torch.zeros((1, dimension), dtype=torch.float64), one[None])


def fit_mixture(points: Tensor, components: int, seed: int, iterations: int = 60) -> Mixture:
    """The mixture that EM finds for points [n, d], from means at random points and the covariance of all."""
    points = points.double()
    count, dimension = points.shape
    rng = torch.Generator().manual_seed(seed)
    covariance = torch.cov(points.T, correction=0).reshape(dimension, dimension)
    ridge = _RIDGE * covariance.diagonal().mean() * torch.eye(dimension, dtype=torch.float64)
    root = torch.linalg.cholesky(covariance + ridge)
    means = points[torch.randperm(count, generator=rng)[:components]]
    mixture = Mixture(torch.full((components,), 1 / components, dtype=torch.float64), means, root.repeat(components, 1, 1))
    for _ in range(iterations):
        parts = mixture.log_parts(points)
        shares = (parts - parts.logsumexp(1, keepdim=True)).exp()
        sizes = shares.sum(0).clamp_min(1e-6)
        means = shares.T @ points / sizes[:, None]
        away = points[:, None] - means
        covariances = torch.einsum("nk,nki,nkj->kij", shares, away, away) / sizes[:, None, None] + ridge
        mixture = Mixture(sizes / sizes.sum(), means, torch.linalg.cholesky(covariances))
    return mixture
