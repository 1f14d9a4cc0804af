"""The VAE's terms, per example and in nats; `mean_over_batch` is the only place that averages.

Pure functions of a model's outputs. Every term is a sum over pixels and over latent dimensions.
Equations from Kingma & Welling, arXiv:1312.6114 (eqs. 2, 3, 6, 7) and Burda et al., arXiv:1509.00519.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from vae_engine.model.likelihoods import Likelihood
from vae_engine.model.models import Posterior

LOG_2PI = math.log(2 * math.pi)


def nll(likelihood: Likelihood, x: Tensor, raw: Tensor) -> Tensor:
    """Reconstruction term −log p(x|z): x [b, side²], raw [..., b, p] → [..., b], nats."""
    return -likelihood.log_prob(x, raw)


def kl(q: Posterior) -> Tensor:
    """KL(q(z|x) ‖ N(0, I)) = −½ Σⱼ (1 + log σⱼ² − μⱼ² − σⱼ²) per example, [b], nats (appendix B)."""
    return kl_per_dimension(q).sum(-1)


def kl_per_dimension(q: Posterior) -> Tensor:
    """The summands of `kl`, one per latent dimension: [b, d], nats."""
    return -0.5 * (1 + q.logvar - q.mu**2 - q.logvar.exp())


def log_prior(z: Tensor) -> Tensor:
    """log N(z; 0, I): z [..., d] → [...], nats."""
    return -0.5 * (z**2 + LOG_2PI).sum(-1)


def log_q(q: Posterior, z: Tensor) -> Tensor:
    """log q(z|x): z [..., b, d] → [..., b], nats."""
    return -0.5 * ((z - q.mu) ** 2 * torch.exp(-q.logvar) + q.logvar + LOG_2PI).sum(-1)


def elbo_a(likelihood: Likelihood, x: Tensor, raw: Tensor, q: Posterior, z: Tensor) -> Tensor:
    """Estimator A: 1/L Σₗ log p(x|zₗ) + log p(zₗ) − log q(zₗ|x), zₗ ~ q (eq. 6).

    x [b, side²], raw [L, b, p], z [L, b, d] → [b], nats.
    """
    return log_weights(likelihood, x, raw, q, z).mean(0)


def elbo_b(likelihood: Likelihood, x: Tensor, raw: Tensor, q: Posterior) -> Tensor:
    """Estimator B: −KL(q ‖ p(z)) + 1/L Σₗ log p(x|zₗ), zₗ ~ q (eq. 7); lower variance than A.

    x [b, side²], raw [L, b, p] decoded from samples of q → [b], nats.
    """
    return -kl(q) - nll(likelihood, x, raw).mean(0)


def log_weights(likelihood: Likelihood, x: Tensor, raw: Tensor, q: Posterior, z: Tensor) -> Tensor:
    """Importance weights log p(x, zₖ) − log q(zₖ|x): [K, b], nats."""
    return likelihood.log_prob(x, raw) + log_prior(z) - log_q(q, z)


def iwae(weights: Tensor) -> Tensor:
    """IWAE bound log 1/K Σₖ wₖ from log weights [K, b] → [b], nats; at least the ELBO (arXiv:1509.00519, eq. 8)."""
    return torch.logsumexp(weights, 0) - math.log(len(weights))


def vae_loss(nll: Tensor, kl: Tensor, beta: float) -> Tensor:
    """Training loss nll + β·kl per example, nats; minus the ELBO only at β = 1 (β-VAE, Higgins et al. 2017)."""
    return nll + beta * kl


def mean_over_batch(terms: Tensor) -> Tensor:
    """The mean over examples of a per-example term: [b] → scalar, nats per image."""
    return terms.mean()
