"""Charts, tables and the worst images of the experiment `bound-estimators`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from vae_engine.data import mnist as data
from vae_engine.experiments.bound_estimators.draws import LS, MODEL, Draws, bias, grouped, largest_share, mean_bias
from vae_engine.experiments.means import Mean
from vae_engine.experiments.result import Chart, Curve, Moment, Picture, Table, banded, curve, picture
from vae_engine.inference.exact import ExactInference
from vae_engine.inference.posterior import exact_posterior
from vae_engine.model.models import VAE
from vae_engine.stored import registry
from vae_engine.stored.importance import effective, k_hat

_CASES = 8
_SHOWN = 250  # points of a distribution
_LEAST = 1e-3  # nats: what lies below is drawn here, since a logarithm ends nowhere


def charts(draws: Draws) -> tuple[Chart, ...]:
    """All charts of the experiment."""
    return (*_bounds(draws), *_tails(draws), *_spreads(draws))


def _bounds(draws: Draws) -> tuple[Chart, ...]:
    sizes, level = draws.sizes, np.ones((1, len(draws.sizes)))
    means = [curve("IWAE bound", sizes, draws.bounds.mean(2).T), curve("exact log p(x)", sizes, level * draws.log_px.mean()),
             curve("exact ELBO", sizes, level * draws.elbo.mean())]  # fmt: skip
    for name, one in draws.estimates.items():
        means.append(curve(f"estimator {name}, L samples", LS, np.stack([grouped(one, size).mean((1, 2)) for size in LS]).T))
    lost, mean = np.maximum(draws.log_px - draws.bounds, _LEAST), draws.missing.mean(0)
    ranked = np.argsort(mean)
    shown = {"median image": 0.5, "90th percentile": 0.9, "99th percentile": 0.99, "worst image": 1.0}
    places = {what: ranked[round(part * (len(ranked) - 1))] for what, part in shown.items()}
    lacks = [curve(f"{what}: test image {draws.chosen[i]}", sizes, lost[:, :, i].T) for what, i in places.items()]
    return (
        Chart(
            "bounds", "From below: bounds against the number of samples", "samples z ~ q(z|x): K of IWAE, L of A and B",
            "nats per image", tuple(means), x_log=True,
            note="Means over images, bands from the least to the greatest seed. A and B stay at the ELBO: more samples make "
            "them steadier, not tighter.",
        ),
        Chart(
            "missing", "What the IWAE bound lacks, image by image", "samples K", "exact log p(x) − bound, nats",
            tuple(lacks), x_log=True, y_log=True,
            note=f"Images ranked by what is missing at the largest K; less than {_LEAST:g} is drawn at {_LEAST:g}.",
        ),
    )  # fmt: skip


def _tails(draws: Draws) -> tuple[Chart, ...]:
    amounts, last, curves = np.geomspace(0.01, 100, 41), draws.sizes[-1], []
    for k, bound in zip(draws.sizes, draws.bounds, strict=True):
        if k in (1, 50, 500, last):
            more = draws.log_px - bound > amounts[:, None, None]
            curves.append(curve(f"K = {k:,}", amounts.tolist(), more.mean(2).T))
    cloud = _cloud(f"one image, K = {last:,}", largest_share(draws.weights[0]), np.maximum(draws.missing[0], _LEAST))
    return (
        Chart(
            "tail", "The heavy tail: how many images lack how much", "exact log p(x) − bound, nats",
            "share of images that lack more", tuple(curves), x_log=True, note="Bands from the least to the greatest seed.",
        ),
        Chart(
            "weights", "A bound that lacks much rests on few samples", "share of the sum that the largest weight makes",
            "exact log p(x) − bound, nats", (cloud,), "points", x_log=True, y_log=True,
            note=f"Every image, first seed; less than {_LEAST:g} is drawn at {_LEAST:g}.",
        ),
    )  # fmt: skip


def _spreads(draws: Draws) -> tuple[Chart, ...]:
    curves = []
    for name, spread in draws.spreads.items():
        over_seeds = spread.mean(1)
        curves.append(banded(f"estimator {name}", LS, np.median(over_seeds, 1), *np.quantile(over_seeds, (0.1, 0.9), axis=1)))
    a, b = (draws.spreads[name][0].mean(0) for name in "AB")
    low, high = float(min(a.min(), b.min())), float(max(a.max(), b.max()))
    even = np.geomspace(low, high, 40)
    return (
        Chart(
            "spread", "Spread of the two estimators of the ELBO", "samples L", "standard deviation over draws, nats",
            tuple(curves), x_log=True, y_log=True,
            note="Median over images; bands from the 10th to the 90th percentile of images.",
        ),
        Chart(
            "a-or-b", "A or B: which scatters less, image by image", "standard deviation of B at L = 1, nats",
            "standard deviation of A at L = 1, nats", (_cloud("one image", b, a), curve("A = B", even.tolist(), even[None])),
            "points", x_log=True, y_log=True, note="Below the line A = B, A scatters less.",
        ),
    )  # fmt: skip


def _cloud(name: str, x: np.ndarray, y: np.ndarray) -> Curve:
    order = np.argsort(x)
    return curve(name, x[order].tolist(), y[order][None])


def spread_table(draws: Draws) -> Table:
    """A against B for every L."""
    rows = []
    for place, size in enumerate(LS):
        a, b = (draws.spreads[name][place].mean(0) for name in "AB")
        rows.append((size, *_rounded(np.median(a), np.median(b), a.mean(), b.mean(), (a < b).mean())))
    columns = ("L", "sd of A, median, nats", "sd of B, median, nats", "sd of A, mean, nats", "sd of B, mean, nats",
               "share of images where A scatters less")  # fmt: skip
    return Table("Spread of the estimators of the ELBO", columns, tuple(rows))


def bias_table(draws: Draws) -> Table:
    """Whether A and B have the exact ELBO as their mean."""
    rows = []
    for name in "AB":
        off, error = bias(draws, name)
        rows.append(
            (name, *_rounded(*mean_bias(draws, name), (np.abs(off) > 2 * error).mean(), (np.abs(off) > 5 * error).mean()))
        )
    columns = ("estimator", "mean of draws − exact ELBO, nats", "standard error, nats",
               "share of images off by > 2 standard errors (4.6 % by chance)", "by > 5 standard errors")  # fmt: skip
    return Table("Bias of the estimators of the ELBO, all draws", columns, tuple(rows))


def bound_table(draws: Draws) -> Table:
    """What is missing for every K."""
    rows = []
    for size, bound in zip(draws.sizes, draws.bounds, strict=True):
        lost = draws.log_px - bound
        shares = [(lost > amount).mean() for amount in (0.1, 1, 10)]
        rows.append((size, *Mean(bound).cells, *Mean(lost).cells, *_rounded(np.median(lost), *shares, lost.max())))
    columns = ("K", "mean bound, nats", "±", "mean lack, nats", "±", "median lack, nats", "share lacking > 0.1 nat",
               "share lacking > 1 nat", "share lacking > 10 nats", "worst lack, nats")  # fmt: skip
    return Table("IWAE bound against the exact log p(x), over all images and seeds", columns, tuple(rows))


def _rounded(*values: Any) -> tuple[float, ...]:
    return tuple(round(float(value), 4) for value in values)


class Worst:
    """The images whose bound lacks most at the largest K: where q looks, and where the posterior is."""

    def __init__(self, vae: VAE, x: Tensor, draws: Draws) -> None:
        self.vae, self.draws = vae, draws
        self.places = np.argsort(-draws.missing.mean(0))[:_CASES].copy()
        self.x = x[self.places]
        self.labels = data.load("test").labels[draws.chosen]
        inference = ExactInference(vae, max(registry.find(MODEL).metrics["grid"]["range"]))
        self.exact = [exact_posterior(inference, image) for image in self.x]
        with torch.no_grad():
            self.q = vae.encode(self.x)
        modes = torch.stack([exact.modes[0] for exact in self.exact])
        self.modes, self.distance = modes, ((modes - self.q.mu) / self.q.std).norm(dim=-1).tolist()

    def table(self) -> Table:
        """One row an image."""
        draws, rows = self.draws, []
        for case, i in enumerate(self.places):
            lost, weights = draws.missing[:, i], draws.weights[:, i]
            rows.append((
                int(draws.chosen[i]), int(self.labels[i]), *_rounded(draws.log_px[i], draws.elbo[i], lost.min(), lost.max(),
                largest_share(weights).mean(), effective(weights).mean()), _finite(weights),
                round(self.distance[case], 4), len(self.exact[case].modes),
            ))  # fmt: skip
        k = f"K = {draws.sizes[-1]:,}"
        columns = ("test image", "digit", "exact log p(x), nats", "exact ELBO, nats", f"lack at {k}, best seed, nats",
                   "worst seed, nats", "largest weight's share", "effective samples", "k-hat, worst seed",
                   "from μ to the mode, in σ", "modes of p(z|x)")  # fmt: skip
        return Table("The worst images", columns, tuple(rows))

    def picture(self) -> Picture:
        """The images; below each what is decoded at the encoder's mean, and at the posterior's highest mode."""
        with torch.no_grad():
            shown = torch.cat([self.x, self.vae.decode(self.q.mu), self.vae.decode(self.modes)])
        caption = (
            "The worst images; below each what is decoded at the encoder's μ, and at the highest mode of the exact posterior"
        )
        return picture(shown.numpy(), caption, len(self.places))

    def moments(self, report: Callable[[str, float], None]) -> tuple[Moment, ...]:
        """For each image where q looks, then where the exact posterior is."""
        found = []
        rng = np.random.default_rng(0)
        samples = self.q.sample(torch.Generator().manual_seed(0), _SHOWN)
        for case, i in enumerate(self.places):
            exact, draws = self.exact[case], self.draws
            bounds = [(f"IWAE, K = {k:,}", draws.bounds[row, 0, i]) for row, k in enumerate(draws.sizes)]
            named = [("exact log p(x)", draws.log_px[i]), ("exact ELBO", draws.elbo[i]), *bounds]
            numbers = tuple((f"{name}, nats", round(float(value), 3)) for name, value in named)
            title, classes = f"Test image {draws.chosen[i]}, a {self.labels[i]}", (int(self.labels[i]),) * _SHOWN
            seen = (picture(self.x[case : case + 1].numpy(), "x", 1),)
            true = exact.z[
                torch.from_numpy(rng.choice(len(exact.z), _SHOWN, p=exact.weights.numpy() / exact.weights.sum().item()))
            ]
            looks = f"{_SHOWN} samples of the encoder's q(z|x): the bounds are made of such as these."
            lies = f"{_SHOWN} samples of the exact p(z|x), whose highest mode is {self.distance[case]:.1f} σ of q from μ."
            found.append(Moment(f"{title}: where q looks", looks, numbers, places(samples[:, case]), classes, seen))
            found.append(Moment(f"{title}: where the posterior is", lies, numbers, places(true), classes, seen))
            report("the worst images", (case + 1) / len(self.places))
        return tuple(found)


def _finite(weights: np.ndarray) -> float | None:
    """The highest k-hat over seeds of log weights [s, K]; None where a weight is everything, or nothing can be told."""
    found = max(k_hat(one) for one in weights)
    return round(found, 2) if np.isfinite(found) else None


def places(z: Tensor) -> tuple[tuple[float, float], ...]:
    """Points [n, 2] as plain numbers, to four decimals."""
    return tuple((round(a, 4), round(b, 4)) for a, b in z.tolist())
