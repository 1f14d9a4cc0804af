"""log p(x) of many images at once by points spread over the latent space, which need no encoder and no lattice.

log p(x) = log ∫ p(x|z) p(z) dz ≈ log 1/K Σₖ p(x|zₖ) p(zₖ)/s(zₖ), zₖ ~ s(z) = N(0, 1.25² I): randomised quasi-Monte Carlo by K
points of a scrambled Sobol sequence, which all images share, so that a decoder runs once for all of them. In expectation over
the scrambling it is a lower bound (Jensen), which tightens with K. The points, weighted, are the posterior:
p(zₖ|x) ∝ p(x|zₖ) p(zₖ)/s(zₖ). Sources: Owen, Journal of Complexity 14 (1998); Burda et al., arXiv:1509.00519, eq. 8.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.quasirandom import SobolEngine

from vae_engine.inference.exact import natural
from vae_engine.model import objectives
from vae_engine.model.models import VAE

PROPOSAL = 1.25
"""Standard deviation of s(z): wider than the prior, since posteriors of images that the decoder finds unlikely lie far out."""
MOST_DIMENSIONS = 2
"""Of a latent space that some thousand points fill."""
_HALF_STEP = 2.0**-31  # of the Sobol sequence: with it no point lies at 0, which the proposal puts at −∞
_HELD, _AT_ONCE = 1 << 23, 1 << 20  # numbers of images × points that are held together, and that are worked out together
_LEAST = 1e-30  # share of p(x) of which a logarithm is taken


@dataclass(frozen=True)
class Points:
    """z [k, d], and log 1/(K s(zₖ)) of each [k]: what p(x, zₖ) is multiplied by in the sum for p(x)."""

    z: Tensor
    log_weight: Tensor


def points(count: int, dimensions: int, seed: int, like: Tensor) -> Points:
    """The first `count` points of the Sobol sequence as the seed scrambles it, through s(z), where and of what type `like` is."""
    uniform = SobolEngine(dimensions, scramble=True, seed=seed).draw(count, dtype=torch.float64)
    z = (PROPOSAL * torch.special.ndtri(uniform + _HALF_STEP)).to(like)
    return Points(z, dimensions * math.log(PROPOSAL) - objectives.log_prior(z / PROPOSAL) - math.log(count))


@dataclass(frozen=True)
class Posteriors:
    """Of n images over k points.

    `weights` [n, k], each row summing to 1: p(zₖ|x); `statistics` [n, s] of the images, as their likelihood has them.
    log p(x) = −nll − kl, as an ELBO whose q is the posterior itself: `nll` = −E[log p(x|z)] and `kl` = KL(p(z|x) ‖ p(z)) over
    the points. `halving` is by how much half as many points find log p(x) lower, on average of the two halves: where the bias of
    the bound falls as 1/K or faster, what is left of it is no more on average. All [n], nats.
    """

    weights: Tensor
    statistics: Tensor
    nll: Tensor
    kl: Tensor
    halving: Tensor


@torch.no_grad()
def posteriors(vae: VAE, x: Tensor, over: Points) -> Iterator[Posteriors]:
    """The posteriors of images x [n, side²] over some points, of as many images at a time as memory likes."""
    eta, bias = natural(vae, over.z)
    with torch.autocast(x.device.type, enabled=False):  # of hundreds of nats the tenths count
        for part in x.split(max(1, _HELD // len(over.z))):
            yield _posteriors(vae.likelihood.statistics(part).to(eta.dtype), eta, bias, over)


def _posteriors(statistics: Tensor, eta: Tensor, bias: Tensor, over: Points) -> Posteriors:
    rows = max(1, _AT_ONCE // len(eta))  # so few that what is made of them stays in a processor's cache
    weights = statistics.new_empty(len(statistics), len(eta))
    found = [
        _worked_out(part, eta, bias, over, into) for part, into in zip(statistics.split(rows), weights.split(rows), strict=True)
    ]
    return Posteriors(weights, statistics, *map(torch.cat, zip(*found, strict=True)))


def _worked_out(statistics: Tensor, eta: Tensor, bias: Tensor, over: Points, weights: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """nll, kl and halving; the weights are written where they belong."""
    joint = torch.addmm(bias + over.log_weight, statistics, eta.T)
    torch.softmax(joint, 1, out=weights)
    log_px = joint.amax(1) - weights.amax(1).log()
    expected = torch.bmm(weights[:, None], joint[:, :, None])[:, 0, 0]
    nll = weights @ (objectives.log_prior(over.z) + over.log_weight).to(weights) - expected
    halves = torch.stack([half.sum(1) for half in weights.tensor_split([len(eta) // 2], 1)])
    return nll, -log_px - nll, -(2 * halves).clamp_min(_LEAST).log().mean(0)


def log_px_by_points(vae: VAE, x: Tensor, count: int, seed: int) -> Tensor:
    """log p(x) of images x [n, side²] by so many points: [n], nats; a lower bound in expectation over seeds."""
    over = points(count, vae.config.latent_dim, seed, x)
    return torch.cat([-found.nll - found.kl for found in posteriors(vae, x, over)])
