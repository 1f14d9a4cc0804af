"""p(x|z): from the decoder's raw numbers to log-probability per image, mean image and samples."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from vae_engine.stored.terms import SMALLEST_SPREAD


class Bernoulli:
    """Independent Bernoulli pixels: log p(x|z) = Σᵢ xᵢ lᵢ − softplus(lᵢ) with logits l.

    For x in {0, 1} this is a log-probability; for grey x in (0, 1) it is the cross-entropy that is
    often reported in its place, which is not comparable. Source: arXiv:1312.6114, appendix C.1.
    """

    name = "bernoulli"

    def log_prob(self, x: Tensor, raw: Tensor) -> Tensor:
        """log p(x|z) in nats per image, summed over pixels: x, raw [..., side²] → [...]."""
        return -F.binary_cross_entropy_with_logits(raw, x.expand_as(raw), reduction="none").sum(-1)

    def statistics(self, x: Tensor) -> Tensor:
        """The sufficient statistics of an image, x itself: [n, side²] → [n, side²]."""
        return x

    def natural(self, raw: Tensor) -> tuple[Tensor, Tensor]:
        """η [k, side²] and b [k] with log p(x|z) = statistics(x)·η + b: many images meet many z in one product."""
        return raw, -F.softplus(raw).sum(-1)

    def mean(self, raw: Tensor) -> Tensor:
        """E[x|z] in [0, 1]: raw [..., side²] → [..., side²]."""
        return torch.sigmoid(raw)

    def sample(self, raw: Tensor, rng: torch.Generator) -> Tensor:
        """x ~ p(x|z) in {0, 1}: raw [..., side²] → [..., side²]."""
        return torch.bernoulli(torch.sigmoid(raw), generator=rng)


class Gaussian:
    """Independent Gaussian pixels with learned spread: N(x; μ(z), diag σ²(z)), σ = σ_min + softplus(s).

    The floor σ_min keeps the density bounded: without it a pixel that is constant in the data sends
    log p to infinity. Source: arXiv:1312.6114, appendix C.2.
    """

    name = "gaussian"
    smallest_spread = SMALLEST_SPREAD

    def _split(self, raw: Tensor) -> tuple[Tensor, Tensor]:
        mean, spread = raw.chunk(2, dim=-1)
        return torch.sigmoid(mean), self.smallest_spread + F.softplus(spread)

    def log_prob(self, x: Tensor, raw: Tensor) -> Tensor:
        """log density in nats per image, summed over pixels: x [..., side²], raw [..., 2·side²] → [...]."""
        mean, spread = self._split(raw)
        return (-0.5 * ((x - mean) / spread) ** 2 - spread.log() - 0.5 * math.log(2 * math.pi)).sum(-1)

    def statistics(self, x: Tensor) -> Tensor:
        """The sufficient statistics of an image, x and x²: [n, side²] → [n, 2·side²]."""
        return torch.cat([x, x**2], -1)

    def natural(self, raw: Tensor) -> tuple[Tensor, Tensor]:
        """η [k, 2·side²] and b [k], float64, with log p(x|z) = statistics(x)·η + b; single precision would cancel."""
        mean, spread = self._split(raw.double())
        precision = spread**-2
        bias = -0.5 * mean**2 * precision - spread.log() - 0.5 * math.log(2 * math.pi)
        return torch.cat([mean * precision, -0.5 * precision], -1), bias.sum(-1)

    def mean(self, raw: Tensor) -> Tensor:
        """E[x|z] in [0, 1]: raw [..., 2·side²] → [..., side²]."""
        return self._split(raw)[0]

    def sample(self, raw: Tensor, rng: torch.Generator) -> Tensor:
        """x ~ p(x|z): raw [..., 2·side²] → [..., side²]; may leave [0, 1]."""
        mean, spread = self._split(raw)
        return mean + spread * torch.randn(mean.shape, generator=rng, device=mean.device)


class FixedGaussian:
    """Independent Gaussian pixels of one given spread: N(x; μ(z), σ²I), so −log p(x|z) = ‖x − μ‖²/2σ² + n/2 · log 2πσ².

    Against the KL the squared error weighs 1/2σ²: nll + β·KL has the minimum of ‖x − μ‖²/2 + βσ²·KL, so that here σ² and β
    are one knob for what is learned (β-VAE). But σ belongs to p(x|z), and so to every log p(x), while β is the objective's.
    """

    name = "gaussian-fixed"

    def __init__(self, noise: Tensor | float) -> None:
        self.noise = torch.as_tensor(noise)

    def log_prob(self, x: Tensor, raw: Tensor) -> Tensor:
        """log density in nats per image, summed over pixels: x, raw [..., side²] → [...]."""
        return (-0.5 * ((x - self.mean(raw)) / self.noise) ** 2 - self.noise.log() - 0.5 * math.log(2 * math.pi)).sum(-1)

    def statistics(self, x: Tensor) -> Tensor:
        """x, and the part of log p(x|z) that no z touches, log N(x; 0, σ²I): [n, side²] → [n, side² + 1], float64."""
        x, noise = x.double(), self.noise.double()
        rest = (-0.5 * (x / noise) ** 2 - noise.log() - 0.5 * math.log(2 * math.pi)).sum(-1, keepdim=True)
        return torch.cat([x, rest], -1)

    def natural(self, raw: Tensor) -> tuple[Tensor, Tensor]:
        """η [k, side² + 1] and b [k], float64, with log p(x|z) = statistics(x)·η + b; single precision would cancel."""
        mean = self.mean(raw.double())
        scaled = mean / self.noise.double() ** 2
        return torch.cat([scaled, torch.ones_like(scaled[..., :1])], -1), -0.5 * (mean * scaled).sum(-1)

    def mean(self, raw: Tensor) -> Tensor:
        """E[x|z] in [0, 1]: raw [..., side²] → [..., side²]."""
        return torch.sigmoid(raw)

    def sample(self, raw: Tensor, rng: torch.Generator) -> Tensor:
        """x ~ p(x|z): raw [..., side²] → [..., side²]; may leave [0, 1]."""
        return self.mean(raw) + self.noise * torch.randn(raw.shape, generator=rng, device=raw.device)


class LinearGaussian(FixedGaussian):
    """The same with the decoder's numbers as the means, N(x; raw, σ²I): of imported decoders that end in no sigmoid."""

    name = "gaussian-linear"

    def mean(self, raw: Tensor) -> Tensor:
        """E[x|z], which may leave [0, 1]: raw [..., side²] → [..., side²]."""
        return raw


Likelihood = Bernoulli | Gaussian | FixedGaussian

LIKELIHOODS: dict[str, Likelihood] = {"bernoulli": Bernoulli(), "gaussian": Gaussian()}
"""Those that need nothing but the decoder's numbers."""
WITH_NOISE = {one.name: one for one in (FixedGaussian, LinearGaussian)}
"""Those that are made of the noise that they are given."""
