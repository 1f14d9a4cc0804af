"""What the tests of the equations share: a model known in closed form, and a list of what was evaluated."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from support.builders import LinearGaussian
from torch import Tensor
from torch.distributions import Normal

from vae_engine.model.models import Posterior

EVALUATED: dict[str, Callable[[], None]] = {}
DRAWS = 20_000
STANDARD_ERRORS = 4.5

MODEL = LinearGaussian(shift=0.2, widen=1.3)
X = MODEL.draw(3)


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def normal(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=rng(seed), dtype=torch.float64)


def same(got: Tensor, wanted: Tensor, atol: float = 1e-10) -> None:
    torch.testing.assert_close(got, wanted, rtol=0, atol=atol, check_dtype=False)


def evaluates(name: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Marks what evaluates the equation of this name."""

    def register(test: Callable[[], None]) -> Callable[[], None]:
        EVALUATED[name] = test
        return test

    return register


def density(mean: Tensor, spread: Tensor | float, value: Tensor) -> Tensor:
    """The density of an isotropic or diagonal Gaussian, summed over nothing: the product of its factors."""
    variance = torch.as_tensor(spread, dtype=torch.float64) ** 2
    return (torch.exp(-((value - mean) ** 2) / (2 * variance)) / torch.sqrt(2 * math.pi * variance)).prod(-1)


def true_posterior() -> Normal:
    true = MODEL.posterior(X)
    return Normal(true.mu, true.std)


def encoder_q() -> Normal:
    q = MODEL.encode(X)
    return Normal(q.mu, q.std)


def drawn(samples: int) -> tuple[Posterior, Tensor, Tensor]:
    q = MODEL.encode(X)
    z = q.mu + q.std * normal(samples, 3, 2, seed=2)
    return q, z, MODEL.decode_logits(z)


def singles() -> list[Posterior]:
    q = MODEL.encode(X)
    return [Posterior(q.mu[i : i + 1], q.logvar[i : i + 1]) for i in range(3)]
