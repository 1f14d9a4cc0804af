"""What `log-linear-em` found: sentences, charts, tables, and the classes watched while they form."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from vae_engine.experiments.common import drawn_places
from vae_engine.experiments.means import Mean, apart, over, with_error
from vae_engine.experiments.result import Chart, Curve, Moment, Picture, Table, curve, picture
from vae_engine.training.log_linear import Iteration, expectation

_LOOKS = (0, 1, 2, 3, 5, 8, 12)
_EXAMPLES = 10
_PIXELS = 784
_LATENT_BITS = 20
_WATCHED = 2000  # test images whose log p(x) is told while classes form
_YEAR = 3.156e7  # seconds


@dataclass
class Fit:
    """One EM run: mean log p(x) and objective per iteration; log p(x) of each training and test image at the end; nats."""

    train: list[float] = field(default_factory=list)
    objective: list[float] = field(default_factory=list)
    trained: np.ndarray = field(default_factory=lambda: np.zeros(0))
    test: np.ndarray = field(default_factory=lambda: np.zeros(0))
    seconds: float = float("inf")  # of the fastest iteration


@dataclass(frozen=True)
class Found:
    """Fits by K, by family of features and K; VAEs: log p(x), its error, decoder weights; seconds by block and features."""

    images: int
    fits: dict[int, list[Fit]]
    families: dict[str, dict[int, list[Fit]]]
    vaes: dict[str, tuple[float, float, int]]
    states: list[tuple[int, int, float]]
    features: list[tuple[int, float]]

    def test(self, fits: list[Fit]) -> Mean:
        """log p(x) of the test images."""
        return over(fits, lambda fit: fit.test)

    def trained(self, fits: list[Fit]) -> Mean:
        """log p(x) of the training images at the end."""
        return over(fits, lambda fit: fit.trained)

    def says(self) -> list[str]:
        """Beside the VAEs, monotone, general features, time."""
        return [
            self._says_vaes(),
            self._says_limits(),
            self._says_monotone(),
            self._says_features(),
            self._says_time(),
            self._says_states(),
        ]

    def _says_vaes(self) -> str:
        means = {k: self.test(fits) for k, fits in self.fits.items()}
        most = max(means)
        reached = []
        for name, (log_px, error, _) in self.vaes.items():
            enough = [k for k, mean in means.items() if mean.value >= log_px]
            passed = f"passed with K = {min(enough)}" if enough else f"passed with no K up to {most}"
            reached.append(f"{name} {with_error(log_px, error)} ({passed})")
        told = sorted({k for k in means if k in (10, 50)} | {min(means), most})
        steps = ", ".join(f"{means[k]} with K = {k}" for k in told)
        return (
            f"Exact EM over K classes reaches a test log p(x) of {steps} nats; VAEs with two continuous latent dimensions, "
            f"exactly and on the same images: {', '.join(reached)}."
        )

    def _says_monotone(self) -> str:
        closed = [fit for fits in self.fits.values() for fit in fits]
        climbed = [fit for family in self.families.values() for fits in family.values() for fit in fits]
        fall = max(0.0, *(-np.diff(fit.objective).min() for fit in closed + climbed))
        count = sum(len(fit.objective) - 1 for fit in closed + climbed)
        last = max(self.fits)
        rise = float(np.mean([fit.train[-1] - fit.train[-2] for fit in self.fits[last]]))
        lowered = f"the largest fall is {fall:.1e} nats per image" if fall else "none lowers it"
        return (
            f"EM climbs: of {count:,} iterations, in closed form or by gradient steps, {lowered}. At K = {last} the last one "
            f"still gains {rise:.2f} nats."
        )

    def _says_limits(self) -> str:
        ks = [k for k in self.fits if k > 1]
        test = {k: self.test(self.fits[k]) for k in ks}
        last = f"The step from K = {ks[-2]} to {ks[-1]} brings {test[ks[-1]] - test[ks[-2]]:+} nats. " if len(ks) > 1 else ""
        fits = ", ".join(f"{apart(self.trained(self.fits[k]), test[k])} at K = {k}" for k in ks[-3:])
        return f"{last}Each class has {_PIXELS} weights of its own: training minus test log p(x) is {fits}."

    def _says_features(self) -> str:
        names = list(self.families)
        gains = []
        for k in self.families[names[0]]:
            means = [self.test(self.families[name][k]) for name in names]
            gains.append(f"{means[1] - means[0]:+} and {means[-1] - means[0]:+} at K = {k}")
        return (
            "On 14 × 14 pixels, pairs of pixels and all products within blocks of 2 × 2 are worth, over single pixels, "
            f"{', '.join(gains)} nats per image."
        )

    def _says_time(self) -> str:
        seconds = self._seconds()
        high = max(seconds)
        low = min(k for k in seconds if 10 * k >= high)
        growth = ""
        if low < high:
            growth = f", as K to the power {math.log(seconds[high] / seconds[low]) / math.log(high / low):.2f} from K = {low} on"
        hours = seconds[high] / high * 2**_LATENT_BITS / 3600
        return (
            f"An iteration over {self.images:,} images takes {seconds[high]:.3g} s at K = {high}{growth}. {_LATENT_BITS} binary "
            f"latents are 2^{_LATENT_BITS} classes: at that rate {hours:.2f} hours an iteration, and each bit more doubles it."
        )

    def _says_states(self) -> str:
        (first, _, low), (last, _, high) = self.states[0], self.states[-1]
        exponent = math.log10(high / 2**last / _YEAR) + _PIXELS * math.log10(2)
        (few, fast), (lots, slow) = self.features[0], self.features[-1]
        return (
            f"The expected features of the M-step need every state of a block: {1000 * low:,.3g} ms for blocks of {first} pixel, "
            f"{1000 * high:,.3g} ms for blocks of {last} ({2**last:,} states). For features that tie all {_PIXELS} pixels "
            f"together 2^{_PIXELS} states would take about 10^{exponent:.0f} years for one gradient. From {few} to {lots} "
            f"features of a block of 9 the time grows {slow / fast:.1f}-fold."
        )

    def _seconds(self) -> dict[int, float]:
        """Of the fastest iteration, by K, where it was timed."""
        fastest = {k: min(fit.seconds for fit in fits) for k, fits in self.fits.items()}
        return {k: seconds for k, seconds in fastest.items() if seconds < math.inf}

    def charts(self) -> tuple[Chart, ...]:
        """log p(x) against K, over iterations, by features; time."""
        ks = list(self.fits)
        test = np.stack([self.test(fits).by_seed for fits in self.fits.values()], 1)
        train = np.array([[fits[seed].train[-1] for fits in self.fits.values()] for seed in range(len(test))])
        level = [curve(f"{name}, exact, test", ks, np.full((1, len(ks)), log_px)) for name, (log_px, _, _) in self.vaes.items()]
        per_image = "log p(x), nats per image"
        rises = []
        for k, fits in self.fits.items():
            if k > 1:
                gains = np.maximum(np.diff([fit.objective for fit in fits], axis=1), 1e-7)
                rises.append(curve(f"K = {k}", range(1, gains.shape[1] + 1), gains))
        courses = []
        for k, fits in self.fits.items():
            courses.append(curve(f"K = {k}", range(len(fits[0].train)), np.array([fit.train for fit in fits])))
        small = []
        for name, family in self.families.items():
            small.append(curve(name, list(family), np.stack([self.test(fits).by_seed for fits in family.values()], 1)))
        seconds = self._seconds()
        sizes, times = [2**m for m, _, _ in self.states], [1000 * s for _, _, s in self.states]
        numbers, slower = [n for n, _ in self.features], [1000 * s for _, s in self.features]
        note = "Bands from the least to the greatest seed."
        return (
            Chart("classes", "A mixture of K classes beside VAEs", "classes K", per_image,
                  (curve("mixture, test", ks, test), curve("mixture, train", ks, train), *level), x_log=True, note=note),
            Chart("iterations", "EM climbs", "iteration", f"training {per_image}", tuple(courses), note=note),
            Chart("gains", "What each iteration gains", "iteration", "gain of the objective, nats per image", tuple(rises),
                  y_log=True,
                  note="Never negative; less than 10⁻⁷ is drawn there."),
            Chart("features", "Richer features on 14 × 14 pixels", "classes K", f"test {per_image}", tuple(small), x_log=True,
                  note="Fewer pixels: not to be compared with 28 × 28. " + note),
            Chart("time-classes", "Time against classes", "classes K", f"seconds per iteration over {self.images:,} images",
                  (_line("E-step and M-step", list(seconds), list(seconds.values())),), x_log=True, y_log=True),
            Chart("time-states", "Time against the states of a block", "states of a block, 2^pixels",
                  "milliseconds for expected features",
                  (_line("12 × 12 pixels, 20 classes, pixels and pairs", sizes, times),), x_log=True, y_log=True),
            Chart("time-features", "Time against features", "features of a block of 3 × 3", "milliseconds for expected features",
                  (_line("12 × 12 pixels, 20 classes", numbers, slower),), x_log=True, y_log=True),
        )  # fmt: skip

    def tables(self) -> tuple[Table, ...]:
        """Mixtures beside VAEs; features."""
        rows: list[tuple] = []
        for k, fits in self.fits.items():
            test, seconds = self.test(fits), self._seconds().get(k)
            weights = k * _PIXELS + k - 1
            rows.append((f"mixture of {k}", weights, *self.trained(fits).cells, *test.cells, *test.extremes,
                         round(seconds, 4) if seconds else None))  # fmt: skip
        rows += [(name, weights, None, None, round(log_px, 2), round(error, 2), None, None, None)
                 for name, (log_px, error, weights) in self.vaes.items()]  # fmt: skip
        columns = ("model", "weights of p(x|z)", "train log p(x), nats", "±", "test log p(x), nats", "±", "least seed",
                   "greatest seed", "seconds per iteration")  # fmt: skip
        small = [(name, k, *self.trained(fits).cells, *self.test(fits).cells)
                 for name, family in self.families.items() for k, fits in family.items()]  # fmt: skip
        wide = ("features of a 2 × 2 block", "classes K", "train log p(x), nats", "±", "test log p(x), nats", "±")
        return (Table("28 × 28 pixels, exact log p(x), means over seeds", columns, tuple(rows)),
                Table("14 × 14 pixels, exact log p(x), means over seeds", wide, tuple(small)))  # fmt: skip


class Watch:
    """One mixture while it forms: templates, shares, and which classes answer for ten test images."""

    def __init__(self, test: Tensor, labels: np.ndarray, last: int) -> None:
        self.looks = {*_LOOKS, last}
        self.first = [int(np.flatnonzero(labels == digit)[0]) for digit in range(10)]  # one image of each digit
        self.test, self.x, self.labels = test[drawn_places("test", _WATCHED)], test[self.first], labels
        self.moments: tuple[Moment, ...] = ()
        self.shares: dict[int, np.ndarray] = {}
        self.split = 0

    def look(self, iteration: Iteration) -> None:
        """Take in an iteration; some become moments, the last of them, too."""
        if iteration.number not in self.looks:
            return
        model = iteration.model
        found, _ = expectation(model, self.x)
        if iteration.number == _LOOKS[1]:
            self.split = int(found.max(1).values.argmin())  # the least decided of the ten
        self.shares[iteration.number] = found.numpy()
        templates = model.weight[:, :, 0].sigmoid()
        order = model.log_share.argsort(descending=True)
        shares = model.log_share.exp()
        sure = (iteration.responsibilities.max(1).values > 0.99).float().mean().item()
        tested = expectation(model, self.test)[1].double().numpy()
        numbers = [*Mean(iteration.log_px.double().numpy()[None]).numbers("training log p(x), nats"),
                   *Mean(tested[None]).numbers(f"log p(x) of {_WATCHED:,} test images, nats"),
                   ("share of training images with p(z = k|x) > 0.99", sure),
                   *((f"class {place + 1}: share", shares[k].item()) for place, k in enumerate(order))]  # fmt: skip
        columns = min(10, len(order))
        mixed = torch.cat([self.x, found @ templates]).numpy()
        shown = (
            picture(templates[order].numpy(), "Templates: E[x|z = k]", columns),
            picture(mixed, "Ten test images; below, the templates weighted by p(z = k|x)", _EXAMPLES),
        )
        text = (
            "Classes by their share of the images, the largest first; then how p(z|x) mixes their templates for ten test images."
        )
        rounded = tuple((name, round(value, 5)) for name, value in numbers)
        self.moments += (Moment(f"Iteration {iteration.number}", text, rounded, pictures=shown),)

    def chart(self) -> Chart:
        """Responsibilities of the image that was least decided after the first iteration."""
        classes = range(next(iter(self.shares.values())).shape[1])
        numbers = [number for number in self.shares if number in (0, 1, 2, max(self.shares))]
        curves = tuple(
            _line(f"iteration {number}", list(classes), self.shares[number][self.split].round(6).tolist()) for number in numbers
        )
        image = self.first[self.split]
        return Chart(
            "responsibilities", f"Which class made this {self.labels[image]}? (test image {image})", "class", "p(z = k|x)",
            curves, "bars", ticks=tuple(str(k + 1) for k in classes), note="Classes in the order of their start.",
        )  # fmt: skip

    def pictures(self) -> tuple[Picture, ...]:
        """The templates at the end."""
        last = self.moments[-1].pictures[0]
        return (Picture(f"{last.caption}, {self.moments[-1].label.lower()}", last.columns, last.count, last.png),)


def _line(name: str, x: list, y: list[float]) -> Curve:
    return curve(name, x, np.array([y]))
