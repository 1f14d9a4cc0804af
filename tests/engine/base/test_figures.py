"""Measured numbers as text."""

from __future__ import annotations

from vae_engine.base.figures import trust

MEASURED = {"log_px_is": -125.71, "log_px_exact": -122.35, "share_is_low_by_1_nat": 0.2413, "is_samples": 500}


def test_how_far_importance_sampling_can_be_trusted_is_told_as_far_as_it_is_known() -> None:
    known = "-3.36 from exact, more than 1 nat low for 24.1 % of images"
    assert trust(MEASURED) == known
    weighed = MEASURED | {"is_k_hat_high": 0.312, "is_ess": 102.6}
    assert trust(weighed) == f"k-hat above 0.7 for 31.2 % of images, effective samples 103 of 500 (median), {known}"
    assert trust({"log_px_is": -125.71, "is_samples": 500}) == ""  # in twenty dimensions nobody knows the exact value
    assert trust({"nll": 120.0}) == ""
