"""A run that was stopped and continued is bit for bit the run that was not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save
from support.builders import one_line, short, stopping_at, tiny

from vae_engine import EngineError, ModelConfig, TrainConfig
from vae_engine.data import mnist as data
from vae_engine.runs import runs
from vae_engine.stored import checkpoints
from vae_engine.training.training import Checkpoint, Epoch, Event, Finished

SETTINGS: dict[str, dict[str, Any]] = {
    "adam": {"optimizer": "adam", "weight_decay": 0.01},
    "adagrad": {"optimizer": "adagrad"},
    "sgd": {"optimizer": "sgd", "learning_rate": 1e-4},
    "ema": {"ema": 0.9},
    "iwae": {"objective": "iwae", "samples": 3},
    "exact": {"objective": "exact", "points": 64, "encoder_share": 0.4, "ema": 0.9},
    "exact-em": {"objective": "exact-em", "points": 64, "encoder_share": 0.7},
    "warm-up": {"kl_warmup_epochs": 3.0, "grad_clip": 1.0},
    "patience": {"patience": 2, "learning_rate": 3e-2, "schedule": "constant", "steps": 400},
    "patience-ema": {"patience": 2, "learning_rate": 3e-2, "schedule": "constant", "steps": 400, "ema": 0.5},
}
MODEL = tiny(layer_norm=True)


def whole(folder: Path, config: TrainConfig, images: dict[str, data.Images], model: ModelConfig = MODEL) -> list[Event]:
    return list(runs.start(folder, model, config, **images))


def in_parts(
    folder: Path, config: TrainConfig, images: dict[str, data.Images], stops: list[int], model: ModelConfig = MODEL
) -> list[Event]:
    """The same run, stopped at each of some steps and continued from its folder."""
    done = 0
    events = list(runs.start(folder, model, config, should_stop=stopping_at(stops[0]), **images))
    for stop in stops[1:]:
        done = runs.read_state(folder).step
        events += list(runs.resume(folder, should_stop=stopping_at(stop - done), **images))
    return events + list(runs.resume(folder, **images))


def assert_same_end(one: list[Event], other: list[Event]) -> None:
    first, second = one[-1], other[-1]
    assert isinstance(first, Finished)
    assert isinstance(second, Finished)
    assert (first.step, first.reason, first.terms) == (second.step, second.reason, second.terms)
    ours, theirs = first.model.state_dict(), second.model.state_dict()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)


def last_checkpoint(events: list[Event]) -> dict[str, torch.Tensor]:
    return [event for event in events if isinstance(event, Checkpoint)][-1].tensors


@pytest.mark.parametrize("name", SETTINGS)
def test_a_continued_run_is_bit_for_bit_the_uninterrupted_one(name: str, tmp_path: Path, images: dict[str, data.Images]) -> None:
    config = short(**SETTINGS[name])
    straight, parts = whole(tmp_path / "a", config, images), in_parts(tmp_path / "b", config, images, [5])
    assert_same_end(straight, parts)
    ours, theirs = last_checkpoint(straight), last_checkpoint(parts)
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[key], theirs[key]) for key in ours)
    files = [(tmp_path / run / checkpoints.WEIGHTS).read_bytes() for run in ("a", "b")]
    assert files[0] == files[1]


def test_dropout_falls_alike_in_a_continued_run(tmp_path: Path, images: dict[str, data.Images]) -> None:
    model = tiny(dropout=0.4)
    straight = whole(tmp_path / "a", short(), images, model)
    torch.rand(7)  # whatever else happens in the other process
    before = torch.random.get_rng_state()
    parts = in_parts(tmp_path / "b", short(), images, [5], model)
    assert_same_end(straight, parts)
    assert torch.equal(torch.random.get_rng_state(), before), "nobody else's random numbers are touched"


@pytest.mark.parametrize("stops", [[0], [1], [3], [11], [2, 3, 3, 7], list(range(12))])
def test_it_does_not_matter_where_or_how_often_a_run_was_stopped(
    stops: list[int], tmp_path: Path, images: dict[str, data.Images]
) -> None:
    config = short(ema=0.9)
    assert_same_end(whole(tmp_path / "a", config, images), in_parts(tmp_path / "b", config, images, stops))


@pytest.mark.parametrize("name", ["patience", "patience-ema"])
def test_patience_half_spent_before_the_stop_is_remembered(name: str, tmp_path: Path, images: dict[str, data.Images]) -> None:
    config = short(**SETTINGS[name])
    straight = whole(tmp_path / "a", config, images)
    assert straight[-1].reason == "patience"
    assert_same_end(straight, in_parts(tmp_path / "b", config, images, [straight[-1].step - 1]))


def test_epoch_terms_of_a_continued_run_are_those_of_the_uninterrupted_one(
    tmp_path: Path, images: dict[str, data.Images]
) -> None:
    straight = whole(tmp_path / "a", short(), images)
    in_parts(tmp_path / "b", short(), images, [4, 8])
    expected = [(event.step, event.terms) for event in straight if isinstance(event, Epoch)]
    recorded = [(event["step"], event["terms"]) for event in runs.read_events(tmp_path / "b") if event["type"] == "epoch"]
    assert recorded == expected


def test_a_run_killed_before_its_first_checkpoint_begins_again(tmp_path: Path, images: dict[str, data.Images]) -> None:
    events = runs.start(tmp_path / "b", MODEL, short(), **images)
    for _ in range(4):
        next(events)
    events.close()
    assert not (tmp_path / "b" / runs.STATE).exists()
    again = list(runs.resume(tmp_path / "b", **images))
    assert_same_end(whole(tmp_path / "a", short(), images), again)
    recorded = [(event["type"], event["step"]) for event in runs.read_events(tmp_path / "b") if event["type"] == "snapshot"]
    assert len(recorded) == len(set(recorded))


def test_seconds_spent_before_the_stop_count_towards_the_budget(tmp_path: Path, images: dict[str, data.Images]) -> None:
    stopped = list(runs.start(tmp_path, MODEL, short(seconds=1000.0), should_stop=stopping_at(2), **images))[-1]
    state = runs.read_state(tmp_path)
    assert 0 < state.numbers["seconds"] <= stopped.seconds
    spent = Checkpoint(state.step, state.tensors, state.numbers | {"seconds": 2000.0})
    numbers = {"numbers": json.dumps({"step": spent.step, **spent.numbers})}
    (tmp_path / runs.STATE).write_bytes(save(spent.tensors, numbers))
    assert list(runs.resume(tmp_path, **images))[-1].step == 2


def test_a_finished_run_is_not_resumed(tmp_path: Path, images: dict[str, data.Images]) -> None:
    whole(tmp_path, short(), images)
    with pytest.raises(EngineError, match="finished"):
        runs.resume(tmp_path)


def test_a_folder_without_a_run_is_not_resumed(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"config\.json"):
        runs.resume(tmp_path)


@pytest.fixture
def stopped(tmp_path: Path, images: dict[str, data.Images]) -> Path:
    """The folder of a run that was stopped after two steps."""
    list(runs.start(tmp_path / "run", MODEL, short(), should_stop=stopping_at(2), **images))
    return tmp_path / "run"


def damaged(folder: Path, how: str) -> bytes:
    """The state of a run, damaged in one of several ways that leave a file behind."""
    state = runs.read_state(folder)
    numbers = {"step": state.step, **state.numbers}
    raw = (folder / runs.STATE).read_bytes()
    tensors = dict(state.tensors)
    match how:
        case "cut":
            return raw[:-100]
        case "text":
            return b"hello"
        case "empty":
            return b""
        case "no metadata":
            return save(tensors)
        case "list":
            return save(tensors, {"numbers": "[]"})
        case "no step":
            return save(tensors, {"numbers": json.dumps(state.numbers)})
        case "no seconds":
            return save(tensors, {"numbers": json.dumps({"step": 2})})
        case "lacking":
            del tensors["model/encoder.0.weight"]
        case "reshaped":
            tensors["model/encoder.0.weight"] = tensors["model/encoder.0.weight"].T.contiguous()
        case "unknown part":
            tensors["secret/weight"] = torch.zeros(1)
    return save(tensors, {"numbers": json.dumps(numbers)})


DAMAGES = ["cut", "text", "empty", "no metadata", "list", "no step", "no seconds", "lacking", "reshaped", "unknown part"]


@pytest.mark.parametrize("how", DAMAGES)
def test_a_damaged_state_is_refused_in_one_line_with_its_remedy(how: str, stopped: Path, images: dict[str, data.Images]) -> None:
    (stopped / runs.STATE).write_bytes(damaged(stopped, how))
    with pytest.raises(EngineError) as refused:
        list(runs.resume(stopped, **images))
    assert one_line(refused.value)
    assert "delete it" in str(refused.value)
    (stopped / runs.STATE).unlink()
    assert isinstance(list(runs.resume(stopped, **images))[-1], Finished)
