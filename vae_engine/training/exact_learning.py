"""Exact learning: the decoder climbs log p(x) itself, with no encoder and no bound between.

By Fisher's identity ∇ log p(x) = E[∇ log p(x|z)] over the posterior p(z|x), which two dimensions give: some thousand points,
weighted (inference.quasi_monte_carlo). log p(x|z) is a product of what the image gives and what z gives, statistics(x)·η + b,
so that its mean over images and posteriors needs of an image no more than Σ weights · statistics at each point: two large
products of matrices, and a decoder that runs once for all images. Points that weigh little all together are kept by chance and
weigh more if so, which changes no expectation and spares most of the way back through the decoder.

Exact EM takes one z from each image's posterior in the place of all, and climbs log p(x|z) there: the same mean by other draws.
An encoder follows, of which the decoder never hears: it lowers KL(q(z|x) ‖ p(z|x)), by which an ELBO is judged. Sources:
Dempster, Laird & Rubin (1977); Bishop, Svensén & Williams, Neural Computation 10 (1998), for points that images share.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch.func import functional_call

from vae_engine.inference.quasi_monte_carlo import Points, Posteriors, points, posteriors
from vae_engine.model import objectives
from vae_engine.model.models import VAE, Posterior

SURE = 0.25
"""Images' worth of weight from which a point is kept for sure."""


class Losses(NamedTuple):
    """The loss, a scalar, and [b] each of nll, kl and halving, as `Posteriors` has them; nats."""

    loss: Tensor
    nll: Tensor
    kl: Tensor
    halving: Tensor


def losses(vae: VAE, x: Tensor, count: int, rng: torch.Generator, sampled: bool, sure: float = SURE) -> Losses:
    """−log p(x) of a batch x [b, side²] by so many points, which `rng` scrambles afresh: the mean, with gradient.

    `sampled` is exact EM's way. The gradient of the decoder's weights is that of the value, but for what chance leaves out
    and puts in; that of the encoder's is of `encoder_losses` instead, which adds nothing to the value.
    """
    over = points(count, vae.config.latent_dim, rng.initial_seed(), x)
    asked = _Asked(over, rng, sampled, sure)
    for found in posteriors(vae, x, over):
        asked.add(found)
    nll, kl, halving = (torch.cat(parts) for parts in zip(*asked.terms, strict=True))
    value = objectives.mean_over_batch(nll + kl)
    climbed = asked.expected_log_joint(vae) / len(x)
    follows, _, _ = encoder_losses(vae, x, 1, rng)
    return Losses(value + _without_value(follows) - _without_value(climbed), nll, kl, halving)


def encoder_losses(vae: VAE, x: Tensor, samples: int, rng: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """−ELBO of a batch x [b, side²] at so many z ~ q, with a gradient for the encoder's weights alone: the mean, and [b] each
    of nll and kl; nats. With the decoder held that is KL(q(z|x) ‖ p(z|x)), but for log p(x), which no encoder changes.
    """
    mu, logvar = vae.encode(x)
    dtype = torch.promote_types(mu.dtype, torch.float32)
    q = Posterior(mu.to(dtype), logvar.to(dtype))
    z = q.sample(rng, samples)
    held = {name: weight.detach() for name, weight in vae.decoder.named_parameters()}
    raw = functional_call(vae.decoder, held, (z.flatten(0, 1),)).unflatten(0, z.shape[:2])
    nll, kl = objectives.nll(vae.likelihood, x, raw.to(dtype)).mean(0), objectives.kl(q)
    return objectives.mean_over_batch(nll + kl), nll, kl


def _without_value(term: Tensor) -> Tensor:
    """0 with the gradient of a term."""
    return term - term.detach()


class _Asked:
    """What a batch asks of a decoder: at which points so much more of η and of the bias; summed over images."""

    def __init__(self, over: Points, rng: torch.Generator, sampled: bool, sure: float) -> None:
        self._over, self._rng, self._sampled, self._sure = over, rng, sampled, sure
        self._at: list[tuple[Tensor, Tensor, Tensor]] = []
        self.terms: list[tuple[Tensor, Tensor, Tensor]] = []

    def add(self, found: Posteriors) -> None:
        """Take in some images."""
        self.terms.append((found.nll, found.kl, found.halving))
        self._at.append(self._one_z_each(found) if self._sampled else self._all(found))

    def _one_z_each(self, found: Posteriors) -> tuple[Tensor, Tensor, Tensor]:
        below = found.weights.cumsum(1)
        level = torch.rand((len(below), 1), generator=self._rng, device=below.device, dtype=below.dtype)
        drawn = torch.searchsorted(below, level * below[:, -1:])[:, 0]
        return drawn, found.statistics, torch.ones_like(below[:, 0])

    def _all(self, found: Posteriors) -> tuple[Tensor, Tensor, Tensor]:
        together = found.weights.sum(0)
        chance = (together / self._sure).clamp(max=1) if self._sure else (together > 0).to(together)
        kept = (torch.rand(chance.shape, generator=self._rng, device=chance.device) < chance).nonzero()[:, 0]
        weights = found.weights[:, kept] / chance[kept]
        return kept, (weights.T @ found.statistics).to(found.statistics), weights.sum(0)

    def expected_log_joint(self, vae: VAE) -> Tensor:
        """Σ E[log p(x, z)] over the images, with its gradient by the decoder's weights; a scalar."""
        at, of_eta, of_bias = (torch.cat(parts) for parts in zip(*self._at, strict=True))
        raw = vae.decode_logits(self._over.z[at])
        eta, bias = vae.likelihood.natural(raw.to(torch.promote_types(raw.dtype, torch.float32)))
        return (of_eta * eta).sum() + of_bias @ bias
