"""log p(x) by points that all images share, against closed forms and quadrature."""

from __future__ import annotations

import math

import pytest
import torch
from support.builders import LinearGaussian, standard_error
from torch import Tensor

from vae_engine import exact_log_px, load_model
from vae_engine.data import mnist as data
from vae_engine.inference.quasi_monte_carlo import PROPOSAL, log_px_by_points, points, posteriors
from vae_engine.measure.evaluation import observed

X = LinearGaussian().draw(6)


def test_points_integrate_polynomials_under_the_prior() -> None:
    over = points(2**14, 2, 0, X)
    weights = (over.log_weight - 0.5 * (over.z**2 + math.log(2 * math.pi)).sum(1)).exp()
    moments = [1, over.z[:, 0], over.z[:, 0] ** 2, over.z.prod(1), over.z[:, 1] ** 4]
    for moment, truth in zip(moments, (1, 0, 1, 0, 3), strict=True):
        assert (weights * moment).sum().item() == pytest.approx(truth, abs=2e-3)
    assert over.z.std(0).tolist() == pytest.approx([PROPOSAL, PROPOSAL], abs=1e-2)


def test_points_are_finite_their_seeds_and_no_others() -> None:
    one, again, other = (points(4096, 2, seed, X).z for seed in (7, 7, 8))
    assert one.isfinite().all()
    assert torch.equal(one, again)
    assert not torch.equal(one, other)


def test_many_points_find_the_closed_form_and_its_parts() -> None:
    model = LinearGaussian()
    over = points(2**14, 2, 3, X)
    (found,) = posteriors(model, X, over)
    true = model.posterior(X)
    torch.testing.assert_close(-found.nll - found.kl, model.log_px(X), rtol=0, atol=1e-4)
    torch.testing.assert_close(found.weights.sum(1), torch.ones(6, dtype=torch.float64))
    torch.testing.assert_close(found.weights @ over.z, true.mu, rtol=0, atol=1e-3)
    kl = -0.5 * (1 + true.logvar - true.mu**2 - true.logvar.exp()).sum(1)
    torch.testing.assert_close(found.kl, kl, rtol=0, atol=1e-3)


def test_few_points_bound_log_px_from_below_and_halving_tells_how_far_twice_as_many_are_above() -> None:
    model = LinearGaussian(spread=0.1)
    seeds = range(300)

    def found(count: int) -> tuple[Tensor, Tensor]:
        over = [next(posteriors(model, X, points(count, 2, seed, X))) for seed in seeds]
        return torch.stack([-one.nll - one.kl for one in over]).mean(1), torch.stack([one.halving for one in over]).mean(1)

    (few, _), (more, halving) = found(64), found(128)
    truth = model.log_px(X).mean()
    assert few.mean() + 3 * standard_error(few) < more.mean() < truth - 3 * standard_error(more)
    # Either half of a scrambled net is one of half as many points.
    apart = more.mean() - few.mean() - halving.mean()
    assert abs(apart.item()) < 3 * math.hypot(standard_error(few), standard_error(more))


def test_a_pretrained_decoder_has_the_log_px_that_quadrature_finds() -> None:
    vae = load_model("vae-mnist-small")
    x = observed(data.load("test").head(20), "dynamic", 0)
    by_points = log_px_by_points(vae, x, 2**15, 0)
    torch.testing.assert_close(by_points.double(), exact_log_px(vae, x).log_px, rtol=0, atol=0.3)
    assert by_points.mean().item() == pytest.approx(exact_log_px(vae, x).log_px.mean().item(), abs=0.05)
