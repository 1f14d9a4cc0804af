"""Targets whose posterior is known in closed form, for whatever claims to sample it; float64."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from support.builders import LinearGaussian
from torch import Tensor

from vae_engine.inference.approximate.mixtures import Mixture, gaussian
from vae_engine.inference.approximate.target import Target, of_images


@dataclass(frozen=True)
class Known:
    """A target of n images; p(z|x) of each, one draw of it [n, 2], and log p(x) [n]."""

    target: Target
    posterior: Mixture
    z: Tensor
    log_px: Tensor

    @cached_property
    def moments(self) -> tuple[Tensor, Tensor]:
        """Mean [n, 2] and covariance [n, 2, 2] of p(z|x)."""
        return self.posterior.moments()

    def places(self, z: Tensor) -> Tensor:
        """Where z [n, 2] lies in p(z|x): its distribution functions along both axes and of log p(x, z)'s quadratic form
        at the nearest part, each uniform over images and draws if z ~ p(z|x): [n, 3]."""
        q = self.posterior
        standard = (z[:, None] - q.mean) / q.root.diagonal(dim1=-2, dim2=-1)
        along = (q.log_share.exp()[..., None] * torch.special.ndtr(standard)).sum(1)
        return torch.cat([along, self._radial(z)[:, None]], 1)

    def _radial(self, z: Tensor) -> Tensor:
        """Of a draw of the part that z came from: 1 − exp(−½ r²). A part is drawn by its share of the density at z."""
        q = self.posterior
        standard = (z[:, None] - q.mean) / q.root.diagonal(dim1=-2, dim2=-1)
        log_part = q.log_share - 0.5 * (standard**2).sum(-1) - q.root.diagonal(dim1=-2, dim2=-1).log().sum(-1)
        part = torch.multinomial(torch.softmax(log_part, 1), 1, generator=torch.Generator().manual_seed(len(z)))
        return -torch.expm1(-0.5 * (standard**2).sum(-1).gather(1, part)[:, 0])


def linear_gaussian(count: int, seed: int = 0) -> Known:
    """z ~ N(0, I), x = Wz + b + noise, whose posterior is a Gaussian."""
    model, rng = LinearGaussian(), torch.Generator().manual_seed(seed)
    z = torch.randn((count, 2), generator=rng, dtype=torch.float64)
    x = model.decode_logits(z) + model.spread * torch.randn((count, 5), generator=rng, dtype=torch.float64)
    true = model.posterior(x)
    return Known(of_images(model, x), gaussian(true.mu, torch.diag_embed(true.std)), z, model.log_px(x))


def two_sided(count: int, seed: int = 0, spread: float = 0.5, share: float = 0.7) -> Known:
    """z ~ N(0, I), x = z + noise with a chance of `share`, else −z + noise: the posterior has a mode on either side of zero."""
    rng = torch.Generator().manual_seed(seed)
    z = torch.randn((count, 2), generator=rng, dtype=torch.float64)
    sign = torch.where(torch.rand((count, 1), generator=rng) < share, 1.0, -1.0)
    x = sign * z + spread * torch.randn((count, 2), generator=rng, dtype=torch.float64)

    def log_likelihood(z: Tensor, image: Tensor) -> Tensor:
        sides = [math.log(part) - ((x[image] - s * z) ** 2).sum(1) / (2 * spread**2) for part, s in ((share, 1), (1 - share, -1))]
        return torch.stack(sides).logsumexp(0) - math.log(2 * math.pi * spread**2)

    shrunk = 1 / (1 + spread**2)
    root = (spread * math.sqrt(shrunk) * torch.eye(2, dtype=torch.float64)).expand(count, 2, 2, 2)
    log_share = torch.tensor([share, 1 - share], dtype=torch.float64).log().expand(count, 2)
    log_px = -(x**2).sum(1) * shrunk / 2 - math.log(2 * math.pi / shrunk)
    return Known(Target(log_likelihood, count), Mixture(log_share, shrunk * torch.stack([x, -x], 1), root), z, log_px)


def departure(places: Tensor) -> Tensor:
    """√n times Kolmogorov's largest distance of each column [n, k] from uniform: above 1.95 once in a thousand."""
    ordered = places.sort(0).values.numpy()
    n = len(ordered)
    steps = np.arange(n)[:, None] / n
    gap = np.maximum(ordered - steps, steps + 1 / n - ordered).max(0)
    return torch.from_numpy(math.sqrt(n) * gap)
