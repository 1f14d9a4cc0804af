"""VAE and Autoencoder: an encoder, a decoder and a likelihood, composed. No loss, no device code."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from vae_engine.model.likelihoods import LIKELIHOODS, WITH_NOISE, Likelihood
from vae_engine.model.networks import build
from vae_engine.stored.architecture import layers
from vae_engine.stored.config import ModelConfig, TrainConfig


class Posterior(NamedTuple):
    """Mean-field q(z|x) = N(μ, diag σ²), as mu and logvar = log σ², each [b, d]."""

    mu: Tensor
    logvar: Tensor

    @property
    def std(self) -> Tensor:
        """σ = exp(½ logvar), [b, d]."""
        return torch.exp(0.5 * self.logvar)

    def sample(self, rng: torch.Generator, samples: int = 1) -> Tensor:
        """z = μ + σ ⊙ ε, ε ~ N(0, I), [samples, b, d]; differentiable in μ and σ (arXiv:1312.6114, §2.4)."""
        noise = torch.randn((samples, *self.mu.shape), generator=rng, dtype=self.mu.dtype, device=self.mu.device)
        return self.mu + self.std * noise


class _Model(nn.Module):
    """What a VAE and an autoencoder share: two networks and a likelihood."""

    noise: Tensor | None
    """σ of p(x|z) where it is given and not learned; 1 until training sets it. It travels with the weights."""
    trained: TrainConfig | None = None
    """How it was trained, where that is known: on which images, and what it saw of their pixels."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        described = layers(config)
        self.encoder = build(described["encoder"])
        self.decoder = build(described["decoder"])
        self.register_buffer("noise", torch.ones(()) if config.noise_is_given else None)

    @property
    def likelihood(self) -> Likelihood:
        """p(x|z) as configured."""
        name = self.config.likelihood
        return LIKELIHOODS[name] if self.noise is None else WITH_NOISE[name](self.noise)

    @property
    def given_noise(self) -> dict[str, float]:
        """`noise`, the σ of p(x|z), for the record; nothing where none is given."""
        return {} if self.noise is None else {"noise": float(f"{self.noise.item():.7g}")}

    def set_noise(self, noise: float) -> None:
        """Give p(x|z) its σ, where that is given and not learned."""
        if self.noise is not None:
            self.noise.fill_(noise)

    def decode_logits(self, z: Tensor) -> Tensor:
        """The likelihood's raw parameters (logits for Bernoulli): z [..., d] → [..., side² or 2·side²]."""
        flat = z.reshape(-1, z.shape[-1])
        return self.decoder(flat).reshape(*z.shape[:-1], -1)

    def decode(self, z: Tensor) -> Tensor:
        """E[x|z], but for gaussian-linear in [0, 1]: z [..., d] → [..., side²]."""
        return self.likelihood.mean(self.decode_logits(z))


class VAE(_Model):
    """Variational autoencoder, p(z) = N(0, I). Source: Kingma & Welling, arXiv:1312.6114."""

    def encode(self, x: Tensor) -> Posterior:
        """q(z|x): x [b, side²] → mu and logvar, each [b, d]."""
        mu, raw = self.encoder(x).chunk(2, dim=-1)
        if self.config.spread == "softplus":
            raw = 2 * F.softplus(raw).clamp_min(1e-6).log()
        return Posterior(mu, raw)


class Autoencoder(_Model):
    """Plain autoencoder: the same networks, a code instead of a posterior, no prior."""

    def encode(self, x: Tensor) -> Tensor:
        """The code: x [b, side²] → [b, d]."""
        return self.encoder(x)


Model = VAE | Autoencoder


def build_model(config: ModelConfig, seed: int = 0) -> Model:
    """A freshly initialised model; the same seed gives the same weights, whatever ran before."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return (VAE if config.kind == "vae" else Autoencoder)(config)


@torch.no_grad()
def start_balanced(model: Model, seed: int = 0) -> None:
    """Draw the weights before each network's last layer anew, so that a signal of variance 1 keeps it from layer to layer.

    w ~ N(0, 1 / (fan-in · E[f(u)²])), u ~ N(0, 1), f the activation; biases 0. For ReLU this is He et al.,
    arXiv:1502.01852, eq. 10. Transposed convolutions and the last layers keep what they have.
    """
    rng = torch.Generator().manual_seed(seed)
    energy = _energy(build([{"op": model.config.activation}]))
    for module in (*model.encoder[:-1].modules(), *model.decoder[:-1].modules()):
        if isinstance(module, nn.Linear | nn.Conv2d):
            module.weight.normal_(0, (module.weight[0].numel() * energy) ** -0.5, generator=rng)
            nn.init.zeros_(module.bias)  # type: ignore[arg-type]  # all of ours have one


def _energy(activation: nn.Module) -> float:
    """E[f(u)²] for u ~ N(0, 1)."""
    u = torch.linspace(-8, 8, 1601, dtype=torch.float64)
    weight = torch.exp(-0.5 * u**2)
    return float((weight * activation(u) ** 2).sum() / weight.sum())


@torch.no_grad()
def start_at_mean_image(model: Model, images: np.ndarray) -> None:
    """Set the output bias of a decoder that gives logits of the mean and no spread to those of the mean training image."""
    bias = getattr(model.decoder[-1], "bias", None)
    if model.config.likelihood != "gaussian" and bias is not None:
        mean = torch.from_numpy(images[:5000].reshape(-1, bias.numel()).mean(0) / 255)
        bias.copy_(torch.logit(mean.float(), eps=0.005))
