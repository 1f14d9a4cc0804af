"""Gradient estimators: the same mean, in the order of their noise, and the exact one where it is known."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from support.experiment_checks import check_sound, tiny_result
from torch import Tensor

from vae_engine import ModelConfig, TrainConfig, build_model
from vae_engine.experiments.common import drawn
from vae_engine.experiments.gradient_estimators.measure import SAMPLES, climb
from vae_engine.model.models import VAE, Posterior
from vae_engine.training import training
from vae_engine.training.score_function import ESTIMATORS, MovingAverage, estimates, kl_gradient, rewards

DRAWS = 100_000
CONFIG = ModelConfig(encoder="mlp", encoder_widths=(16,), decoder="mlp", decoder_widths=(16,), activation="relu")


@pytest.fixture(scope="module")
def known() -> tuple[dict[str, Tensor], Tensor]:
    """Draws of every estimator where the reward is −½|z − c|², and the exact gradient of its mean."""
    q = Posterior(torch.tensor([[0.3, -0.4]]).double(), torch.tensor([[-0.5, 0.2]]).double())
    centre = torch.tensor([1.0, 0.5]).double()
    noise = torch.randn((DRAWS, SAMPLES, 1, 2), generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    z = q.mu + q.std * noise
    reward = -0.5 * ((z - centre) ** 2).sum(-1)
    exact = torch.cat([centre - q.mu, -0.5 * q.logvar.exp()], -1)
    return estimates(q, noise, reward, centre - z, baseline=-0.7), exact


def test_the_tiny_form_gives_a_sound_result(tmp_path: Path) -> None:
    check_sound(tiny_result("gradient-estimators"), tmp_path)


@pytest.mark.parametrize("name", ESTIMATORS)
def test_every_estimator_has_the_exact_gradient_as_its_mean(name: str, known: tuple[dict[str, Tensor], Tensor]) -> None:
    draws, exact = known
    error = draws[name].std(0) / DRAWS**0.5
    assert ((draws[name].mean(0) - exact).abs() < 5 * error).all()


def test_score_functions_have_the_mean_of_the_reparameterised_one_on_a_network() -> None:
    table = next(table for table in tiny_result("gradient-estimators").findings.tables if "largest |z|" in table.columns)
    rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    assert {row["estimator"] for row in rows} == set(ESTIMATORS[1:])
    for row in rows:
        assert row["largest |z|"] < 5
        assert 0.5 < row["standard deviation of z"] < 1.6  # neither biased nor the same numbers twice


def test_reparameterisation_is_the_least_noisy_and_each_better_baseline_less_noisy_than_the_one_before() -> None:
    table = tiny_result("gradient-estimators").findings.tables[1]
    ratios: dict[int, list[float]] = {}
    for row in table.rows:
        named = dict(zip(table.columns, row, strict=True))
        ratios.setdefault(named["images seen"], []).append(named["μ: relative to reparameterised"])
    for reparameterised, none, average, others in ratios.values():
        assert reparameterised == 1 < others < average / 5
        assert average < none / 5


def test_reparameterisation_reaches_the_best_elbo_of_the_same_budget() -> None:
    best, none, average, others = (row[1] for row in tiny_result("gradient-estimators").findings.tables[0].rows)
    assert best > others > max(none, average)


def test_a_step_by_reparameterisation_is_the_gradient_of_the_elbo() -> None:
    ours, theirs = build_model(CONFIG, 0), build_model(CONFIG, 0)
    x = drawn("test", 10)
    assert isinstance(ours, VAE)
    climb(ours, x, ESTIMATORS[0], MovingAverage(), torch.Generator().manual_seed(5))
    loss, _, _ = training.batch_loss(theirs, TrainConfig(samples=SAMPLES), x, torch.Generator().manual_seed(5), 1.0)
    loss.backward()
    for mine, wanted in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(mine.grad, wanted.grad, rtol=1e-4, atol=1e-5)


def test_the_decoder_gets_the_same_gradient_by_every_estimator() -> None:
    gradients = []
    for name in ESTIMATORS:
        vae = build_model(CONFIG, 0)
        assert isinstance(vae, VAE)
        climb(vae, drawn("test", 10), name, MovingAverage(), torch.Generator().manual_seed(5))
        gradients.append([weight.grad for weight in vae.decoder.parameters()])
    for other in gradients[1:]:
        assert all(torch.equal(a, b) for a, b in zip(gradients[0], other, strict=True))


def test_the_slope_of_the_reward_and_of_the_kl_are_those_of_autograd() -> None:
    vae = build_model(CONFIG, 0)
    assert isinstance(vae, VAE)
    x, z = drawn("test", 4), torch.randn((3, 4, 2), generator=torch.Generator().manual_seed(1))
    reward, slope = rewards(vae, x, z)
    moved = z + 1e-2 * slope / slope.norm()
    risen = vae.likelihood.log_prob(x, vae.decode_logits(moved)).sum() - reward.sum()
    assert risen.item() == pytest.approx(1e-2 * slope.norm().item(), rel=0.05)
    mu, logvar = (torch.randn((4, 2), dtype=torch.float64).requires_grad_() for _ in range(2))
    divergence = 0.5 * (mu**2 + logvar.exp() - 1 - logvar).sum()
    divergence.backward()
    wanted = -torch.cat([mu.grad, logvar.grad], -1)  # type: ignore[list-item]
    torch.testing.assert_close(kl_gradient(Posterior(mu, logvar)).detach(), wanted)


def test_the_moving_average_is_zero_before_the_first_minibatch_and_forgets() -> None:
    average = MovingAverage(0.5)
    assert average.value == 0
    average.update(torch.tensor([-3.0, -5.0]))
    assert average.value == pytest.approx(-4)
    average.update(torch.tensor([-10.0]))
    assert average.value == pytest.approx((0.5 * -4 + -10) / 1.5)
