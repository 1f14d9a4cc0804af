"""What the comparison of posterior spreads says, and its charts and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from vae_engine.experiments.means import Mean, over
from vae_engine.experiments.result import Chart, Curve, Table, curve

ARMS = ("deep, exp", "deep, softplus", "deep, full", "linear, exp", "linear, softplus", "linear, full")
"""Depth of the encoder, and how it gives the spread; the first two of each three are mean field."""

Runs = Mapping[str, Sequence["Run"]]
_EXACT = ("log_px", "elbo_there", "gap")


@dataclass
class Run:
    """What one training came to, of each test image, nats: nll and kl [n], and exact log_px of the first of these images."""

    nll: np.ndarray = field(default_factory=lambda: np.zeros(0))
    kl: np.ndarray = field(default_factory=lambda: np.zeros(0))
    log_px: np.ndarray = field(default_factory=lambda: np.zeros(0))
    correlation: float | None = None
    steps: list[int] = field(default_factory=list)
    on_the_way: list[float] = field(default_factory=list)

    @property
    def elbo(self) -> np.ndarray:
        """−(nll + KL)."""
        return -(self.nll + self.kl)

    @property
    def elbo_there(self) -> np.ndarray:
        """The ELBO of the images whose log p(x) is known."""
        return self.elbo[: len(self.log_px)]

    @property
    def gap(self) -> np.ndarray:
        """log p(x) − ELBO of those."""
        return self.log_px - self.elbo_there


@dataclass(frozen=True)
class Best:
    """A test image by its place, its log p(x), and the ELBO of the encoder's Gaussian, of the best diagonal and full ones."""

    place: int
    log_px: float
    encoder: float
    diagonal: float
    full: float
    correlation: float


def _mean(runs: Runs, arm: str, what: str) -> Mean:
    return over(runs[arm], lambda run: getattr(run, what))


def _gain(runs: Runs, better: str, worse: str) -> str:
    """The difference of two arms' ELBOs, with its range over the seeds."""
    gain = _mean(runs, better, "elbo") - _mean(runs, worse, "elbo")
    return f"{gain:+} nats{gain.of_seeds}"


def _correlation(runs: Runs, arm: str) -> float:
    """The mean |ρ| of an arm's full covariances."""
    return float(np.mean([run.correlation for run in runs[arm]]))


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
    amortised, mean_field, rest = (Mean(np.array([values])) for values in _gains(best).values())
    gap = {arm: _mean(runs, arm, "gap") for arm in ("deep, exp", "deep, full", "linear, exp")}
    return (
        f"Why: over {len(best)} test images of one trained decoder the best diagonal Gaussian of each image beats the "
        f"encoder's by {amortised} nats; the best full one adds {mean_field} more (largest {mean_field.values.max():.2f}), and "
        f"{rest} are missing then, because the posterior is no Gaussian.",
        f"The gap between exact log p(x) and ELBO is {gap['deep, exp']} nats for the deep mean-field encoder, "
        f"{gap['deep, full']} with full covariance (difference {gap['deep, full'] - gap['deep, exp']:+}), "
        f"{gap['linear, exp']} for the linear one (difference {gap['linear, exp'] - gap['deep, exp']:+}).",
        f"|ρ| is {np.mean([abs(one.correlation) for one in best]):.2f} on average in the best full Gaussians, and "
        f"{_correlation(runs, 'deep, full'):.2f} in what the deep encoder gives.",
    )


def _gains(best: Sequence[Best]) -> dict[str, list[float]]:
    """Image by image, what amortisation costs, what mean field does, and what no Gaussian gets."""
    return {
        "best diagonal − encoder's": [one.diagonal - one.encoder for one in best],
        "best full − best diagonal": [one.full - one.diagonal for one in best],
        "log p(x) − best full": [one.log_px - one.full for one in best],
    }


def charts(runs: Runs, best: Sequence[Best], batch: int) -> tuple[Chart, ...]:
    """Training, the final numbers, and what the best Gaussians of single images gain."""
    curves = tuple(
        curve(arm, [float(step * batch) for step in group[0].steps], np.array([run.on_the_way for run in group]))
        for arm, group in runs.items()
    )
    made = [Chart("training", "Test ELBO while training", "training images seen", "nats per image", curves, x_log=True)]
    places = range(len(ARMS))

    def over_arms(name: str, what: str) -> Curve:
        return curve(name, places, np.stack([_mean(runs, arm, what).by_seed for arm in ARMS], 1))

    measured = all(len(run.log_px) for group in runs.values() for run in group)
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
        made.append(
            Chart("gains", "Image by image: what better Gaussians would gain", "share of images with less", "nats",
                  tuple(Curve(name, tuple(share), tuple(sorted(values))) for name, values in _gains(best).items()),
                  note="Each curve sorted by itself: amortisation, mean field, and what no Gaussian gets.")
        )  # fmt: skip
    return tuple(made)


def tables(runs: Runs, best: Sequence[Best]) -> tuple[Table, ...]:
    """A row for each arm; a row for each image whose best Gaussians were sought."""
    rows = []
    for arm, group in runs.items():
        elbo, nll, kl = (_mean(runs, arm, what) for what in ("elbo", "nll", "kl"))
        correlation = round(_correlation(runs, arm), 3) if group[0].correlation is not None else None
        exact = [cell for what in _EXACT for cell in (_mean(runs, arm, what).cells if len(group[0].log_px) else (None, None))]
        rows.append((arm, *elbo.cells, *elbo.extremes, *nll.cells, *kl.cells, *exact, correlation))
    columns = (
        "encoder, spread", "ELBO", "±", "least of the seeds", "greatest of the seeds", "nll", "±", "KL", "±",
        "log p(x), exact, fewer images", "±", "ELBO of those", "±", "gap of those", "±", "mean |ρ|",
    )  # fmt: skip
    trained = Table("Nats per test image, means over the seeds", columns, tuple(rows))
    if not best:
        return (trained,)
    images = tuple(
        (one.place, *(round(value, 2) for value in (one.log_px, one.encoder, one.diagonal, one.full, one.correlation)))
        for one in best
    )
    of_images = ("test image", "exact log p(x)", "ELBO of the encoder's", "of the best diagonal", "of the best full", "its ρ")
    return trained, Table("The best Gaussians of single images, nats", of_images, images)
