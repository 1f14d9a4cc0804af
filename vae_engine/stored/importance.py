"""How far importance weights can be trusted: effective samples and Pareto k-hat. Numpy, for a single estimate.

`ess` = (Σ w)²/Σ w². The largest weights are fitted by a generalised Pareto distribution with shape k: below ½ the weights have a
variance, below 0.7 an estimate of practical use, above 1 no mean. Sources: Vehtari et al., Pareto smoothed importance sampling,
arXiv:1507.02646, §3; Zhang & Stephens, Technometrics 51 (2009), for the fit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

TRUSTED = 0.7
"""k-hat above which an estimate is not to be relied on."""
EXACT = 1e-3
"""Nats by which all log weights may differ and yet be called equal: q is then the posterior, and any one of them log p(x)."""
_FEWEST = 5  # largest weights to which a tail can be fitted
_GRID = 30  # points of the fit, beyond the root of the number of weights
_PRIOR_SHAPE, _PRIOR_WEIGHT = 0.5, 10  # towards which few weights are drawn


@dataclass(frozen=True)
class Diagnosis:
    """k-hat and effective samples of K weights. k-hat is 0 of equal weights, and no number where K is too small to tell."""

    k_hat: float
    ess: float

    @property
    def exact(self) -> bool:
        """Whether the weights are equal."""
        return self.k_hat == 0.0

    @property
    def said(self) -> str:
        """`exact`, or k-hat to two digits; `none` where there are too few weights to tell."""
        if self.exact:
            return "exact"
        if math.isnan(self.k_hat):
            return "none"
        return f"{self.k_hat:.2f}".replace("-", "−") if math.isfinite(self.k_hat) else "∞"


def diagnosed(log_weights: np.ndarray) -> Diagnosis:
    """Of log weights [K], nats."""
    return Diagnosis(k_hat(log_weights), float(effective(log_weights)))


def effective(log_weights: np.ndarray) -> np.ndarray:
    """(Σ w)²/Σ w², between 1 and K: log weights [..., K] → [...]."""
    w = np.exp(np.asarray(log_weights, np.float64) - np.max(log_weights, -1, keepdims=True))
    found: np.ndarray = w.sum(-1) ** 2 / (w**2).sum(-1)
    return found


def k_hat(log_weights: np.ndarray) -> float:
    """Shape of the tail of log weights [K]: that of the min(K/5, 3√K) largest.

    0 of equal weights; infinite where all but a few are nothing; NaN below 25 weights, and where the largest have no tail.
    """
    ordered = np.sort(np.asarray(log_weights, np.float64))
    if ordered[-1] - ordered[0] < EXACT:
        return 0.0
    count = math.ceil(min(len(ordered) / 5, 3 * math.sqrt(len(ordered))))
    if count < _FEWEST:
        return math.nan
    w = np.exp(ordered - ordered[-1])
    tail = w[-count:] - w[-count - 1]
    tail = tail[tail > 0]
    if len(tail) < _FEWEST:  # beside the largest the others are nothing; or they are the same, and no tail shows
        return math.inf if w[-count - 1] == 0 else math.nan
    return _pareto_shape(tail)


def _pareto_shape(tail: np.ndarray) -> float:
    """The k of a generalised Pareto distribution over exceedances > 0 in rising order, by Zhang & Stephens' mean of θ."""
    count = len(tail)
    grid = _GRID + math.isqrt(count)
    quartile = tail[max(math.floor(count / 4 + 0.5) - 1, 0)]
    theta = 1 / tail[-1] + (1 - np.sqrt(grid / (np.arange(1, grid + 1) - 0.5))) / (3 * quartile)
    shape = np.log1p(-theta[:, None] * tail).mean(1)
    with np.errstate(over="ignore"):
        profile = count * (np.log(-theta / shape) - shape - 1)
        share = 1 / np.exp(profile - profile[:, None]).sum(1)
    chosen = float((theta * share).sum() / share.sum())
    found = float(np.log1p(-chosen * tail).mean())
    return (found * count + _PRIOR_SHAPE * _PRIOR_WEIGHT) / (count + _PRIOR_WEIGHT)
