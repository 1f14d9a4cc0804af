"""Where the exact posterior of an image peaks, which Gaussian would have suited it, and how likely it is. numpy only."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from dashboard.stock.material import Material
from vae_engine.stored import forward, terms
from vae_engine.stored.importance import Diagnosis, diagnosed

_PART = 1000
_APART = 0.1
_STARTS, _CLIMBS = 1000, 25
_SPACINGS = (0.03, 0.01, 0.003, 0.001)
_STEP = 0.002  # of the second differences: well below the narrowest posteriors
_NODES, _FINE_NODES = 9, 25
_WORTH = 12.0  # nats below the best test code from which nothing is climbed to
_MOST_MODES, _PROPOSED, _PROPOSALS = 8, (1.0, 2.0, 4.0), 200
_CODES, _BETWEEN_CODES = 25, 0.08  # test codes that proposals lie around, too, and their width
_WIDTHS = np.geomspace(0.5, 2.0, 13)


@dataclass(frozen=True)
class Peak:
    """A mode of p(z|x): where, the share of the mass that a Gaussian at each mode would give it, its widths and its slant."""

    z: np.ndarray
    share: float
    std: np.ndarray
    """The widths of the Gaussian with axis-parallel ellipse that suits the curvature: [2]."""
    slant: float
    """The correlation of z₁ and z₂ in the Gaussian of the same curvature."""


@dataclass(frozen=True)
class Fit:
    """A diagonal Gaussian that was fitted to a posterior, and its ELBO in nats."""

    mu: np.ndarray
    std: np.ndarray
    elbo: float


@dataclass(frozen=True)
class Evidence:
    """What the VAE makes of any image, in nats, and the encoder's q."""

    log_px: float
    """By importance sampling around the modes of p(z|x)."""
    trust: Diagnosis
    """What its weights say of themselves."""
    elbo: float
    mu: np.ndarray
    std: np.ndarray

    @property
    def gap(self) -> float:
        """KL(q ‖ p(z|x)), never below 0."""
        return max(0.0, self.log_px - self.elbo)


def log_joint(material: Material, image: int, z: np.ndarray) -> np.ndarray:
    """log p(x, z) of a test image at z [k, 2]: [k], nats."""
    return _log_joint(material, material.x[image], z)


def _log_joint(material: Material, x: np.ndarray, z: np.ndarray) -> np.ndarray:
    parts = [z[start : start + _PART] for start in range(0, len(z), _PART)]
    found = [terms.log_px_given_z(material.vae, x, part) + terms.log_prior(part) for part in parts]
    return np.concatenate(found).astype(np.float64)


@lru_cache(maxsize=1)
def _decoded(material: Material) -> tuple[np.ndarray, np.ndarray]:
    """What the decoder makes of every test code, so that each image costs one product: logits [n, 784], Σ log(1 + eˡ) [n]."""
    parts = [material.mu[start : start + _PART] for start in range(0, len(material.mu), _PART)]
    logits = [forward.decode_raw(material.vae, part).astype(np.float32) for part in parts]
    return np.concatenate(logits), np.concatenate([np.logaddexp(0, one).sum(-1) for one in logits])


def heights_of_codes(material: Material, image: int) -> np.ndarray:
    """log p(x, z) of a test image at the code of every test image: [n], nats."""
    return _heights(material, material.x[image])


def _heights(material: Material, x: np.ndarray) -> np.ndarray:
    logits, softplus = _decoded(material)
    return logits @ x.astype(np.float32) - softplus + terms.log_prior(material.mu)


@lru_cache(maxsize=64)
def peaks(material: Material, image: int) -> tuple[Peak, ...]:
    """The modes of the posterior, as many as were measured of this image, the heaviest first.

    Each is climbed to from one of the test codes; the count is that of the exact quadrature.
    """
    heights = heights_of_codes(material, image)
    tops: list[np.ndarray] = []
    climbs = 0
    for start in material.mu[np.argsort(-heights)][:_STARTS]:
        if len(tops) == int(material.truths.modes[image]) or climbs == _CLIMBS:
            break
        if all(math.dist(start, top) > _APART for top in tops):
            top = _climbed(material, material.x[image], start)
            climbs += 1
            if all(math.dist(top, other) > _APART / 4 for other in tops):
                tops.append(top)
    curvatures = [_curvature(material, material.x[image], top) for top in tops]
    masses = log_joint(material, image, np.array(tops)) - [0.5 * np.linalg.slogdet(one)[1] for one in curvatures]
    shares = np.exp(masses - np.logaddexp.reduce(masses))
    found = [
        Peak(top, float(share), 1 / np.sqrt(np.diag(one)), float(-one[0, 1] / math.sqrt(one[0, 0] * one[1, 1])))
        for top, share, one in zip(tops, shares, curvatures, strict=True)
    ]
    return tuple(sorted(found, key=lambda peak: -peak.share))


def best_gaussian(material: Material, image: int) -> Fit:
    """The diagonal Gaussian of the highest ELBO among those at a mode, of widths around those of the curvature there."""
    return max((_fitted(material, image, peak) for peak in peaks(material, image)), key=lambda fit: fit.elbo)


@lru_cache(maxsize=64)
def evidence(material: Material, drawing: bytes) -> Evidence:
    """What the VAE makes of an image of zeros and ones, given as a bit for each pixel, row by row."""
    return _evidence(material, np.unpackbits(np.frombuffer(drawing, np.uint8)))


def _evidence(material: Material, x: np.ndarray) -> Evidence:
    """The same of x [784], which need be no test image.

    Proposals: Gaussians of the curvature at the modes that can be climbed to from test codes and from the encoder's mean,
    each in several widths, and around good test codes and q besides. The ELBO is by Gauss-Hermite quadrature.
    """
    mean, spread = forward.encode(material.vae, x[None].astype(np.float32))
    assert spread is not None  # a VAE's
    mu, std = mean[0].astype(np.float64), spread[0].astype(np.float64)
    heights = _heights(material, x)
    tops: list[np.ndarray] = []
    failed = 0
    best = np.argsort(-heights)[:_STARTS]
    worthy = best[heights[best] > heights[best[0]] - _WORTH]
    for start in (mu, *material.mu[worthy]):
        if len(tops) == _MOST_MODES:
            break
        if all(math.dist(start, top) > _APART for top in tops):
            top = _climbed(material, x, start)
            if all(math.dist(top, other) > _APART / 4 for other in tops):
                tops.append(top)
            elif (failed := failed + 1) == _MOST_MODES:
                break
    proposals = [(mu, np.diag(std))]
    for top in tops:
        root = np.linalg.cholesky(np.linalg.inv(_curvature(material, x, top)))
        proposals += [(top, wide * root) for wide in _PROPOSED]
    proposals += [(code, _BETWEEN_CODES * np.eye(2)) for code in material.mu[worthy[:: max(1, len(worthy) // _CODES)]]]
    draws = np.random.default_rng(0).standard_normal((len(proposals), _PROPOSALS, 2))
    z = np.concatenate([at + noise @ root.T for (at, root), noise in zip(proposals, draws, strict=True)])
    proposed = np.logaddexp.reduce([_log_normal(z, *one) for one in proposals], axis=0) - math.log(len(proposals))
    weights = _log_joint(material, x, z) - proposed
    return Evidence(terms.iwae(weights), diagnosed(weights), _elbo(material, x, mu, std, _FINE_NODES), mu, std)


def _log_normal(z: np.ndarray, mean: np.ndarray, root: np.ndarray) -> np.ndarray:
    """The log density at z [k, 2] of a Gaussian whose covariance is root · rootᵀ: [k]."""
    noise: np.ndarray = np.linalg.solve(root, (z - mean).T)
    return -0.5 * (noise**2).sum(0) - math.log(2 * math.pi) - math.log(abs(float(np.linalg.det(root))))


def _climbed(material: Material, x: np.ndarray, z: np.ndarray) -> np.ndarray:
    offsets = np.stack(np.meshgrid(*[np.arange(-2, 3)] * 2), -1).reshape(-1, 2)
    for spacing in _SPACINGS:
        for _ in range(100):
            around = z + spacing * offsets
            best = around[int(_log_joint(material, x, around).argmax())]
            if np.array_equal(best, around[len(around) // 2]):
                break
            z = best
    return z


def _curvature(material: Material, x: np.ndarray, z: np.ndarray) -> np.ndarray:
    """−∇² log p(x, z) by second differences: [2, 2], positive definite at a mode."""
    a, b = np.eye(2) * _STEP
    places = np.array([z, z + a, z - a, z + b, z - b, z + a + b, z - a - b, z + a - b, z - a + b])
    here, *f = _log_joint(material, x, places)
    across = -(f[4] + f[5] - f[6] - f[7]) / 4
    first, second = 2 * here - f[0] - f[1], 2 * here - f[2] - f[3]
    least = 1e-9 + abs(across)  # keeps a flat place of rounding positive definite
    return np.array([[max(first, least * 1.001), across], [across, max(second, least * 1.001)]]) / _STEP**2


def _fitted(material: Material, image: int, peak: Peak) -> Fit:
    def elbo(std: np.ndarray) -> float:
        return _elbo(material, material.x[image], peak.z, std, _NODES)

    std = max((peak.std * width for width in _WIDTHS), key=elbo)
    return Fit(peak.z, std, elbo(std))


def _elbo(material: Material, x: np.ndarray, mu: np.ndarray, std: np.ndarray, count: int) -> float:
    """The ELBO of N(mu, diag std²) with count × count nodes of Gauss-Hermite quadrature."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(count)
    noise = np.stack(np.meshgrid(nodes, nodes), -1).reshape(-1, 2)
    weight = np.outer(weights, weights).ravel() / (2 * math.pi)
    expected = float(weight @ _log_joint(material, x, mu + std * noise))
    return expected + float(np.log(std).sum()) + math.log(2 * math.pi) + 1
