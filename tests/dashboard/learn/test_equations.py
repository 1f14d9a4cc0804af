"""No equation on screen without a test that evaluates it: the engine's functions against each, in float64.

Each right-hand side is written out here from the equation, with nothing of the engine in it but the networks.
"""

from __future__ import annotations

import math

import pytest
import torch
from support.builders import LinearGaussian, standard_error, tiny
from support.equation_tools import (
    DRAWS,
    EVALUATED,
    MODEL,
    STANDARD_ERRORS,
    X,
    density,
    drawn,
    encoder_q,
    evaluates,
    normal,
    rng,
    same,
    singles,
    true_posterior,
)  # fmt: skip
from torch import Tensor
from torch.distributions import MultivariateNormal, Normal, kl_divergence

from dashboard.learn.steps import STEPS, Equation
from vae_engine import build_model
from vae_engine.inference.exact import ExactInference, exact_log_px, log_joint
from vae_engine.inference.gaps import elbo_by_quadrature, gaps
from vae_engine.inference.posterior import exact_posterior
from vae_engine.measure import latent_statistics
from vae_engine.model import objectives
from vae_engine.model.likelihoods import Bernoulli
from vae_engine.model.models import Posterior


@evaluates("joint")
def joint() -> None:
    z = normal(4, 2)
    wanted = density(z @ MODEL.weight.T + MODEL.bias, MODEL.spread, X[:, None]) * density(torch.zeros(2), 1.0, z)
    same(log_joint(MODEL, X, z), wanted.log())


@evaluates("bernoulli")
def bernoulli() -> None:
    logits = 3 * normal(5, 784)
    x = (normal(5, 784, seed=1) > 0).double()
    ink = 1 / (1 + torch.exp(-logits))
    same(Bernoulli().log_prob(x, logits), (x * ink.log() + (1 - x) * (1 - ink).log()).sum(-1), 1e-8)


@evaluates("bayes")
def bayes() -> None:
    model = LinearGaussian()
    exact = exact_posterior(ExactInference(model, 8.0), X[0])
    z = exact.z.double()
    wanted = density(z @ model.weight.T + model.bias, model.spread, X[0]) * density(torch.zeros(2), 1.0, z)
    same(exact.weights.double() / exact.spacing**2, wanted / model.log_px(X[:1]).exp(), 2e-4)


@evaluates("lattice")
def lattice() -> None:
    spacing = 0.05
    along = torch.arange(-8, 8, spacing, dtype=torch.float64) + spacing / 2
    z = torch.cartesian_prod(along, along)
    likelihood = density(z @ MODEL.weight.T + MODEL.bias, MODEL.spread, X[:, None])
    summed = (likelihood * density(torch.zeros(2), 1.0, z)).sum(-1).log() + 2 * math.log(spacing)
    same(summed, MODEL.log_px(X), 1e-6)
    same(exact_log_px(MODEL, X).log_px, summed, 1e-3)


@evaluates("kl-posterior")
def kl_posterior() -> None:
    q, true = encoder_q(), true_posterior()
    z = q.mean + q.stddev * normal(DRAWS, 3, 2)
    draws = (q.log_prob(z) - true.log_prob(z)).sum(-1)
    gap = [ell - elbo_by_quadrature(MODEL, x, one, 20).item() for x, one, ell in zip(X, singles(), MODEL.log_px(X), strict=True)]
    for image in range(3):
        assert abs(gap[image] - draws[:, image].mean()) < STANDARD_ERRORS * standard_error(draws[:, image])


@evaluates("gaussian-q")
def gaussian_q() -> None:
    q, z = MODEL.encode(X), normal(3, 2)
    variance = q.std**2
    same(objectives.log_q(q, z), -0.5 * ((z - q.mu) ** 2 / variance + torch.log(2 * math.pi * variance)).sum(-1))


@evaluates("identity")
def identity() -> None:
    elbo = torch.stack([elbo_by_quadrature(MODEL, x, q, 20) for x, q in zip(X, singles(), strict=True)])
    same(elbo + kl_divergence(encoder_q(), true_posterior()).sum(-1), MODEL.log_px(X), 1e-4)
    same(exact_log_px(MODEL, X).log_px - elbo, kl_divergence(encoder_q(), true_posterior()).sum(-1), 1e-3)


@evaluates("elbo")
def elbo() -> None:
    q = encoder_q()
    to_prior = kl_divergence(q, Normal(torch.zeros(2).double(), torch.ones(2).double())).sum(-1)
    mean = q.mean @ MODEL.weight.T + MODEL.bias
    # E_q of a quadratic: at the mean, less what the spread of z adds to the squared distance.
    spread = ((MODEL.weight**2) @ (q.stddev**2).T).sum(0)
    expected = density(mean, MODEL.spread, X).log() - spread / (2 * MODEL.spread**2)
    same(
        torch.stack([elbo_by_quadrature(MODEL, x, one, 20) for x, one in zip(X, singles(), strict=True)]),
        expected - to_prior,
        1e-4,
    )


@evaluates("kl-closed")
def kl_closed() -> None:
    q = Posterior(normal(6, 2), normal(6, 2, seed=1))
    wanted = -0.5 * (1 + torch.log(q.std**2) - q.mu**2 - q.std**2).sum(-1)
    same(objectives.kl(q), wanted)
    same(wanted, kl_divergence(Normal(q.mu, q.std), Normal(torch.zeros(2).double(), torch.ones(2).double())).sum(-1))


@evaluates("elbo-a")
def elbo_a() -> None:
    q, z, raw = drawn(7)
    terms = density(raw, MODEL.spread, X).log() + density(torch.zeros(2), 1.0, z).log() - density(q.mu, q.std, z).log()
    same(objectives.elbo_a(MODEL.likelihood, X, raw, q, z), terms.sum(0) / 7)


@evaluates("elbo-b")
def elbo_b() -> None:
    q, _, raw = drawn(7)
    to_prior = kl_divergence(Normal(q.mu, q.std), Normal(torch.zeros(2).double(), torch.ones(2).double())).sum(-1)
    same(objectives.elbo_b(MODEL.likelihood, X, raw, q), density(raw, MODEL.spread, X).log().sum(0) / 7 - to_prior)


@evaluates("reparameterisation")
def reparameterisation() -> None:
    q = Posterior(normal(3, 2), normal(3, 2, seed=1))
    noise = torch.randn((5, 3, 2), generator=rng(9), dtype=torch.float64)
    same(q.sample(rng(9), 5), q.mu + q.std * noise)


def f(z: Tensor) -> Tensor:
    """A smooth function whose mean under a Gaussian, and so its gradient, is known: E[z₁² + 3 z₂] = μ₁² + σ₁² + 3 μ₂."""
    return z[..., 0] ** 2 + 3 * z[..., 1]


def gradient(mu: Tensor) -> Tensor:
    return torch.stack([2 * mu[0], torch.tensor(3.0, dtype=torch.float64)])


@evaluates("gradient-reparam")
def gradient_reparam() -> None:
    mu, logvar = normal(1, 2).requires_grad_(), normal(1, 2, seed=1)
    z = Posterior(mu, logvar).sample(rng(), DRAWS)
    (got,) = torch.autograd.grad(f(z).mean(), mu)
    same(got[0], torch.stack([2 * z[..., 0].mean(), torch.tensor(3.0)]).detach(), 1e-9)
    assert (got[0] - gradient(mu[0].detach())).abs().max() < 0.05


@evaluates("gradient-score")
def gradient_score() -> None:
    mu, logvar = normal(1, 2).requires_grad_(), normal(1, 2, seed=1)
    q = Posterior(mu, logvar)
    z = q.sample(rng(), DRAWS).detach()
    (got,) = torch.autograd.grad((f(z) * objectives.log_q(q, z)).mean(), mu)
    draws = (f(z)[..., None] * (z - mu) / q.std**2).detach()[:, 0]
    same(got[0], draws.mean(0))
    wanted = gradient(mu[0].detach())
    for axis in range(2):
        assert abs(got[0, axis] - wanted[axis]) < STANDARD_ERRORS * standard_error(draws[:, axis])


@evaluates("gaps")
def gap_in_two_parts() -> None:
    found = gaps(ExactInference(MODEL, 8.0), X[0].float())
    total = found.log_px - found.encoder_elbo
    assert found.approximation + found.amortisation == pytest.approx(total, abs=1e-9)
    # The posterior of this model is itself a mean-field Gaussian, so all of the gap is the encoder's.
    assert found.approximation == pytest.approx(0, abs=0.005)
    assert total == pytest.approx(kl_divergence(encoder_q(), true_posterior()).sum(-1)[0].item(), abs=0.005)


@evaluates("autoencode")
def autoencode() -> None:
    model = build_model(tiny(kind="ae")).double()
    x = (normal(4, 784, seed=2) > 0).double()
    code = model.encoder(x)
    assert code.shape == (4, 2)
    same(model.decode(model.encode(x)), torch.sigmoid(model.decode_logits(code)))


@evaluates("reconstruction")
def reconstruction() -> None:
    model = build_model(tiny(kind="ae")).double()
    x = (normal(4, 784, seed=3) > 0).double()
    ink = model.decode(model.encode(x))
    chance = torch.where(x == 1, ink, 1 - ink)
    same(objectives.nll(model.likelihood, x, model.decode_logits(model.encode(x))), -chance.log().sum(-1), 1e-8)


@evaluates("ae-loss")
def ae_loss() -> None:
    model = build_model(tiny(kind="ae")).double()
    x = (normal(4, 784) > 0).double()
    ink = model.decode(model.encode(x))
    wanted = -(x * ink.log() + (1 - x) * (1 - ink).log()).sum(-1)
    same(objectives.nll(model.likelihood, x, model.decode_logits(model.encode(x))), wanted, 1e-8)


@evaluates("fitted-gaussian")
def fitted_gaussian() -> None:
    model = build_model(tiny(kind="ae"))
    x = (normal(50, 784) > 0).float()
    found = latent_statistics.summarise(model, x, torch.arange(50).numpy() % 10, x[:30], torch.arange(30).numpy() % 10, 0)
    codes = model.encode(x).detach().double()
    mean = codes.sum(0) / 50
    same(torch.tensor(found["fitted_mean"], dtype=torch.float64), mean, 1e-6)
    covariance = sum(torch.outer(code - mean, code - mean) for code in codes) / 50
    same(torch.tensor(found["fitted_covariance"], dtype=torch.float64), torch.as_tensor(covariance), 1e-6)


def mixture() -> Posterior:
    return Posterior(2 * normal(40, 2), normal(40, 2, seed=1) - 1)


@evaluates("aggregate")
def aggregate() -> None:
    q = mixture()
    z = q.sample(rng(5))[0]
    aggregated = torch.stack([density(q.mu, q.std, one).sum() / 40 for one in z])
    same(
        latent_statistics.aggregate_kl(q, rng(5)),
        aggregated.log() - density(torch.zeros(2), 1.0, z).log(),
        1e-7,
    )


@evaluates("kl-split")
def kl_split() -> None:
    model = build_model(tiny())
    x = (normal(50, 784) > 0).float()
    labels = torch.arange(50).numpy() % 10
    found = latent_statistics.summarise(model, x, labels, x[:30], labels[:30], 0)
    q = model.encode(x)
    same(torch.tensor(found["mutual_information"] + found["aggregate_kl"]), objectives.kl(q).mean().detach(), 1e-5)
    # The information, from its own definition: E log q(z|xₙ) − log q(z), which the difference above has to estimate.
    q = mixture()
    draws = torch.cat([q.sample(rng(seed))[0] for seed in range(400)]).reshape(400, 40, 2)
    own = objectives.log_q(q, draws)
    aggregated = torch.logsumexp(objectives.log_q(q, draws[:, :, None]), -1) - math.log(40)
    information = (own - aggregated).mean(1)
    split = objectives.kl(q).mean() - torch.stack([latent_statistics.aggregate_kl(q, rng(seed)).mean() for seed in range(400)])
    assert abs(information.mean() - split.mean()) < STANDARD_ERRORS * (standard_error(information) + standard_error(split))


@evaluates("vae-loss")
def vae_loss() -> None:
    q, _, raw = drawn(7)
    nll = objectives.nll(MODEL.likelihood, X, raw).mean(0)
    wanted = -density(raw, MODEL.spread, X).log().mean(0) + 4.0 * -0.5 * (1 + q.logvar - q.mu**2 - q.std**2).sum(-1)
    same(objectives.vae_loss(nll, objectives.kl(q), 4.0), wanted)


@evaluates("iwae")
def iwae() -> None:
    q, z, raw = drawn(9)
    ratio = density(raw, MODEL.spread, X) * density(torch.zeros(2), 1.0, z) / density(q.mu, q.std, z)
    same(objectives.iwae(objectives.log_weights(MODEL.likelihood, X, raw, q, z)), (ratio.sum(0) / 9).log())


@evaluates("bounds")
def bounds() -> None:
    q, z, raw = drawn(4000)
    weights = objectives.log_weights(MODEL.likelihood, X, raw, q, z)
    ones = weights
    twenties = torch.stack([objectives.iwae(part) for part in weights.split(20)])
    for image in range(3):
        low, middle = ones[:, image].mean(), twenties[:, image].mean()
        error = STANDARD_ERRORS * standard_error(twenties[:, image])
        assert low < middle + error
        assert middle < MODEL.log_px(X)[image] + error
        assert low < MODEL.log_px(X)[image] - 0.02, "the encoder is off, so the ELBO must be below"


@pytest.mark.parametrize("name", sorted(EVALUATED))
def test_equation_holds_on_the_engine(name: str) -> None:
    EVALUATED[name]()


def test_every_equation_on_screen_is_evaluated_and_no_other() -> None:
    shown = [equation.name for step in STEPS for equation in step.equations]
    assert len(shown) == len(set(shown))
    assert set(shown) == set(EVALUATED)


def test_formulas_stand_nowhere_but_in_equations() -> None:
    for step in STEPS:
        for text in (one for one in step.mathematics if not isinstance(one, Equation)):
            inline = text.split("$")[1::2]
            assert not [one for one in inline if "=" in one or "\\sum" in one], step.name
        assert "$" not in step.idea + step.why + step.try_this + step.question.text


def test_a_gaussian_with_correlation_is_not_mistaken_for_a_mean_field_one() -> None:
    """The helper of these tests: a product of factors is the density of independent coordinates only."""
    z = normal(5, 2)
    independent = MultivariateNormal(torch.zeros(2).double(), torch.diag(torch.tensor([4.0, 9.0]).double()))
    same(density(torch.zeros(2), torch.tensor([2.0, 3.0]), z).log(), independent.log_prob(z))
