"""What the codes of a data set look like: spread, neighbours, holes, agreement with the prior."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from torch import Tensor

from vae_engine.measure.means import means
from vae_engine.model import objectives
from vae_engine.model.models import VAE, Model, Posterior

_NEIGHBOURS = 10
_ACTIVE = 0.01  # variance of the posterior mean above which a dimension is active (arXiv:1509.00519, §4.3)
_DRAWS = 2000


@torch.no_grad()
def summarise(
    model: Model, x: Tensor, labels: np.ndarray, train_x: Tensor, train_labels: np.ndarray, seed: int
) -> dict[str, Any]:
    """Statistics of the codes of x [n, side²] (for a VAE the posterior means), neighbours among train_x."""
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
        "knn_neighbours": _NEIGHBOURS,
        "hole_distance": reach,
    }
    averaged = {
        "knn_accuracy": _knows_label(codes, _tensor(labels), train_codes, _tensor(train_labels)),
        "holes_under_prior": (_nearest(standard, train_codes) > reach).float(),
        "holes_under_fitted": (_nearest(fitted, train_codes) > reach).float(),
    }
    if isinstance(model, VAE):
        q = model.encode(x)
        result["active_units"] = int((codes.var(0, correction=0) > _ACTIVE).sum())
        apart = aggregate_kl(q, rng)
        averaged["kl_per_dimension"] = objectives.kl_per_dimension(q)
        averaged["aggregate_kl"] = apart
        averaged["mutual_information"] = objectives.kl(q) - apart
    return result | means(averaged)


def codes_of(model: Model, x: Tensor) -> Tensor:
    """Where a model puts images: posterior means (VAE) or codes (autoencoder), x [n, side²] → [n, d]."""
    found = model.encode(x)
    return found.mu if isinstance(found, Posterior) else found


def aggregate_kl(q: Posterior, rng: torch.Generator) -> Tensor:
    """log of aggregate posterior over prior in nats, at one sample of each image's q(z|x): [n].

    Their mean estimates KL(aggregate posterior ‖ prior) (Hoffman & Johnson 2016); the aggregate posterior is the mean
    over images of q(z|x), evaluated exactly as a mixture.
    """
    z = q.sample(rng)[0]
    log_density = torch.cat([
        torch.logsumexp(objectives.log_q(q, part[:, None]), 1) for part in z.split(200)
    ]) - math.log(len(z))  # fmt: skip
    return log_density - objectives.log_prior(z)


def _nearest(points: Tensor, codes: Tensor) -> Tensor:
    """Distance from each point to the nearest code: [n]."""
    return torch.cat([torch.cdist(part, codes).min(1).values for part in points.split(500)])


def _knows_label(codes: Tensor, labels: Tensor, train_codes: Tensor, train_labels: Tensor) -> Tensor:
    """1 for each image whose label is the commonest among its nearest training codes, else 0: [n]."""
    found = []
    for part, truth in zip(codes.split(500), labels.split(500), strict=True):
        near = torch.cdist(part, train_codes).topk(min(_NEIGHBOURS, len(train_codes)), largest=False).indices
        found.append(train_labels[near].mode(1).values == truth)
    return torch.cat(found).double()


def _tensor(labels: np.ndarray) -> Tensor:
    return torch.from_numpy(labels.copy())  # the loaded labels are read-only, which torch does not know
