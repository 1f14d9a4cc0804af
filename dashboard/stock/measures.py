"""The numbers that lessons and tasks speak of, each worked out from the models when it is asked for. No torch.

Everything random is seeded, so that a class sees the same numbers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from dashboard.stock.material import Material
from vae_engine.data import datasets, mnist
from vae_engine.exchange import bundle as export
from vae_engine.stored import forward, terms
from vae_engine.stored.checkpoints import Stored
from vae_engine.stored.importance import Diagnosis, diagnosed

_STEP = 0.01  # of the central differences, in prior standard deviations: well below the posterior's spread times its range
FAR_DRAWS = 5000
"""How many draws a share of far ones is counted over: as many as in browser/images/draws.js."""
NEAREST = 50  # as many as the captions of Explore count (browser/words/captions.js)
RECONSTRUCTED = 2000
"""How many training images the two reconstructions are compared on."""
_PROBED = 1000  # test images, as in browser/model/explorer_model.js
_R2 = 1 / 1.324717957244746 ** np.array([1, 2])  # the plastic number, of which x³ = x + 1
USUAL = 95
"""Per cent of test images whose z has a training code within the usual distance."""
_PART = 50
_SOME = 50  # of so many training codes one tells roughly how near the nearest is
_REACH, _SIDE = 5.0, 48  # of the lattices that close in on a posterior: half the width of the first, points a side
_NEGLIGIBLE = (300.0, 100.0)  # nats below the highest point of the first, which misses the peak
_CLOSER, _AROUND = 3, 8.0  # times that they close in on its mean, to so many standard deviations on each side


def lattice_log_px(material: Material, image: int, points: int, half_width: float = 5.0) -> float:
    """log p(x) summed plainly over points × points places in [−half_width, half_width]²."""
    spacing = 2 * half_width / points
    along = (np.arange(points) + 0.5) * spacing - half_width
    z = np.stack(np.meshgrid(along, along), -1).reshape(-1, 2)
    joint = terms.log_px_given_z(material.vae, material.x[image], z) + terms.log_prior(z)
    return float(np.logaddexp.reduce(joint) + 2 * math.log(spacing))


@lru_cache(maxsize=8)
def posterior_widths(material: Material, image: int) -> tuple[float, float]:
    """Standard deviations of the exact p(z|x) of an image along z₁ and z₂, in prior standard deviations.

    Of the weights p(x, z) on lattices that close in on them.
    """
    low, high = np.full(2, -_REACH), np.full(2, _REACH)
    for negligible in _NEGLIGIBLE:
        z, spacing, joint = _lattice(material, image, low, high)
        counts = z[joint > joint.max() - negligible]
        low, high = counts.min(0) - spacing, counts.max(0) + spacing
    for _ in range(_CLOSER):
        z, spacing, joint = _lattice(material, image, low, high)
        weights = np.exp(joint - np.logaddexp.reduce(joint))
        mean = weights @ z
        std = np.sqrt(weights @ (z - mean) ** 2)
        low, high = mean - _AROUND * std - 2 * spacing, mean + _AROUND * std + 2 * spacing
    return float(std[0]), float(std[1])


def _lattice(material: Material, image: int, low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Places between two corners, [k, 2], how far apart they are along each axis, and log p(x, z) at each."""
    spacing = (high - low) / _SIDE
    axes = [low[axis] + (np.arange(_SIDE) + 0.5) * spacing[axis] for axis in (0, 1)]
    z = np.stack(np.meshgrid(*axes), -1).reshape(-1, 2)
    return z, spacing, terms.log_px_given_z(material.vae, material.x[image], z) + terms.log_prior(z)


def changed_pixels(material: Material, z: np.ndarray) -> float:
    """How many of the 784 pixels differ, on average, between two images drawn from the same z [2]."""
    ink = forward.decode(material.vae, z[None])[0].astype(np.float64)
    return float((2 * ink * (1 - ink)).sum())


def estimator_spreads(material: Material, image: int, draws: int = 100) -> tuple[float, float]:
    """Standard deviations of estimators A and B of the ELBO at L = 1, by the same draws of the encoder's q."""
    mu, std = material.mu[image], material.std[image]
    z = draws_of_q(material, image, draws)
    likelihood = terms.log_px_given_z(material.vae, material.x[image], z)
    a = likelihood + terms.log_prior(z) - terms.log_q(mu, std, z)
    return float(a.std(ddof=1)), float(likelihood.std(ddof=1))


def gradient_variances(material: Material, image: int, draws: int = 100) -> tuple[float, float, float]:
    """Variance per sample of three estimates of dELBO/dμ, both components summed.

    By reparameterisation, by the score function, and by the score function with the mean of the other samples taken
    off first. The gradient of log p(x, z) in z is by central differences.
    """
    mu, std = material.mu[image], material.std[image]
    noise = np.random.default_rng(image).standard_normal((draws, 2))

    def joint(z: np.ndarray) -> np.ndarray:
        return terms.log_px_given_z(material.vae, material.x[image], z) + terms.log_prior(z)

    z = mu + std * noise
    steps = np.minimum(_STEP, std / 4)
    slopes = [(joint(z + steps * axis) - joint(z - steps * axis)) / (2 * steps @ axis) for axis in np.eye(2)]
    values, score = joint(z) - terms.log_q(mu, std, z), noise / std
    others = (values.sum() - values) / (draws - 1)
    return tuple(float(one.var(0, ddof=1).sum()) for one in (
        np.stack(slopes, 1), values[:, None] * score, (values - others)[:, None] * score,
    ))  # type: ignore[return-value]  # fmt: skip


def draws_of_q(material: Material, image: int, samples: int) -> np.ndarray:
    """Seeded draws of the encoder's q: [samples, 2]."""
    mu, std = material.mu[image], material.std[image]
    return mu + std * np.random.default_rng(image).standard_normal((samples, 2))


def importance_sampled(material: Material, image: int, samples: int = 500) -> float:
    """log p(x) by importance sampling from the encoder's q."""
    return terms.iwae(_log_weights(material, image, samples))


def importance_diagnosis(material: Material, image: int, samples: int = 500) -> Diagnosis:
    """k-hat and effective samples of the same draws."""
    return diagnosed(_log_weights(material, image, samples))


def _log_weights(material: Material, image: int, samples: int) -> np.ndarray:
    z = draws_of_q(material, image, samples)
    return terms.log_weights(material.vae, material.x[image], material.mu[image], material.std[image], z)


def prior_within(radius: float) -> float:
    """Share of the mass of N(0, I) within a distance of the origin, in two dimensions."""
    return -math.expm1(-(radius**2) / 2)


def aggregate_within(material: Material, radius: float) -> float:
    """Share of the aggregate posterior's mass within a distance of the origin, by one sample of every q(z|x)."""
    z = material.mu + material.std * np.random.default_rng(0).standard_normal(material.mu.shape)
    return float((np.hypot(*z.T) <= radius).mean())


def codes_within(codes: np.ndarray, radius: float) -> float:
    """Share of codes [n, 2] within a distance of the origin."""
    return float((np.hypot(*codes.T) <= radius).mean())


def nearest_training_code(material: Material, kind: str, z: np.ndarray) -> np.ndarray:
    """Distance from each z [k, 2] to the nearest training code of a model: [k]."""
    training, order = _training_along(material, kind), np.argsort(z[:, 0])
    squared = np.empty(len(z))
    for part in np.split(order, range(_PART, len(z), _PART)):
        # No nearer code lies further along z₁ than the nearest of some.
        reach = np.sqrt(_squared(z[part], training[::_SOME]).min(1).max()) * (1 + 1e-6)
        first, last = np.searchsorted(training[:, 0], [z[part[0], 0] - reach, z[part[-1], 0] + reach])
        squared[part] = _squared(z[part], training[first:last]).min(1)
    return np.sqrt(squared)


@lru_cache(maxsize=8)
def _training_along(material: Material, kind: str) -> np.ndarray:
    """The training codes of a model in the order of z₁: [m, 2]."""
    codes = material.training[kind]
    return codes[np.argsort(codes[:, 0])]


@lru_cache(maxsize=8)
def usual_distance(material: Material, kind: str) -> float:
    """The distance within which, of a thousand test images, the z of `USUAL` per cent have a training code.

    z is an autoencoder's code, and of a VAE drawn from q(z|x): where q is as wide as the prior its means say nothing of where
    the decoder was trained.
    """
    z = material.places(kind)[:_PROBED]
    if kind == "vae":
        z = z + material.std[:_PROBED] * spread_normal(len(z))
    return float(np.percentile(nearest_training_code(material, kind, z), USUAL, method="lower"))


def spread_normal(count: int) -> np.ndarray:
    """Points spread evenly over N(0, I) in two dimensions, the same here and in the browser: [n, 2].

    Roberts' R₂ sequence, brought to the plane by Box and Muller's transform.
    """
    first, second = (0.5 + np.arange(count)[:, None] * _R2).T % 1
    return np.sqrt(-2 * np.log(1 - first))[:, None] * np.stack([np.cos(2 * np.pi * second), np.sin(2 * np.pi * second)], 1)


def far_shares(material: Material, draws: int = FAR_DRAWS) -> tuple[float, float, float]:
    """Shares of draws further than usual from every training code.

    Of the VAE from N(0, I), of the autoencoder from N(0, I), and of the autoencoder from the Gaussian fitted to its codes.
    """
    standard = np.random.default_rng(0).standard_normal((draws, 2))
    vae, ae = (float(is_far(material, kind, standard).mean()) for kind in ("vae", "ae"))
    return vae, ae, float(is_far(material, "ae", own_gaussian(material.codes, standard)).mean())


def is_far(material: Material, kind: str, z: np.ndarray) -> np.ndarray:
    """Which of z [k, 2] are further than usual from every training code of a model: [k]."""
    return nearest_training_code(material, kind, z) > usual_distance(material, kind)


def digits_drawn(material: Material, kind: str, z: np.ndarray) -> np.ndarray:
    """What share of z [k, 2] are nearest to a test code of each digit: [10], summing to 1."""
    codes = material.places(kind)
    nearest = [_squared(z[start : start + _PART], codes).argmin(1) for start in range(0, len(z), _PART)]
    return np.bincount(material.labels[np.concatenate(nearest)], minlength=10) / len(z)


def digits_astray(material: Material, draws: int = FAR_DRAWS) -> tuple[float, float, float]:
    """Shares of draws that would have to show another digit for each to come as often as in the test images.

    Of the same recipes as `far_shares`: Σ_d |drawn(d) − test(d)| / 2.
    """
    standard = np.random.default_rng(0).standard_normal((draws, 2))
    often = np.bincount(material.labels, minlength=10) / len(material.labels)
    recipes = (("vae", standard), ("ae", standard), ("ae", own_gaussian(material.codes, standard)))
    vae, ae, own = (float(np.abs(digits_drawn(material, kind, z) - often).sum() / 2) for kind, z in recipes)
    return vae, ae, own


def own_gaussian(codes: np.ndarray, standard: np.ndarray) -> np.ndarray:
    """Draws of N(0, I) [k, 2] as draws of the Gaussian fitted to codes [n, 2]: [k, 2]."""
    return codes.mean(0) + standard @ np.linalg.cholesky(np.cov(codes.T, bias=True)).T


@dataclass(frozen=True)
class TrainingNll:
    """Mean nll on training images in nats per image: of the VAE with one draw of z, of the autoencoder at its code."""

    vae: float
    ae: float
    vae_error: float
    ae_error: float
    standard_error: float
    """Of the difference, image by image; those of the means stand before it."""

    @property
    def difference(self) -> float:
        """By how much the autoencoder is worse."""
        return self.ae - self.vae


@lru_cache(maxsize=1)
def training_nll(material: Material) -> TrainingNll:
    """How well the two models reconstruct the first `RECONSTRUCTED` images that both were trained on."""
    images = datasets.load(material.vae.train.data, "train").images[:RECONSTRUCTED]
    x = mnist.observe_fixed(images, export.PROTOCOL, export.SEED)
    mu, std = forward.encode(material.vae, x)
    z = mu + std * np.random.default_rng(0).standard_normal(mu.shape)  # type: ignore[operator]  # a VAE has a std
    vae, ae = nll(material.vae, x, z), nll(material.ae, x, forward.encode(material.ae, x)[0])
    errors = (float(one.std(ddof=1) / math.sqrt(len(x))) for one in (vae, ae, ae - vae))
    return TrainingNll(float(vae.mean()), float(ae.mean()), *errors)


def nll(stored: Stored, x: np.ndarray, z: np.ndarray) -> np.ndarray:
    """−log p(x|z) of a Bernoulli decoder, image by image: x [n, 784], z [n, 2] → [n]."""
    logits = forward.decode_raw(stored, z).astype(np.float64)
    return (np.logaddexp(0, logits) - logits * x).sum(1)


@dataclass(frozen=True)
class Neighbours:
    """The labels of the test codes nearest to a place: how many of each of the ten digits."""

    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        """How many neighbours were looked at."""
        return sum(self.counts)

    def share(self, digit: int) -> float:
        """What share of them are this digit."""
        return self.counts[digit] / self.total


def neighbours(material: Material, kind: str, z: np.ndarray, count: int = NEAREST) -> Neighbours:
    """The test codes nearest to z [2]."""
    near = np.argsort(_squared(z[None], material.places(kind))[0])[:count]
    return Neighbours(tuple(np.bincount(material.labels[near], minlength=10).tolist()))


def unsure_pixels(stored: Stored, z: np.ndarray) -> np.ndarray:
    """How many pixels of each decoded z [k, 2] have between a quarter and three quarters of a chance of ink: [k]."""
    return is_unsure(forward.decode(stored, z)).sum((1, 2))


def is_unsure(ink: np.ndarray) -> np.ndarray:
    """Which pixels, from 0 to 1, lie between a quarter and three quarters."""
    return (ink > 0.25) & (ink < 0.75)


def _squared(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Squared distances between points a [k, 2] and b [m, 2]: [k, m]."""
    return (a[:, :1] - b[:, 0]) ** 2 + (a[:, 1:] - b[:, 1]) ** 2
