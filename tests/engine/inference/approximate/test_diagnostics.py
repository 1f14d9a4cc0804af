"""R-hat and effective samples of chains of known kind; particles of Stein's method; what a target counts."""

from __future__ import annotations

import math

import pytest
import torch
from support.inference.known_posteriors import linear_gaussian, two_sided

from vae_engine.inference.approximate import diagnostics, stein
from vae_engine.inference.approximate.chains import METROPOLIS, hmc, sampled

DOUBLE = torch.float64


def autoregressive(rho: float, count: int = 3, chains: int = 4, length: int = 6000) -> torch.Tensor:
    """Chains [n, c, s, 1] in which each draw is ρ times the one before plus noise, of variance 1."""
    rng = torch.Generator().manual_seed(0)
    noise = torch.randn((count, chains, length, 1), generator=rng, dtype=DOUBLE)
    z = noise.clone()
    for place in range(1, length):
        z[:, :, place] = rho * z[:, :, place - 1] + math.sqrt(1 - rho**2) * noise[:, :, place]
    return z


@pytest.mark.parametrize("rho", [0.0, 0.5, 0.9, -0.4])
def test_effective_samples_are_those_of_an_autoregression(rho: float) -> None:
    z = autoregressive(rho)
    true = min(z.shape[1] * z.shape[2] * (1 - rho) / (1 + rho), z.shape[1] * z.shape[2])
    assert diagnostics.effective(z).mean().item() == pytest.approx(true, rel=0.12)  # of three estimates, each good to 15 %
    torch.testing.assert_close(diagnostics.split_r_hat(z), torch.ones(3, dtype=DOUBLE), rtol=0, atol=0.02)


def test_chains_that_disagree_show_in_both_and_so_do_those_that_drift() -> None:
    z = autoregressive(0.5)
    apart = z + 3.0 * torch.arange(4)[None, :, None, None]
    assert (diagnostics.split_r_hat(apart) > 2).all()
    assert (diagnostics.effective(apart) < 20).all()
    drifting = z + torch.linspace(0, 4, z.shape[2])[:, None]
    assert (diagnostics.split_r_hat(drifting) > 1.3).all()
    assert diagnostics.split_r_hat(torch.zeros(1, 2, 10, 1)).item() == math.inf


def test_the_worse_dimension_is_told() -> None:
    z = torch.cat([autoregressive(0.0), autoregressive(0.9)], -1)
    torch.testing.assert_close(diagnostics.effective(z), diagnostics.effective(z[..., 1:]))


def test_particles_end_with_the_moments_of_the_posterior() -> None:
    known = linear_gaussian(3)
    start = torch.randn((3, 40, 2), generator=torch.Generator().manual_seed(1), dtype=DOUBLE)
    z = stein.stein(known.target, start, 400, 0.1)
    mean, covariance = known.moments
    torch.testing.assert_close(z.mean(1), mean, rtol=0, atol=0.03)
    torch.testing.assert_close(z.std(1), covariance.diagonal(dim1=1, dim2=2).sqrt(), rtol=0.12, atol=0)


def test_steins_direction_has_no_mean_over_particles_that_are_the_posterior() -> None:
    known = two_sided(2)
    drawn = known.posterior.drawn(1500, torch.Generator().manual_seed(0))

    def moves(z: torch.Tensor) -> torch.Tensor:
        gradient = known.target.everywhere(z, slope=True).gradient().reshape(z.shape)
        return stein.direction(z, gradient).norm(dim=-1).mean()

    assert moves(drawn) < 0.2 * moves(drawn + 0.3)


def test_a_target_counts_what_each_image_costs() -> None:
    known = linear_gaussian(3)
    start = torch.zeros((3, 2, 2), dtype=DOUBLE)
    sampled(known.target, start, METROPOLIS, 0.1, 5, 10, torch.Generator().manual_seed(0))
    assert known.target.decodes.tolist() == [2 * 16] * 3
    assert known.target.gradients.tolist() == [0] * 3
    sampled(known.target, start, hmc(4), 0.1, 0, 3, torch.Generator().manual_seed(0))
    assert known.target.gradients.tolist() == [2 * (1 + 3 * 4)] * 3
    known.target.at(torch.zeros((1, 2), dtype=DOUBLE), torch.tensor([2]))
    assert known.target.decodes[2] == known.target.decodes[0] + 1


def test_slopes_and_curvatures_are_those_of_differences() -> None:
    known = two_sided(2)
    z = torch.tensor([[[0.3, -0.2]], [[1.0, 0.4]]], dtype=DOUBLE)
    places, bends = known.target.curvature(z.flatten(0, 1), torch.arange(2))
    for axis in range(2):
        moved = torch.zeros(2, dtype=DOUBLE).index_fill(0, torch.tensor(axis), 1e-5)
        up, down = (known.target.everywhere(z + side * moved, slope=True) for side in (1, -1))
        torch.testing.assert_close(places.slope[:, axis], (up.log_likelihood - down.log_likelihood) / 2e-5, rtol=1e-6, atol=1e-6)
        torch.testing.assert_close(bends[:, axis], (up.slope - down.slope) / 2e-5, rtol=1e-6, atol=1e-6)
