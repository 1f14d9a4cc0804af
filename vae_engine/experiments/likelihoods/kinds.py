"""The likelihoods that are compared, and what each arm of the comparison measures."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from vae_engine.model.likelihoods import Bernoulli, FixedGaussian, Gaussian

LEVELS = 256
AT_FLOOR = 1.1  # times the floor: a spread below that is said to lie on it


class FlooredGaussian(Gaussian):
    """Gaussian pixels with learned spread and a floor of one's own."""

    def __init__(self, floor: float) -> None:
        self.smallest_spread = floor

    def spread(self, raw: Tensor) -> Tensor:
        """σ(z) of each pixel: raw [..., 1568] → [..., 784]."""
        return self._split(raw)[1]


@dataclass(frozen=True)
class Arm:
    """A likelihood and the pixels it is for."""

    name: str
    likelihood: Bernoulli | FixedGaussian | FlooredGaussian
    protocol: str
    dequantised: bool = False

    @property
    def floor(self) -> float | None:
        """The floor of a learned spread."""
        return self.likelihood.smallest_spread if isinstance(self.likelihood, FlooredGaussian) else None


@dataclass
class Run:
    """What one training came to, on test images: nll and kl of each, [n]."""

    nll: np.ndarray
    kl: np.ndarray
    error: float = 0.0  # root mean square, of the decoded mean against grey pixels
    cross: np.ndarray = field(default_factory=lambda: np.zeros(0))  # cross-entropy of grey pixels to the decoded mean, [n]
    normaliser: np.ndarray = field(default_factory=lambda: np.zeros(0))  # what grey cross-entropy lacks of a density, [n]
    at_floor: float | None = None
    train_elbo: np.ndarray = field(default_factory=lambda: np.zeros(0))  # of each training image, [n]
    steps: list[float] = field(default_factory=list)
    elbo_on_the_way: list[float] = field(default_factory=list)  # of the median image

    @property
    def elbo(self) -> np.ndarray:
        """−(nll + KL), nats of the arm's own kind."""
        return -(self.nll + self.kl)

    @property
    def median_elbo(self) -> float:
        """The ELBO of the median image."""
        return float(np.median(self.elbo))


def entropy_floor(images: np.ndarray) -> float:
    """The least that the cross-entropy of grey images can be, Σᵢ H(xᵢ) with H the entropy of a bit: nats per image."""
    x = images.reshape(len(images), -1) / 255.0
    inside = x[(x > 0) & (x < 1)]
    return float(-(inside * np.log(inside) + (1 - inside) * np.log1p(-inside)).sum() / len(x))


def log_normaliser(logits: Tensor) -> Tensor:
    """−log ∫₀¹ πˣ(1 − π)¹⁻ˣ dx per pixel, which makes a density of the grey cross-entropy (arXiv:1907.06845, eq. 6)."""
    close = logits.abs() < 1e-2
    safe = torch.where(close, torch.ones_like(logits), logits)
    # The integral is tanh(l/2) / l; its logarithm for small l is −log 2 − l²/12.
    return torch.where(close, math.log(2) + logits**2 / 12, (safe / torch.tanh(safe / 2)).log())
