"""k-hat and effective samples of weights whose tail is known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from vae_engine.stored.importance import diagnosed, effective, k_hat

# Shape of a tail, and k-hat of its 2,000 quantiles: tests/browser/learn/importance.test.js has the same.
KNOWN = [(0.2, 0.2267561866075436), (0.7, 0.6786439979721473), (1.2, 1.1305491440927478)]


@pytest.mark.parametrize("shape", [0.1, 0.3, 0.7, 1.2])
def test_k_hat_finds_the_shape_of_pareto_weights(shape: float) -> None:
    rng = np.random.default_rng(0)
    found = [k_hat(-shape * np.log(rng.uniform(size=20_000))) for _ in range(20)]  # w = u^−k
    assert np.mean(found) == pytest.approx(shape, abs=0.05)
    assert np.std(found) < 0.15


def test_k_hat_of_a_gaussian_from_another_is_one_minus_the_ratio_of_variances() -> None:
    rng, narrow = np.random.default_rng(1), 0.5
    z = narrow * rng.standard_normal(100_000)
    weights = -0.5 * z**2 + 0.5 * (z / narrow) ** 2  # N(0, 1) from N(0, narrow²): w has the tail index 1 − narrow²
    assert k_hat(weights) == pytest.approx(1 - narrow**2, abs=0.12)


def test_equal_weights_are_exact_and_not_infinite() -> None:
    for weights in (np.zeros(500), np.full(500, -130.0), -130 + 1e-5 * np.random.default_rng(0).standard_normal(500)):
        found = diagnosed(weights)
        assert found.exact
        assert found.said == "exact"
        assert found.ess == pytest.approx(500)
    assert not diagnosed(0.01 * np.random.default_rng(0).standard_normal(500)).exact


def test_one_weight_that_is_everything_is_infinitely_bad_and_few_tell_nothing() -> None:
    assert k_hat(np.array([0.0] + [-1000.0] * 499)) == math.inf
    assert math.isnan(k_hat(np.random.default_rng(0).standard_normal(20)))
    assert diagnosed(np.random.default_rng(0).standard_normal(20)).said == "none"


def test_bounded_weights_have_a_shape_below_zero_and_a_factor_changes_nothing() -> None:
    weights = np.log(np.random.default_rng(0).uniform(size=5000))
    assert k_hat(weights) < -0.3
    assert k_hat(weights + 700.0) == pytest.approx(k_hat(weights))


def test_effective_samples_are_those_of_weights_one_can_count() -> None:
    assert effective(np.zeros(50)) == pytest.approx(50)
    assert effective(np.array([-1e4] * 40 + [0.0] * 10)) == pytest.approx(10)
    assert effective(np.array([0.0] + [-1000.0] * 49)) == pytest.approx(1)


@pytest.mark.parametrize(("shape", "known"), KNOWN)
def test_k_hat_of_the_quantiles_of_a_tail_is_the_number_that_the_browser_gives(shape: float, known: float) -> None:
    quantiles = -shape * np.log((np.arange(2000) + 0.5) / 2000)
    assert k_hat(quantiles) == pytest.approx(known, abs=1e-9)
    assert known == pytest.approx(shape, abs=0.12)
