"""q(z|x) with a full covariance, N(z; μ, L Lᵀ) with L lower triangular: as an encoder's answer, and the best for one image."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from vae_engine.model import objectives
from vae_engine.model.models import VAE, Posterior
from vae_engine.stored.config import ModelConfig

_NODES, _ITERATIONS = 10, 30  # as of the best diagonal Gaussian in vae_engine.inference.gaps


class FullPosterior(NamedTuple):
    """N(μ, L Lᵀ): mu [b, d], and the Cholesky factor root [b, d, d]."""

    mu: Tensor
    root: Tensor

    def sample(self, rng: torch.Generator, samples: int = 1) -> Tensor:
        """z = μ + L ε, ε ~ N(0, I): [samples, b, d]."""
        noise = torch.randn((samples, *self.mu.shape), generator=rng)
        return self.mu + (self.root @ noise[..., None])[..., 0]

    @property
    def correlation(self) -> Tensor:
        """ρ between the two dimensions, [b]."""
        covariance = self.root @ self.root.mT
        return covariance[:, 0, 1] / (covariance[:, 0, 0] * covariance[:, 1, 1]).sqrt()


def full_kl(q: FullPosterior) -> Tensor:
    """KL(q ‖ N(0, I)) = ½ (‖L‖² + ‖μ‖² − d) − Σⱼ log Lⱼⱼ per example, [b], nats."""
    squares = q.root.square().sum((-1, -2)) + q.mu.square().sum(-1)
    return 0.5 * (squares - q.mu.shape[-1]) - q.root.diagonal(dim1=-2, dim2=-1).log().sum(-1)


def from_numbers(numbers: Tensor) -> FullPosterior:
    """μ₁, μ₂, log L₁₁, log L₂₂, L₂₁ of two dimensions: [b, 5] → the Gaussian."""
    mu, diagonal, below = numbers[:, :2], numbers[:, 2:4].exp(), numbers[:, 4]
    zero = torch.zeros_like(below)
    rows = [torch.stack([diagonal[:, 0], zero], -1), torch.stack([below, diagonal[:, 1]], -1)]
    return FullPosterior(mu, torch.stack(rows, -2))


class FullCovarianceVAE(VAE):
    """A VAE of two latent dimensions whose encoder returns five numbers instead of four."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__(config)
        last = self.encoder[-1]
        assert isinstance(last, nn.Linear)
        self.encoder[-1] = nn.Linear(last.in_features, 5)

    def encode_full(self, x: Tensor) -> FullPosterior:
        """q(z|x): x [b, 784] → the Gaussian."""
        return from_numbers(self.encoder(x))

    def encode(self, x: Tensor) -> Posterior:
        """The marginals of q(z|x), which know nothing of the correlation."""
        q = self.encode_full(x)
        return Posterior(q.mu, q.root.square().sum(-1).log())


def best_full(vae: VAE, x: Tensor, start: FullPosterior) -> FullPosterior:
    """The full-covariance Gaussian of locally highest ELBO for one image x [784], from a start, by L-BFGS."""
    diagonal = start.root.diagonal(dim1=-2, dim2=-1).log()
    numbers = torch.cat([start.mu, diagonal, start.root[:, 1, 0, None]], -1).detach().clone().requires_grad_()
    optimiser = torch.optim.LBFGS([numbers], max_iter=_ITERATIONS, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimiser.zero_grad()
        loss = -full_elbo(vae, x, from_numbers(numbers), _NODES)
        loss.backward()
        return loss

    optimiser.step(closure)
    return from_numbers(numbers.detach())


def full_elbo(vae: VAE, x: Tensor, q: FullPosterior, nodes: int) -> Tensor:
    """The ELBO of q (of one image) for x [784] without sampling noise, by Gauss–Hermite quadrature; scalar, nats."""
    place, weight = (torch.from_numpy(part).float() for part in np.polynomial.hermite_e.hermegauss(nodes))
    weights = torch.outer(weight, weight).flatten() / weight.sum() ** 2
    z = q.mu + torch.cartesian_prod(place, place) @ q.root[0].T
    nll = objectives.nll(vae.likelihood, x, vae.decode_logits(z))
    return -(weights @ nll) - full_kl(q)[0]
