"""Where the exact posterior of a test image peaks, and which Gaussian would have suited it. numpy only."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from dashboard.stock.material import Material
from vae_engine.stored import forward, terms

_PART = 1000
_APART = 0.1
_STARTS, _CLIMBS = 1000, 25
_SPACINGS = (0.03, 0.01, 0.003, 0.001)
_STEP = 0.002  # of the second differences: well below the narrowest posteriors
_NODES = 9
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


def log_joint(material: Material, image: int, z: np.ndarray) -> np.ndarray:
    """log p(x, z) of a test image at z [k, 2]: [k], nats."""
    parts = [z[start : start + _PART] for start in range(0, len(z), _PART)]
    found = [terms.log_px_given_z(material.vae, material.x[image], part) + terms.log_prior(part) for part in parts]
    return np.concatenate(found).astype(np.float64)


@lru_cache(maxsize=1)
def _decoded(material: Material) -> tuple[np.ndarray, np.ndarray]:
    """What the decoder makes of every test code, so that each image costs one product: logits [n, 784], Σ log(1 + eˡ) [n]."""
    parts = [material.mu[start : start + _PART] for start in range(0, len(material.mu), _PART)]
    logits = [forward.decode_raw(material.vae, part).astype(np.float32) for part in parts]
    return np.concatenate(logits), np.concatenate([np.logaddexp(0, one).sum(-1) for one in logits])


def heights_of_codes(material: Material, image: int) -> np.ndarray:
    """log p(x, z) of a test image at the code of every test image: [n], nats."""
    logits, softplus = _decoded(material)
    return logits @ material.x[image].astype(np.float32) - softplus + terms.log_prior(material.mu)


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
            top = _climbed(material, image, start)
            climbs += 1
            if all(math.dist(top, other) > _APART / 4 for other in tops):
                tops.append(top)
    curvatures = [_curvature(material, image, top) for top in tops]
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


def _climbed(material: Material, image: int, z: np.ndarray) -> np.ndarray:
    offsets = np.stack(np.meshgrid(*[np.arange(-2, 3)] * 2), -1).reshape(-1, 2)
    for spacing in _SPACINGS:
        for _ in range(100):
            around = z + spacing * offsets
            best = around[int(log_joint(material, image, around).argmax())]
            if np.array_equal(best, around[len(around) // 2]):
                break
            z = best
    return z


def _curvature(material: Material, image: int, z: np.ndarray) -> np.ndarray:
    """−∇² log p(x, z) by second differences: [2, 2], positive definite at a mode."""
    a, b = np.eye(2) * _STEP
    places = np.array([z, z + a, z - a, z + b, z - b, z + a + b, z - a - b, z + a - b, z - a + b])
    here, *f = log_joint(material, image, places)
    across = -(f[4] + f[5] - f[6] - f[7]) / 4
    first, second = 2 * here - f[0] - f[1], 2 * here - f[2] - f[3]
    least = 1e-9 + abs(across)  # keeps a flat place of rounding positive definite
    return np.array([[max(first, least * 1.001), across], [across, max(second, least * 1.001)]]) / _STEP**2


def _fitted(material: Material, image: int, peak: Peak) -> Fit:
    nodes, weights = np.polynomial.hermite_e.hermegauss(_NODES)
    noise = np.stack(np.meshgrid(nodes, nodes), -1).reshape(-1, 2)
    weight = np.outer(weights, weights).ravel() / (2 * math.pi)

    def elbo(std: np.ndarray) -> float:
        expected = float(weight @ log_joint(material, image, peak.z + std * noise))
        return expected + float(np.log(std).sum()) + math.log(2 * math.pi) + 1

    std = max((peak.std * width for width in _WIDTHS), key=elbo)
    return Fit(peak.z, std, elbo(std))
