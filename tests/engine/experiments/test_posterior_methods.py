"""Ways to the posterior: the tiny form is sound, and what is judged of points is what can be counted."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from support.experiment_checks import check_sound, tiny_result

from vae_engine.experiments import BUNDLED
from vae_engine.experiments import result as experiment_result
from vae_engine.experiments.posterior_methods.truth import Truth, judged, mode_shares
from vae_engine.inference.posterior import ExactPosterior

DOUBLE = torch.float64


def two_peaks() -> ExactPosterior:
    """Three quarters of the mass at (−1, 0), one at (1, 0)."""
    z = torch.tensor([[-1.0, 0.0], [1.0, 0.0]])
    weights = torch.tensor([0.75, 0.25], dtype=DOUBLE)
    mean, covariance = torch.tensor([-0.5, 0.0], dtype=DOUBLE), torch.diag(torch.tensor([0.75, 0.0], dtype=DOUBLE))
    return ExactPosterior(z, weights, 0.01, -100.0, mean, covariance, z)


def truth() -> Truth:
    one = two_peaks()
    return Truth(
        (one, one),
        torch.tensor([-100.0, -100.0], dtype=DOUBLE),
        *(torch.stack([part] * 2) for part in (one.mean, one.covariance)),
    )


def test_the_tiny_form_gives_a_sound_result(tmp_path: Path) -> None:
    check_sound(tiny_result("posterior-methods"), tmp_path)


def test_points_of_the_exact_posterior_are_judged_faultless_and_those_of_one_mode_are_not() -> None:
    known = truth()
    drawn = known.drawn(40_000, torch.Generator().manual_seed(0))
    even = torch.full(drawn.shape[:2], 1 / 40_000, dtype=DOUBLE)
    right = judged(known, drawn, even)
    assert right.mean_off.max() < 0.02
    torch.testing.assert_close(right.spread_ratio, torch.ones(2, dtype=DOUBLE), rtol=0.02, atol=0)
    assert right.missed.tolist() == [0, 0]
    assert right.shares_off.max() < 0.01
    one = judged(known, torch.full((2, 5, 2), -1.0) * torch.tensor([1.0, 0.0]), torch.full((2, 5), 0.2))
    assert one.missed.tolist() == [1, 1]
    torch.testing.assert_close(one.missed_mass, torch.full((2,), 0.25, dtype=DOUBLE))
    torch.testing.assert_close(one.shares_off, torch.full((2,), 0.25, dtype=DOUBLE))
    torch.testing.assert_close(one.mean_off, torch.full((2,), 0.5 / 0.75**0.5, dtype=DOUBLE))


def test_weights_count_in_the_shares_of_modes() -> None:
    points, weights = torch.tensor([[-0.9, 0.1], [0.8, 0.0], [1.2, 0.3]]), torch.tensor([0.5, 0.2, 0.3])
    assert mode_shares(two_peaks(), points, weights).tolist() == pytest.approx([0.5, 0.5])


def test_a_cell_of_the_lattice_is_filled_and_not_left() -> None:
    z = truth().drawn(2000, torch.Generator().manual_seed(0))
    off = z - z.round()
    assert off.abs().max() <= 0.0051
    assert off.std() == pytest.approx(0.01 / 12**0.5, rel=0.05)


@pytest.fixture(scope="module")
def bundled() -> experiment_result.Findings:
    return experiment_result.read(BUNDLED / "posterior-methods").findings


def rows(findings: experiment_result.Findings, place: int) -> dict[str, dict[str, float]]:
    """A table of the bundled result: its rows by method, their cells by column."""
    table = findings.tables[place]
    return {row[0]: dict(zip(table.columns, row, strict=True)) for row in table.rows}


def test_what_was_found_of_log_px_has_the_direction_that_is_said(bundled: experiment_result.Findings) -> None:
    found = rows(bundled, 0)
    mean = {name: row["mean error, nats"] for name, row in found.items()}
    assert mean["importance sampling, more draws"] < -1  # far too low where q misses a mode
    assert mean["importance sampling"] < mean["importance sampling, more draws"]
    assert -0.2 < mean["Laplace, best mode"] < 0  # locally the posterior is nearly a Gaussian
    assert abs(mean["importance sampling from Laplace's modes"]) < 0.05
    assert mean["encoder's q, its ELBO"] < 2 * mean["mean-field q, its ELBO"] < 0  # most of the gap is the encoder's
    assert mean["mean-field q, its ELBO"] < mean["full-covariance q, its ELBO"] < mean["mixture q, its ELBO"] < 0
    assert found["Laplace, best mode"]["decodes"] < found["importance sampling, more draws"]["decodes"] / 5


def test_what_was_found_of_stated_errors_has_the_direction_that_is_said(bundled: experiment_result.Findings) -> None:
    found = rows(bundled, 0)
    right = {name: row["% right within two stated errors"] for name, row in found.items()}
    assert right["nested sampling"] > 85
    assert right["annealing, both ways"] > 85
    assert right["importance sampling, more draws"] < 80
    nested = found["nested sampling"]
    assert 0.5 < nested["scatter of two runs, nats"] / nested["stated error, median, nats"] < 1.8


def test_what_was_found_of_chains_has_the_direction_that_is_said(bundled: experiment_result.Findings) -> None:
    found, missed = rows(bundled, 1), "% of images with several modes that miss one"
    for name in ("Metropolis", "MALA", "HMC", "NUTS"):
        assert found[name][missed] > 50  # begun at q they stay there
        assert found[name]["R-hat, median"] < 1.1
    assert found["HMC from the prior"][missed] < found["HMC"][missed]
    assert found["HMC from the prior"]["R-hat, median"] > 2
    assert found["SVGD"]["spread / exact, median"] < 1
