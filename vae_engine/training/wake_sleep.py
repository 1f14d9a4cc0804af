"""The wake-sleep algorithm: two phases, two objectives, each for one of the two networks.

Wake: z ~ q(z|x) for real x; the decoder's weights θ climb log p(x, z). Sleep: a dream z ~ p(z), x̃ ~ p(x|z); the
encoder's weights φ climb log q(z|x̃). Neither is the ELBO: the encoder learns from what the decoder makes up.
Source: Hinton, Dayan, Frey & Neal, Science 268 (1995).
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor, nn

from vae_engine.model import objectives
from vae_engine.model.models import VAE


def wake_objective(vae: VAE, x: Tensor, rng: torch.Generator) -> Tensor:
    """log p(x, z) at one z ~ q(z|x), through which no gradient passes: x [b, side²] → [b], nats."""
    with torch.no_grad():
        z = vae.encode(x).sample(rng)
    return (vae.likelihood.log_prob(x, vae.decode_logits(z)) + objectives.log_prior(z))[0]


@torch.no_grad()
def dream(vae: VAE, count: int, rng: torch.Generator) -> tuple[Tensor, Tensor]:
    """z ~ p(z) [count, d] and x̃ ~ p(x|z) [count, side²]."""
    z = torch.randn((count, vae.config.latent_dim), generator=rng)
    return z, vae.likelihood.sample(vae.decode_logits(z), rng)


def sleep_objective(vae: VAE, z: Tensor, dreamt: Tensor) -> Tensor:
    """log q(z|x̃) of dreams: z [b, d], dreamt [b, side²] → [b], nats."""
    return objectives.log_q(vae.encode(dreamt), z)


class WakeSleep:
    """One Adam for each network of a VAE, so that a phase can touch its own weights only."""

    def __init__(self, vae: VAE, learning_rate: float) -> None:
        self.vae = vae
        self.theta = torch.optim.Adam(vae.decoder.parameters(), lr=learning_rate, fused=True)
        self.phi = torch.optim.Adam(vae.encoder.parameters(), lr=learning_rate, fused=True)

    def wake(self, x: Tensor, rng: torch.Generator) -> float:
        """One update of θ on real images; the mean objective before it, nats per image."""
        return self._climb(self.theta, wake_objective(self.vae, x, rng))

    def sleep(self, count: int, rng: torch.Generator) -> float:
        """One update of φ on `count` dreams; the mean objective before it, nats per dream."""
        return self._climb(self.phi, sleep_objective(self.vae, *dream(self.vae, count, rng)))

    def _climb(self, optimiser: torch.optim.Optimizer, objective: Tensor) -> float:
        mean = objectives.mean_over_batch(objective)
        self.vae.zero_grad(set_to_none=True)
        (-mean).backward()
        optimiser.step()
        return mean.item()


def weights(network: nn.Module) -> list[Tensor]:
    """A copy of a network's weights as they are now."""
    return [weight.detach().clone() for weight in network.parameters()]


def moved(before: Iterable[Tensor], network: nn.Module) -> float:
    """The length of the step from earlier weights to those of now."""
    total = sum(
        (now.detach() - then).double().square().sum().item() for then, now in zip(before, network.parameters(), strict=True)
    )
    return float(total**0.5)
