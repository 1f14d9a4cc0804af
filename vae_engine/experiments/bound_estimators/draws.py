"""Draws z ~ q(z|x) of one trained VAE for many images, and every estimate that can be made of them.

Each image has its z₁ … z_S once for every seed, cut into disjoint groups of L or K. The sizes K divide one another, so
that the mean bound over groups cannot fall from one to the next (Jensen).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
import torch
from torch import Tensor

from vae_engine.base.errors import EngineError
from vae_engine.data import mnist as data
from vae_engine.exchange import bundle as export
from vae_engine.model import loading, objectives
from vae_engine.model.models import VAE
from vae_engine.stored import registry

MODEL = "vae-mnist-small"
LS = (1, 2, 5, 10, 20, 50, 100)
KS = (1, 5, 10, 50, 100, 500, 1000, 5000)
_CHUNK = 2000  # decoded images that fit a processor's cache

Report = Callable[[str, float], None]


@dataclass(frozen=True)
class Draws:
    """For n test images (their indices) and S draws of each of s seeds: log weights and log p(x|z), float32 [s, n, S].

    KL(q ‖ prior), the exact ELBO and the exact log p(x): [n]. All in nats.
    """

    chosen: np.ndarray
    weights: np.ndarray
    log_px_given_z: np.ndarray
    kl: np.ndarray
    elbo: np.ndarray
    log_px: np.ndarray

    @property
    def estimates(self) -> dict[str, np.ndarray]:
        """Single-sample estimates of the ELBO, [s, n, S]."""
        return {"A": self.weights, "B": self.log_px_given_z - self.kl[:, None]}

    @cached_property
    def spreads(self) -> dict[str, np.ndarray]:
        """Standard deviations of the estimates over groups of L draws: [L, s, n]."""
        return {name: np.stack([grouped(one, size).std(-1, ddof=1) for size in LS]) for name, one in self.estimates.items()}

    @property
    def sizes(self) -> tuple[int, ...]:
        """The K for which there are draws enough."""
        return tuple(k for k in KS if k <= self.weights.shape[-1])

    @cached_property
    def bounds(self) -> np.ndarray:
        """IWAE bounds, means over groups of K draws: [K, s, n]."""
        return np.stack([iwae_mean(self.weights, size) for size in self.sizes])

    @property
    def missing(self) -> np.ndarray:
        """Exact log p(x) − bound at the largest K: [s, n]."""
        return self.log_px - self.bounds[-1]


def drawn(images: int, samples: int, seeds: tuple[int, ...], report: Report) -> tuple[VAE, Tensor, Draws]:
    """The model, the images x [n, 784] that it sees, and what was drawn. Raises EngineError where nothing exact is kept."""
    stored = registry.find(MODEL)
    kept = export.read_codes(stored)
    if kept is None or "points.log_px" not in kept[0]:
        raise EngineError(f"{MODEL} has no exact numbers beside it; make them with `python -m vae_engine truths {MODEL}`.")
    vae: VAE = loading.to_torch(stored)
    observed = export.observed_test()
    chosen = np.sort(data.generator(seeds[0], 1).permutation(len(observed))[:images])
    x = torch.from_numpy(observed[chosen])
    found = []
    for done, seed in enumerate(seeds):
        found.append(draw(vae, x, samples, seed, partial(_tell, report, done, len(seeds))))
    with torch.no_grad():
        kl = objectives.kl(vae.encode(x)).numpy()
    elbo, log_px = (kept[0][f"points.{name}"][chosen].astype(np.float64) for name in ("elbo", "log_px"))
    return vae, x, Draws(chosen, np.stack([one[0] for one in found]), np.stack([one[1] for one in found]), kl, elbo, log_px)


def _tell(report: Report, done: int, of: int, share: float) -> None:
    report("drawing z from q", (done + share) / of)


@torch.no_grad()
def draw(vae: VAE, x: Tensor, samples: int, seed: int, report: Callable[[float], None]) -> tuple[np.ndarray, np.ndarray]:
    """log p(x, z) − log q(z|x) and log p(x|z) at z ~ q(z|x): float32 [n, samples] each."""
    rng = torch.Generator().manual_seed(seed)
    found: list[list[Tensor]] = [[], []]
    for index, image in enumerate(x):
        q = vae.encode(image[None])
        z = q.sample(rng, samples)
        log_px = torch.cat([vae.likelihood.log_prob(image, vae.decode_logits(part)) for part in z.split(_CHUNK)])[:, 0]
        found[0].append(log_px + (objectives.log_prior(z) - objectives.log_q(q, z))[:, 0])
        found[1].append(log_px)
        report((index + 1) / len(x))
    return torch.stack(found[0]).numpy(), torch.stack(found[1]).numpy()


def grouped(values: np.ndarray, size: int) -> np.ndarray:
    """Means of disjoint groups of `size`, in float64: [..., S] → [..., S // size]."""
    groups = values.shape[-1] // size
    return values[..., : groups * size].astype(np.float64).reshape(*values.shape[:-1], groups, size).mean(-1)


def iwae_mean(weights: np.ndarray, size: int) -> np.ndarray:
    """The bound log 1/K Σ wₖ of K = `size`, averaged over disjoint groups: log weights [..., S] → [...], float64."""
    groups = weights.shape[-1] // size
    split = weights[..., : groups * size].astype(np.float64).reshape(*weights.shape[:-1], groups, size)
    top = split.max(-1, keepdims=True)
    return (np.log(np.exp(split - top).mean(-1)) + top[..., 0]).mean(-1)


def largest_share(weights: np.ndarray) -> np.ndarray:
    """The share of the sum that the largest of the weights makes: log weights [..., S] → [...]."""
    return 1 / np.exp(weights.astype(np.float64) - weights.max(-1, keepdims=True)).sum(-1)


def bias(draws: Draws, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Mean of an estimator's draws minus the exact ELBO, and its standard error: [n] each, nats."""
    estimates = draws.estimates[name].astype(np.float64)
    count = estimates.shape[0] * estimates.shape[2]
    return estimates.mean((0, 2)) - draws.elbo, np.sqrt(estimates.var((0, 2)) / count)


def mean_bias(draws: Draws, name: str) -> tuple[float, float]:
    """The bias over all images and its standard error, nats."""
    off, error = bias(draws, name)
    return float(off.mean()), float(np.sqrt((error**2).sum()) / len(off))
