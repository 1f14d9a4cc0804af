"""A Gaussian p(x|z) whose σ is given: a density, exact under quadrature, and against the KL one knob with β."""

from __future__ import annotations

import math

import pytest
import torch
from support.builders import Toy, one_line, tiny
from torch import Tensor
from torch.distributions import Normal

from vae_engine import EngineError, build_model
from vae_engine.data import mnist as data
from vae_engine.inference.exact import ExactInference, exact_log_px
from vae_engine.inference.posterior import exact_posterior
from vae_engine.measure.evaluation import importance_sampled_log_px
from vae_engine.model import objectives
from vae_engine.model.likelihoods import FixedGaussian, LinearGaussian
from vae_engine.model.models import VAE, Posterior
from vae_engine.stored import weights as weight_files

NOISES = [0.07, 0.3, 1.5]
GIVEN = tiny(likelihood="gaussian-fixed")


def given(noise: float) -> FixedGaussian:
    return FixedGaussian(torch.tensor(noise, dtype=torch.float64))


@pytest.mark.parametrize("noise", NOISES)
@pytest.mark.parametrize("pixels", [1, 2])
def test_p_of_x_given_z_is_a_density(pixels: int, noise: float) -> None:
    likelihood, raw = given(noise), torch.tensor([-0.4, 1.3], dtype=torch.float64)[:pixels]
    steps = torch.linspace(-8 * noise, 1 + 8 * noise, 801, dtype=torch.float64)
    x = torch.cartesian_prod(*[steps] * pixels).reshape(-1, pixels)
    mass = likelihood.log_prob(x, raw).exp().sum() * (steps[1] - steps[0]) ** pixels
    assert mass.item() == pytest.approx(1.0, abs=1e-9)


def test_so_is_its_p_of_x_by_quadrature() -> None:
    def prior(x: Tensor) -> Posterior:
        return Posterior(torch.zeros(len(x), 2), torch.zeros(len(x), 2))

    def decoded(z: Tensor) -> Tensor:
        return (2 * z[..., :1] + z[..., 1:] ** 2).double()

    noise = 0.3
    toy = Toy(GIVEN, prior, decoded, given(noise))
    x = torch.linspace(-6 * noise, 1 + 6 * noise, 60, dtype=torch.float64)
    log_px = exact_log_px(toy, x[:, None]).log_px  # type: ignore[arg-type]
    assert (log_px.exp().sum() * (x[1] - x[0])).item() == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize("noise", NOISES)
def test_the_formula_the_factors_and_the_draws_are_of_one_normal(noise: float) -> None:
    rng = torch.Generator().manual_seed(0)
    x, raw = torch.rand((4, 784), generator=rng, dtype=torch.float64), torch.randn((3, 784), generator=rng, dtype=torch.float64)
    likelihood = given(noise)
    mean = torch.sigmoid(raw)
    wanted = Normal(mean, noise).log_prob(x[:, None]).sum(-1)
    said = -((x[:, None] - mean) ** 2).sum(-1) / (2 * noise**2) - 784 * 0.5 * math.log(2 * math.pi * noise**2)
    torch.testing.assert_close(said, wanted, rtol=1e-12, atol=1e-8)
    torch.testing.assert_close(likelihood.log_prob(x[:, None], raw), wanted, rtol=1e-12, atol=1e-8)
    eta, bias = likelihood.natural(raw)
    torch.testing.assert_close(likelihood.statistics(x) @ eta.T + bias, wanted, rtol=1e-12, atol=1e-8)
    error = likelihood.sample(raw.expand(300, 3, 784), rng) - mean
    assert error.std().item() == pytest.approx(noise, rel=0.01)
    assert abs(error.mean().item()) < 5 * noise / math.sqrt(error.numel())


def test_a_last_sigmoid_means_the_same_in_the_network_as_in_the_likelihood() -> None:
    rng = torch.Generator().manual_seed(0)
    x, raw = torch.rand((4, 784), generator=rng, dtype=torch.float64), torch.randn((3, 784), generator=rng, dtype=torch.float64)
    linear, fixed = LinearGaussian(torch.tensor(0.3, dtype=torch.float64)), given(0.3)
    means = torch.sigmoid(raw)
    torch.testing.assert_close(linear.log_prob(x[:, None], means), fixed.log_prob(x[:, None], raw), rtol=1e-12, atol=1e-9)
    eta, bias = linear.natural(means)
    torch.testing.assert_close(linear.statistics(x) @ eta.T + bias, fixed.log_prob(x[:, None], raw), rtol=1e-12, atol=1e-8)
    assert linear.mean(torch.tensor([-0.5, 1.5])).tolist() == [-0.5, 1.5]


def gradients(vae: VAE, x: Tensor, noise: float, beta: float) -> list[Tensor]:
    """Those of nll + β·KL by every weight, for the same ε."""
    vae.set_noise(noise)
    q = vae.encode(x)
    raw = vae.decode_logits(q.sample(torch.Generator().manual_seed(1), 2))
    nll = objectives.nll(vae.likelihood, x, raw).mean(0)
    return list(torch.autograd.grad(objectives.vae_loss(nll, objectives.kl(q), beta).mean(), list(vae.parameters())))


@pytest.mark.parametrize(("noise", "beta"), [(0.1, 1.0), (0.5, 3.0), (2.0, 0.25)])
def test_noise_and_beta_are_one_knob_for_what_is_learned(noise: float, beta: float, digits: data.Images) -> None:
    vae = build_model(GIVEN).double()
    assert isinstance(vae, VAE)
    x = torch.from_numpy(data.observe_fixed(digits.images[:8], "grey", 0)).double()
    ours, unit = gradients(vae, x, noise, beta), gradients(vae, x, 1.0, beta * noise**2)
    for one, other in zip(ours, unit, strict=True):
        torch.testing.assert_close(one * noise**2, other, rtol=1e-9, atol=1e-12)
    twice, four_times = gradients(vae, x, 2 * noise, beta), gradients(vae, x, noise, 4 * beta)
    for one, other in zip(twice, four_times, strict=True):
        torch.testing.assert_close(4 * one, other, rtol=1e-9, atol=1e-12)
    assert not torch.allclose(ours[0] * noise**2, gradients(vae, x, 1.0, beta)[0], rtol=1e-3), "β alone would not do"


@pytest.mark.parametrize("noise", NOISES)
def test_the_gradient_by_the_decoded_mean_is_the_error_over_the_variance(noise: float) -> None:
    x, mean = torch.tensor([0.1, 0.9], dtype=torch.float64), torch.tensor([0.3, 0.4], dtype=torch.float64, requires_grad=True)
    objectives.nll(given(noise), x, mean.logit()).backward()
    torch.testing.assert_close(mean.grad, (mean.detach() - x) / noise**2, rtol=1e-10, atol=0)


@pytest.mark.parametrize("noise", [0.3, 1.0])
def test_exact_log_px_and_posterior_are_what_sampling_finds(
    noise: float, digits: data.Images, monkeypatch: pytest.MonkeyPatch
) -> None:
    vae = build_model(GIVEN)
    assert isinstance(vae, VAE)
    with torch.no_grad():
        for weight in vae.decoder.parameters():
            weight.mul_(2.0)  # so that z says something about the picture
    vae.set_noise(noise)
    x = torch.from_numpy(data.observe_fixed(digits.images[:1], "grey", 0))
    posterior = exact_posterior(ExactInference(vae), x[0])
    assert posterior.log_px == pytest.approx(exact_log_px(vae, x).log_px.item(), abs=0.01)
    # The encoder was never trained: draws of a Gaussian around the posterior come closer.
    wide = Posterior(posterior.mean.float()[None], (2 * posterior.covariance.diagonal()).log().float()[None])
    monkeypatch.setattr(vae, "encode", lambda x: wide)
    assert posterior.log_px == pytest.approx(importance_sampled_log_px(vae, x, 20_000, 0).item(), abs=0.03)
    with torch.no_grad():
        z = wide.sample(torch.Generator().manual_seed(1), 20_000)
        mass = objectives.log_weights(vae.likelihood, x, vae.decode_logits(z), wide, z).double().softmax(0)
    torch.testing.assert_close(posterior.mean, (mass * z[:, 0].double()).sum(0), rtol=0, atol=0.03)


@pytest.mark.parametrize("noise", [0.0, -0.1])
def test_a_file_whose_noise_is_no_spread_is_refused(noise: float) -> None:
    weights = {name: tensor.numpy() for name, tensor in build_model(GIVEN).state_dict().items()}
    weight_files.check(weights, GIVEN, "a file")
    weights["noise"].fill(noise)
    with pytest.raises(EngineError) as refused:
        weight_files.check(weights, GIVEN, "a file")
    assert one_line(refused.value)
