"""Simulation-based calibration: chains that begin at a draw of the posterior still have it after some transitions.

z ~ p(z), x ~ p(x|z), so z is a draw of p(z|x); wherever a kernel takes it must be one, too. Its place in the exact posterior is
then uniform over simulations, whatever the step. Far off is a kernel that leaves something else unchanged.
"""

from __future__ import annotations

import pytest
import torch
from support.inference.known_posteriors import Known, departure, linear_gaussian, two_sided
from torch import Tensor

from vae_engine.inference.approximate import chains
from vae_engine.inference.approximate.chains import MALA, METROPOLIS, Method
from vae_engine.inference.approximate.gibbs import GIBBS
from vae_engine.inference.approximate.nuts import NUTS
from vae_engine.inference.approximate.target import Places, Target

METHODS = {
    "metropolis": (METROPOLIS, 0.9),
    "mala": (MALA, 0.8),
    "hmc": (chains.hmc(5), 0.5),
    "nuts": (NUTS, 0.4),
    "gibbs": (GIBBS, 1.0),
}
MODELS = {"linear-gaussian": linear_gaussian, "two-sided": two_sided}
CRITICAL = 2.23  # √n times Kolmogorov's distance that is exceeded once in 10,000 times


def carried(known: Known, method: Method, step: float, turns: int, seed: int) -> Tensor:
    """Where chains are that began at the known draws, after so many transitions of one step: [n, 2]."""
    rng = torch.Generator().manual_seed(seed)
    return chains.sampled(known.target, known.z[:, None], method, step, 0, turns, rng).z[:, 0, -1]


def uncorrected(target: Target, places: Places, step: Tensor, rng: torch.Generator, power: float) -> tuple[Places, Tensor]:
    """Langevin's equation by steps that nothing corrects: its spread is too wide."""
    size = step[:, None]
    z = places.z + 0.5 * size**2 * places.gradient(power) + size * chains.noise(places.z, rng)
    return target.at(z, places.image, slope=True), torch.ones_like(step)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("name", METHODS)
def test_a_kernel_leaves_a_known_posterior_as_it_is(name: str, model: str) -> None:
    known, (method, step) = MODELS[model](800 if name != "gibbs" else 400), METHODS[name]
    ended = carried(known, method, step, 4, seed=1)
    assert (departure(known.places(ended)) < CRITICAL).all()
    assert ((ended - known.z).norm(dim=1) > 0.05).double().mean() > 0.5  # they did move


@pytest.mark.long
@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("name", METHODS)
def test_a_kernel_leaves_a_known_posterior_as_it_is_over_many_simulations(name: str, model: str) -> None:
    known, (method, step) = MODELS[model](20_000 if name != "gibbs" else 5_000, seed=5), METHODS[name]
    for factor in (0.4, 1.0, 1.8):
        places = known.places(carried(known, method, factor * step, 8, seed=2))
        assert (departure(places) < CRITICAL).all(), factor


@pytest.mark.parametrize(("model", "step"), [("linear-gaussian", 0.8), ("two-sided", 0.7)])
def test_a_kernel_that_leaves_another_density_unchanged_is_noticed(model: str, step: float) -> None:
    known = MODELS[model](800)
    ended = carried(known, Method(uncorrected, slope=True, goal=1.0), step, 4, seed=1)
    assert departure(known.places(ended)).max() > CRITICAL


def test_the_places_of_exact_draws_are_uniform_and_those_of_others_are_not() -> None:
    for make in MODELS.values():
        known = make(2000)
        assert (departure(known.places(known.z)) < CRITICAL).all()
        mean = known.moments[0]
        assert departure(known.places(mean + 1.15 * (known.z - mean))).max() > CRITICAL


@pytest.mark.parametrize("name", METHODS)
def test_tuned_chains_agree_and_find_the_moments(name: str) -> None:
    known, (method, _) = linear_gaussian(6), METHODS[name]
    keep = {"metropolis": 4000, "mala": 1500, "gibbs": 300}.get(name, 500)
    start = torch.randn((6, 4, 2), generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    found = chains.sampled(known.target, start, method, 0.3, 100, keep, torch.Generator().manual_seed(4))
    draws = found.z.flatten(1, 2)
    mean, covariance = known.moments
    spread = covariance.diagonal(dim1=1, dim2=2).sqrt()
    assert ((draws.mean(1) - mean).abs() < 0.2 * spread).all()
    torch.testing.assert_close(draws.std(1), spread, rtol=0.15, atol=0)
    if name != "gibbs":
        assert (found.accepted - method.goal).abs().max() < 0.12
