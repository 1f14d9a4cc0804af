"""Means over images and seeds: standard errors are those of the images, and those of differences are paired."""

from __future__ import annotations

import math

import numpy as np
import pytest

from vae_engine.experiments.means import Mean, apart, over, with_error
from vae_engine.experiments.result import Findings, typeset
from vae_engine.experiments.wake_sleep.views import METHODS, Elbos

SEEDS, IMAGES = 3, 200


@pytest.fixture(scope="module")
def arms() -> tuple[np.ndarray, np.ndarray]:
    """ELBOs [seeds, images] of two arms: images differ a great deal, and the arms by little on each."""
    rng = np.random.default_rng(0)
    common = rng.normal(-130, 20, IMAGES)
    return tuple(common + rng.normal(gain, 1, (SEEDS, IMAGES)) for gain in (2.0, 0.0))  # type: ignore[return-value]


def test_the_standard_error_is_that_of_the_images_and_of_a_difference_that_of_their_differences(
    arms: tuple[np.ndarray, np.ndarray],
) -> None:
    ours, theirs = map(Mean, arms)
    assert ours.error == pytest.approx(arms[0].mean(0).std(ddof=1) / math.sqrt(IMAGES))
    gain = ours - theirs
    each = [(arms[0][:, i] - arms[1][:, i]).mean() for i in range(IMAGES)]
    assert gain.value == pytest.approx(np.mean(each)) == pytest.approx(ours.value - theirs.value)
    assert gain.error == pytest.approx(np.std(each, ddof=1) / math.sqrt(IMAGES))
    assert gain.error < ours.error / 10
    assert gain.by_seed == pytest.approx((arms[0] - arms[1]).mean(1))


def test_an_error_covers_what_another_draw_of_images_would_give() -> None:
    rng = np.random.default_rng(1)
    found = [Mean(rng.normal(0, 5, IMAGES) + rng.normal(0, 1, (SEEDS, IMAGES))) for _ in range(400)]
    assert np.std([one.value for one in found]) == pytest.approx(np.mean([one.error for one in found]), rel=0.1)


def test_errors_over_different_images_add_up_as_independent_ones() -> None:
    assert apart(Mean(np.array([[3.0, 9.0]])), Mean(np.array([[0.0, 8.0]]))) == "+2.0 ± 5.0"  # errors of 3 and 4


def test_a_number_has_as_many_decimals_as_its_error_deserves() -> None:
    assert with_error(18.634, 0.31, "+") == "+18.6 ± 0.3"
    assert with_error(-147.03, 4.8) == "-147.0 ± 4.8"
    assert with_error(1543.2, 31.0, "+") == "+1,543 ± 31"
    assert with_error(0.354, 0.052) == "0.35 ± 0.05"
    assert with_error(2.0, 0.0) == "2.0 ± 0.0"


def test_of_one_image_there_is_no_error_and_of_one_seed_no_range() -> None:
    assert math.isnan(Mean(np.array([[1.0]])).error)
    assert Mean(np.array([[1.0, 2.0]])).of_seeds == ""
    assert Mean(np.array([[1.0, 2.0], [2.0, 4.0]])).of_seeds == " (+1.5 to +3.0 over 2 seeds)"
    assert over([3, 5], lambda run: np.array([run, run + 1])).values.tolist() == [[3, 4], [5, 6]]


def test_the_table_of_two_methods_tells_the_paired_error_of_the_lead(arms: tuple[np.ndarray, np.ndarray]) -> None:
    test = {method: values[None, :, None] for method, values in zip(METHODS, arms, strict=True)}
    elbos = Elbos((2,), [1000], test, test)
    table = elbos.table()
    lead = table.columns.index("AEVB's lead on test")
    each = (arms[0] - arms[1]).mean(0)
    told = round(each.mean(), 2), round(each.std(ddof=1) / math.sqrt(IMAGES), 2)
    assert (table.columns[lead + 1], table.rows[0][lead : lead + 2]) == ("±", told)
    assert f"{with_error(each.mean(), each.std(ddof=1) / math.sqrt(IMAGES), '+')} at N_z = 2" in elbos.says()[0]


def test_sentences_are_set_with_minus_signs_and_raised_powers_and_keep_hyphens() -> None:
    given = "-1.5 ± 0.2 (-0.6 to -0.0 over 3 seeds), IS-500, 5-fold, 2e-3, 2^784 states, 10^223 years, -0.05, N^z"
    wanted = "−1.5 ± 0.2 (−0.6 to 0.0 over 3 seeds), IS-500, 5-fold, 2e-3, 2⁷⁸⁴ states, 10²²³ years, −0.05, N^z"
    assert typeset(given) == wanted
    assert Findings((given,), (), (0,), 1, ()).says == (wanted,)


def test_a_sentence_says_where_seeds_lie_on_both_sides_of_zero() -> None:
    of = Mean(np.array([[-1.0, -2.0], [2.0, 4.0]]))
    assert typeset(f"x{of.of_seeds}") == "x (−1.5 to +3.0 over 2 seeds, zero among them)"
    assert typeset(typeset(f"x{of.of_seeds}")) == typeset(f"x{of.of_seeds}")
    for one in (Mean(of.values + 5), Mean(of.values - 5)):
        assert "zero" not in typeset(one.of_seeds)
