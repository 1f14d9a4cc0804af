"""Importance sampling from any q: log p(x) ≈ log 1/K Σₖ p(x, zₖ)/q(zₖ), zₖ ~ q, and what its weights say of it.

A lower bound in expectation (Burda et al., arXiv:1509.00519, eq. 8). Its own error is √(1/ess − 1/K), which holds where the
weights have a variance; k-hat says whether they do (vae_engine.stored.importance).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from vae_engine.inference.approximate.mixtures import Mixture
from vae_engine.inference.approximate.target import Target
from vae_engine.stored.importance import diagnosed


@dataclass(frozen=True)
class Weighted:
    """Draws z [n, K, d] with log weights [n, K]; log p(x), the error it states, k-hat and effective samples: [n]."""

    z: Tensor
    log_weight: Tensor
    log_px: Tensor
    stated: Tensor
    k_hat: Tensor
    ess: Tensor


def sampled(target: Target, q: Mixture, count: int, rng: torch.Generator) -> Weighted:
    """`count` draws of q for each image, weighted."""
    z = q.drawn(count, rng)
    log_weight = target.everywhere(z).log_joint().reshape(z.shape[:2]) - q.log_density(z)
    said = [diagnosed(row) for row in log_weight.double().numpy()]
    k_hat, ess = (torch.from_numpy(np.array([getattr(one, name) for one in said])) for name in ("k_hat", "ess"))
    log_px = log_weight.double().logsumexp(1) - math.log(count)
    return Weighted(z, log_weight, log_px, (1 / ess - 1 / count).clamp_min(0).sqrt(), k_hat, ess)
