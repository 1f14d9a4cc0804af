"""Numbers about a trained model: held-out ELBO, importance-sampled and exact log p(x), latent statistics.

Every result states its protocol, split, estimator, samples or grid, and seed. All in nats per image.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any

import torch
from torch import Tensor

from vae_engine.base.errors import EngineError
from vae_engine.data import datasets
from vae_engine.data import mnist as data
from vae_engine.inference.exact import exact_log_px
from vae_engine.measure import latent_statistics
from vae_engine.measure.means import differences, means
from vae_engine.model import objectives
from vae_engine.model.models import VAE, Autoencoder, Model
from vae_engine.stored import importance, nats

_CHUNK = 500

Progress = Callable[[str, float], None]


def observed(images: data.Images, protocol: str, seed: int) -> Tensor:
    """The x [n, side²] on which everything is evaluated: one draw, fixed by the seed."""
    return torch.from_numpy(data.observe_fixed(images.images, protocol, seed))


def held_out_terms(model: Model, images: data.Images, protocol: str, seed: int, samples: int = 1) -> dict[str, float]:
    """Means over images of `image_terms`, each with its standard error."""
    return means(image_terms(model, observed(images, protocol, seed), seed, samples))


@torch.no_grad()
def image_terms(model: Model, x: Tensor, seed: int, samples: int = 1) -> dict[str, Tensor]:
    """`elbo`, `nll` and `kl` (VAE) or `nll` (autoencoder) of each image x [n, side²] by estimator B: float64 [n], nats.

    The ELBO is always at β = 1 and at sampled z. Evaluates in the model's eval mode.
    """
    model.eval()
    device = next(model.parameters()).device
    rng = torch.Generator(device).manual_seed(seed)
    parts = [_terms(model, part.to(device), rng, samples) for part in x.split(_CHUNK)]
    # On the processor, because Apple's GPU has no float64.
    return {name: torch.cat([part[name] for part in parts]).cpu().double() for name in parts[0]}


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
    return torch.cat([objectives.iwae(weights) for weights in _log_weights(model, x, samples, seed, progress)])


def _log_weights(model: VAE, x: Tensor, samples: int, seed: int, progress: Progress) -> Iterator[Tensor]:
    """log p(x, zₖ) − log q(zₖ|x), zₖ ~ q, of some images after others: [K, b] each."""
    model.eval()
    rng = torch.Generator().manual_seed(seed)
    per_chunk = max(1, 2_000 // samples)  # decoded images that fit a processor cache
    for start in range(0, len(x), per_chunk):
        part = x[start : start + per_chunk]
        q = model.encode(part)
        z = q.sample(rng, samples)
        yield objectives.log_weights(model.likelihood, part, model.decode_logits(z), q, z)
        progress("importance sampling", (start + len(part)) / len(x))


@torch.no_grad()
def _weighed(model: VAE, x: Tensor, samples: int, seed: int, progress: Progress) -> tuple[Tensor, dict[str, Any]]:
    """log p(x) by importance sampling [n], and how far its weights can be trusted: `is_k_hat_high`, the share of images with
    k-hat above what is trusted, with its standard error, and `is_ess`, the effective samples of the median image."""
    log_px, said = [], []
    for weights in _log_weights(model, x, samples, seed, progress):
        log_px.append(objectives.iwae(weights))
        said += [importance.diagnosed(row) for row in weights.T.numpy()]
    high = torch.tensor([one.k_hat > importance.TRUSTED for one in said]).double()
    return torch.cat(log_px), {**means({"is_k_hat_high": high}), "is_ess": median(one.ess for one in said)}


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
    against: tuple[str, Model] | None = None,
) -> dict[str, Any]:
    """All the numbers of a model on one split or on `limit` of its images drawn by the seed, with the protocol beside them.

    Where p(x|z) has a given σ it is told as `noise`: that of the model, however it was turned while it trained.
    For a VAE: elbo, nll, kl (estimator B, `samples` draws), log_px_is (K = `is_samples`; beside it is_k_hat_high, is_ess),
    log_px_exact and its grid (or `exact_refused` and why), gap, latent statistics. For an autoencoder: nll and the
    statistics of its codes.
    A `caveat` says what the nats are where they are no log-probabilities. A mean over images has its standard error beside it
    (`elbo_se`). `against` another model, by name, the `differences` follow.
    """
    images = datasets.load(data_set, split)
    chosen = data.drawn(limit, len(images), seed)
    x = observed(images, protocol, seed)[chosen]  # an image has the same pixels however many are drawn
    result: dict[str, Any] = {
        "model": name, "kind": model.config.kind, "data": data_set, "protocol": protocol, "split": split, "n": len(x),
        "seed": seed, "estimator": "B", "samples": samples, **model.given_noise,
    }  # fmt: skip
    terms, about = _measured(model, x, seed, samples, is_samples, progress)
    train = datasets.load(data_set, "train").head(10_000)
    train_x = observed(train, protocol, seed)
    latent = latent_statistics.summarise(model, x, images.labels[chosen], train_x, train.labels, seed)
    result |= means(terms) | about | {"latent": latent}
    if said := nats.caveat(model.config.likelihood, protocol):
        result["caveat"] = said
    if against:
        others, _ = _measured(against[1], x, seed, samples, is_samples, progress)
        result["against"] = {"model": against[0], **differences(terms, others)}
    return _rounded(result)


def _measured(
    model: Model, x: Tensor, seed: int, samples: int, is_samples: int, progress: Progress
) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Every term of each image, float64 [n], and how they were found.

    Says why there are no exact ones, as for a VAE whose β = 0 let its codes leave the prior.
    """
    progress("held-out terms", 0.0)
    terms = image_terms(model, x, seed, samples)
    about: dict[str, Any] = {}
    if isinstance(model, VAE):
        log_px, about = _weighed(model, x, is_samples, seed, progress)
        terms["log_px_is"] = log_px.double()
        about["is_samples"] = is_samples
        if model.config.latent_dim == 2:
            try:
                exact = exact_log_px(model, x, progress)
            except EngineError as refusal:
                return terms, about | {"exact_refused": str(refusal)}
            gap = exact.log_px - terms["elbo"]
            terms |= {"log_px_exact": exact.log_px, "gap": gap}
            low = (exact.log_px - terms["log_px_is"] > 1.0).double()
            about |= {"grid": exact.grid, **means({"share_is_low_by_1_nat": low})}
    return terms, about


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    return round(value, 5) if isinstance(value, float) and math.isfinite(value) else value
