"""The modes of an exact posterior and the Gaussian that suits it, held against exact numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest

from dashboard.stock import catalogue
from dashboard.stock.material import Material
from dashboard.worksheet.peaks import best_gaussian, log_joint, peaks

IMAGES = [2, 15, 304]


@pytest.fixture(scope="module")
def subject() -> Material:
    return catalogue.material()


@pytest.mark.parametrize("image", IMAGES)
def test_the_modes_are_as_many_as_were_measured_and_each_is_a_top(image: int, subject: Material) -> None:
    found = peaks(subject, image)
    assert len(found) == subject.truths.modes[image]
    for one in found:
        around = one.z + 0.3 * one.std * np.array([[1, 0], [-1, 0], [0, 1], [0, -1]])
        assert log_joint(subject, image, around).max() < log_joint(subject, image, one.z[None])[0]
    assert sum(one.share for one in found) == pytest.approx(1)


@pytest.mark.parametrize("image", IMAGES)
def test_gaussians_at_the_modes_hold_about_the_exact_evidence(image: int, subject: Material) -> None:
    masses = [
        log_joint(subject, image, one.z[None])[0] + math.log(2 * math.pi * one.std.prod() / math.sqrt(1 - one.slant**2))
        for one in (peaks(subject, image))
    ]
    # `std` are the widths that an upright q takes, narrower than the marginal ones by √(1 − slant²) each.
    assert np.logaddexp.reduce(masses) == pytest.approx(subject.truths.log_px[image], abs=0.5)


@pytest.mark.parametrize("image", IMAGES)
def test_the_best_gaussian_lies_between_the_encoders_bound_and_the_truth(image: int, subject: Material) -> None:
    fit = best_gaussian(subject, image)
    assert subject.truths.elbo[image] < fit.elbo <= subject.truths.log_px[image] + 0.01
