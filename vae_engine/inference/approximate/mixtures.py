"""Mixtures of Gaussians over the latent space, one for each image: q(z) = Σₖ πₖ N(z; μₖ, Lₖ Lₖᵀ)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from vae_engine.model.objectives import LOG_2PI


@dataclass(frozen=True)
class Mixture:
    """log πₖ [n, k] with Σ πₖ = 1, −∞ where there is no such part; μₖ [n, k, d]; lower triangular Lₖ [n, k, d, d]."""

    log_share: Tensor
    mean: Tensor
    root: Tensor

    def log_density(self, z: Tensor) -> Tensor:
        """log q(z): z [n, s, d] → [n, s], nats."""
        apart = (z[:, :, None] - self.mean[:, None])[..., None]
        standard = torch.linalg.solve_triangular(self.root[:, None], apart, upper=False)[..., 0]
        height = self.root.diagonal(dim1=-2, dim2=-1).log().sum(-1)
        parts = -0.5 * (standard**2 + LOG_2PI).sum(-1) - height[:, None]
        return (parts + self.log_share[:, None]).logsumexp(-1)

    def drawn(self, count: int, rng: torch.Generator) -> Tensor:
        """z ~ q: [n, count, d]."""
        part = torch.multinomial(self.log_share.exp(), count, replacement=True, generator=rng)
        image = torch.arange(len(part))[:, None]
        noise = torch.randn((*part.shape, self.mean.shape[-1]), generator=rng, dtype=self.mean.dtype)
        return self.mean[image, part] + (self.root[image, part] @ noise[..., None])[..., 0]

    def moments(self) -> tuple[Tensor, Tensor]:
        """Mean [n, d] and covariance [n, d, d]."""
        share = self.log_share.exp()[..., None]
        mean = (share * self.mean).sum(1)
        apart = (self.mean - mean[:, None])[..., None]
        each = self.root @ self.root.mT + apart @ apart.mT
        return mean, (share[..., None] * each).sum(1)


def gaussian(mean: Tensor, root: Tensor) -> Mixture:
    """A single Gaussian for each image: mean [n, d], root [n, d, d]."""
    return Mixture(torch.zeros((len(mean), 1), dtype=mean.dtype), mean[:, None], root[:, None])
