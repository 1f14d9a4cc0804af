"""What the bundled lecture claims, measured on the bundled models and read from the experiments that come with them.

Each number is worked out here when the lecture is written; a claim whose direction no longer holds stops it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from dashboard.stock import measures
from dashboard.stock.material import Material
from vae_engine.base.errors import EngineError
from vae_engine.base.places import place
from vae_engine.data import datasets
from vae_engine.experiments import result
from vae_engine.experiments.result import Result

FIRST = 0
"""The image that several scenes speak of."""
COARSE = 20
"""Points a side of the lattice that misses it."""
MANY = 1000
"""So many times less one estimate of the gradient varies than another, whichever draws are counted."""
COMPARED = 25
"""So many images' two estimators are compared."""
_CODES = 1000


def sure(holds: Any, claim: str) -> None:
    """Raises EngineError where a claim no longer holds."""
    if not holds:
        raise EngineError(f"The bundled lecture claims what no longer holds: {claim}.")


@dataclass(frozen=True)
class Claims:
    """The numbers of the lecture, by name, of one material."""

    material: Material

    @property
    def models(self) -> tuple[str, str]:
        """The names of the VAE and of the autoencoder."""
        return self.material.vae.name, self.material.ae.name

    @cached_property
    def vae(self) -> dict[str, Any]:
        """Metrics of the VAE on the test split."""
        return self.material.vae.metrics

    @cached_property
    def ae(self) -> dict[str, Any]:
        """Metrics of the plain autoencoder on the test split."""
        return self.material.ae.metrics

    @cached_property
    def walk(self) -> tuple[int, int, float, float]:
        """The first 0 and the first 6 with one mode, and how many pixels half way between them are undecided: in z, in pixels."""
        labels, modes = self.material.labels, self.material.truths.modes
        a, b = (int(((labels == digit) & (modes == 1)).argmax()) for digit in (0, 6))
        middle = (self.material.mu[a] + self.material.mu[b]) / 2
        in_z = float(measures.unsure_pixels(self.material.vae, middle[None])[0])
        greys = datasets.shown(self.material.vae.train.data)[0].images[[a, b]] / 255
        in_pixels = float(measures.is_unsure(greys.mean(0)).sum())
        return a, b, in_z, in_pixels

    @cached_property
    def lattice_error(self) -> float:
        """By how much the plain sum over COARSE × COARSE points misses log p(x) of the first image, nats."""
        return measures.lattice_log_px(self.material, FIRST, COARSE) - float(self.material.truths.log_px[FIRST])

    @cached_property
    def several_modes(self) -> int:
        """How many test images have a posterior with two modes or more."""
        return int((self.material.truths.modes >= 2).sum())

    @cached_property
    def ambiguous(self) -> int:
        """The first image whose posterior has two modes or more."""
        return int((self.material.truths.modes >= 2).argmax())

    @cached_property
    def misjudged(self) -> int:
        """The image of one mode that the encoder's q misses by most."""
        return int(np.where(self.material.truths.modes == 1, self.material.truths.gap, -np.inf).argmax())

    @cached_property
    def usual(self) -> int:
        """The image of one mode whose log p(x) is nearest to the mean of all."""
        truths = self.material.truths
        return int(np.where(truths.modes == 1, np.abs(truths.log_px - truths.log_px.mean()), np.inf).argmin())

    @cached_property
    def worst_tenth(self) -> float:
        """The share of the whole gap that the worst tenth of the images carry."""
        gap = np.sort(self.material.truths.gap)
        return float(gap[-len(gap) // 10 :].sum() / gap.sum())

    @cached_property
    def pays(self) -> bool:
        """Whether the misjudged image is among the worst tenth."""
        gap = self.material.truths.gap
        return bool(gap[self.misjudged] >= np.sort(gap)[-len(gap) // 10])

    @cached_property
    def a_scatters_less(self) -> tuple[bool, float]:
        """Whether estimator A scatters less than B, which has the KL in closed form: for the first image, for a share of some."""
        spreads = np.array([measures.estimator_spreads(self.material, image) for image in range(COMPARED)])
        less = spreads[:, 0] < spreads[:, 1]
        return bool(less[FIRST]), float(less.mean())

    @cached_property
    def variance_ratios(self) -> tuple[float, float, float]:
        """Variance of the score-function estimate over reparameterisation's: of the first image; the medians of five, plain and
        with a baseline.
        """
        variances = np.array([measures.gradient_variances(self.material, image) for image in range(5)])
        ratios = variances[:, 1:] / variances[:, :1]
        plain, centred = np.median(ratios, axis=0)
        return float(ratios[FIRST, 0]), float(plain), float(centred)

    @cached_property
    def sampled_short(self) -> float:
        """By how many nats importance sampling is too low for the ambiguous image."""
        found = measures.importance_sampled(self.material, self.ambiguous)
        return float(self.material.truths.log_px[self.ambiguous]) - found

    @cached_property
    def far_own(self) -> tuple[float, float, float]:
        """Of draws from the Gaussian fitted to the AE's codes: the share far from all; pixels undecided there, and at codes."""
        noise = np.random.default_rng(0).standard_normal((measures.FAR_DRAWS, 2))
        draws = measures.own_gaussian(self.material.codes, noise)
        far = measures.is_far(self.material, "ae", draws)
        places = (draws[far], self.material.codes[:_CODES])
        there, usual = (float(np.median(measures.unsure_pixels(self.material.ae, z))) for z in places)
        return float(far.mean()), there, usual

    @cached_property
    def left_out(self) -> tuple[tuple[int, int], float, float, float]:
        """The two digits that the AE's draws from N(0, I) lack most; which share of those draws they are, of those from the
        Gaussian fitted to its codes, and of the images.
        """
        standard = np.random.default_rng(0).standard_normal((measures.FAR_DRAWS, 2))
        own = measures.own_gaussian(self.material.codes, standard)
        prior, fitted = (measures.digits_drawn(self.material, "ae", z) for z in (standard, own))
        images = np.bincount(self.material.labels, minlength=10) / len(self.material.labels)
        a, b = sorted(np.argsort(prior - images)[:2].tolist())
        drawn, from_own, usual = (float(shares[[a, b]].sum()) for shares in (prior, fitted, images))
        return (a, b), drawn, from_own, usual

    @cached_property
    def codes_reach(self) -> tuple[float, float]:
        """How far from the origin the farthest test code along an axis lies: of the VAE, of the autoencoder."""
        return tuple(float(np.abs(codes).max()) for codes in (self.material.mu, self.material.codes))  # type: ignore[return-value]

    @cached_property
    def classes_beside_vaes(self) -> tuple[float, dict[str, float]]:
        """Log p(x) of test images by the mixture of 500 classes, and by each VAE on the same chart, nats."""
        mixture = found("log-linear-em")
        of = {one["model"]: one["test log p(x), nats"] for one in rows(mixture, "28 × 28")}
        return of["mixture of 500"], {name: value for name, value in of.items() if not name.startswith("mixture")}

    def typical(self, digits: Sequence[int]) -> list[list[list[float]]]:
        """The middle of the codes of digits in both models: their medians."""
        labels = self.material.labels
        places = (self.material.mu, self.material.codes)
        return [[np.median(codes[labels == digit], 0).tolist() for codes in places] for digit in digits]


def found(name: str) -> Result:
    """What a bundled experiment found."""
    return result.read(place("assets/experiments") / name)


def rows(of: Result, table: str) -> list[dict[str, Any]]:
    """The rows of an experiment's table, whose title begins so, by column."""
    chosen = next(one for one in of.findings.tables if one.title.startswith(table))
    return [dict(zip(chosen.columns, values, strict=True)) for values in chosen.rows]


def row(of: Result, table: str, **keys: Any) -> dict[str, Any]:
    """The row of such a table in which columns have these values."""
    return next(one for one in rows(of, table) if all(one[key] == value for key, value in keys.items()))
