"""Latent dimension: one dimension is worth less than two, and the parts of every number add up."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.experiment_checks import check_sound, tiny_result

from vae_engine.experiments.result import Chart


def chart(experiment: str, name: str) -> Chart:
    return next(one for one in tiny_result(experiment).findings.charts if one.name == name)


def test_the_tiny_form_gives_a_sound_result(tmp_path: Path) -> None:
    check_sound(tiny_result("latent-dimension"), tmp_path)


def test_two_dimensions_are_worth_more_than_one() -> None:
    one, two, *_ = chart("latent-dimension", "bound").curves[0].y
    assert two > one + 3


def test_the_kl_of_the_dimensions_adds_up_to_the_kl_the_largest_first() -> None:
    kl = dict(zip(*(getattr(chart("latent-dimension", "terms").curves[1], axis) for axis in "xy"), strict=True))
    for curve in chart("latent-dimension", "kl-per-dimension").curves:
        assert list(curve.y) == sorted(curve.y, reverse=True)
        assert sum(curve.y) == pytest.approx(kl[len(curve.x)], abs=1e-3)


def test_the_bound_is_minus_the_sum_of_its_terms_and_below_log_px() -> None:
    (columns, rows) = (
        tiny_result("latent-dimension").findings.tables[0].columns,
        tiny_result("latent-dimension").findings.tables[0].rows,
    )
    for row in rows:
        named = dict(zip(columns, row, strict=True))
        assert named["ELBO, test"] == pytest.approx(-(named["nll, test"] + named["KL, test"]), abs=0.02)
    assert [row[columns.index("log p(x), exact")] is None for row in rows] == [True, False, True]  # exact at two dimensions only
