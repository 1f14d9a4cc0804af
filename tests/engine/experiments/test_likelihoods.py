"""Likelihoods: densities are densities, grey cross-entropy has a floor, and a learned spread falls as far as it is let."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from support.experiment_checks import check_sound, tiny_result
from torch.distributions import Normal

from vae_engine.experiments.likelihoods import measure as likelihoods
from vae_engine.experiments.likelihoods.kinds import Arm, FlooredGaussian, entropy_floor, log_normaliser
from vae_engine.model.likelihoods import Bernoulli, FixedGaussian, Gaussian


def rows() -> dict[str, dict[str, float]]:
    table = tiny_result("likelihoods").findings.tables[0]
    return {row[0]: dict(zip(table.columns, row, strict=True)) for row in table.rows}


def test_the_tiny_form_gives_a_sound_result(tmp_path: Path) -> None:
    check_sound(tiny_result("likelihoods"), tmp_path)


def test_a_lower_floor_raises_the_median_density_and_mends_no_image() -> None:
    found = rows()
    high, low = (found[f"Gaussian, learned σ ≥ {floor}"] for floor in ("0.1", "0.01"))
    assert low["the same, median image"] > high["the same, median image"] + 200
    assert low["rms error of the mean"] > high["rms error of the mean"] - 0.005


def test_a_wide_fixed_spread_silences_the_latent() -> None:
    found = rows()
    assert found["Gaussian, σ = 0.1"]["KL, nats"] > found["Gaussian, σ = 1"]["KL, nats"] + 5


def test_no_grey_number_is_below_the_entropy_of_the_grey_values() -> None:
    grey = np.random.default_rng(0).integers(0, 256, (3, 28, 28), np.uint8)
    grey[0, 0, :2] = 0, 255
    floor = entropy_floor(grey)
    x = torch.from_numpy(grey.reshape(3, -1) / 255.0)
    perfect = -Bernoulli().log_prob(x, x.clamp(1e-9, 1 - 1e-9).logit()).mean().item()
    assert floor == pytest.approx(perfect, rel=1e-6)
    assert -Bernoulli().log_prob(x, x.clamp(1e-9, 1 - 1e-9).logit() + 0.3).mean().item() > floor
    assert entropy_floor(np.full((1, 28, 28), 127, np.uint8)) == pytest.approx(784 * math.log(2), rel=1e-4)


@pytest.mark.parametrize("logit", [-6.0, -0.5, 0.009, 0.02, 3.0])
def test_the_normaliser_makes_a_density_of_the_grey_formula(logit: float) -> None:
    x = torch.linspace(0, 1, 20_001, dtype=torch.float64)[:, None]
    logits = torch.full_like(x, logit)
    density = (Bernoulli().log_prob(x, logits) + log_normaliser(logits)[:, 0]).exp()
    assert torch.trapezoid(density, x[:, 0]).item() == pytest.approx(1.0, abs=1e-7)


def test_gaussians_of_fixed_and_of_floored_spread_are_normal_densities() -> None:
    rng = torch.Generator().manual_seed(0)
    x, raw = torch.rand((2, 784), generator=rng), torch.randn((2, 784), generator=rng)
    wanted = Normal(torch.sigmoid(raw), 0.3).log_prob(x).sum(-1)
    assert torch.allclose(FixedGaussian(0.3).log_prob(x, raw), wanted, rtol=1e-5)
    both = torch.cat([raw, torch.full_like(raw, -30.0)], -1)  # a spread that lies on its floor
    assert torch.allclose(FlooredGaussian(0.3).log_prob(x, both), wanted, rtol=1e-5)
    assert torch.equal(FlooredGaussian(Gaussian.smallest_spread).log_prob(x, both), Gaussian().log_prob(x, both))


def test_dequantised_pixels_stay_within_their_level() -> None:
    arm = Arm("", Gaussian(), "grey", dequantised=True)  # type: ignore[arg-type]
    levels = torch.arange(256)
    spread = likelihoods.pixels(arm, levels / 255, torch.Generator().manual_seed(0))
    assert torch.equal((256 * spread).floor().long(), levels)
