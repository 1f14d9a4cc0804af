"""The family of autoencoders: mixtures are densities, a sampler's density is what is integrated, and fitting one helps."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
import torch
from support.builders import tiny
from support.experiment_checks import check_sound, tiny_result

from vae_engine import build_model
from vae_engine.experiments.autoencoders.mixtures import Mixture, fit_mixture, standard
from vae_engine.experiments.autoencoders.sampled_decoder import SampledDecoder
from vae_engine.inference.exact import log_joint


@pytest.fixture(scope="module")
def points() -> torch.Tensor:
    """Two correlated clumps away from the origin."""
    rng = torch.Generator().manual_seed(0)
    first = torch.randn((400, 2), generator=rng) @ torch.tensor([[1.0, 0.7], [0.0, 0.4]]) + torch.tensor([3.0, -2.0])
    return torch.cat([first, 0.5 * torch.randn((200, 2), generator=rng) - 2])


@pytest.fixture(scope="module")
def mixture(points: torch.Tensor) -> Mixture:
    """Three components."""
    return fit_mixture(points, 3, 0)


def test_the_tiny_form_gives_a_sound_result(tmp_path: Path) -> None:
    check_sound(tiny_result("autoencoders"), tmp_path)


def test_a_fitted_density_finds_more_classes_in_an_autoencoder_than_the_standard_normal() -> None:
    table = tiny_result("autoencoders").findings.tables[0]
    classes = {row[:2]: row[table.columns.index("effective classes")] for row in table.rows}
    for member in ("AE", "denoising AE", "β = 0"):
        assert classes[member, "fitted Gaussian"] > classes[member, "N(0, I)"] + 1.5
    assert abs(classes["VAE", "fitted Gaussian"] - classes["VAE", "N(0, I)"]) < 1.5


def test_only_the_kl_fixes_the_scale_of_the_codes() -> None:
    table = tiny_result("autoencoders").findings.tables[1]
    spread = {row[0]: row[table.columns.index("greatest")] for row in table.rows}
    assert spread["VAE"] < 2 < min(spread["AE"], spread["denoising AE"], spread["β = 0"])


def test_a_mixture_integrates_to_one(mixture: Mixture) -> None:
    axis = torch.linspace(-12, 12, 481, dtype=torch.float64)
    density = mixture.log_density(torch.cartesian_prod(axis, axis)).exp().reshape(481, 481)
    assert torch.trapezoid(torch.trapezoid(density, axis), axis).item() == pytest.approx(1.0, abs=1e-5)


def test_em_never_lowers_the_likelihood_and_one_component_is_the_gaussian_of_the_points(points: torch.Tensor) -> None:
    fits = [fit_mixture(points, 3, 0, iterations).log_density(points).mean().item() for iterations in range(0, 30, 3)]
    assert all(later >= earlier - 1e-4 for earlier, later in pairwise(fits))  # the ridge costs a little
    assert fits[-1] > fits[0] + 0.3
    one = fit_mixture(points, 1, 0)
    assert torch.allclose(one.means[0], points.double().mean(0))
    assert torch.allclose(one.roots[0] @ one.roots[0].T, torch.cov(points.double().T, correction=0), rtol=1e-2)


def test_draws_have_the_moments_of_the_mixture(mixture: Mixture) -> None:
    drawn = mixture.sample(40_000, torch.Generator().manual_seed(0)).double()
    mean, root = mixture.moments()
    assert torch.allclose(drawn.mean(0), mean, atol=0.05)
    assert torch.allclose(torch.cov(drawn.T), root @ root.T, atol=0.15)


@torch.no_grad()
def test_what_is_integrated_is_the_likelihood_times_the_samplers_density(mixture: Mixture) -> None:
    model = build_model(tiny(kind="ae"), 0)
    x = torch.bernoulli(torch.full((3, 784), 0.4), generator=torch.Generator().manual_seed(3))
    u = torch.tensor([[0.0, 0.0], [1.5, -0.7]])
    for density in (mixture, standard(2)):
        moved = SampledDecoder(model, density)
        z = moved.mean + u.double() @ moved.scale.T
        wanted = torch.stack([model.likelihood.log_prob(one, model.decode_logits(z.float())) for one in x])
        wanted = wanted + density.log_density(z) + moved.scale.diagonal().log().sum()
        assert torch.allclose(log_joint(moved, x, u), wanted.float(), atol=1e-3)  # type: ignore[arg-type]
        back = moved.mean + moved.encode(x).mu.double() @ moved.scale.T
        assert torch.allclose(back.float(), model.encode(x), atol=1e-4)
