"""Stein variational gradient descent: particles that climb log p(x, z) and keep each other at a distance.

φ(zᵢ) = 1/m Σⱼ [k(zⱼ, zᵢ) ∇ log p(x, zⱼ) + ∇ⱼ k(zⱼ, zᵢ)], k a Gaussian kernel whose width is the median distance over √(2 log m).
Steps by Adagrad. Deterministic once begun; it states neither log p(x) nor an error. Source: Liu & Wang, arXiv:1608.04471.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from vae_engine.inference.approximate.target import Target

_LEAST = 1e-12
_FORGETTING = 0.9  # of the squared slopes by which Adagrad divides, as in the authors' program


def direction(z: Tensor, gradient: Tensor) -> Tensor:
    """φ at each of the particles z [n, m, d] with gradients of log p(x, z) of that shape."""
    apart = z[:, :, None] - z[:, None]
    squares = (apart**2).sum(-1)
    count = z.shape[1]
    bandwidth = squares.flatten(1).median(1).values.clamp_min(_LEAST)[:, None, None] / math.log(count + 1)
    kernel = (-squares / bandwidth).exp()
    pushed = (2 / bandwidth[..., None] * apart * kernel[..., None]).sum(2)
    return (kernel @ gradient + pushed) / count


def stein(target: Target, start: Tensor, steps: int, rate: float) -> Tensor:
    """Particles [n, m, d] from a start of that shape, after so many steps; the rate falls to nothing over the last half."""
    z, squares = start, torch.zeros_like(start)
    for turn in range(steps):
        gradient = target.everywhere(z, slope=True).gradient().reshape(z.shape)
        phi = direction(z, gradient)
        squares = phi**2 if turn == 0 else _FORGETTING * squares + (1 - _FORGETTING) * phi**2
        z = z + rate * min(1.0, 2 * (1 - turn / steps)) * phi / (squares.sqrt() + 1e-6)
    return z
