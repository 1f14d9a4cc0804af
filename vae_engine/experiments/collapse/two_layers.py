"""A hierarchical VAE of two stochastic layers, z₂ → z₁ → x, with q(z₁|x) q(z₂|z₁) climbing back.

ELBO = E[log p(x|z₁)] − E[log q(z₁|x) − log p(z₁|z₂)] − E[KL(q(z₂|z₁) ‖ p(z₂))],  z₁ ~ q(z₁|x), z₂ ~ q(z₂|z₁), p(z₂) = N(0, I).
Source: Sønderby et al., arXiv:1602.02282, §2.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from vae_engine.data import mnist as data
from vae_engine.model import objectives
from vae_engine.model.models import VAE, Posterior, build_model, start_at_mean_image
from vae_engine.stored.config import ModelConfig


class Terms(NamedTuple):
    """What a batch costs: nll [b], kl_lower [b, d₁] (one draw's log ratio), kl_upper [b, d₂]; nats."""

    nll: Tensor
    kl_lower: Tensor
    kl_upper: Tensor

    @property
    def elbo(self) -> Tensor:
        """−(nll + both KLs): [b], nats."""
        return -(self.nll + self.kl_lower.sum(-1) + self.kl_upper.sum(-1))


class TwoLayers(nn.Module):
    """z₁ [d₁] below, z₂ [d₂] above; all four networks have hidden layers of one width."""

    def __init__(self, lower: int, upper: int, width: int, seed: int) -> None:
        super().__init__()
        widths = (width, width)
        config = ModelConfig(latent_dim=lower, encoder_widths=widths, decoder="mlp", decoder_widths=widths, activation="relu")
        below = build_model(config, seed)
        assert isinstance(below, VAE)
        start_at_mean_image(below, data.load("train").images)
        self.below = below
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.up = _network(lower, width, 2 * upper)
            self.down = _network(upper, width, 2 * lower)

    def encode_upper(self, z_lower: Tensor) -> Posterior:
        """q(z₂|z₁): z₁ [..., d₁] → mu and logvar, each [..., d₂]."""
        return Posterior(*self.up(z_lower).chunk(2, dim=-1))

    def prior_lower(self, z_upper: Tensor) -> Posterior:
        """p(z₁|z₂): z₂ [..., d₂] → mu and logvar, each [..., d₁]."""
        return Posterior(*self.down(z_upper).chunk(2, dim=-1))

    def terms(self, x: Tensor, rng: torch.Generator) -> Terms:
        """The parts of the ELBO with one draw of z₁ and z₂ for each image of x [b, 784]."""
        q_lower = self.below.encode(x)
        z_lower = q_lower.sample(rng)[0]
        q_upper = self.encode_upper(z_lower)
        prior = self.prior_lower(q_upper.sample(rng)[0])
        nll = objectives.nll(self.below.likelihood, x, self.below.decode_logits(z_lower))
        ratio = _log_density(q_lower, z_lower) - _log_density(prior, z_lower)
        return Terms(nll, ratio, objectives.kl_per_dimension(q_upper))

    def dream(self, z_upper: Tensor, rng: torch.Generator) -> Tensor:
        """E[x|z₁] for a z₁ drawn from p(z₁|z₂): z₂ [b, d₂] → [b, 784]."""
        return self.below.decode(self.prior_lower(z_upper).sample(rng)[0])


def _network(inputs: int, width: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(inputs, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU(), nn.Linear(width, outputs))


def _log_density(q: Posterior, z: Tensor) -> Tensor:
    """log q(zⱼ) of each dimension: [b, d]."""
    return -0.5 * ((z - q.mu) ** 2 * torch.exp(-q.logvar) + q.logvar + objectives.LOG_2PI)


def free_bits(kl: Tensor, least: float) -> Tensor:
    """Σⱼ max(least, mean over the batch of KLⱼ): below `least` a dimension costs the same and is pulled by nothing.

    kl [b, d] → scalar, nats. Source: Kingma et al., arXiv:1606.04934, §C.8.
    """
    return kl.mean(0).clamp_min(least).sum()
