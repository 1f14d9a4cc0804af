"""Rounded weights kept beside a model: they are those that were found, and only for the weights that they were found for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support.builders import save_model

from vae_engine.exchange import dense, rounded, rounding
from vae_engine.stored import checkpoints, registry
from vae_engine.stored.checkpoints import Stored
from vae_engine.stored.config import ModelConfig


@pytest.fixture
def stored(tmp_path: Path) -> Stored:
    return checkpoints.read(save_model(tmp_path / "small", ModelConfig(encoder_widths=(8,), decoder_widths=(12,))))


def rounding_of(stored: Stored) -> rounded.Rounding:
    """A rounding that took no time: within everything."""
    x = np.random.default_rng(0).random((50, 784)).astype(np.float32)
    linear = rounding.within(stored, {}, "encoder", x, lambda made, some: 0.0, 1.0)[0]
    return rounded.Rounding(linear, {"encoder.0.bias": np.arange(8, dtype=np.float32)}, {"p": 0.001, "codes": 0.002})


def test_every_bundled_model_has_its_own_and_all_of_them_are_small() -> None:
    for name in registry.names():
        kept = rounded.read(registry.find(name))
        assert kept is not None, f"{name}'s is of other weights: publish it again, or export it"
        assert kept.within["p"] <= dense.MOST_P
        assert kept.within["codes"] <= dense.MOST_CODE
    assert sum((registry.find(name).folder / rounded.FILE).stat().st_size for name in registry.names()) < 2.1e6


@pytest.mark.long
@pytest.mark.parametrize("name", ["vae-mnist-small", "ae-mnist-small", "vae-beta-1"])
def test_a_bundled_model_that_is_rounded_anew_comes_out_as_it_was_kept(name: str) -> None:
    stored = registry.find(name)
    kept, anew = rounded.read(stored), dense.rounded_anew(stored)
    assert kept is not None
    assert kept.linear.keys() == anew.linear.keys()
    for of, one in kept.linear.items():
        lost = np.abs(one.weight() - stored.weights[of]).mean()
        assert np.abs(one.weight() - anew.linear[of].weight()).mean() < 0.5 * lost, "machines multiply a little differently"
    assert anew.within == pytest.approx(kept.within, abs=1e-3)


def test_what_is_read_is_what_was_kept(stored: Stored) -> None:
    rounded.keep(stored, given := rounding_of(stored))
    found = rounded.read(stored)
    assert found is not None
    assert found.within == given.within
    assert found.linear.keys() == given.linear.keys() == {"encoder.0.weight", "encoder.2.weight"}
    for name, one in given.linear.items():
        for of in ("steps", "rows", "columns"):
            assert np.array_equal(getattr(found.linear[name], of), getattr(one, of))
    assert np.array_equal(found.biases["encoder.0.bias"], np.arange(8))


def test_another_models_and_a_damaged_one_are_not_read(stored: Stored) -> None:
    rounded.keep(stored, rounding_of(stored))
    moved = {name: weight + 1e-3 for name, weight in stored.weights.items()}
    assert rounded.read(replace(stored, weights=moved)) is None
    assert rounded.read(replace(stored, train=replace(stored.train, protocol="grey"))) is None
    whole = (stored.folder / rounded.FILE).read_bytes()
    (stored.folder / rounded.FILE).write_bytes(whole[:-7])
    assert rounded.read(stored) is None


def test_it_is_not_kept_where_images_may_change_or_nothing_may_be_written(stored: Stored, tmp_path: Path) -> None:
    given = rounding_of(stored)
    rounded.keep(replace(stored, train=replace(stored.train, data=str(tmp_path / "mine.npz"))), given)
    assert not (stored.folder / rounded.FILE).exists()
    (tmp_path / "file").touch()
    rounded.keep(replace(stored, folder=tmp_path / "file"), given)


def test_a_second_export_does_not_round_again(stored: Stored, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Stored] = []
    monkeypatch.setattr(dense, "rounded_anew", lambda model: asked.append(model) or rounding_of(model))
    assert dense.rounding_of(stored).within == dense.rounding_of(stored).within
    assert asked == [stored]


def test_a_layer_with_more_steps_than_int16_counts_is_left_as_it_is(stored: Stored, monkeypatch: pytest.MonkeyPatch) -> None:
    weight = stored.weights["encoder.0.weight"].copy()
    weight[0, 0] = 1e3
    stored = replace(stored, weights=stored.weights | {"encoder.0.weight": weight})
    most = {name: np.abs(one.steps).max() for name, one in rounding_of(stored).linear.items()}
    assert most["encoder.2.weight"] < most["encoder.0.weight"] < 2**15
    monkeypatch.setattr(rounding, "_MOST_STEPS", most["encoder.0.weight"] - 1)
    x = np.random.default_rng(0).random((50, 784)).astype(np.float32)
    found, model, _ = rounding.within(stored, {}, "encoder", x, lambda made, some: 0.0, 1.0)
    assert found.keys() == {"encoder.2.weight"}
    assert model.weights["encoder.0.weight"] is weight
