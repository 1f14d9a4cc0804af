"""Laplace's method: the posterior as a Gaussian at a mode, or as one at each mode.

At a mode z* with curvature H = −∇² log p(x, z*), p(x, z) ≈ p(x, z*) exp(−½ (z − z*)ᵀ H (z − z*)), so log p(x) ≈
log p(x, z*) + d/2 · log 2π − ½ log det H; of several modes the sum. It states no error, and no sign of one. Source: Tierney &
Kadane, JASA 81 (1986).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from vae_engine.inference.approximate.mixtures import Mixture, gaussian
from vae_engine.inference.approximate.target import Target
from vae_engine.model.objectives import LOG_2PI

_STEPS = 30  # of Newton's method
_FARTHEST = 0.5  # that one of them may go
_SOFTEST = 1.0  # curvature below which a step goes uphill by the slope instead
_SAME = 1e-2  # distance of two ends that are one mode
_FLAT = 1e-2  # slope, times the mode's spread, at which a step has arrived


@dataclass(frozen=True)
class Modes:
    """z [n, k, d] from k starts each; log p(x, z), curvature [n, k, d, d], and whether it is a mode that no other start found."""

    z: Tensor
    log_joint: Tensor
    curvature: Tensor
    found: Tensor

    @property
    def log_volume(self) -> Tensor:
        """d/2 · log 2π − ½ log det H of each; −∞ where there is no new mode: [n, k]."""
        safe = torch.where(self.found[..., None, None], self.curvature, torch.eye(self.z.shape[-1], dtype=self.z.dtype))
        volume = 0.5 * self.z.shape[-1] * LOG_2PI - 0.5 * torch.linalg.slogdet(safe)[1]
        return volume.masked_fill(~self.found, -torch.inf)

    @property
    def each(self) -> Tensor:
        """log p(x) as each mode alone has it: [n, k]; −∞ where there is no new mode."""
        return self.log_joint + self.log_volume

    def summed(self) -> Mixture:
        """Σ over the modes, each with its share of the mass."""
        roots = _root(self.curvature, self.found)
        return Mixture(torch.log_softmax(self.each, 1), self.z, roots)

    def best(self) -> Mixture:
        """The Gaussian at the highest mode alone."""
        top = self.log_joint.masked_fill(~self.found, -torch.inf).argmax(1)
        image = torch.arange(len(top))
        return gaussian(self.z[image, top], _root(self.curvature, self.found)[image, top])

    @property
    def log_px_best(self) -> Tensor:
        """log p(x) by the highest mode: [n], nats."""
        top = self.log_joint.masked_fill(~self.found, -torch.inf).argmax(1, keepdim=True)
        return self.each.gather(1, top)[:, 0]


def _root(curvature: Tensor, found: Tensor) -> Tensor:
    """L with L Lᵀ = H⁻¹; 1 where there is no mode."""
    safe = torch.where(found[..., None, None], curvature, torch.eye(curvature.shape[-1], dtype=curvature.dtype))
    return torch.linalg.cholesky(torch.linalg.inv(safe))


def climbed(target: Target, start: Tensor) -> Modes:
    """The modes to which starts [n, k, d] lead by Newton's method, halving the steps that would go down."""
    n, k, d = start.shape
    image = torch.arange(n).repeat_interleave(k)
    z, reach = start.flatten(0, 1), torch.full((n * k, 1), _FARTHEST, dtype=start.dtype)
    places, bends = target.curvature(z, image)
    for _ in range(_STEPS):
        arrived = _arrived(places.gradient(), _curvature(bends))
        going = (~arrived & (reach[:, 0] > _SAME * 1e-3)).nonzero()[:, 0]
        if not len(going):
            break
        step = _step(places.gradient()[going], _curvature(bends)[going])
        step = step * (reach[going] / step.norm(dim=1, keepdim=True)).clamp(max=1)
        tried, bent = target.curvature(places.z[going] + step, image[going])
        higher = tried.log_joint() >= places.only(going).log_joint() - 1e-4
        reach[going] = torch.where(higher[:, None], (2 * reach[going]).clamp(max=_FARTHEST), step.norm(dim=1, keepdim=True) / 4)
        taken = going[higher]
        new = tried.only(higher)
        assert places.slope is not None
        assert new.slope is not None
        places = type(places)(
            places.z.index_copy(0, taken, new.z), image, places.log_likelihood.index_copy(0, taken, new.log_likelihood),
            places.slope.index_copy(0, taken, new.slope),
        )  # fmt: skip
        bends = bends.index_copy(0, taken, bent[higher])
    curvature = _curvature(bends)
    sound = _arrived(places.gradient(), curvature).reshape(n, k)
    z, height = places.z.reshape(n, k, d), places.log_joint().reshape(n, k)
    return Modes(z, height, curvature.reshape(n, k, d, d), sound & ~_repeated(z, height, sound))


def _curvature(bends: Tensor) -> Tensor:
    """−∇² log p(x, z): the prior's is 1."""
    return torch.eye(bends.shape[-1], dtype=bends.dtype) - bends


def _arrived(gradient: Tensor, curvature: Tensor) -> Tensor:
    """Whether Newton's next step would be short against the spread of a true maximum."""
    values, vectors = torch.linalg.eigh(curvature)
    along = (vectors.mT @ gradient[..., None])[..., 0]
    return (values > 0).all(-1) & ((along.abs() / values.clamp_min(1e-12).sqrt()).amax(-1) < _FLAT)


def _step(gradient: Tensor, curvature: Tensor) -> Tensor:
    """|H|⁻¹ ∇: Newton's where H is positive, uphill elsewhere."""
    values, vectors = torch.linalg.eigh(curvature)
    along = (vectors.mT @ gradient[..., None])[..., 0]
    return (vectors @ (along / values.abs().clamp_min(_SOFTEST))[..., None])[..., 0]


def _repeated(z: Tensor, height: Tensor, sound: Tensor) -> Tensor:
    """Which ends lie where an earlier sound one does: bool [n, k]."""
    near = (z[:, :, None] - z[:, None]).norm(dim=-1) < _SAME
    return (near & sound[:, None] & sound[:, :, None]).tril(-1).any(-1)


def spread_starts(target: Target, drawn: Tensor, count: int, apart: float) -> Tensor:
    """The `count` best of points drawn [n, s, d], each at least so far from the better ones: [n, count, d].

    Where too few lie so far apart, the last are as near as may be.
    """
    height = target.everywhere(drawn).log_joint().reshape(drawn.shape[:2]).clone()
    chosen = []
    for _ in range(count):
        best = height.argmax(1)
        z = drawn[torch.arange(len(drawn)), best]
        chosen.append(z)
        height -= 1e9 * ((drawn - z[:, None]).norm(dim=-1) < apart)
    return torch.stack(chosen, 1)
