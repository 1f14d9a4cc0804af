"""Estimators A and B of the ELBO and the IWAE bound of one trained VAE, against its exact ELBO and exact log p(x).

Every estimate is made of the same draws: for each image z₁ … z_S ~ q(z|x) once for every seed, cut into disjoint groups of
L or K. The sizes K divide one another, so that the mean bound over groups cannot fall from one to the next (Jensen).
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
from vae_engine.experiments.common import of_scale
from vae_engine.experiments.result import Findings
from vae_engine.model import objectives
from vae_engine.model.models import VAE
from vae_engine.stored import checkpoints, registry

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


def measure(scale: str, seed: int, report: Report) -> Findings:
    """Spread and bias of A and B for L = 1 … 100, and the IWAE bound for K = 1 … 5000, per image."""
    from vae_engine.experiments.bound_estimators import views as bound_views

    images, samples, seeds = of_scale(scale, {"tiny": (12, 500, 2), "quick": (150, 5000, 2), "full": (600, 5000, 3)})
    vae, x, draws = drawn(images, samples, tuple(range(seed, seed + seeds)), report)
    protocol = (
        ("model", f"{MODEL} (bundled), 2 latent dimensions; evaluated only, nothing is trained"),
        ("data", f"{images} MNIST test images chosen by seed {seed}; every pixel drawn once (protocol dynamic, seed 0)"),
        ("exact values", "log p(x) by quadrature to 0.01 nat, ELBO by Gauss–Hermite quadrature with 20 × 20 nodes"),
        ("draws", f"{samples:,} z ~ q(z|x) an image and seed, {seeds} seeds; disjoint groups of L or K of them"),
        ("unit", "nats per image, summed over 784 pixels and 2 latent dimensions"),
        ("samples seen", "decoded z: images × draws × seeds"),
    )
    worst = bound_views.Worst(vae, x, draws)
    tables = (bound_views.spread_table(draws), bound_views.bias_table(draws), bound_views.bound_table(draws), worst.table())
    says, used = (*_says_bounds(draws), *_says_spreads(draws)), tuple(range(seed, seed + seeds))
    seen, shown = images * samples * seeds, (worst.picture(),)
    return Findings(says, protocol, used, seen, bound_views.charts(draws), tables, shown, worst.moments(report))


def drawn(images: int, samples: int, seeds: tuple[int, ...], report: Report) -> tuple[VAE, Tensor, Draws]:
    """The model, the images x [n, 784] that it sees, and what was drawn. Raises EngineError where nothing exact is kept."""
    stored = registry.find(MODEL)
    kept = export.read_codes(stored)
    if kept is None or "points.log_px" not in kept[0]:
        raise EngineError(f"{MODEL} has no exact numbers beside it; make them with `python -m vae_engine truths {MODEL}`.")
    vae: VAE = checkpoints.to_torch(stored)
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


def effective(weights: np.ndarray) -> np.ndarray:
    """The effective number of samples (Σ w)² / Σ w²: log weights [..., S] → [...]."""
    w = np.exp(weights.astype(np.float64) - weights.max(-1, keepdims=True))
    return w.sum(-1) ** 2 / (w**2).sum(-1)


def _says_bounds(draws: Draws) -> list[str]:
    missing, sizes = draws.missing, draws.sizes
    heavy, over, last = (missing > 1).mean(1), (missing < -0.1).mean(), f"K = {sizes[-1]:,}"
    mean, gap = missing.mean(0), (draws.log_px - draws.elbo).mean()
    share, off = largest_share(draws.weights).mean(0), mean > 1
    said = [
        f"With {last} samples the IWAE bound is still {missing.mean():.2f} nats below the exact log p(x) of "
        f"{draws.log_px.mean():.2f} on average (the ELBO lacks {gap:.2f}), and more than 1 nat below for "
        f"{100 * heavy.mean():.1f} % of images ({100 * heavy.min():.1f} to {100 * heavy.max():.1f} % over {len(heavy)} "
        f"seeds); the worst lacks {missing.max():.0f} nats.",
        f"The mean bound rises with K at every step: {', '.join(f'{b:.2f}' for b in draws.bounds.mean((1, 2)))} "
        f"for K = {', '.join(f'{k:,}' for k in sizes)}.",
        f"Half of the images are within {np.median(mean):.3f} nats of the truth, while the worst 5 % of images hold "
        f"{100 * _share_of_worst(mean, 0.05):.0f} % of all that is missing.",
        f"The bound is below log p(x) in expectation only: a single estimate with {last} exceeds the exact value by more "
        f"than 0.1 nat for {100 * over:.1f} % of images, at most by {max(0.0, -missing.min()):.2f} nats.",
    ]
    if off.any() and not off.all():
        said.insert(3, f"Where more than 1 nat is missing the largest of {sizes[-1]:,} weights makes "
                    f"{100 * np.median(share[off]):.0f} % of their sum (median), elsewhere {100 * np.median(share[~off]):.1f} %: "
                    f"the bound rests on the few draws that land where the posterior is.")  # fmt: skip
    return said


def _says_spreads(draws: Draws) -> list[str]:
    a, b = (draws.spreads[name].mean(1) for name in "AB")  # [L, n], mean over seeds
    off = {name: mean_bias(draws, name) for name in "AB"}
    fall = [np.log(s[0].mean() / s[-1].mean()) / np.log(LS[-1]) for s in (a, b)]
    tight = draws.log_px - draws.elbo < 1
    said = [
        f"A scatters less than B on {100 * (a[0] < b[0]).mean():.0f} % of images: with L = 1 its standard deviation has a "
        f"median of {np.median(a[0]):.2f} nats (mean {a[0].mean():.2f}), B's of {np.median(b[0]):.2f} (mean {b[0].mean():.2f}).",
        f"Both have the ELBO as their mean at every L: over all images A is off by {off['A'][0]:+.4f} ± {off['A'][1]:.4f} "
        f"nats and B by {off['B'][0]:+.4f} ± {off['B'][1]:.4f} (one standard error). Their spread falls as L to the power "
        f"−{fall[0]:.2f} and −{fall[1]:.2f}; more samples never bring their mean nearer to log p(x).",
    ]
    if tight.any():
        medians = f"{np.median(a[0][tight]):.2f} for A and {np.median(b[0][tight]):.2f} for B"
        said.insert(1, f"Where q(z|x) is nearly the posterior (gap below 1 nat, {100 * tight.mean():.0f} % of images) the "
                    f"medians are {medians}: log p(x, z) − log q(z|x) is constant in z when q is the posterior, log p(x|z) "
                    "alone is not.")  # fmt: skip
    return said


def _share_of_worst(missing: np.ndarray, part: float) -> float:
    """How much of the sum the worst `part` of the images hold."""
    ordered = np.sort(missing)[::-1]
    return float(ordered[: max(1, round(part * len(ordered)))].sum() / ordered.sum())


def bias(draws: Draws, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Mean of an estimator's draws minus the exact ELBO, and its standard error: [n] each, nats."""
    estimates = draws.estimates[name].astype(np.float64)
    count = estimates.shape[0] * estimates.shape[2]
    return estimates.mean((0, 2)) - draws.elbo, np.sqrt(estimates.var((0, 2)) / count)


def mean_bias(draws: Draws, name: str) -> tuple[float, float]:
    """The bias over all images and its standard error, nats."""
    off, error = bias(draws, name)
    return float(off.mean()), float(np.sqrt((error**2).sum()) / len(off))
