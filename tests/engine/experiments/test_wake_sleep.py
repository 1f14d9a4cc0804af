"""Wake-sleep: each phase moves its own network only, up its own objective; and AEVB gets further in two dimensions."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
import torch
from support.experiment_checks import check_sound, tiny_result
from torch import Tensor, nn

from vae_engine import build_model
from vae_engine.experiments.common import drawn
from vae_engine.experiments.wake_sleep.measure import model_config, steps_watched
from vae_engine.model import objectives
from vae_engine.model.models import VAE
from vae_engine.training.wake_sleep import WakeSleep, dream, moved, sleep_objective, wake_objective, weights


@pytest.fixture
def vae() -> VAE:
    model = build_model(model_config(2, 16), 0)
    assert isinstance(model, VAE)
    return model


def same(before: list[Tensor], network: nn.Module) -> list[bool]:
    """Of each tensor, whether it is bit for bit what it was."""
    return [torch.equal(then, now) for then, now in zip(before, network.parameters(), strict=True)]


def test_the_tiny_form_gives_a_sound_result(tmp_path: Path) -> None:
    check_sound(tiny_result("wake-sleep"), tmp_path)


def test_wake_moves_the_decoder_only_and_sleep_the_encoder_only_bit_for_bit(vae: VAE) -> None:
    learner, x, rng = WakeSleep(vae, 1e-3), drawn("test", 20), torch.Generator().manual_seed(0)
    for _ in range(3):  # from the second on the optimisers remember earlier steps, which must not leak either
        theta, phi = weights(vae.decoder), weights(vae.encoder)
        learner.wake(x, rng)
        assert all(same(phi, vae.encoder))
        assert not any(same(theta, vae.decoder))
        assert moved(phi, vae.encoder) == 0 < moved(theta, vae.decoder)
        theta = weights(vae.decoder)
        learner.sleep(20, rng)
        assert all(same(theta, vae.decoder))
        assert not any(same(phi, vae.encoder))


def test_a_phase_is_a_step_up_the_gradient_of_its_own_objective(vae: VAE) -> None:
    other = copy.deepcopy(vae)
    learner, x = WakeSleep(vae, 1e-3), drawn("test", 20)
    theta, phi = (torch.optim.Adam(network.parameters(), lr=1e-3) for network in (other.decoder, other.encoder))
    for seed in range(3):
        learner.wake(x, torch.Generator().manual_seed(seed))
        other.zero_grad()
        (-wake_objective(other, x, torch.Generator().manual_seed(seed)).mean()).backward()
        theta.step()
        learner.sleep(20, torch.Generator().manual_seed(seed))
        other.zero_grad()
        (-sleep_objective(other, *dream(other, 20, torch.Generator().manual_seed(seed))).mean()).backward()
        phi.step()
    for mine, wanted in zip(vae.parameters(), other.parameters(), strict=True):
        torch.testing.assert_close(mine, wanted, rtol=1e-4, atol=1e-5)


def test_wake_climbs_log_p_of_x_and_z_and_sleep_climbs_log_q_of_dreams(vae: VAE) -> None:
    learner, x, rng = WakeSleep(vae, 1e-3), drawn("test", 50), torch.Generator().manual_seed(0)

    def wake() -> float:
        return wake_objective(vae, x, torch.Generator().manual_seed(1)).mean().item()

    before = wake()
    for _ in range(5):
        learner.wake(x, rng)
    assert wake() > before
    dreams = dream(vae, 200, torch.Generator().manual_seed(2))
    asleep = sleep_objective(vae, *dreams).mean().item()
    for _ in range(20):
        learner.sleep(200, rng)
    assert sleep_objective(vae, *dreams).mean().item() > asleep


def test_the_objectives_are_those_of_the_theory(vae: VAE) -> None:
    x = drawn("test", 8)
    q = vae.encode(x)
    z = q.sample(torch.Generator().manual_seed(3))
    joint = vae.likelihood.log_prob(x, vae.decode_logits(z)) + objectives.log_prior(z)
    torch.testing.assert_close(wake_objective(vae, x, torch.Generator().manual_seed(3)), joint[0])
    z, dreamt = dream(vae, 8, torch.Generator().manual_seed(4))
    torch.testing.assert_close(sleep_objective(vae, z, dreamt), objectives.log_q(vae.encode(dreamt), z))
    assert set(dreamt.unique().tolist()) <= {0.0, 1.0}


def test_no_gradient_of_wake_passes_through_the_sample(vae: VAE) -> None:
    wake_objective(vae, drawn("test", 4), torch.Generator().manual_seed(0)).sum().backward()
    assert all(weight.grad is None for weight in vae.encoder.parameters())


def test_aevb_is_ahead_in_two_dimensions() -> None:
    table = tiny_result("wake-sleep").findings.tables[0]
    row = dict(zip(table.columns, table.rows[0], strict=True))
    assert row["N_z"] == 2
    assert row["least of the seeds"] > 0


def test_the_phases_alternate_and_say_which_network_moved() -> None:
    before, *moments = tiny_result("wake-sleep").findings.moments
    assert before.numbers[0][1] == before.numbers[1][1] == 0
    assert [moment.label.split(": ")[1] for moment in moments] == ["wake", "sleep"] * (len(moments) // 2)
    for wake, sleep in zip(moments[::2], moments[1::2], strict=True):
        assert wake.numbers[0][1] > 0 == wake.numbers[1][1]
        assert sleep.numbers[1][1] > 0 == sleep.numbers[0][1]
        assert sleep.pictures == wake.pictures  # the decoder stayed, and so did its dreams
        assert sleep.points != wake.points
    assert moments[0].points == before.points  # the encoder stayed


def test_watched_steps_are_spaced_in_proportion_and_end_at_the_end() -> None:
    steps = steps_watched(1600, 12)
    assert (steps[0], steps[-1], len(steps)) == (10, 1600, 12)
    assert steps_watched(3, 8, 1) == [1, 2, 3]
