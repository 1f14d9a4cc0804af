"""Configs: JSON round trip of every valid one, and a refusal that names what is wrong with any other."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, reject
from hypothesis import strategies as st
from support.builders import attempt, one_line

from vae_engine import EngineError, ModelConfig, TrainConfig
from vae_engine.command import cli, train_flags
from vae_engine.stored import checkpoints
from vae_engine.stored.config import EXACT, FRESH, LIVE_MODEL, LIVE_TRAIN

KINDS = (ModelConfig, TrainConfig)
FIELDS = [(kind, spec) for kind in KINDS for spec in dataclasses.fields(kind)]


def texts(longest: int) -> st.SearchStrategy[str]:
    """Printable texts."""
    return st.text(min_size=1, max_size=longest).filter(str.isprintable)


def valid_values(spec: dataclasses.Field) -> st.SearchStrategy[Any]:
    """Values that a field may take, from its own declaration."""
    meta, default = spec.metadata, spec.default
    if isinstance(default, bool):
        return st.booleans()
    if meta["from_data"] and isinstance(default, tuple):
        return st.lists(texts(40), min_size=1, max_size=10, unique=True).map(tuple)
    if isinstance(default, tuple):
        return st.lists(st.integers(1, 4096), max_size=8).map(tuple)
    if meta["choices"]:
        return st.sampled_from(meta["choices"])
    if isinstance(default, str):
        return texts(100)
    if isinstance(default, int):
        return st.integers(meta["low"], meta["high"])
    return st.floats(meta["low"], meta["high"])


@st.composite
def configs(draw: st.DrawFn, kind: type) -> Any:
    """Valid configs of a kind."""
    values = {spec.name: draw(valid_values(spec)) for spec in dataclasses.fields(kind)}
    if kind is TrainConfig:  # what only fits together
        values["patience"] *= values["objective"] not in EXACT
        values["epochs"] = values["epochs"] or float(not (values["seconds"] or values["steps"]))
    found = attempt(kind.from_dict, values)
    if isinstance(found, str):
        # Only a rule about several fields together may refuse values that each field allows.
        assert "conv" in found or "residual" in found
        reject()
    return found.value


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from([10**400, -(10**400)]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(configs(ModelConfig) | configs(TrainConfig))
def test_every_valid_config_survives_json(config: Any) -> None:
    again = type(config).from_dict(json.loads(json.dumps(config.to_dict(), allow_nan=False)))
    assert again == config


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for config files."""
    return tmp_path_factory.mktemp("configs")


@given(model=configs(ModelConfig), train=configs(TrainConfig))
def test_every_valid_config_survives_its_file(folder: Path, model: ModelConfig, train: TrainConfig) -> None:
    checkpoints.write_config(folder, model, train)
    assert checkpoints.read_config(folder) == (model, train)


@pytest.mark.parametrize("config", [ModelConfig(), TrainConfig(), LIVE_MODEL, LIVE_TRAIN])
def test_defaults_and_the_live_recipe_survive_json(config: Any) -> None:
    assert type(config).from_dict(config.to_dict()) == config


def test_configs_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        ModelConfig().latent_dim = 3  # type: ignore[misc]


@given(st.sampled_from(KINDS), st.text(max_size=20))
def test_an_unknown_setting_is_refused_by_name(kind: type, name: str) -> None:
    assume(name not in {spec.name for spec in dataclasses.fields(kind)})
    with pytest.raises(EngineError) as refused:
        kind.from_dict({name: 1})
    assert repr(name) in str(refused.value)
    assert one_line(refused.value)


@given(st.sampled_from(FIELDS), json_values)
def test_a_setting_of_any_value_is_taken_or_refused_by_name(field: tuple[type, dataclasses.Field], value: Any) -> None:
    kind, spec = field
    found = attempt(kind.from_dict, {spec.name: value})
    if isinstance(found, str):
        assert spec.name in found or "budget" in found
    else:
        assert type(getattr(found.value, spec.name)) in (type(spec.default), int)
        assert kind.from_dict(found.value.to_dict()) == found.value


@pytest.mark.parametrize(("kind", "spec"), FIELDS, ids=lambda value: getattr(value, "name", "-"))
def test_values_outside_a_setting_s_range_are_refused(kind: type, spec: dataclasses.Field) -> None:
    low, high = spec.metadata["low"], spec.metadata["high"]
    if isinstance(spec.default, bool):
        wrong = [0, 1, "true", None]
    elif spec.metadata["from_data"] and isinstance(spec.default, tuple):
        wrong = [[], ["a"] * 2, [""], ["a\nb"], ["x" * 41], [str(i) for i in range(101)], "0123", [1], None, {}]
    elif isinstance(spec.default, tuple):
        wrong = [[0], [-1], [4097], [1.5], ["8"], [True], [8] * 9, 8, "8,8", [[8]], None]
    elif spec.metadata["choices"]:
        wrong = ["", "something else", spec.default.swapcase(), 0, None, [spec.default]]
    elif isinstance(spec.default, str):
        wrong = ["", "a\nb", "x" * 1001, 3, None, ["mnist"]]
    else:
        wrong = [low - 1, high + 1, float("nan"), float("inf"), -float("inf"), 10**400, str(spec.default), None, True]
        wrong += [spec.default + 0.5] if isinstance(spec.default, int) else []
    for value in wrong:
        with pytest.raises(EngineError, match=spec.name):
            kind.from_dict({spec.name: value})


@pytest.mark.parametrize("values", [None, [], "vae", 3, True])
def test_a_config_that_is_no_object_is_refused(values: Any) -> None:
    for kind in KINDS:
        with pytest.raises(EngineError, match=kind.__name__):
            kind.from_dict(values)


@pytest.mark.parametrize(
    "values",
    [
        {"encoder": "conv", "encoder_widths": [8]},
        {"encoder": "conv", "encoder_widths": [8] * 5},
        {"encoder": "residual", "encoder_widths": []},
        {"decoder": "conv", "decoder_widths": [8, 8]},
        {"decoder": "conv", "decoder_widths": [8] * 4},
    ],
)
def test_widths_that_do_not_fit_the_network_are_refused(values: dict[str, Any]) -> None:
    with pytest.raises(EngineError, match="widths"):
        ModelConfig.from_dict(values)


def test_training_without_a_budget_is_refused() -> None:
    with pytest.raises(EngineError, match="budget"):
        TrainConfig(epochs=0)


GOOD = {"format": 1, "model": ModelConfig().to_dict(), "train": TrainConfig().to_dict()}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "JSON"),
        ("{", "JSON"),
        ("\x00\xff", "JSON"),
        ("[]", "format"),
        ("null", "format"),
        ("{}", "format"),
        (json.dumps(GOOD | {"format": 2}), "format"),
        (json.dumps({"format": 1}), "ModelConfig"),
        (json.dumps(GOOD | {"model": {"latent_dims": 2}}), "latent_dims"),
        (json.dumps(GOOD | {"model": {"latent_dim": -1}}), "latent_dim"),
        (json.dumps(GOOD | {"model": {"fourier_scale": float("nan")}}), "JSON|fourier_scale"),
        (json.dumps(GOOD | {"train": {"beta": float("inf")}}), "JSON|beta"),
        (json.dumps(GOOD | {"train": {"seed": 10**400}}), "seed"),
        (json.dumps(GOOD) + " " * 1_000_001, "larger"),
        ("1" * 5000, "JSON|format"),
    ],
)
def test_a_spoilt_config_file_is_refused_naming_file_and_fault(text: str, named: str, tmp_path: Path) -> None:
    path = tmp_path / checkpoints.CONFIG
    path.write_text(text)
    with pytest.raises(EngineError, match=named) as refused:
        checkpoints.read_config(tmp_path)
    assert one_line(refused.value)
    assert str(path) in str(refused.value)


def test_nesting_of_any_depth_is_refused_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / checkpoints.CONFIG
    for depth in [1, 30, *range(850, 1000, 2), 10_000, 100_000]:
        for opening, closing in ("[]", ('{"a":', "}")):
            nested = opening * depth + "1" + closing * depth
            path.write_text(json.dumps(GOOD | {"model": {"latent_dim": 0}}).replace('"latent_dim": 0', f'"latent_dim": {nested}'))
            with pytest.raises(EngineError) as refused:
                checkpoints.read_config(tmp_path)
            assert one_line(refused.value)


places = st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 255)), min_size=1, max_size=5)


@given(changes=places)
def test_a_config_file_with_altered_bytes_is_read_or_refused_in_one_line(folder: Path, changes: list[tuple[int, int]]) -> None:
    raw = bytearray(json.dumps(GOOD).encode())
    for place, value in changes:
        raw[place % len(raw)] = value
    (folder / checkpoints.CONFIG).write_bytes(raw)
    found = attempt(checkpoints.read_config, folder)
    assert isinstance(found, str) or [type(config) for config in found.value] == [ModelConfig, TrainConfig]


@given(model=configs(ModelConfig), train=configs(TrainConfig))
def test_the_flags_of_any_settings_ask_for_just_these(model: ModelConfig, train: TrainConfig) -> None:
    train = dataclasses.replace(train, begin=FRESH)  # another beginning is a model that must be there
    train = dataclasses.replace(train, data="mnist", classes=TrainConfig().classes)
    model = dataclasses.replace(model, side=ModelConfig().side)  # that of the data
    flags = train_flags.of(model, train)
    arguments = cli.parser()[0].parse_args(["train", "--run-dir", "run", *flags])
    assert train_flags.settings(arguments) == (model, train)


def test_the_live_recipe_needs_no_flags_and_a_change_one() -> None:
    assert train_flags.of(LIVE_MODEL, LIVE_TRAIN) == []
    assert train_flags.of(LIVE_MODEL, dataclasses.replace(LIVE_TRAIN, beta=4.0)) == ["--beta", "4.0"]
