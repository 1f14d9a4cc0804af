"""The objective against numbers worked out by hand, and its two estimators against each other."""

from __future__ import annotations

import math

import pytest
import torch
from support.builders import short, standard_error, tiny

from vae_engine import build_model
from vae_engine.data import mnist as data
from vae_engine.measure.evaluation import evaluate, held_out_terms, image_terms, observed
from vae_engine.measure.means import differences, means
from vae_engine.model import objectives
from vae_engine.model.likelihoods import LIKELIHOODS
from vae_engine.model.models import Posterior
from vae_engine.training.training import batch_loss

BERNOULLI = LIKELIHOODS["bernoulli"]


def doubles(*values: float) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64)


def test_two_pixel_elbo_is_the_one_worked_out_by_hand() -> None:
    """x = (1, 0), π = (0.8, 0.4): log p(x|z) = log 0.8 + log 0.6. μ = (1, 0), σ² = (4, 1): KL = ½(4 + 1 − 1 − log 4)."""
    x, raw = doubles(1, 0)[None], doubles(math.log(4), math.log(2 / 3))[None, None]
    q = Posterior(doubles(1, 0)[None], doubles(math.log(4), 0)[None])
    nll, kl = -math.log(0.8) - math.log(0.6), 2 - 0.5 * math.log(4)
    assert objectives.nll(BERNOULLI, x, raw).item() == pytest.approx(nll, abs=1e-12)
    assert objectives.kl(q).item() == pytest.approx(kl, abs=1e-12)
    assert objectives.elbo_b(BERNOULLI, x, raw, q).item() == pytest.approx(-nll - kl, abs=1e-12)


def test_two_pixel_elbo_a_is_the_one_worked_out_by_hand() -> None:
    """With z = (3, −1), one σ off μ in each dimension, log p(z) − log q(z|x) = −½(9 + 1) + ½(1 + 1 + log 4)."""
    x, raw = doubles(1, 0)[None], doubles(math.log(4), math.log(2 / 3))[None, None]
    q, z = Posterior(doubles(1, 0)[None], doubles(math.log(4), 0)[None]), doubles(3, -1)[None, None]
    expected = math.log(0.8) + math.log(0.6) - 5 + 1 + math.log(2)
    assert objectives.elbo_a(BERNOULLI, x, raw, q, z).item() == pytest.approx(expected, abs=1e-12)


def test_terms_are_sums_over_pixels_and_means_over_images_only() -> None:
    raw = torch.zeros(3, 784, dtype=torch.float64)
    per_image = objectives.nll(BERNOULLI, torch.ones_like(raw), raw)
    torch.testing.assert_close(per_image, torch.full((3,), 784 * math.log(2), dtype=torch.float64))
    assert objectives.mean_over_batch(per_image).item() == pytest.approx(784 * math.log(2))


def test_loss_is_minus_the_elbo_at_beta_one_and_linear_in_beta() -> None:
    nll, kl = doubles(100.0, 80.0), doubles(5.0, 7.0)
    assert torch.equal(objectives.vae_loss(nll, kl, 1.0), nll + kl)
    assert torch.equal(objectives.vae_loss(nll, kl, 4.0) - objectives.vae_loss(nll, kl, 1.0), 3 * kl)


@pytest.fixture(scope="module")
def draws(digits: data.Images) -> tuple[torch.Tensor, torch.Tensor]:
    """4000 single-sample estimates A and B of one image's ELBO under a narrow q, from the same noise."""
    vae = build_model(tiny(decoder="mlp")).double()
    with torch.no_grad():
        vae.encoder[-1].bias.copy_(doubles(1, -1, -4, -4))
    x = torch.from_numpy(data.observe_fixed(digits.images[:1], "dynamic", 0)).double()
    with torch.no_grad():
        q = vae.encode(x)
        z = q.sample(torch.Generator().manual_seed(1), 4000)
        raw = vae.decode_logits(z)
        a = objectives.log_weights(vae.likelihood, x, raw, q, z)[:, 0]
        b = torch.stack([objectives.elbo_b(vae.likelihood, x, one[None], q) for one in raw])[:, 0]
        torch.testing.assert_close(objectives.elbo_a(vae.likelihood, x, raw, q, z)[0], a.mean())
        torch.testing.assert_close(objectives.elbo_b(vae.likelihood, x, raw, q)[0], b.mean())
    return a, b


def test_estimators_a_and_b_agree_in_expectation(draws: tuple[torch.Tensor, torch.Tensor]) -> None:
    a, b = draws
    assert abs((a - b).mean().item()) < 4 * standard_error(a - b)


def test_estimator_b_has_the_lower_variance_on_a_network(draws: tuple[torch.Tensor, torch.Tensor]) -> None:
    a, b = draws
    assert b.var() < 0.5 * a.var()


@pytest.mark.parametrize("objective", ["A", "B"])
def test_training_loss_of_a_and_b_has_the_same_expectation_as_minus_the_elbo(objective: str, digits: data.Images) -> None:
    vae = build_model(tiny())
    x = torch.from_numpy(data.observe_fixed(digits.images, "dynamic", 0))
    rng = torch.Generator().manual_seed(2)
    config = short(objective=objective, samples=20)
    with torch.no_grad():
        losses = torch.stack([batch_loss(vae, config, x, rng, 1.0)[0] for _ in range(30)]).double()
    elbo = held_out_terms(vae, digits, "dynamic", 0, samples=200)["elbo"]
    assert abs(losses.mean().item() + elbo) < 5 * standard_error(losses) + 0.02


def test_a_limited_evaluation_is_of_images_drawn_by_the_seed_each_with_the_pixels_it_has_among_all() -> None:
    """The KL needs no draw of z, so that it is the same for an image wherever it stands."""
    vae, images = build_model(tiny()), data.load("test")
    kl = image_terms(vae, observed(images, "dynamic", 3), 0)["kl"][data.drawn(30, len(images), 3)]
    found = evaluate(vae, "tiny", limit=30, seed=3, is_samples=2)
    assert (found["n"], found["kl"]) == (30, pytest.approx(kl.mean().item(), abs=1e-4))
    assert found["kl_se"] == pytest.approx(standard_error(kl), abs=1e-4)


def test_means_scatter_by_their_standard_error() -> None:
    """Over repeated samples of n the sd of the mean is σ/√n, which each sample estimates as sd/√n; of one there is none."""
    draws = 3 * torch.randn((2000, 40), generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    found = [means({"elbo": sample}) for sample in draws]
    errors = torch.tensor([one["elbo_se"] for one in found])
    assert torch.tensor([one["elbo"] for one in found]).std().item() == pytest.approx(3 / math.sqrt(40), rel=0.05)
    assert errors.square().mean().sqrt().item() == pytest.approx(3 / math.sqrt(40), rel=0.01)
    assert means({"elbo": doubles(1, 2, 6)}) == pytest.approx({"elbo": 3, "elbo_se": math.sqrt(7 / 3)})
    assert means({"elbo": doubles(1)}) == {"elbo": 1}


def test_differences_are_paired() -> None:
    """se² of the difference of means = se²(a) + se²(b) − 2 cov(a, b)/n, far less than unpaired where images agree."""
    shared, own, others = torch.randn((3, 500), generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    a, b = {"nll": 10 * shared + own, "kl": own}, {"nll": 10 * shared + others + 0.5}
    found = differences(a, b)
    assert found.keys() == {"nll", "nll_se"}, "one of them has no kl"
    covariance = torch.cov(torch.stack([a["nll"], b["nll"]]))
    variance = covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]
    assert found == pytest.approx({"nll": (own - others).mean().item() - 0.5, "nll_se": math.sqrt(variance.item() / 500)})
    assert found["nll_se"] < 0.2 * means(a)["nll_se"]
    assert differences(a, a) == {"nll": 0, "nll_se": 0, "kl": 0, "kl_se": 0}


@pytest.mark.parametrize("logit", [-200.0, 200.0])
@pytest.mark.parametrize("likelihood", ["bernoulli", "gaussian"])
def test_loss_and_gradients_are_finite_at_logits_of_200(likelihood: str, logit: float) -> None:
    x = torch.tensor([[0.0, 1.0, 0.5]])
    raw = torch.full((1, 1, 3 if likelihood == "bernoulli" else 6), logit, requires_grad=True)
    loss = objectives.nll(LIKELIHOODS[likelihood], x, raw).sum()
    loss.backward()
    assert loss.isfinite()
    assert raw.grad is not None
    assert raw.grad.isfinite().all()


def test_bernoulli_loss_at_a_wrong_logit_of_200_is_200_nats_a_pixel() -> None:
    x, raw = torch.tensor([[0.0, 1.0]]), torch.tensor([[200.0, -200.0]])
    assert objectives.nll(BERNOULLI, x, raw).item() == pytest.approx(400.0)
    assert objectives.nll(BERNOULLI, 1 - x, raw).item() == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("raw", [-200.0, 200.0])
def test_softplus_posterior_is_finite_at_raw_spreads_of_200(raw: float) -> None:
    vae = build_model(tiny(spread="softplus"))
    with torch.no_grad():
        vae.encoder[-1].bias[2:] = raw
    q = vae.encode(torch.zeros(1, 784))
    loss = objectives.kl(q).sum()
    loss.backward()
    assert loss.isfinite()
    assert all(weight.grad.isfinite().all() for weight in vae.encoder.parameters())


def test_reparameterised_samples_move_one_to_one_with_mu_and_by_the_noise_with_sigma() -> None:
    mu, logvar = doubles(0.3, -2.0)[None].requires_grad_(), doubles(0.4, -1.0)[None].requires_grad_()
    q = Posterior(mu, logvar)
    z = q.sample(torch.Generator().manual_seed(0))
    noise = torch.randn((1, 1, 2), generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    to_mu, to_logvar = torch.autograd.grad(z.sum(), [mu, logvar])
    torch.testing.assert_close(to_mu, torch.ones_like(mu))
    torch.testing.assert_close(to_logvar, (0.5 * q.std * noise[0]).detach())
