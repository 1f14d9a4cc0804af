"""The form of a training: settings in, the same settings out; what is greyed out changes nothing."""

from __future__ import annotations

import dataclasses
import math
import shlex
from typing import Any

import pytest
from support.builders import attempt, short, tiny

from dashboard.train import presets, wording
from dashboard.train import settings as run_settings
from dashboard.train.settings import AMOUNT, GROUPS, SPECS, UNIT, Values
from vae_engine import ModelConfig, TrainConfig
from vae_engine.base.errors import EngineError
from vae_engine.command import cli, train_flags
from vae_engine.data import mnist as data
from vae_engine.stored import checkpoints, registry
from vae_engine.training import training

PRESETS = presets.presets()


def form(**changed: Any) -> Values:
    return {**run_settings.shown(tiny(), short()), **changed}


def parsed(command: str) -> tuple[ModelConfig, TrainConfig]:
    words = shlex.split(command)
    return train_flags.settings(cli.parser()[0].parse_args(words[words.index("train") :]))


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_a_preset_goes_through_the_form_and_its_command_line_unchanged(preset: presets.Preset) -> None:
    model, train = run_settings.read(run_settings.shown(preset.model, preset.train))
    assert (model, train) == (preset.model, preset.train)
    assert parsed(run_settings.command(model, train)) == (model, train)


def test_presets_are_all_there_each_with_a_sentence() -> None:
    assert [preset.name for preset in PRESETS] == [
        "demo",
        "autoencoder",
        "beta-4",
        "collapse",
        "aevb",
        "convolutional",
        "exact",
        "ladder",
        "best",
    ]
    assert len({preset.title for preset in PRESETS}) == len(PRESETS)
    assert all(preset.watch.endswith(".") and 30 < len(preset.watch) < 130 for preset in PRESETS)


def test_a_run_like_the_ladder_differs_from_every_rung_in_beta_only() -> None:
    preset = next(one for one in PRESETS if one.name == "ladder")
    rungs = [checkpoints.read_config(registry.PRETRAINED / name) for name in registry.names() if name.startswith("vae-beta-")]
    assert len(rungs) >= 3
    for model, train in rungs:
        assert (model, dataclasses.replace(train, beta=0.0)) == (preset.model, dataclasses.replace(preset.train, beta=0.0))
        assert train.beta != preset.train.beta


def test_without_the_bundled_models_only_those_like_them_are_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setattr(presets.registry, "PRETRAINED", tmp_path)
    assert presets.presets() == PRESETS[:-2]


def test_every_setting_is_asked_for_once_and_has_a_name() -> None:
    asked = [name for group in GROUPS.values() for name in group]
    budget = {"seconds", "steps", "epochs"}
    expected = {name for name, spec in SPECS.items() if not spec.metadata["from_data"]} - budget - {"data"}
    assert sorted(asked) == sorted(expected)
    assert {*asked, "data"} <= wording.LABELS.keys()


@pytest.mark.parametrize(("unit", "amount"), [("seconds", 7.5), ("epochs", 0.25), ("steps", 12.0)])
def test_a_budget_is_counted_in_the_unit_that_was_chosen(unit: str, amount: float) -> None:
    _, train = run_settings.read(form(**{UNIT: unit, AMOUNT: amount}))
    assert run_settings.budget_unit(train) == unit
    assert {name: getattr(train, name) for name in run_settings.UNITS} == {"seconds": 0, "epochs": 0, "steps": 0, unit: amount}
    assert parsed(run_settings.command(tiny(), train))[1] == train


HOSTILE: list[tuple[str, Any]] = [
    ("encoder_widths", "512; 256"), ("encoder_widths", "0"), ("encoder_widths", "9999"), ("encoder_widths", "1," * 9 + "1"),
    ("encoder_widths", "²"), ("encoder_widths", "9" * 60), ("encoder_widths", "-4"), ("encoder_widths", "1e3"),
    ("kind", "gan"), ("kind", None), ("latent_dim", 0), ("latent_dim", 2.5), ("latent_dim", None), ("latent_dim", True),
    ("beta", math.nan), ("beta", math.inf), ("beta", -1.0), ("learning_rate", "0"), ("learning_rate", "0.004 or so"),
    ("dropout", 1.0),
    ("batch_size", 0), ("seed", 2**31), ("seed", -1), ("data", ""), ("data", "a\nb"), ("data", "x" * 2000), ("objective", "C"),
    (UNIT, "years"), (UNIT, None), (AMOUNT, 0.0), (AMOUNT, -3.0), (AMOUNT, math.nan), (AMOUNT, math.inf), (AMOUNT, None),
    (AMOUNT, "20 s"), (AMOUNT, 1e9), (AMOUNT, ""), (AMOUNT, "1,500"), ("batch_size", "1,024"), ("batch_size", "1.024"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value"), HOSTILE)
def test_an_impossible_value_is_refused_in_one_sentence(name: str, value: Any) -> None:
    assert isinstance(attempt(run_settings.read, form(**{UNIT: "seconds", AMOUNT: 5.0} | {name: value})), str)


@pytest.mark.parametrize(("unit", "most"), [("seconds", "1,000,000"), ("epochs", "1,000,000"), ("steps", "100,000,000")])
@pytest.mark.parametrize("amount", ["1e99", "0", "-3"])
def test_a_budget_that_cannot_be_is_refused_in_plain_words(unit: str, most: str, amount: str) -> None:
    with pytest.raises(EngineError, match=f"^The budget must be a number of {unit} above 0, at most {most}\\.$"):
        run_settings.read_amount("The budget", unit, amount)
    with pytest.raises(EngineError, match=r"^grad_clip must be a number from 0 to 1,000,000, not "):
        run_settings.read(form(grad_clip="1e7"))


def test_combinations_that_make_no_network_are_refused() -> None:
    assert "conv encoder" in str(attempt(run_settings.read, form(encoder="conv", encoder_widths="8")))
    assert "conv decoder" in str(attempt(run_settings.read, form(decoder="conv", decoder_widths="8, 8")))
    assert "whole number" in str(attempt(run_settings.read, form(**{UNIT: "steps", AMOUNT: 2.5})))


SENSELESS: list[tuple[dict[str, Any], str, Any]] = [
    ({"kind": "ae"}, "spread", "softplus"), ({"kind": "ae"}, "beta", 3.0), ({"kind": "ae"}, "kl_warmup_epochs", 2.0),
    ({"kind": "ae"}, "objective", "iwae"), ({"kind": "ae"}, "samples", 3), ({"objective": "iwae"}, "beta", 3.0),
    ({"objective": "iwae"}, "kl_warmup_epochs", 2.0), ({"objective": "exact", "points": 64}, "beta", 3.0),
    ({"objective": "exact-em", "points": 64}, "kl_warmup_epochs", 2.0), ({}, "points", 64),
    ({"kind": "ae"}, "encoder_share", 0.5), ({"optimizer": "sgd"}, "adam_beta2", 0.6),
    ({"schedule": "constant"}, "lr_warmup", 0.7), ({}, "noise", 0.7), ({"likelihood": "gaussian"}, "noise", 0.7),
]  # fmt: skip


def trained(values: Values, digits: data.Images) -> dict[str, float]:
    model, train = run_settings.read(values)
    *_, last = training.train(model, train, train_images=digits, validation_images=digits.head(32))
    assert isinstance(last, training.Finished)
    return last.terms


@pytest.mark.parametrize(("beside", "name", "value"), SENSELESS)
def test_what_is_greyed_out_changes_nothing(beside: dict[str, Any], name: str, value: Any, digits: data.Images) -> None:
    values = form(learning_rate=1e-4, **beside)
    assert name in run_settings.senseless(values)
    assert values[name] != value
    assert trained(values, digits) == trained({**values, name: value}, digits)


def test_greyed_out_settings_are_all_tried_above_but_those_of_an_absent_network() -> None:
    beside = ({"kind": "ae"}, {"objective": "iwae"}, {"optimizer": "sgd"}, {"schedule": "constant"}, {"likelihood": "gaussian"})
    tried = {name for changed in beside for name in run_settings.senseless(form(**changed))}
    assert tried == {name for _, name, _ in SENSELESS}
    without = form(decoder="mlp", decoder_widths="8, 12", likelihood="gaussian-fixed")
    assert set(run_settings.senseless(without)) - tried == {"fourier_features", "fourier_scale"}
    model, _ = run_settings.read(without)
    other = dataclasses.replace(model, fourier_features=9, fourier_scale=3.0)
    assert training.build_model(model, 0).state_dict().keys() == training.build_model(other, 0).state_dict().keys()


def test_what_changed_from_the_preset_is_named() -> None:
    values = form(beta=4.0)
    assert run_settings.differing(values, form()) == ["beta"]
    assert "β" in wording.changed(["beta", AMOUNT])
    assert "Budget" in wording.changed(["beta", AMOUNT])
