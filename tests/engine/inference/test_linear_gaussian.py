"""Every estimator of log p(x) against a model for which it is known in closed form."""

from __future__ import annotations

import math

import pytest
import torch
from support.builders import LinearGaussian, standard_error
from torch import Tensor
from torch.distributions import Normal, kl_divergence

from vae_engine import exact_log_px, importance_sampled_log_px
from vae_engine.inference.exact import log_joint
from vae_engine.measure.evaluation import _weighed
from vae_engine.model import objectives

X = LinearGaussian().draw(6)


def log_weights(model: LinearGaussian, samples: int, seed: int = 0) -> Tensor:
    """log p(x, zₖ) − log q(zₖ|x) of X: [samples, 6]."""
    q = model.encode(X)
    z = q.sample(torch.Generator().manual_seed(seed), samples)
    return objectives.log_weights(model.likelihood, X, model.decode_logits(z), q, z)


def inference_gap(model: LinearGaussian) -> Tensor:
    """KL(q(z|x) ‖ p(z|x)) of X: [6], exactly."""
    q, true = model.encode(X), model.posterior(X)
    return kl_divergence(Normal(q.mu, q.std), Normal(true.mu, true.std)).sum(-1)


def test_elbo_equals_log_px_sample_by_sample_when_q_is_the_posterior() -> None:
    model = LinearGaussian()
    torch.testing.assert_close(log_weights(model, 50), model.log_px(X).expand(50, -1), rtol=0, atol=1e-10)


def test_estimator_a_has_the_lower_variance_once_q_is_the_posterior() -> None:
    model = LinearGaussian()
    z = model.encode(X).sample(torch.Generator().manual_seed(0), 50)
    b = model.likelihood.log_prob(X, model.decode_logits(z))
    assert (log_weights(model, 50).std(0) < 1e-6 * b.std(0)).all()


def test_iwae_equals_log_px_for_every_k_when_q_is_the_posterior() -> None:
    model = LinearGaussian()
    for count in (1, 3, 20):
        torch.testing.assert_close(objectives.iwae(log_weights(model, count)), model.log_px(X), rtol=0, atol=1e-10)


@pytest.mark.parametrize(("shift", "widen"), [(0.0, 1.0), (0.3, 1.0), (0.0, 0.6), (-0.2, 1.3)])
def test_log_px_minus_elbo_is_the_divergence_of_q_from_the_posterior(shift: float, widen: float) -> None:
    model = LinearGaussian(shift, widen)
    q = model.encode(X)
    z = q.sample(torch.Generator().manual_seed(4), 20_000)
    raw = model.decode_logits(z)
    gap = inference_gap(model)
    a = objectives.log_weights(model.likelihood, X, raw, q, z)
    b = -objectives.kl(q) + model.likelihood.log_prob(X, raw)
    torch.testing.assert_close(objectives.elbo_a(model.likelihood, X, raw, q, z), a.mean(0))
    torch.testing.assert_close(objectives.elbo_b(model.likelihood, X, raw, q), b.mean(0))
    for draws in (a, b):
        for image in range(len(X)):
            missed = model.log_px(X)[image] - gap[image] - draws[:, image].mean()
            assert abs(missed.item()) < 5 * standard_error(draws[:, image]) + 1e-9


def test_elbo_is_below_iwae_which_grows_with_k_to_stay_below_log_px() -> None:
    model = LinearGaussian(shift=0.5, widen=0.5)
    truth = model.log_px(X).mean().item()
    bounds, errors = [], []
    for count in (1, 2, 5, 20, 100):
        draws = log_weights(model, count * 2000, seed=count).reshape(count, 2000, len(X))
        estimates = (torch.logsumexp(draws, 0) - math.log(count)).mean(1)
        torch.testing.assert_close(objectives.iwae(draws[:, 0]).mean(), estimates[0])
        bounds.append(estimates.mean().item())
        errors.append(standard_error(estimates))
    assert bounds[0] == pytest.approx(truth - inference_gap(model).mean().item(), abs=4 * errors[0])
    for low, high, error in zip(bounds, bounds[1:], errors, strict=False):
        assert low + error < high
    assert bounds[-1] < truth + 4 * errors[-1]


def test_importance_sampling_converges_to_log_px_from_a_wide_q() -> None:
    model = LinearGaussian(shift=0.2, widen=1.2)
    estimate = importance_sampled_log_px(model, X, 20_000, seed=0)
    torch.testing.assert_close(estimate, model.log_px(X), rtol=0, atol=0.02)


def test_importance_sampling_is_the_iwae_bound_of_its_seed() -> None:
    model = LinearGaussian(shift=0.3)
    torch.testing.assert_close(importance_sampled_log_px(model, X, 40, seed=7), objectives.iwae(log_weights(model, 40, seed=7)))


def test_quadrature_equals_log_px() -> None:
    model = LinearGaussian()
    torch.testing.assert_close(exact_log_px(model, X).log_px, model.log_px(X), rtol=0, atol=1e-5)


def test_quadrature_does_not_depend_on_the_encoder() -> None:
    good, bad = exact_log_px(LinearGaussian(), X), exact_log_px(LinearGaussian(shift=4.0, widen=0.1), X)
    torch.testing.assert_close(good.log_px, bad.log_px, rtol=0, atol=1e-5)


def test_joint_normalised_on_a_grid_is_the_known_posterior() -> None:
    model, step = LinearGaussian(), 0.05
    line = torch.arange(-6, 6 + step / 2, step)
    z = torch.cartesian_prod(line, line)
    density = torch.exp(log_joint(model, X, z) - model.log_px(X)[:, None]) * step**2
    torch.testing.assert_close(density.sum(1), torch.ones(len(X), dtype=torch.float64), rtol=0, atol=1e-5)
    true = model.posterior(X)
    mean = density @ z.double()
    torch.testing.assert_close(mean, true.mu, rtol=0, atol=1e-4)
    torch.testing.assert_close(density @ z.double() ** 2 - mean**2, true.logvar.exp(), rtol=0, atol=1e-4)


def test_prior_has_mass_one() -> None:
    step = 0.05
    line = torch.arange(-8, 8 + step / 2, step, dtype=torch.float64)
    mass = objectives.log_prior(torch.cartesian_prod(line, line)).exp().sum() * step**2
    assert mass.item() == pytest.approx(1.0, abs=1e-9)


def test_weights_of_the_posterior_itself_are_exact_and_those_of_a_narrow_q_are_not() -> None:
    models = LinearGaussian(), LinearGaussian(widen=0.3)
    exact, narrow = (_weighed(model, X, 2000, 0, lambda what, share: None)[1] for model in models)
    assert (exact["is_k_hat_high"], exact["is_ess"]) == (0.0, pytest.approx(2000))
    assert narrow["is_k_hat_high"] > 0.5
    assert narrow["is_ess"] < 1000
