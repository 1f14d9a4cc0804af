"""Charts, tables and pictures of the experiment `posterior-methods`."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from vae_engine.experiments.means import Mean
from vae_engine.experiments.posterior_methods.compared import Compared
from vae_engine.experiments.posterior_methods.truth import Truth
from vae_engine.experiments.result import Chart, Curve, Moment, Picture, Table, curve, picture

_LEAST = 1e-3  # nats, or spreads: what lies below is drawn here, since a logarithm ends nowhere
_SHOWN = 200  # points of a moment
_CASES = 2
_CROWDED = ("importance sampling", "mean-field q, its ELBO", "annealing, both ways")
"""In the tables alone: a chart tells few names apart, and each of these has a neighbour that is drawn."""
_STEPS = ("encoder's q, its ELBO", "importance sampling, more draws", "Laplace, best mode", "Laplace, all modes", "annealing",
          "nested sampling", "Metropolis", "HMC", "NUTS", "HMC from the prior", "Gibbs", "SVGD")  # fmt: skip


def charts(found: dict[str, Compared], truth: Truth) -> tuple[Chart, ...]:
    """All charts of the experiment."""
    return (*_prices(found), *_honesty(found), *_posteriors(found, truth))


def _cloud(name: str, x: Any, y: Any) -> Curve:
    x, y = np.asarray(x, np.float64).ravel(), np.asarray(y, np.float64).ravel()
    order = np.argsort(x)
    return curve(name, x[order].tolist(), y[order][None])


def _even(low: float, high: float) -> np.ndarray:
    return np.geomspace(low, high, 40)


def _prices(found: dict[str, Compared]) -> tuple[Chart, ...]:
    with_log_px = [one for one in found.values() if one.error is not None]
    errors = [one.error for one in with_log_px if one.error is not None]
    price = [
        _cloud(one.name, [round(one.cost)], [max(np.sqrt((error**2).mean()), _LEAST)])
        for one, error in zip(with_log_px, errors, strict=True)
        if one.name not in _CROWDED
    ]
    middle, low, high = (np.array([np.quantile(error, part) for error in errors]) for part in (0.5, 0.05, 0.95))
    places = tuple(float(i) for i in range(len(errors)))
    name = "median, from the 5th to the 95th percentile of images"
    bars = Curve(name, places, *(tuple(part.tolist()) for part in (middle, low, high)))
    return (
        Chart(
            "price", "What log p(x) costs, and how good it is", "decodes for an image, a gradient counted as one more",
            "error of log p(x), root of the mean square, nats", tuple(price), "points", x_log=True, y_log=True,
            note="Below and left is better. The mean square is made by the worst images.",
        ),
        Chart(
            "errors", "log p(x) by each method − exact", "method", "nats", (bars,), "bars",
            ticks=tuple(one.name for one in with_log_px),
            note="Bounds lie below zero. Means are in the table: they are made by few images that are far off.",
        ),
    )  # fmt: skip


def _honesty(found: dict[str, Compared]) -> tuple[Chart, ...]:
    clouds = []
    for one in found.values():
        if one.error is not None and one.stated is not None and one.name not in _CROWDED:
            clouds.append(_cloud(one.name, np.maximum(one.stated, _LEAST), np.maximum(np.abs(one.error), _LEAST)))
    ends = [value for one in clouds for value in one.x]
    line = _even(min(ends), max(ends))
    many = found["importance sampling, more draws"]
    assert many.error is not None
    k_hat, off = many.signs["k_hat"], np.maximum(np.abs(many.error), _LEAST)
    known = np.isfinite(k_hat)
    return (
        Chart(
            "stated", "The error that a method states, and the error that it makes", "stated, nats", "true, nats",
            (*clouds, curve("as stated", line.tolist(), line[None])), "points", x_log=True, y_log=True,
            note="One point an image. Of honest errors about one point in twenty lies more than twice as high as the line; far "
            "above it are images whose method did not know what it missed.",
        ),
        Chart(
            "k-hat", "What k-hat knows of importance sampling", "k-hat of the weights", "true error of log p(x), nats",
            (_cloud("one image", k_hat[known], off[known]),), "points", y_log=True,
            note="Above 0.7 an estimate is not to be relied on, as the rule goes.",
        ),
    )  # fmt: skip


def _posteriors(found: dict[str, Compared], truth: Truth) -> tuple[Chart, ...]:
    names = tuple(found)
    places = tuple(float(i) for i in range(len(names)))
    several = truth.several.numpy()
    shown = [Chart(
        "means", "How far each method's posterior mean is from the exact one", "method", "spreads of the exact posterior",
        (Curve("median image", places, tuple(max(float(np.median(one.mean_off)), _LEAST) for one in found.values())),
         Curve("95th percentile", places, tuple(max(float(np.quantile(one.mean_off, 0.95)), _LEAST) for one in found.values()))),
        "bars", y_log=True, ticks=names, note="A spread is the root of the variances' sum.",
    )]  # fmt: skip
    if several.any():
        missing = tuple(float(100 * (one.missed[several] > 0).mean()) for one in found.values())
        shown.append(Chart(
            "missed", "The mode it never visited", "method", f"% of the {several.sum()} images with several modes",
            (Curve("at least one mode without a point", places, missing),), "bars", ticks=names,
            note="A mode is a peak of at least 1 % of the highest, behind a valley of half its height.",
        ))  # fmt: skip
    chains = [one for one in found.values() if "r_hat" in one.signs]
    clouds = []
    for one in chains:
        r_hat, off = one.signs["r_hat"], np.maximum(one.mean_off, _LEAST)
        moved = np.isfinite(r_hat)  # of chains that never moved it is infinite
        if moved.any():
            clouds.append(_cloud(one.name, r_hat[moved], off[moved]))
    shown.append(Chart(
        "r-hat", "What R-hat knows of chains", "R-hat", "true error of the mean, spreads of the posterior", tuple(clouds),
        "points", x_log=True, y_log=True, note="Below 1.1 chains are commonly said to agree. They can agree in the wrong place.",
    ))  # fmt: skip
    return tuple(shown)


def log_px_table(found: dict[str, Compared]) -> Table:
    """Error, scatter, honesty and price of log p(x)."""
    rows = []
    for one in found.values():
        if one.error is None:
            continue
        low, high = np.quantile(one.error, (0.05, 0.95))
        scatter = None if one.scatter is None else round(one.scatter, 3)
        stated = None if one.stated is None else round(float(np.median(one.stated)), 3)
        right = one.within()
        rows.append((
            one.name, round(one.decodes), round(one.gradients), float(f"{one.seconds:.2g}"), *_fine(Mean(one.error[None])),
            *(round(float(value), 3) for value in (np.median(one.error), low, high)), round(float(np.abs(one.error).max()), 2),
            scatter, stated, None if right is None else round(100 * right),
        ))  # fmt: skip
    columns = ("method", "decodes", "of them with a gradient", "seconds an image", "mean error, nats", "±", "median error, nats",
               "5th percentile", "95th percentile", "worst, nats", "scatter of two runs, nats", "stated error, median, nats",
               "% right within two stated errors")  # fmt: skip
    return Table("log p(x) by each method against the exact value", columns, tuple(rows))


def _fine(mean: Mean) -> tuple[float, float]:
    """To three decimals: some errors are thousandths of a nat."""
    return round(mean.value, 3), round(mean.error, 3)


def posterior_table(found: dict[str, Compared], truth: Truth) -> Table:
    """Moments, modes and what chains say of themselves."""
    several, rows = truth.several.numpy(), []
    for one in found.values():
        missed = round(float(100 * (one.missed[several] > 0).mean())) if several.any() else None
        shares = round(float(one.shares_off[several].mean()), 3) if several.any() else None
        stated = None if one.mean_stated is None else round(float(np.median(one.mean_stated)), 3)
        signs = [None if key not in one.signs else _short(one.signs[key]) for key in ("r_hat", "ess", "k_hat")]
        rows.append((
            one.name, round(one.decodes), round(one.gradients), round(float(np.median(one.mean_off)), 3), stated,
            round(float(np.quantile(one.mean_off, 0.95)), 2), round(float(np.median(one.spread_ratio)), 3),
            missed, shares, *signs,
        ))  # fmt: skip
    columns = ("method", "decodes", "of them with a gradient", "error of the mean, median, spreads", "stated error of it, median",
               "error of the mean, 95th percentile", "spread / exact, median", "% of images with several modes that miss one",
               "half the sum of what modes' shares are off by", "R-hat, median", "effective samples, median",
               "k-hat, median")  # fmt: skip
    return Table("The posterior by each method against the exact one", columns, tuple(rows))


def _short(values: np.ndarray) -> float:
    return float(f"{np.nanmedian(values):.3g}")


class Shown:
    """Two images as examples: one whose modes are most alike in mass, and one of which importance sampling misses most."""

    def __init__(self, truth: Truth, x: Tensor, places: np.ndarray, labels: np.ndarray, found: list[Compared]) -> None:
        self.truth, self.x, self.places, self.labels = truth, x, places, labels
        self.found = {one.name: one for one in found}
        second = torch.tensor([1 - _largest(one.weights, one.z, one.modes) for one in truth.posteriors])
        error = self.found["importance sampling, more draws"].error
        assert error is not None
        worst = np.argsort(error)
        first = int(second.argmax())
        self.cases = [first, next(int(i) for i in worst if i != first)][:_CASES]

    def picture(self) -> Picture:
        """The images."""
        return picture(self.x[self.cases].numpy(), "The two images that are stepped through", len(self.cases))

    def moments(self) -> tuple[Moment, ...]:
        """Of each image the exact posterior's points, then those of each method."""
        exact = self.truth.drawn(_SHOWN, torch.Generator().manual_seed(0))
        rng, told = np.random.default_rng(0), []
        for case in self.cases:
            posterior, title = self.truth.posteriors[case], f"Test image {self.places[case]}, a {self.labels[case]}"
            seen, classes = (picture(self.x[case : case + 1].numpy(), "x", 1),), (int(self.labels[case]),) * _SHOWN
            numbers = (("exact log p(x), nats", round(posterior.log_px, 3)), ("modes of p(z|x)", float(len(posterior.modes))))
            count = len(posterior.modes)
            text = f"{_SHOWN} points of the exact p(z|x), which has {count} mode{'s' * (count > 1)}."
            told.append(Moment(f"{title}: exact", text, numbers, _points(exact[case]), classes, seen))
            for name in _STEPS:
                one = self.found[name]
                answer = one.answer
                share = answer.weights[case].double().numpy()
                chosen = rng.choice(len(share), _SHOWN, p=share / share.sum())
                missed = int(one.missed[case])
                words = f"{_SHOWN} points by their weight. " + (
                    f"{missed} of {count} modes never visited." if missed else "Every mode has points."
                )
                about, points = (*numbers[:1], *self._numbers(one, case)), _points(answer.z[case][chosen])
                told.append(Moment(f"{title}: {name}", words, about, points, classes, seen))
        return tuple(told)

    def _numbers(self, one: Compared, case: int) -> tuple[tuple[str, float], ...]:
        told = [("decodes, gradients among them counted twice", float(round(one.cost)))]
        for name, values in (("error of log p(x), nats", one.error), ("stated error, nats", one.stated),
                             ("error of the mean, spreads", one.mean_off), ("modes never visited", one.missed)):  # fmt: skip
            if values is not None:
                told.append((name, round(float(values[case]), 3)))
        signs = ((_SIGNS[key], float(values[case])) for key, values in one.signs.items() if key in _SIGNS)
        return (*told, *((name, round(value, 3)) for name, value in signs if np.isfinite(value)))


_SIGNS = {"r_hat": "R-hat", "ess": "effective samples", "k_hat": "k-hat"}


def _largest(weights: Tensor, z: Tensor, modes: Tensor) -> float:
    """The share of the mode that most points are nearest to."""
    nearest = torch.cdist(z, modes).argmin(1)
    return float(torch.zeros(len(modes), dtype=weights.dtype).index_add(0, nearest, weights).max() / weights.sum())


def _points(z: Tensor) -> tuple[tuple[float, float], ...]:
    """Points [n, 2] as plain numbers, to four decimals."""
    return tuple((round(a, 4), round(b, 4)) for a, b in z.tolist())
