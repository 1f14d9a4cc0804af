"""What the comparison of posterior spreads says, and its charts and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from vae_engine.experiments.result import Chart, Curve, Table, curve

ARMS = ("deep, exp", "deep, softplus", "deep, full", "linear, exp", "linear, softplus", "linear, full")
"""Depth of the encoder, and how it gives the spread; the first two of each three are mean field."""

Runs = Mapping[str, Sequence["Run"]]
_EXACT = ("log_px", "elbo_there", "gap")


@dataclass
class Run:
    """What one training came to on test images, nats."""

    nll: float = 0.0
    kl: float = 0.0
    log_px: float | None = None
    gap: float | None = None
    correlation: float | None = None
    steps: list[int] = field(default_factory=list)
    on_the_way: list[float] = field(default_factory=list)

    @property
    def elbo(self) -> float:
        """−(nll + KL)."""
        return -(self.nll + self.kl)

    @property
    def elbo_there(self) -> float | None:
        """The ELBO of the images whose log p(x) is known."""
        return None if self.log_px is None or self.gap is None else self.log_px - self.gap


@dataclass(frozen=True)
class Best:
    """One image's log p(x), and the ELBO of the encoder's Gaussian, of the best diagonal and of the best full one."""

    log_px: float
    encoder: float
    diagonal: float
    full: float
    correlation: float


def _gain(runs: Runs, better: str, worse: str) -> str:
    """The difference of two arms' ELBOs, with its range over the seeds."""
    each = np.array([one.elbo - other.elbo for one, other in zip(runs[better], runs[worse], strict=True)])
    return f"{each.mean():+.1f} nats" + (f" ({each.min():+.1f} to {each.max():+.1f})" if len(each) > 1 else "")


def _mean(runs: Runs, arm: str, what: str) -> float:
    return float(np.mean([getattr(run, what) for run in runs[arm]]))


def says(runs: Runs, best: Sequence[Best]) -> tuple[str, ...]:
    """The findings in sentences, the headline first."""
    compared = (
        f"A full covariance is worth {_gain(runs, 'deep, full', 'deep, exp')} of ELBO with the deep encoder and "
        f"{_gain(runs, 'linear, full', 'linear, exp')} with a linear one; a deep encoder instead of a linear one is worth "
        f"{_gain(runs, 'deep, exp', 'linear, exp')}.",
        f"Softplus instead of exp changes it by {_gain(runs, 'deep, softplus', 'deep, exp')} (deep) and "
        f"{_gain(runs, 'linear, softplus', 'linear, exp')} (linear).",
    )
    return (*compared, *_says_why(runs, best)) if best else compared


def _says_why(runs: Runs, best: Sequence[Best]) -> tuple[str, ...]:
    encoder, diagonal, full, log_px = (
        float(np.mean([getattr(one, what) for one in best])) for what in ("encoder", "diagonal", "full", "log_px")
    )
    gains = [one.full - one.diagonal for one in best]
    return (
        f"Why: over {len(best)} test images of one trained decoder the best diagonal Gaussian of each image beats the "
        f"encoder's by {diagonal - encoder:.2f} nats; the best full one adds {full - diagonal:.2f} more (largest "
        f"{max(gains):.2f}), and {log_px - full:.2f} are missing then, because the posterior is no Gaussian.",
        f"The gap between exact log p(x) and ELBO is {_mean(runs, 'deep, exp', 'gap'):.1f} nats for the deep mean-field "
        f"encoder, {_mean(runs, 'deep, full', 'gap'):.1f} with full covariance, {_mean(runs, 'linear, exp', 'gap'):.1f} for the "
        "linear one.",
        f"|ρ| is {np.mean([abs(one.correlation) for one in best]):.2f} on average in the best full Gaussians, and "
        f"{_mean(runs, 'deep, full', 'correlation'):.2f} in what the deep encoder gives.",
    )


def charts(runs: Runs, best: Sequence[Best], batch: int) -> tuple[Chart, ...]:
    """Training, the final numbers, and what the best Gaussians of single images gain."""
    curves = tuple(
        curve(arm, [float(step * batch) for step in group[0].steps], np.array([run.on_the_way for run in group]))
        for arm, group in runs.items()
    )
    places = range(len(ARMS))
    made = [Chart("training", "Test ELBO while training", "training images seen", "nats per image", curves, x_log=True)]
    places = range(len(ARMS))

    def over_arms(name: str, what: str) -> Curve:
        return curve(name, places, np.array([[getattr(run, what) for run in runs[arm]] for arm in ARMS]).T)

    measured = all(run.gap is not None for group in runs.values() for run in group)
    made.append(
        Chart("bound", "ELBO", "encoder, spread", "nats per image", (over_arms("ELBO", "elbo"),), kind="bars", ticks=ARMS)
    )
    if measured:
        there = (over_arms("exact log p(x)", "log_px"), over_arms("ELBO", "elbo_there"))
        made.append(
            Chart("exact", "Exact log p(x), and the ELBO of the same, fewer images", "encoder, spread", "nats per image",
                  there, kind="bars", ticks=ARMS)
        )  # fmt: skip
        made.append(
            Chart("gap", "What the posterior loses", "encoder, spread", "exact log p(x) − ELBO, nats", (over_arms("gap", "gap"),),
                  kind="bars", ticks=ARMS)
        )  # fmt: skip
    if best:
        share = [(place + 1) / len(best) for place in range(len(best))]
        gains = (
            ("best diagonal − encoder's", [one.diagonal - one.encoder for one in best]),
            ("best full − best diagonal", [one.full - one.diagonal for one in best]),
            ("log p(x) − best full", [one.log_px - one.full for one in best]),
        )
        made.append(
            Chart("gains", "Image by image: what better Gaussians would gain", "share of images with less", "nats",
                  tuple(Curve(name, tuple(share), tuple(sorted(values))) for name, values in gains),
                  note="Each curve sorted by itself: amortisation, mean field, and what no Gaussian gets.")
        )  # fmt: skip
    return tuple(made)


def tables(runs: Runs, best: Sequence[Best]) -> tuple[Table, ...]:
    """A row for each arm; a row for each image whose best Gaussians were sought."""
    rows = []
    for arm, group in runs.items():
        elbos = [run.elbo for run in group]
        correlation = round(_mean(runs, arm, "correlation"), 3) if group[0].correlation is not None else None
        means = [round(_mean(runs, arm, what), 2) for what in ("elbo", "nll", "kl")]
        known = group[0].gap is not None
        exact = [round(_mean(runs, arm, what), 2) if known else None for what in _EXACT]
        rows.append((arm, means[0], round(min(elbos), 2), round(max(elbos), 2), *means[1:], *exact, correlation))
    columns = (
        "encoder, spread", "ELBO", "least of the seeds", "greatest of the seeds", "nll", "KL", "log p(x), exact, fewer images",
        "ELBO of those", "gap of those", "mean |ρ|",
    )  # fmt: skip
    trained = Table("Nats per test image, means over the seeds", columns, tuple(rows))
    if not best:
        return (trained,)
    images = tuple(
        (place, *(round(value, 2) for value in (one.log_px, one.encoder, one.diagonal, one.full, one.correlation)))
        for place, one in enumerate(best)
    )
    of_images = ("test image", "exact log p(x)", "ELBO of the encoder's", "of the best diagonal", "of the best full", "its ρ")
    return trained, Table("The best Gaussians of single images, nats", of_images, images)
