"""Posterior spread: a full covariance without correlation is mean field, and a deep encoder is worth more than a linear one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from support.builders import tiny
from support.experiment_checks import check_sound, tiny_result

from vae_engine import build_model
from vae_engine.experiments.posterior_spread.full_covariance import (
    FullCovarianceVAE,
    FullPosterior,
    best_full,
    from_numbers,
    full_elbo,
    full_kl,
)
from vae_engine.experiments.posterior_spread.measure import terms
from vae_engine.inference.gaps import best_gaussian, elbo_by_quadrature
from vae_engine.model import objectives
from vae_engine.model.models import VAE, Posterior


@pytest.fixture
def vae() -> VAE:
    """A decoder that varies enough for posteriors to be correlated."""
    made = build_model(tiny(), 1)
    assert isinstance(made, VAE)
    with torch.no_grad():
        made.decoder[-1].weight *= 12
    return made


@pytest.fixture
def image() -> torch.Tensor:
    """Random bits, the same for every test."""
    return torch.bernoulli(torch.full((784,), 0.4), generator=torch.Generator().manual_seed(3))


def test_the_tiny_form_gives_a_sound_result(tmp_path: Path) -> None:
    check_sound(tiny_result("posterior-spread"), tmp_path)


def test_a_deep_encoder_is_worth_more_than_a_linear_one() -> None:
    rows = tiny_result("posterior-spread").findings.tables[0].rows
    deep, linear = (np.mean([row[1] for row in rows if row[0].startswith(kind)]) for kind in ("deep", "linear"))
    assert deep > linear + 1


def test_without_correlation_the_full_covariance_is_the_diagonal_one(vae: VAE, image: torch.Tensor) -> None:
    q = Posterior(torch.tensor([[0.4, -1.2]]), torch.tensor([[-1.0, 0.3]]))
    full = FullPosterior(q.mu, torch.diag_embed(q.std))
    assert torch.allclose(full_kl(full), objectives.kl(q))
    assert torch.equal(full.sample(torch.Generator().manual_seed(1)), q.sample(torch.Generator().manual_seed(1)))
    assert full.correlation.item() == 0
    assert full_elbo(vae, image, full, 8).item() == pytest.approx(elbo_by_quadrature(vae, image, q, 8).item(), rel=1e-6)


def test_the_kl_of_a_full_gaussian_is_the_one_that_torch_knows() -> None:
    q = from_numbers(torch.tensor([[0.4, -1.2, -0.3, 0.2, 0.8], [0.0, 0.0, 0.0, 0.0, 0.0]]))
    known = torch.distributions.kl_divergence(
        torch.distributions.MultivariateNormal(q.mu, scale_tril=q.root),
        torch.distributions.MultivariateNormal(torch.zeros(2), torch.eye(2)),
    )
    assert torch.allclose(full_kl(q), known, atol=1e-6)
    drawn = q.sample(torch.Generator().manual_seed(0), 20_000)[:, 0]
    assert torch.allclose(torch.cov(drawn.T), (q.root @ q.root.mT)[0], atol=0.05)


@torch.no_grad()
def test_quadrature_of_a_correlated_gaussian_agrees_with_draws_of_it(vae: VAE, image: torch.Tensor) -> None:
    q = from_numbers(torch.tensor([[0.4, -1.2, -0.7, -1.2, 0.8]]))
    z = q.sample(torch.Generator().manual_seed(0), 40_000)[:, 0]
    nll = objectives.nll(vae.likelihood, image, vae.decode_logits(z))
    error = (nll.std() / len(z) ** 0.5).item()
    assert full_elbo(vae, image, q, 20).item() == pytest.approx(-(nll.mean() + full_kl(q)[0]).item(), abs=4 * error)


def test_the_best_full_gaussian_is_at_least_the_best_diagonal_one(vae: VAE, image: torch.Tensor) -> None:
    with torch.no_grad():
        encoded = vae.encode(image[None])
    diagonal = best_gaussian(vae, image, encoded)
    full = best_full(vae, image, FullPosterior(diagonal.mu, torch.diag_embed(diagonal.std)))
    with torch.no_grad():
        gained = full_elbo(vae, image, full, 20) - elbo_by_quadrature(vae, image, diagonal, 20)
    assert gained.item() > 1e-3
    assert abs(full.correlation.item()) > 0.01


def test_the_full_encoder_is_trained_through_all_five_numbers() -> None:
    made = FullCovarianceVAE(tiny())
    x = torch.bernoulli(torch.full((4, 784), 0.4), generator=torch.Generator().manual_seed(3))
    nll, kl = terms(made, x, torch.Generator().manual_seed(0), 2)
    (nll + kl).sum().backward()
    assert (made.encoder[-1].weight.grad.abs().sum(1) > 0).all()
    q = made.encode_full(x)
    variance = (q.root @ q.root.mT).diagonal(dim1=-2, dim2=-1)
    assert torch.allclose(made.encode(x).logvar.exp(), variance)
