"""What states log p(x), on targets for which it is known: bounds from the side they claim, errors of the size they state."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from support.inference.known_posteriors import Known, linear_gaussian, two_sided

from vae_engine.inference.approximate import annealing, importance, laplace, variational
from vae_engine.inference.approximate.annealing import Schedule
from vae_engine.inference.approximate.chains import METROPOLIS, Method, hmc
from vae_engine.inference.approximate.mixtures import Mixture, gaussian
from vae_engine.inference.approximate.nested import nested
from vae_engine.inference.approximate.nuts import NUTS

DOUBLE = torch.float64


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def prior_draws(count: int, each: int, seed: int = 0) -> torch.Tensor:
    return torch.randn((count, each, 2), generator=generator(seed), dtype=DOUBLE)


def within_errors(values: torch.Tensor, truth: torch.Tensor, errors: float = 4.5) -> bool:
    """Whether the mean of values [n, c] is the truth [n] but for so many standard errors."""
    off = values.mean(1) - truth
    return bool((off.abs() < errors * values.std(1) / math.sqrt(values.shape[1])).all())


@pytest.mark.parametrize(("method", "step"), [(METROPOLIS, 1.0), (hmc(3), 0.3), (NUTS, 0.3)], ids=["metropolis", "hmc", "nuts"])
@pytest.mark.parametrize("make", [linear_gaussian, two_sided])
def test_weights_of_annealing_are_unbiased_in_both_directions_however_few_the_steps(make, method: Method, step: float) -> None:
    known, chains = make(3), 2000
    schedule = Schedule(torch.linspace(0, 1, 13, dtype=DOUBLE) ** 2, torch.full((12, 3), step, dtype=DOUBLE))
    ahead, _ = annealing.forward(known.target, prior_draws(3, chains), method, schedule, generator(1))
    assert within_errors((ahead - known.log_px[:, None]).exp(), torch.ones(3, dtype=DOUBLE))
    exact = known.posterior.drawn(chains, generator(2))
    back, _ = annealing.backward(known.target, exact, method, schedule, generator(3))
    assert within_errors((known.log_px[:, None] - back).exp(), torch.ones(3, dtype=DOUBLE))


def test_the_two_bounds_of_annealing_close_on_the_exact_value() -> None:
    known = two_sided(4, spread=0.15)
    gaps = []
    for count in (4, 16, 128):
        schedule = annealing.tuned(known.target, prior_draws(4, 4, 9), hmc(3), 0.5, count, generator())
        ahead, _ = annealing.forward(known.target, prior_draws(4, 200), hmc(3), schedule, generator(1))
        back, _ = annealing.backward(known.target, known.posterior.drawn(200, generator(2)), hmc(3), schedule, generator(3))
        assert (ahead.mean(1) < known.log_px).all()
        assert (back.mean(1) > known.log_px).all()
        gaps.append((back.mean(1) - ahead.mean(1)).mean().item())
    assert gaps[0] > 3 * gaps[1] > 9 * gaps[2]
    assert ((annealing.lower(ahead) - known.log_px).abs() < 4 * annealing.stated(ahead)).all()
    assert ((annealing.upper(back) - known.log_px).abs() < 4 * annealing.stated(-back)).all()
    assert (annealing.stated(ahead) < 0.1).all()


def test_an_ended_forward_chain_is_a_draw_of_the_posterior_once_weighted() -> None:
    known = two_sided(3)
    schedule = annealing.tuned(known.target, prior_draws(3, 4, 9), METROPOLIS, 0.8, 60, generator())
    log_weight, z = annealing.forward(known.target, prior_draws(3, 4000), METROPOLIS, schedule, generator(1))
    share = torch.softmax(log_weight, 1)[..., None]
    torch.testing.assert_close((share * z).sum(1), known.moments[0], rtol=0, atol=0.1)


@pytest.mark.parametrize("make", [linear_gaussian, two_sided])
def test_nested_sampling_is_right_within_the_error_it_states(make) -> None:
    known = make(8)
    found = nested(known.target, 100, np.random.default_rng(0), torch.empty(0, dtype=DOUBLE))
    off = (found.log_px - known.log_px) / found.stated
    assert off.abs().max() < 3.5
    assert (off**2).mean() < 2.5
    mean = torch.stack([weights @ z for z, weights in zip(found.z, found.weights, strict=True)])
    spread = known.moments[1].diagonal(dim1=1, dim2=2).sqrt()
    assert ((mean - known.moments[0]).abs() < 0.3 * spread).all()
    assert all(weights.sum() == pytest.approx(1) for weights in found.weights)


@pytest.mark.long
def test_the_error_that_nested_sampling_states_is_that_by_which_its_runs_scatter() -> None:
    for make, spread in ((linear_gaussian, 1), (two_sided, 0.1)):
        known = make(1) if spread == 1 else two_sided(1, spread=spread)
        runs = [nested(known.target, 100, np.random.default_rng(seed), torch.empty(0, dtype=DOUBLE)) for seed in range(60)]
        log_px = torch.cat([one.log_px for one in runs])
        stated = runs[0].stated.item()
        assert abs(log_px.mean() - known.log_px.item()) < 4 * log_px.std() / math.sqrt(60)
        assert 0.75 * stated < log_px.std() < 1.3 * stated
    more = nested(known.target, 400, np.random.default_rng(0), torch.empty(0, dtype=DOUBLE))
    assert more.stated.item() == pytest.approx(stated / 2, rel=0.15)


def test_laplace_is_exact_where_the_posterior_is_a_gaussian() -> None:
    known = linear_gaussian(20)
    modes = laplace.climbed(known.target, prior_draws(20, 3))
    assert (modes.found.sum(1) == 1).all()  # all starts end at the one mode, which counts once
    torch.testing.assert_close(modes.log_px_best, known.log_px, rtol=0, atol=1e-6)
    mean, covariance = modes.best().moments()
    torch.testing.assert_close(mean, known.moments[0], rtol=0, atol=1e-3)
    torch.testing.assert_close(covariance, known.moments[1])


def test_laplace_summed_over_modes_is_exact_where_they_are_gaussians_apart_and_at_one_mode_lacks_its_share() -> None:
    known = two_sided(40, spread=0.05)
    apart = known.z.norm(dim=1) > 0.5
    modes = laplace.climbed(known.target, known.posterior.mean + 0.02)
    torch.testing.assert_close(modes.each.logsumexp(1)[apart], known.log_px[apart], rtol=0, atol=1e-5)
    torch.testing.assert_close(modes.log_px_best[apart], known.log_px[apart] + math.log(0.7), rtol=0, atol=1e-5)
    mean, covariance = modes.summed().moments()
    torch.testing.assert_close(mean[apart], known.moments[0][apart], rtol=0, atol=1e-3)
    torch.testing.assert_close(covariance[apart], known.moments[1][apart], rtol=0, atol=2e-3)


def test_starts_are_the_best_and_lie_apart() -> None:
    known = two_sided(5, spread=0.1)
    starts = laplace.spread_starts(known.target, prior_draws(5, 400), 4, 0.3)
    between = torch.cdist(starts, starts) + 9 * torch.eye(4)
    assert between.min() > 0.3
    assert (torch.cdist(starts[:, :2], known.posterior.mean).amin(1) < 0.5).all()  # the two best find the two modes


def start(known: Known, parts: int = 1) -> Mixture:
    mean = prior_draws(known.target.count, parts, 5)
    root = (0.3 * torch.eye(2, dtype=DOUBLE)).expand(*mean.shape, 2)
    return Mixture(torch.full(mean.shape[:2], -math.log(parts), dtype=DOUBLE), mean, root)


def test_a_gaussian_q_reaches_log_px_where_the_posterior_is_one_and_its_weights_are_equal() -> None:
    known = linear_gaussian(4)
    for full in (False, True):  # this posterior is mean-field
        found = variational.fitted(known.target, start(known), 250, 5, full)
        torch.testing.assert_close(found.elbo, known.log_px, rtol=0, atol=2e-3)
        assert (found.elbo <= known.log_px + 1e-9).all()
    found = importance.sampled(known.target, known.posterior, 200, generator())
    assert (found.k_hat == 0).all()  # exact, not infinite
    torch.testing.assert_close(found.ess, torch.full((4,), 200.0, dtype=DOUBLE))
    torch.testing.assert_close(found.log_px, known.log_px)
    assert (found.stated < 1e-6).all()


def test_a_mixture_lacks_less_than_a_gaussian_and_a_gaussian_on_one_mode_its_share() -> None:
    known = two_sided(6, spread=0.2)
    one = variational.fitted(known.target, gaussian(known.posterior.mean[:, 0], known.posterior.root[:, 0]), 100, 8)
    far = known.posterior.mean[:, 0].norm(dim=1) > 1.0
    torch.testing.assert_close(one.elbo[far], known.log_px[far] + math.log(0.7), rtol=0, atol=5e-3)
    both = Mixture(torch.full((6, 2), math.log(0.5), dtype=DOUBLE), known.posterior.mean + 0.05, 1.3 * known.posterior.root)
    two = variational.fitted(known.target, both, 200, 8)
    assert (two.elbo[far] - known.log_px[far]).abs().max() < 0.01
    assert (two.elbo >= one.elbo - 1e-3).all()
    torch.testing.assert_close(two.q.log_share.exp()[far, 0], torch.full_like(two.elbo[far], 0.7), rtol=0, atol=0.02)


def test_the_gradient_that_climbs_the_elbo_is_that_of_the_elbo() -> None:
    known, begin, points = two_sided(2), start(two_sided(2), 3), variational.hermite(5, torch.empty(0, dtype=DOUBLE))
    mean = begin.mean.clone().requires_grad_()
    _, loss = variational._elbo(known.target, Mixture(begin.log_share, mean, begin.root), points)
    (found,) = torch.autograd.grad(loss, mean)
    for place in ((0, 0, 0), (1, 2, 1)):
        values = []
        for sign in (1, -1):
            moved = begin.mean.clone()
            moved[place] += sign * 1e-5
            values.append(variational.elbo(known.target, Mixture(begin.log_share, moved, begin.root), 5).sum())
        assert found[place].item() == pytest.approx(((values[0] - values[1]) / 2e-5).item(), rel=1e-5)


def test_a_mixture_is_a_density_and_has_the_moments_of_its_draws() -> None:
    q = two_sided(2, spread=0.4).posterior
    line = torch.linspace(-5, 5, 201, dtype=DOUBLE)
    area = q.log_density(torch.cartesian_prod(line, line).expand(2, -1, -1)).exp().sum(1) * 0.05**2
    torch.testing.assert_close(area, torch.ones(2, dtype=DOUBLE))
    drawn, (mean, covariance) = q.drawn(40_000, generator()), q.moments()
    torch.testing.assert_close(drawn.mean(1), mean, rtol=0, atol=0.03)
    torch.testing.assert_close(torch.stack([torch.cov(z.T) for z in drawn]), covariance, rtol=0.05, atol=0.02)
