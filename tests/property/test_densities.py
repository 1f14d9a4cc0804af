"""The densities and divergences of the objective, against torch.distributions in float64."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.distributions import Bernoulli, Independent, Normal, kl_divergence

from vae_engine.model import objectives
from vae_engine.model.likelihoods import LIKELIHOODS, Gaussian
from vae_engine.model.models import Posterior


def doubles(low: float, high: float, size: int) -> st.SearchStrategy[torch.Tensor]:
    """float64 vectors of a size, within bounds."""
    number = st.floats(low, high, allow_nan=False)
    return st.lists(number, min_size=size, max_size=size).map(lambda v: torch.tensor(v, dtype=torch.float64))


posteriors = st.builds(Posterior, doubles(-30, 30, 3), doubles(-20, 20, 3))


def as_normal(q: Posterior) -> Independent:
    return Independent(Normal(q.mu, q.std), 1)


@given(posteriors)
def test_kl_agrees_with_torch_distributions_in_float64(q: Posterior) -> None:
    prior = Independent(Normal(torch.zeros_like(q.mu), torch.ones_like(q.mu)), 1)
    torch.testing.assert_close(objectives.kl(q), kl_divergence(as_normal(q), prior), rtol=1e-12, atol=1e-12)


@given(posteriors)
def test_kl_is_the_sum_over_dimensions_and_never_negative(q: Posterior) -> None:
    parts = objectives.kl_per_dimension(q)
    assert (parts >= -1e-12).all()
    torch.testing.assert_close(objectives.kl(q), parts.sum(), rtol=1e-12, atol=1e-12)


def test_kl_vanishes_exactly_where_the_posterior_is_the_prior() -> None:
    prior = Posterior(torch.zeros(4, 2, dtype=torch.float64), torch.zeros(4, 2, dtype=torch.float64))
    assert torch.equal(objectives.kl(prior), torch.zeros(4, dtype=torch.float64))
    for moved in (prior._replace(mu=prior.mu + 0.1), prior._replace(logvar=prior.logvar + 0.1)):
        assert (objectives.kl(moved) > 1e-3).all()


@given(posteriors, doubles(-30, 30, 3))
def test_log_q_and_log_prior_agree_with_torch_distributions(q: Posterior, z: torch.Tensor) -> None:
    torch.testing.assert_close(objectives.log_q(q, z), as_normal(q).log_prob(z), rtol=1e-10, atol=1e-10)
    standard = Normal(torch.zeros_like(z), torch.ones_like(z)).log_prob(z).sum()
    torch.testing.assert_close(objectives.log_prior(z), standard, rtol=1e-12, atol=1e-12)


@given(doubles(-200, 200, 6), st.lists(st.sampled_from([0.0, 1.0]), min_size=6, max_size=6))
def test_bernoulli_log_prob_agrees_with_torch_distributions(logits: torch.Tensor, pixels: list[float]) -> None:
    x = torch.tensor(pixels, dtype=torch.float64)
    # torch takes softplus(l) = l above l = 20, where they differ by at most e⁻²⁰ a pixel.
    ours = LIKELIHOODS["bernoulli"].log_prob(x, logits)
    torch.testing.assert_close(ours, Bernoulli(logits=logits).log_prob(x).sum(), rtol=1e-12, atol=2e-8)


@given(doubles(-50, 50, 4), doubles(-50, 50, 4), doubles(0, 1, 4))
def test_gaussian_log_prob_agrees_with_torch_distributions(mean: torch.Tensor, raw: torch.Tensor, x: torch.Tensor) -> None:
    ours = LIKELIHOODS["gaussian"].log_prob(x, torch.cat([mean, raw]))
    spread = Gaussian.smallest_spread + torch.nn.functional.softplus(raw)
    torch.testing.assert_close(ours, Normal(mean.sigmoid(), spread).log_prob(x).sum(), rtol=1e-10, atol=1e-10)


@given(doubles(-700, 700, 7))
def test_iwae_of_any_weights_lies_between_their_mean_and_their_maximum(weights: torch.Tensor) -> None:
    bound = objectives.iwae(weights[:, None])[0]
    assert weights.mean() - 1e-9 <= bound <= weights.max() + 1e-9


@given(st.floats(-700, 700), st.integers(1, 50))
def test_iwae_of_equal_weights_is_that_weight_whatever_k(weight: float, count: int) -> None:
    bound = objectives.iwae(torch.full((count, 1), weight, dtype=torch.float64))
    assert bound.item() == pytest.approx(weight, abs=1e-9)
