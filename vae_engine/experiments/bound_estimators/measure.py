"""Estimators A and B of the ELBO and the IWAE bound of one trained VAE, against its exact ELBO and exact log p(x)."""

from __future__ import annotations

import numpy as np

from vae_engine.experiments.bound_estimators import views
from vae_engine.experiments.bound_estimators.draws import LS, MODEL, Draws, Report, drawn, largest_share, mean_bias
from vae_engine.experiments.common import of_scale
from vae_engine.experiments.means import PROTOCOL, Mean
from vae_engine.experiments.result import Findings


def measure(scale: str, seed: int, report: Report) -> Findings:
    """Spread and bias of A and B for L = 1 … 100, and the IWAE bound for K = 1 … 5000, per image."""
    images, samples, seeds = of_scale(scale, {"tiny": (12, 500, 2), "quick": (150, 5000, 2), "full": (600, 5000, 3)})
    vae, x, draws = drawn(images, samples, tuple(range(seed, seed + seeds)), report)
    protocol = (
        ("model", f"{MODEL} (bundled), 2 latent dimensions; evaluated only, nothing is trained"),
        ("data", f"{images:,} MNIST test images chosen by seed {seed}; every pixel drawn once (protocol dynamic, seed 0)"),
        ("exact values", "log p(x) by quadrature to 0.01 nat, ELBO by Gauss–Hermite quadrature with 20 × 20 nodes"),
        ("draws", f"{samples:,} z ~ q(z|x) an image and seed, {seeds} seeds; disjoint groups of L or K of them"),
        PROTOCOL,
        ("unit", "nats per image, summed over 784 pixels and 2 latent dimensions"),
        ("samples seen", "decoded z: images × draws × seeds"),
    )
    worst = views.Worst(vae, x, draws)
    tables = (views.spread_table(draws), views.bias_table(draws), views.bound_table(draws), worst.table())
    says, used = (*_says_bounds(draws), *_says_spreads(draws)), tuple(range(seed, seed + seeds))
    seen, shown = images * samples * seeds, (worst.picture(),)
    return Findings(says, protocol, used, seen, views.charts(draws), tables, shown, worst.moments(report))


def _says_bounds(draws: Draws) -> list[str]:
    missing, sizes = draws.missing, draws.sizes
    heavy, over, last = (missing > 1).mean(1), (missing < -0.1).mean(), f"K = {sizes[-1]:,}"
    mean, log_px = missing.mean(0), Mean(draws.log_px[None])
    lacks = [Mean(draws.log_px - bound) for bound in draws.bounds]
    share, off = largest_share(draws.weights).mean(0), mean > 1
    said = [
        f"With {last} samples the IWAE bound is still {lacks[-1]} nats below the exact log p(x) of {log_px} on average (the "
        f"ELBO lacks {log_px - Mean(draws.elbo[None])}), and more than 1 nat below for "
        f"{100 * heavy.mean():.1f} % of images ({100 * heavy.min():.1f} to {100 * heavy.max():.1f} % over {len(heavy)} "
        f"seeds); the worst lacks {missing.max():.0f} nats.",
        f"The mean bound rises with K at every step: it lacks {', '.join(f'{one}' for one in lacks)} nats for "
        f"K = {', '.join(f'{k:,}' for k in sizes)}.",
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
        f"nats and B by {off['B'][0]:+.4f} ± {off['B'][1]:.4f} (standard errors of draws). Their spread falls as L to the power "
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
