"""q of highest ELBO for each image by itself: mean-field, full covariance, or a mixture. No encoder is asked.

ELBO(q) = Σₖ πₖ E_{qₖ}[log p(x, z) − log q(z)], the expectations by Gauss–Hermite quadrature, which leaves no noise in the climb
(Adam). log p(x) is at least that; by how much more the ELBO does not say. Sources: Jordan et al., Machine Learning 37 (1999);
Gershman et al., ICML 2012, for mixtures.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from vae_engine.inference.approximate.mixtures import Mixture
from vae_engine.inference.approximate.target import Target

_RATE = 0.15  # in units of the starting spread
_DECAYS = (0.8, 0.95)


@dataclass(frozen=True)
class Fitted:
    """The mixture found for each image, and its ELBO [n], nats, by the nodes that fitted it."""

    q: Mixture
    elbo: Tensor


def hermite(nodes: int, like: Tensor) -> tuple[Tensor, Tensor]:
    """Places [nodes², 2] and weights [nodes²], summing to 1, of E[f(ε)], ε ~ N(0, I)."""
    place, weight = (torch.from_numpy(part).to(like.dtype) for part in np.polynomial.hermite_e.hermegauss(nodes))
    return torch.cartesian_prod(place, place), torch.outer(weight, weight).flatten() / weight.sum() ** 2


def elbo(target: Target, q: Mixture, nodes: int) -> Tensor:
    """The ELBO of a mixture over two dimensions by nodes² points for each part: [n], nats."""
    return _elbo(target, q, hermite(nodes, q.mean))[0]


def _elbo(target: Target, q: Mixture, points: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
    """The ELBO [n], and a scalar with its gradient in q's numbers: the decoder's slope enters at the nodes."""
    place, weight = points
    z = q.mean[:, :, None] + (q.root[:, :, None] @ place[:, :, None])[..., 0]
    flat = z.flatten(1, 2)
    found = target.everywhere(flat.detach(), slope=flat.requires_grad)
    joint = found.log_joint().reshape(flat.shape[:2])
    worth = (q.log_share.exp()[:, :, None] * weight).flatten(1)
    density = q.log_density(flat)
    value = (worth * (joint - density)).sum(1)
    if not flat.requires_grad:
        return value, value.sum()
    through = (found.gradient().reshape(flat.shape) * flat).sum(-1)  # its derivative in z is that of log p(x, z)
    return value.detach(), (worth * (joint - density + through - through.detach())).sum()


def fitted(target: Target, start: Mixture, steps: int, nodes: int, full: bool = True) -> Fitted:
    """The mixture of locally highest ELBO from a start, with diagonal covariances unless `full`."""
    points, scale = hermite(nodes, start.mean), start.root.diagonal(dim1=-2, dim2=-1).detach()
    # Numbers of order one: the shift in units of the starting spread, the log of each spread, the tilt, the log share.
    numbers = [torch.zeros_like(start.mean), torch.zeros_like(start.mean), torch.zeros_like(start.mean[..., 0])]
    numbers.append(start.log_share.clamp_min(-10.0).clone())
    parameters = [one.requires_grad_() for one in numbers]
    optimiser = torch.optim.Adam(parameters, _RATE, betas=_DECAYS)
    best, kept = torch.full((len(scale),), -torch.inf, dtype=scale.dtype), _mixture(parameters, start, scale, full)
    for turn in range(steps):
        for group in optimiser.param_groups:
            group["lr"] = _RATE * min(1.0, 2 * (1 - turn / steps))
        q = _mixture(parameters, start, scale, full)
        value, loss = _elbo(target, q, points)
        better = value > best
        best, kept = torch.where(better, value, best), _either(better, q, kept)
        optimiser.zero_grad()
        (-loss).backward()
        optimiser.step()
    return Fitted(kept, best)


def _mixture(numbers: list[Tensor], start: Mixture, scale: Tensor, full: bool) -> Mixture:
    shift, log_spread, tilt, log_share = numbers
    spread = scale * log_spread.clamp(-6.0, 6.0).exp()
    below = scale[..., 1] * tilt if full else torch.zeros_like(tilt)
    rows = [torch.stack([spread[..., 0], torch.zeros_like(tilt)], -1), torch.stack([below, spread[..., 1]], -1)]
    return Mixture(torch.log_softmax(log_share, 1), start.mean + scale * shift, torch.stack(rows, -2))


def _either(taken: Tensor, one: Mixture, other: Mixture) -> Mixture:
    """Of each image the one or the other, without their history."""
    parts = zip((one.log_share, one.mean, one.root), (other.log_share, other.mean, other.root), strict=True)
    return Mixture(*(torch.where(taken.reshape(-1, *[1] * (a.dim() - 1)), a, b).detach() for a, b in parts))
