"""What the codes of a data set look like: spread, neighbours, holes, agreement with the prior."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from torch import Tensor

from vae_engine.model import objectives
from vae_engine.model.models import VAE, Model, Posterior

_NEIGHBOURS = 10
_ACTIVE = 0.01  # variance of the posterior mean above which a dimension is active (arXiv:1509.00519, §4.3)
_DRAWS = 2000


@torch.no_grad()
def summarise(
    model: Model, x: Tensor, labels: np.ndarray, train_x: Tensor, train_labels: np.ndarray, seed: int
) -> dict[str, Any]:
    """Statistics of the codes of x [n, 784] (for a VAE the posterior means), neighbours among train_x."""
    model.eval()
    rng = torch.Generator().manual_seed(seed)
    codes, train_codes = codes_of(model, x), codes_of(model, train_x)
    mean, covariance = codes.mean(0), torch.cov(codes.T, correction=0).reshape(codes.shape[1], -1)
    variances, axes = torch.linalg.eigh(covariance)  # unlike Cholesky's, this root exists for collapsed codes too
    root = axes * variances.clamp_min(0).sqrt()
    fitted = mean + torch.randn((_DRAWS, len(mean)), generator=rng) @ root.T
    standard = torch.randn((_DRAWS, len(mean)), generator=rng)
    reach = _nearest(codes, train_codes).quantile(0.99).item()
    result: dict[str, Any] = {
        "code_min": codes.min(0).values.tolist(),
        "code_max": codes.max(0).values.tolist(),
        "code_std": codes.std(0, correction=0).tolist(),
        "fitted_mean": mean.tolist(),
        "fitted_covariance": covariance.tolist(),
        "knn_accuracy": _knn_accuracy(codes, _tensor(labels), train_codes, _tensor(train_labels)),
        "knn_neighbours": _NEIGHBOURS,
        "hole_distance": reach,
        "holes_under_prior": (_nearest(standard, train_codes) > reach).float().mean().item(),
        "holes_under_fitted": (_nearest(fitted, train_codes) > reach).float().mean().item(),
    }
    if isinstance(model, VAE):
        q = model.encode(x)
        result["active_units"] = int((codes.var(0, correction=0) > _ACTIVE).sum())
        result["kl_per_dimension"] = objectives.kl_per_dimension(q).mean(0).tolist()
        result["aggregate_kl"] = aggregate_kl(q, rng)
        result["mutual_information"] = objectives.kl(q).mean().item() - result["aggregate_kl"]
    return result


def codes_of(model: Model, x: Tensor) -> Tensor:
    """Where a model puts images: posterior means (VAE) or codes (autoencoder), x [n, 784] → [n, d]."""
    found = model.encode(x)
    return found.mu if isinstance(found, Posterior) else found


def aggregate_kl(q: Posterior, rng: torch.Generator) -> float:
    """KL(aggregate posterior ‖ prior) in nats, by one sample of every q(z|x) (Hoffman & Johnson 2016).

    The aggregate posterior is the mean over images of q(z|x), evaluated exactly as a mixture.
    """
    z = q.sample(rng)[0]
    log_density = torch.cat([
        torch.logsumexp(objectives.log_q(q, part[:, None]), 1) for part in z.split(200)
    ]) - math.log(len(z))  # fmt: skip
    return (log_density - objectives.log_prior(z)).mean().item()


def _nearest(points: Tensor, codes: Tensor) -> Tensor:
    """Distance from each point to the nearest code: [n]."""
    return torch.cat([torch.cdist(part, codes).min(1).values for part in points.split(500)])


def _knn_accuracy(codes: Tensor, labels: Tensor, train_codes: Tensor, train_labels: Tensor) -> float:
    """Share of images whose label is the commonest among their nearest training codes."""
    right = 0
    for part, truth in zip(codes.split(500), labels.split(500), strict=True):
        near = torch.cdist(part, train_codes).topk(min(_NEIGHBOURS, len(train_codes)), largest=False).indices
        right += int((train_labels[near].mode(1).values == truth).sum())
    return right / len(codes)


def _tensor(labels: np.ndarray) -> Tensor:
    return torch.from_numpy(labels.copy())  # the loaded labels are read-only, which torch does not know
