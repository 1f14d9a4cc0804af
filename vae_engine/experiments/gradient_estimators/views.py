"""What `gradient-estimators` found: the noise of estimates at stages of training, and the race to the best ELBO."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from vae_engine.experiments.means import Mean
from vae_engine.experiments.result import Chart, Moment, Table, banded, curve, picture
from vae_engine.training.score_function import ESTIMATORS

COMPONENTS = ("μ₁", "μ₂", "log σ₁²", "log σ₂²")
_SHOWN = 200  # arrows of a moment
_REFERENCE, _SCORE = ESTIMATORS[0], "score function, "


@dataclass(frozen=True)
class Stage:
    """One stage of training: images seen, and draws [r, b, 4] of the gradient by each estimator.

    For the encoder's weights: the gradient's length, and the standard deviation by estimator. `pictures` [2, 784] are the
    image of the arrows and what the decoder makes of its μ.
    """

    seen: int
    draws: dict[str, np.ndarray]
    length: float
    noise: dict[str, float]
    pictures: np.ndarray

    def variance(self, name: str) -> np.ndarray:
        """Variance of an estimator per image and component: [b, 4]."""
        return self.draws[name].astype(np.float64).var(0, ddof=1)

    def z_scores(self, name: str) -> np.ndarray:
        """(mean of an estimator − mean of the reparameterised one) / standard error, from paired draws: [b, 4]."""
        off = self.draws[name].astype(np.float64) - self.draws[_REFERENCE]
        return off.mean(0) / (off.std(0, ddof=1) / np.sqrt(len(off)))

    def right_way(self, name: str) -> np.ndarray:
        """Share of draws whose μ-gradient points less than 90° away from the true one, per image: [b]."""
        true = self.draws[_REFERENCE][:, :, :2].mean(0)
        return ((self.draws[name][:, :, :2] * true).sum(-1) > 0).mean(0)


@dataclass(frozen=True)
class Noise:
    """All stages; the digit of the image whose arrows are shown."""

    stages: list[Stage]
    digit: int

    def ratio(self, stage: Stage, name: str) -> float:
        """Variance of the μ-gradient relative to the reparameterised one, each a mean over images and both components."""
        return float(stage.variance(name)[:, :2].mean() / stage.variance(_REFERENCE)[:, :2].mean())

    def says(self) -> list[str]:
        """Unbiasedness, variance, direction and the encoder's weights."""
        last = self.stages[-1]
        scores = {name: np.stack([stage.z_scores(name) for stage in self.stages]) for name in ESTIMATORS[1:]}
        every = np.concatenate([one.ravel() for one in scores.values()])
        chance = NormalDist().inv_cdf(1 - 1 / (2 * len(every)))
        spread = _each({name: f"{one.std():.2f}" for name, one in scores.items()})
        ratios = {name: [self.ratio(stage, name) for stage in self.stages] for name in ESTIMATORS[1:]}
        told = [f"{name} {_big(min(values))} to {_big(max(values))}" for name, values in ratios.items()]
        way = _each({name: f"{100 * last.right_way(name).mean():.0f} %" for name in ESTIMATORS})
        noise = _each({name: f"{last.noise[name] / last.length:,.2f}" for name in ESTIMATORS})
        return [
            f"Variance of the gradient by μ relative to reparameterisation, between {self.stages[0].seen:,} and {last.seen:,} "
            f"images seen: {'; '.join(told)}.",
            f"All estimate the same gradient: {len(every):,} differences of a score function's mean from the reparameterised "
            f"one, in standard errors, have a standard deviation of {spread} (1 by chance); the largest is "
            f"{np.abs(every).max():.1f} (about {chance:.1f} by chance).",
            f"After {last.seen:,} images a single estimate of the gradient by μ points within 90° of the true one in {way} of "
            "draws; 50 % is chance.",
            f"On a minibatch the noise of the gradient by all encoder weights is, at the end, {noise} times as long as the "
            "gradient itself.",
        ]

    def charts(self) -> tuple[Chart, ...]:
        """Variance per component, direction, and noise in the encoder's weights, over training."""
        seen = [stage.seen for stage in self.stages]
        charts = []
        for place, component in enumerate(COMPONENTS):
            curves = []
            for name in ESTIMATORS:
                values = np.stack([stage.variance(name)[:, place] for stage in self.stages])
                curves.append(banded(name, seen, np.median(values, 1), *np.quantile(values, (0.1, 0.9), axis=1)))
            charts.append(Chart(
                f"variance-{place + 1}", f"Variance of the gradient by {component}", "training images seen",
                "variance of one estimate, nats² per unit²", tuple(curves), x_log=True, y_log=True,
                note="Median over images; bands from the 10th to the 90th percentile of images.",
            ))  # fmt: skip
        directions, relative = [], []
        for name in ESTIMATORS:
            directions.append(curve(name, seen, np.stack([stage.right_way(name) for stage in self.stages]).mean(1)[None]))
            relative.append(curve(name, seen, np.array([[stage.noise[name] / stage.length for stage in self.stages]])))
        charts.append(Chart("direction", "How often one estimate points the right way", "training images seen",
                            "share of draws within 90° of the true gradient by μ", tuple(directions), x_log=True,
                            note="Mean over images; 0.5 is chance."))  # fmt: skip
        charts.append(Chart("weights", "Noise of the encoder's gradient on a minibatch", "training images seen",
                            "standard deviation / length of the gradient", tuple(relative), x_log=True, y_log=True,
                            note="All encoder weights together; above 1 the noise is larger than the gradient."))  # fmt: skip
        return tuple(charts)

    def table(self) -> Table:
        """Variances and their ratios at every stage."""
        rows = []
        for stage in self.stages:
            for name in ESTIMATORS:
                variance = stage.variance(name).mean(0)
                numbers = (
                    *variance,
                    self.ratio(stage, name),
                    stage.right_way(name).mean(),
                    stage.noise[name],
                    stage.noise[name] / stage.length,
                )
                rows.append((stage.seen, name, *(float(f"{value:.4g}") for value in numbers)))
        columns = ("images seen", "estimator", *(f"variance by {c}" for c in COMPONENTS), "μ: relative to reparameterised",
                   "share within 90°", "encoder weights: standard deviation", "and relative to the gradient")  # fmt: skip
        return Table("Variance of one estimate, means over images", columns, tuple(rows))

    def bias_table(self) -> Table:
        """The z-scores of every stage and score function."""
        rows = []
        for stage in self.stages:
            for name in ESTIMATORS[1:]:
                scores = stage.z_scores(name)
                numbers = (scores.mean(), scores.std(), np.abs(scores).max(), (np.abs(scores) > 2).mean())
                rows.append((stage.seen, name, scores.size, *(round(float(value), 3) for value in numbers)))
        columns = (
            "images seen",
            "estimator",
            "comparisons",
            "mean z",
            "standard deviation of z",
            "largest |z|",
            "share of |z| > 2",
        )
        return Table("Difference of the means from the reparameterised estimate, in standard errors (z)", columns, tuple(rows))

    def moments(self) -> tuple[Moment, ...]:
        """The first image's μ-gradient by each estimator at each stage: the arrows' tips."""
        found = []
        for stage in self.stages:
            for name in ESTIMATORS:
                arrows = stage.draws[name][:, 0, :2]
                mean, true = arrows.mean(0), stage.draws[_REFERENCE][:, 0, :2].mean(0)
                length = float(np.sqrt((arrows**2).sum(-1).mean()))
                right = float(((arrows * true).sum(-1) > 0).mean())
                numbers = (
                    ("true gradient by μ₁, nats", true[0]), ("true gradient by μ₂, nats", true[1]),
                    ("mean of the draws by μ₁", mean[0]), ("mean of the draws by μ₂", mean[1]),
                    ("typical length of an arrow (root mean square)", length), ("share pointing the right way", right),
                )  # fmt: skip
                text = (f"Tips of {min(_SHOWN, len(arrows))} arrows from the origin: estimates of the ELBO's gradient by μ of "
                        f"this image's q(z|x). An arrow is typically {length:.3g} nats per unit long, the true gradient "
                        f"{float(np.hypot(*true)):.3g}.")  # fmt: skip
                tips = tuple((float(f"{a:.5g}"), float(f"{b:.5g}")) for a, b in arrows[:_SHOWN].tolist())
                shown = picture(stage.pictures, "x, and what the decoder makes of its μ", 2)
                found.append(Moment(
                    f"{stage.seen:,} images seen: {name}", text, tuple((what, float(f"{value:.4g}")) for what, value in numbers),
                    tips, (self.digit,) * len(tips), (shown,), ("by μ₁, nats", "by μ₂, nats"), arrows=True,
                ))  # fmt: skip
        return tuple(found)


@dataclass(frozen=True)
class Race:
    """ELBO on test [seeds, checkpoints, images] by estimator at images `seen`, and on validation by the learning rates tried."""

    seen: list[int]
    test: dict[str, np.ndarray]
    tried: dict[str, dict[float, Mean]]

    @property
    def last(self) -> dict[str, Mean]:
        """ELBO on test at the end."""
        return {name: Mean(found[:, -1]) for name, found in self.test.items()}

    def says(self) -> list[str]:
        """Who reached what."""
        best = self.last[_REFERENCE]
        parts = [f"{elbo} with {name.removeprefix(_SCORE)} ({best - elbo} behind)"
                 for name, elbo in self.last.items() if name != _REFERENCE]  # fmt: skip
        return [
            f"After {self.seen[-1]:,} images the reparameterised encoder reaches a test ELBO of {best} nats, the score "
            f"function {', '.join(parts)}: means of {len(best.values)} seeds, each at the best of the learning rates tried."
        ]

    def chart(self) -> Chart:
        """ELBO against images seen."""
        curves = tuple(curve(name, self.seen, found.mean(-1)) for name, found in self.test.items())
        return Chart(
            "elbo", "What the noise costs: ELBO for the same budget", "training images seen", "test ELBO, nats per image",
            curves, x_log=True, note="Bands from the least to the greatest seed. The decoder is trained alike.",
        )  # fmt: skip

    def table(self) -> Table:
        """Test ELBO at the end, and the rates tried."""
        rates = sorted({rate for tried in self.tried.values() for rate in tried})
        rows = []
        for name, elbo in self.last.items():
            tried = self.tried[name]
            chosen = [cell for rate in rates for cell in (tried[rate].cells if rate in tried else (None, None))]
            rows.append((name, *elbo.cells, *elbo.extremes, *chosen))
        of_rates = (head for rate in rates for head in (f"validation at rate {rate:g}", "±"))
        columns = ("estimator", "test ELBO, nats", "±", "least seed", "greatest seed", *of_rates)
        return Table(f"ELBO after {self.seen[-1]:,} images", columns, tuple(rows))


def _each(values: dict[str, str]) -> str:
    """a (x), b (y), …: each value with its estimator."""
    return ", ".join(f"{value} ({name.removeprefix(_SCORE)})" for name, value in values.items())


def _big(value: float) -> str:
    return f"{value:,.0f}×" if value >= 10 else f"{value:.2g}×"
