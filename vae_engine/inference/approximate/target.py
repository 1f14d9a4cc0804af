"""What every method is given: log p(x|z) of some images at any points, its gradient, and a count of what they cost.

p(z) = N(0, I) throughout, so that log p(x, z) = log p(x|z) − ½‖z‖² − d/2 · log 2π, and with a power β in (0, 1) the densities
between prior and posterior are p(x|z)^β p(z).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from vae_engine.model import objectives
from vae_engine.model.models import VAE

_AT_ONCE = 1000  # points decoded together: more do not fit a processor's cache

LogLikelihood = Callable[[Tensor, Tensor], Tensor]
"""Points z [m, d], and of each which image it is for [m], to log p(x|z) [m], nats."""


@dataclass(frozen=True)
class Places:
    """Points z [m, d], each for one image [m], with log p(x|z) [m] and, where it was asked for, its gradient [m, d]."""

    z: Tensor
    image: Tensor
    log_likelihood: Tensor
    slope: Tensor | None = None

    def log_joint(self, power: float = 1.0) -> Tensor:
        """β log p(x|z) + log p(z), β being `power`: [m], nats."""
        return power * self.log_likelihood + objectives.log_prior(self.z)

    def gradient(self, power: float = 1.0) -> Tensor:
        """Its gradient in z: [m, d]. Of places whose slope was asked for."""
        assert self.slope is not None
        return power * self.slope - self.z

    def only(self, which: Tensor) -> Places:
        """Some of them."""
        slope = None if self.slope is None else self.slope[which]
        return Places(self.z[which], self.image[which], self.log_likelihood[which], slope)

    def moved(self, taken: Tensor, to: Places) -> Places:
        """Those `taken` (bool [m]) where `to` has them, the others where they are."""
        slope = None if self.slope is None or to.slope is None else torch.where(taken[:, None], to.slope, self.slope)
        likelihood = torch.where(taken, to.log_likelihood, self.log_likelihood)
        return Places(torch.where(taken[:, None], to.z, self.z), self.image, likelihood, slope)


class Target:
    """p(x, z) of n images. `decodes` [n] counts the points at which log p(x|z) was asked for, `gradients` [n] those of them
    whose gradient was, too, which takes a decoder about twice as long again."""

    def __init__(self, log_likelihood: LogLikelihood, count: int) -> None:
        self._log_likelihood, self.count = log_likelihood, count
        self.decodes, self.gradients = torch.zeros((2, count), dtype=torch.long)

    def at(self, z: Tensor, image: Tensor, slope: bool = False) -> Places:
        """log p(x|z) at z [m, d] for the images [m], and its slope where asked for."""
        counted = image.bincount(minlength=self.count)
        self.decodes += counted
        self.gradients += counted if slope else 0
        pieces = [self._asked(*piece, slope) for piece in zip(z.split(_AT_ONCE), image.split(_AT_ONCE), strict=True)]
        values, slopes = zip(*pieces, strict=True)
        return Places(z, image, torch.cat(values), torch.cat(slopes) if slope else None)

    def everywhere(self, z: Tensor, slope: bool = False) -> Places:
        """The same at z [n, c, d], c points for each image: [n · c] in that order."""
        return self.at(z.flatten(0, 1), torch.arange(self.count).repeat_interleave(z.shape[1]), slope)

    def curvature(self, z: Tensor, image: Tensor) -> tuple[Places, Tensor]:
        """Places with their slope, and the second derivatives of log p(x|z) [m, d, d]; counted as 1 + d gradients."""
        counted = image.bincount(minlength=self.count)
        self.decodes += counted
        self.gradients += counted * (1 + z.shape[1])
        found = [self._bent(*piece) for piece in zip(z.split(_AT_ONCE), image.split(_AT_ONCE), strict=True)]
        values, slopes, bends = (torch.cat(part) for part in zip(*found, strict=True))
        return Places(z, image, values, slopes), bends

    def _asked(self, z: Tensor, image: Tensor, slope: bool) -> tuple[Tensor, Tensor]:
        with torch.set_grad_enabled(slope):
            z = z.detach().requires_grad_(slope)
            value = self._log_likelihood(z, image)
            return value.detach(), torch.autograd.grad(value.sum(), z)[0] if slope else z

    def _bent(self, z: Tensor, image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        with torch.enable_grad():
            z = z.detach().requires_grad_()
            value = self._log_likelihood(z, image)
            (slope,) = torch.autograd.grad(value.sum(), z, create_graph=True)
            rows = [torch.autograd.grad(slope[:, i].sum(), z, retain_graph=True)[0] for i in range(z.shape[1])]
        return value.detach(), slope.detach(), torch.stack(rows, 1)


def of_images(vae: VAE, x: Tensor) -> Target:
    """The target of images x [n, side²] under a VAE."""
    vae.eval()
    return Target(lambda z, image: vae.likelihood.log_prob(x[image], vae.decode_logits(z)), len(x))
