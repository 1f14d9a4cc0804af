"""Numbers about a trained model: held-out ELBO, importance-sampled and exact log p(x), latent statistics.

Every result states its protocol, split, estimator, samples or grid, and seed. All in nats per image.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from vae_engine.base.errors import EngineError
from vae_engine.data import datasets
from vae_engine.data import mnist as data
from vae_engine.inference.exact import exact_log_px
from vae_engine.measure import latent_statistics
from vae_engine.model import objectives
from vae_engine.model.models import VAE, Autoencoder, Model

_CHUNK = 500

Progress = Callable[[str, float], None]


def observed(images: data.Images, protocol: str, seed: int) -> Tensor:
    """The x [n, 784] on which everything is evaluated: one draw, fixed by the seed."""
    return torch.from_numpy(data.observe_fixed(images.images, protocol, seed))


@torch.no_grad()
def held_out_terms(model: Model, images: data.Images, protocol: str, seed: int, samples: int = 1) -> dict[str, float]:
    """Means of `elbo`, `nll` and `kl` (VAE) or of `nll` (autoencoder), nats per image, by estimator B.

    The ELBO is always at β = 1 and at sampled z. Evaluates in the model's eval mode.
    """
    model.eval()
    device = next(model.parameters()).device
    rng = torch.Generator(device).manual_seed(seed)
    parts = [_terms(model, x.to(device), rng, samples) for x in observed(images, protocol, seed).split(_CHUNK)]
    return {name: torch.cat([part[name] for part in parts]).double().mean().item() for name in parts[0]}


def _terms(model: Model, x: Tensor, rng: torch.Generator, samples: int) -> dict[str, Tensor]:
    if isinstance(model, Autoencoder):
        return {"nll": objectives.nll(model.likelihood, x, model.decode_logits(model.encode(x)))}
    q = model.encode(x)
    nll = objectives.nll(model.likelihood, x, model.decode_logits(q.sample(rng, samples))).mean(0)
    kl = objectives.kl(q)
    return {"elbo": -(nll + kl), "nll": nll, "kl": kl}


@torch.no_grad()
def importance_sampled_log_px(
    model: VAE, x: Tensor, samples: int, seed: int, progress: Progress = lambda what, share: None
) -> Tensor:
    """log 1/K Σₖ p(x|zₖ)p(zₖ)/q(zₖ|x), zₖ ~ q: [n], nats (iw-K; arXiv:1509.00519, eq. 8).

    A lower bound in expectation; far too low where q misses a mode of the posterior.
    """
    model.eval()
    rng = torch.Generator().manual_seed(seed)
    per_chunk = max(1, 2_000 // samples)  # decoded images that fit a processor cache
    results = []
    for start in range(0, len(x), per_chunk):
        part = x[start : start + per_chunk]
        q = model.encode(part)
        z = q.sample(rng, samples)
        weights = objectives.log_weights(model.likelihood, part, model.decode_logits(z), q, z)
        results.append(objectives.iwae(weights))
        progress("importance sampling", (start + len(part)) / len(x))
    return torch.cat(results)


def evaluate(
    model: Model,
    name: str,
    *,
    split: str = "test",
    protocol: str = "dynamic",
    limit: int | None = None,
    seed: int = 0,
    samples: int = 10,
    is_samples: int = 500,
    progress: Progress = lambda what, share: None,
    data_set: str = "mnist",
) -> dict[str, Any]:
    """All the numbers of a model on one split, with the protocol beside them.

    For a VAE: elbo, nll, kl (estimator B, `samples` draws), log_px_is (K = `is_samples`), log_px_exact
    and its grid (or `exact_refused` and why), gap, latent statistics. For an autoencoder: nll and the statistics of its codes.
    """
    images = datasets.load(data_set, split)
    images = images.head(limit or len(images))
    result: dict[str, Any] = {
        "model": name, "kind": model.config.kind, "data": data_set, "protocol": protocol, "split": split, "n": len(images),
        "seed": seed, "estimator": "B", "samples": samples,
    }  # fmt: skip
    progress("held-out terms", 0.0)
    result |= held_out_terms(model, images, protocol, seed, samples)
    x = observed(images, protocol, seed)
    train = datasets.load(data_set, "train").head(10_000)
    statistics = latent_statistics.summarise(model, x, images.labels, observed(train, protocol, seed), train.labels, seed)
    if isinstance(model, VAE):
        weighted = importance_sampled_log_px(model, x, is_samples, seed, progress)
        result |= {"log_px_is": weighted.double().mean().item(), "is_samples": is_samples}
        if model.config.latent_dim == 2:
            result |= _exact(model, x, weighted, result["elbo"], progress)
    return _rounded(result | {"latent": statistics})


def _exact(model: VAE, x: Tensor, weighted: Tensor, elbo: float, progress: Progress) -> dict[str, Any]:
    """The exact numbers; or why there are none, as for a VAE whose β = 0 let its codes leave the prior."""
    try:
        exact = exact_log_px(model, x, progress)
    except EngineError as refusal:
        return {"exact_refused": str(refusal)}
    log_px = exact.log_px.mean().item()
    low = ((exact.log_px - weighted.double()) > 1.0).double().mean().item()
    return {"log_px_exact": log_px, "gap": log_px - elbo, "grid": exact.grid, "share_is_low_by_1_nat": low}


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    return round(value, 5) if isinstance(value, float) and math.isfinite(value) else value
