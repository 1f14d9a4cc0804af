"""A finished run with more budget trains on: bit for bit, at the rates of the larger budget, whatever interrupts it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from support.builders import attempt, short, stopping_at, tiny

from vae_engine import EngineError, load_model
from vae_engine.data import mnist as data
from vae_engine.runs import extension, runs
from vae_engine.runs.extension import extend, extended
from vae_engine.stored import checkpoints
from vae_engine.training import training
from vae_engine.training.optimisers import learning_rate_factor
from vae_engine.training.training import Event, Finished


def finished(folder: Path, images: dict[str, data.Images], **settings: Any) -> Path:
    """A run of 12 steps, 3 an epoch."""
    list(runs.start(folder, tiny(), short(train_size=48, **settings), **images))
    return folder


def weights(events: list[Event]) -> dict[str, torch.Tensor]:
    assert isinstance(events[-1], Finished)
    return events[-1].model.state_dict()


def assert_same(ours: dict[str, torch.Tensor], theirs: dict[str, torch.Tensor]) -> None:
    assert all(torch.equal(ours[name], theirs[name]) for name in ours | theirs)


@pytest.mark.parametrize("settings", [{}, {"ema": 0.9}, {"optimizer": "adagrad"}, {"kl_warmup_epochs": 6.0}])
def test_with_a_constant_rate_more_later_is_all_at_once(
    settings: dict[str, Any], tmp_path: Path, images: dict[str, data.Images]
) -> None:
    settings = {"schedule": "constant", **settings}
    folder = finished(tmp_path / "run", images, **settings)
    extend(folder, "steps", 9)
    at_once = list(runs.start(tmp_path / "once", tiny(), short(train_size=48, **settings, steps=21), **images))
    assert_same(weights(list(runs.resume(folder, **images))), weights(at_once))
    assert checkpoints.read(folder).metrics["elbo"] == checkpoints.read(tmp_path / "once").metrics["elbo"]


@pytest.mark.parametrize("schedule", ["one-cycle", "linear"])
def test_training_on_in_two_halves_is_training_on_at_once_at_the_rates_of_the_larger_budget(
    schedule: str, tmp_path: Path, images: dict[str, data.Images], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = finished(tmp_path / "run", images, schedule=schedule)
    config = extend(folder, "steps", 12)
    shutil.copytree(folder, tmp_path / "halves")
    monkeypatch.setattr(training, "_STEP_EVENT_SECONDS", 0.0)
    straight = list(runs.resume(folder, **images))
    list(runs.resume(tmp_path / "halves", should_stop=stopping_at(5), **images))
    assert_same(weights(straight), weights(list(runs.resume(tmp_path / "halves", **images))))
    rates = {event.step: event.learning_rate for event in straight if isinstance(event, training.Step)}
    assert rates == {step + 1: config.learning_rate * learning_rate_factor(config, step / 24) for step in range(12, 24)}
    old_end = config.learning_rate * learning_rate_factor(short(schedule=schedule), 11 / 12)
    assert rates[13] > old_end, "it rises again"


@pytest.mark.parametrize(("unit", "more", "steps"), [("steps", 3, 15), ("epochs", 2, 18), ("epochs", 1 / 3, 13)])
def test_what_is_added_is_counted_from_the_step_reached(
    unit: str, more: float, steps: int, tmp_path: Path, images: dict[str, data.Images]
) -> None:
    folder = finished(tmp_path / "run", images)
    extend(folder, unit, more)
    assert list(runs.resume(folder, **images))[-1].step == steps


def test_seconds_are_added_to_those_that_were_trained(tmp_path: Path, images: dict[str, data.Images]) -> None:
    folder = finished(tmp_path / "run", images)
    spent = runs.read_state(folder).numbers["seconds"]
    assert extend(folder, "seconds", 0.25).seconds == spent + 0.25
    last = list(runs.resume(folder, **images))[-1]
    assert isinstance(last, Finished)
    assert last.step > 12
    assert last.seconds >= spent + 0.25


def test_the_folder_tells_of_the_larger_budget_and_is_a_model_again_at_the_end(
    tmp_path: Path, images: dict[str, data.Images]
) -> None:
    folder = finished(tmp_path / "run", images)
    snapshots = set((folder / runs.SNAPSHOTS).iterdir())
    larger = extend(folder, "epochs", 2)
    assert checkpoints.read_config(folder) == (tiny(), larger)
    assert (larger.steps, larger.seconds, larger.epochs) == (0, 0.0, 6.0)
    assert runs.read_events(folder)[-1].items() >= {"type": "resumed", "step": 12, extension.BUDGET: {"epochs": 6.0}}.items()
    with pytest.raises(EngineError, match="finished model"):
        load_model(str(folder))
    last = list(runs.resume(folder, **images))[-1]
    assert isinstance(last, Finished)
    assert_same(load_model(str(folder)).state_dict(), last.model.state_dict())
    assert checkpoints.read(folder).metrics["steps"] == 18
    steps = [event["step"] for event in runs.read_events(folder)]
    assert steps == sorted(steps)
    assert snapshots < set((folder / runs.SNAPSHOTS).iterdir()), "the film goes on"


@pytest.mark.parametrize("kept", [(), (checkpoints.WEIGHTS,)])
def test_an_extension_that_is_cut_short_leaves_a_run_that_comes_to_the_same_end(
    kept: tuple[str, ...], tmp_path: Path, images: dict[str, data.Images]
) -> None:
    """Killed after metrics.json went, or after the model went as well, before the larger budget was written."""
    folder = finished(tmp_path / "run", images)
    before = load_model(str(folder)).state_dict()
    for name in {checkpoints.METRICS, checkpoints.WEIGHTS} - set(kept):
        (folder / name).unlink()
    assert_same(weights(list(runs.resume(folder, **images))), before)
    assert load_model(str(folder))


@pytest.mark.parametrize(
    ("unit", "more"), [("years", 1), ("steps", 0), ("steps", -1), ("steps", 1.5), ("seconds", float("nan")), ("epochs", 1e9)]
)
def test_an_impossible_addition_is_refused_in_one_sentence_and_changes_nothing(
    unit: str, more: float, tmp_path: Path, images: dict[str, data.Images]
) -> None:
    folder = finished(tmp_path / "run", images)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert isinstance(attempt(extend, folder, unit, more), str)
    (folder / runs.STATE).rename(folder / "away")
    assert "keeps no" in str(attempt(extend, folder, "steps", 1))
    (folder / "away").rename(folder / runs.STATE)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_a_run_that_is_not_finished_is_resumed_first(tmp_path: Path, images: dict[str, data.Images]) -> None:
    list(runs.start(tmp_path / "run", tiny(), short(), should_stop=stopping_at(2), **images))
    assert "not finished" in str(attempt(extend, tmp_path / "run", "steps", 1))


def test_the_budget_is_what_is_spent_and_more_in_the_unit_that_was_asked_for() -> None:
    for unit, total in (("seconds", 27.5), ("epochs", 12.5), ("steps", 55)):
        config = extended(short(), 50, 22.5, unit, 5 if unit != "epochs" else 2.5, per_epoch=5)
        assert {name: getattr(config, name) for name in extension.UNITS} == {"seconds": 0, "epochs": 0, "steps": 0, unit: total}
