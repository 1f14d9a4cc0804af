"""Convolutional against fully connected: the two have as many parameters, and the same time means more steps for the cheaper."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from support.builders import tiny
from support.experiment_checks import check_sound, tiny_result

from vae_engine.experiments.convolutional.measure import fully_connected, parameters


def test_the_tiny_form_gives_a_sound_result(tmp_path: Path) -> None:
    check_sound(tiny_result("convolutional"), tmp_path)


@pytest.mark.parametrize("latent", [2, 7])
def test_the_fully_connected_networks_have_as_many_parameters(latent: int) -> None:
    conv = replace(tiny("conv", "conv"), encoder_widths=(8, 16, 64), decoder_widths=(64, 16, 8), latent_dim=latent)
    matched = fully_connected(conv)
    assert matched.encoder == matched.decoder == "mlp"
    assert parameters(matched) == pytest.approx(parameters(conv), rel=0.02)


def test_after_few_images_the_fully_connected_networks_are_ahead_and_the_same_time_gives_them_more_steps() -> None:
    table = tiny_result("convolutional").findings.tables[0]
    conv, same, timed = (dict(zip(table.columns, row, strict=True)) for row in table.rows)
    assert same["ELBO, test"] > conv["ELBO, test"] + 5
    assert conv["images seen"] == same["images seen"]
    assert timed["steps"] > same["steps"]
