"""What chains say of themselves: R-hat and effective samples, for n images at a time, float64.

Sources: Gelman et al., Bayesian Data Analysis, 3rd edition, eqs. 11.4 and 11.8; Geyer, Statistical Science 7 (1992), §3.3.
"""

from __future__ import annotations

import torch
from torch import Tensor


def split_r_hat(z: Tensor) -> Tensor:
    """√(variance of all / variance within) of the halves of chains z [n, c, s, d], the worse of the dimensions: [n].

    1 where the chains agree. Chains that never moved have no variance: infinite.
    """
    halves = _halves(z.double())
    within, whole = _variances(halves)
    return torch.where(within > 0, (whole / within).sqrt(), torch.inf).amax(1)


def effective(z: Tensor) -> Tensor:
    """How many independent draws the mean of chains z [n, c, s, d] is worth, for the worse of the dimensions: [n].

    c·s / (1 + 2 Σ ρₜ), the autocorrelations of all chains together, summed in pairs as long as these are positive and fall. At
    most c·s; 1 where chains disagree so much that none of their draws helps.
    """
    halves = _halves(z.double())
    n, c, s, d = halves.shape
    within, whole = _variances(halves)
    centred = halves - halves.mean(2, keepdim=True)
    spectrum = torch.fft.rfft(centred, n=2 * s, dim=2)
    covariance = torch.fft.irfft((spectrum * spectrum.conj()).real, n=2 * s, dim=2)[:, :, :s] / s
    rho = 1 - (within[:, None] - covariance.mean(1) * s / (s - 1)) / whole[:, None].clamp_min(torch.finfo(z.dtype).tiny)
    rho[:, 0] = 1
    pairs = rho[:, : s - s % 2].reshape(n, s // 2, 2, d).sum(2)
    positive = (pairs > 0).cumprod(1).bool()
    falling = pairs.cummin(1).values
    time = (2 * torch.where(positive, falling, 0).sum(1) - 1).clamp_min(1 / torch.log10(torch.tensor(10.0 + c * s)))
    return (c * s / time).clamp(1, c * s).amin(1)


def _halves(z: Tensor) -> Tensor:
    """[n, c, s, d] → [n, 2c, s // 2, d]."""
    n, c, s, d = z.shape
    return z[:, :, : s - s % 2].reshape(n, 2 * c, s // 2, d)


def _variances(z: Tensor) -> tuple[Tensor, Tensor]:
    """Within chains, and of all of them as overestimated by the spread of their means: [n, d] each."""
    s = z.shape[2]
    within = z.var(2).mean(1)
    return within, (s - 1) / s * within + z.mean(2).var(1)
