"""Estimators of the bound: identities of the sums, and that A, B and IWAE stand to the exact numbers as theory says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from support.experiment_checks import check_sound, tiny_result

from vae_engine.experiments.bound_estimators import draws as bounds
from vae_engine.model import objectives


@pytest.fixture(scope="module")
def draws() -> bounds.Draws:
    """500 draws of each of two seeds for twelve images."""
    return bounds.drawn(12, 500, (0, 1), lambda stage, share: None)[2]


def test_the_tiny_form_gives_a_sound_result(tmp_path: Path) -> None:
    check_sound(tiny_result("bound-estimators"), tmp_path)


def test_the_mean_over_groups_is_the_engines_bound() -> None:
    weights = torch.randn((12, 3), generator=torch.Generator().manual_seed(0), dtype=torch.float64) * 20 - 900
    whole = bounds.iwae_mean(weights.T.numpy(), 12)
    np.testing.assert_allclose(whole, objectives.iwae(weights).numpy(), rtol=1e-12)
    parts = np.mean([objectives.iwae(weights[i : i + 4]).numpy() for i in (0, 4, 8)], axis=0)
    np.testing.assert_allclose(bounds.iwae_mean(weights.T.numpy(), 4), parts, rtol=1e-12)


def test_the_sizes_divide_one_another_so_that_the_bound_of_an_image_never_falls_with_k(draws: bounds.Draws) -> None:
    assert all(large % small == 0 for small, large in zip(bounds.KS, bounds.KS[1:], strict=False))
    assert (np.diff(draws.bounds, axis=0) >= -1e-9).all()
    assert draws.bounds[-1].mean() > draws.bounds[0].mean() + 0.5


def test_a_and_b_have_the_exact_elbo_as_their_mean(draws: bounds.Draws) -> None:
    for name in "AB":
        off, error = bounds.bias(draws, name)
        assert (np.abs(off) < 5 * error + 0.01).all()
        mean, of_mean = bounds.mean_bias(draws, name)
        assert abs(mean) < 4 * of_mean


def test_the_bound_comes_from_below_and_stays_below_on_average(draws: bounds.Draws) -> None:
    assert (draws.bounds.mean((1, 2)) < draws.log_px.mean()).all()
    assert (draws.elbo < draws.log_px).all()
    assert draws.missing.mean() < 0.6 * (draws.log_px - draws.elbo).mean()


def test_the_spread_falls_as_one_over_the_root_of_l(draws: bounds.Draws) -> None:
    for spread in draws.spreads.values():
        fall = spread[0].mean() / spread[bounds.LS.index(10)].mean()
        assert fall == pytest.approx(10**0.5, rel=0.1)


def test_shares_of_weights_that_are_known() -> None:
    even, lone = np.zeros(50), np.array([0.0] + [-1000.0] * 49)
    assert bounds.largest_share(even) == pytest.approx(1 / 50)
    assert bounds.largest_share(lone) == pytest.approx(1)
