"""How long training will take: from work counted exactly, and from what this machine did before."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
import torch
from support.builders import DECODERS, ENCODERS, short, tiny
from torch.utils.flop_counter import FlopCounterMode

from dashboard.jobs import estimates
from dashboard.jobs.estimates import Estimate, Speed
from dashboard.jobs.run_view import OUTPUT, About, write_about
from dashboard.train import wording
from vae_engine import ModelConfig, TrainConfig, build_model
from vae_engine.data import mnist as data
from vae_engine.runs import log as run_log
from vae_engine.stored import checkpoints
from vae_engine.training import training

FAST = Speed("fast", estimates.multiply_adds(tiny()), 16, False, 8000.0)


@pytest.mark.parametrize("decoder", DECODERS)
@pytest.mark.parametrize("encoder", ENCODERS)
def test_work_is_counted_as_torch_counts_it(encoder: str, decoder: str) -> None:
    config = tiny(encoder, decoder)
    model = build_model(config)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        q = model.encode(torch.zeros(1, 784))
        model.decode_logits(q.mu)
    assert 2 * estimates.multiply_adds(config) == counter.get_total_flops()


def test_more_samples_of_z_are_more_work_for_the_decoder_alone() -> None:
    one, two, three = (estimates.multiply_adds(tiny(), samples) for samples in (1, 2, 3))
    assert three - two == two - one < one


@pytest.mark.parametrize("settings", [{"epochs": 2.0, "steps": 0}, {"steps": 9}, {"epochs": 0.3, "steps": 0, "batch_size": 500}])
def test_images_of_a_budget_are_those_that_training_looks_at(settings: dict[str, Any], digits: data.Images) -> None:
    train = short(train_size=48, **settings)
    *_, last = training.train(tiny(), train, train_images=digits, validation_images=digits.head(8))
    assert isinstance(last, training.Finished)
    assert estimates.images_of(train) == last.step * min(train.batch_size, 48)


def test_a_budget_in_seconds_takes_as_long_as_it_says() -> None:
    assert estimates.estimate(tiny(), short(steps=0, seconds=7.0), [FAST]) == Estimate(7.0, "budget")


def test_a_run_like_one_that_trained_here_takes_as_long_for_each_image() -> None:
    found = estimates.estimate(tiny(), short(steps=1000), [FAST])
    assert (found.basis, found.like) == ("like", "fast")
    assert found.seconds == pytest.approx(1000 * 16 / 8000)


def test_more_work_takes_longer_and_the_nearest_run_is_the_one_to_go_by() -> None:
    slow = dataclasses.replace(FAST, name="slow", work=2 * FAST.work, images_per_second=3000.0)
    found = estimates.estimate(tiny(), short(steps=1000), [slow, FAST])
    assert found.like == "fast"
    only = estimates.estimate(tiny(), short(steps=1000), [slow])
    assert only.seconds == pytest.approx(1000 * 16 / 3000 / 2)


@pytest.mark.parametrize(
    "other", [{"convolutional": True}, {"work": 5 * FAST.work}, {"batch": 100}, {"work": FAST.work / 5}], ids=str
)
def test_a_run_that_is_not_alike_is_no_measure_and_the_estimate_says_so(other: dict[str, Any]) -> None:
    found = estimates.estimate(tiny(), short(steps=1000), [dataclasses.replace(FAST, **other)])
    assert found.basis == "guess"
    assert 0 < found.seconds < 60
    assert "roughly estimated" in wording.estimated(found)


def logged(runs: Path, name: str, model: ModelConfig, train: TrainConfig, rates: list[float], *, here: bool = True) -> None:
    folder = runs / name
    write_about(folder, About(name))
    checkpoints.write_config(folder, model, train)
    lines = [{"type": "step", "step": i, "images_per_second": rate} for i, rate in enumerate(rates)]
    (folder / run_log.EVENTS).write_text("".join(json.dumps(line) + "\n" for line in lines))
    if here:
        (folder / OUTPUT).touch()


def test_speeds_are_those_of_runs_that_were_trained_here(tmp_path: Path) -> None:
    logged(tmp_path, "mine", tiny(), short(), [100.0, 300.0, 200.0])
    logged(tmp_path, "unpacked", tiny(), short(), [1.0, 1.0, 1.0], here=False)
    logged(tmp_path, "hardly-begun", tiny(), short(), [5.0])
    logged(tmp_path, "damaged", tiny(), short(), [9.0, 9.0, 9.0])
    (tmp_path / "damaged" / checkpoints.CONFIG).write_text("{")
    assert estimates.speeds(tmp_path) == [Speed("mine", estimates.multiply_adds(tiny()), 16, False, 200.0)]
    assert estimates.speeds(tmp_path / "nowhere") == []
    logged(tmp_path, "mine", tiny(), short(), [100.0, 300.0, 300.0, 300.0])
    assert estimates.speeds(tmp_path)[0].images_per_second == 300.0, "a log that grew is read again"


def test_a_run_whose_samples_of_z_were_turned_is_no_measure_of_speed(tmp_path: Path) -> None:
    logged(tmp_path, "turned", tiny(), short(), [100.0, 300.0, 200.0])
    turn = {"type": "turned", "step": 2, "knob": "samples", "old": 1, "new": 50}
    with (tmp_path / "turned" / run_log.EVENTS).open("ab") as log:
        run_log.append(log, {**turn, "knob": "beta", "old": 1.0, "new": 4.0})
    assert len(estimates.speeds(tmp_path)) == 1
    with (tmp_path / "turned" / run_log.EVENTS).open("ab") as log:
        run_log.append(log, turn)
    assert estimates.speeds(tmp_path) == []


def steps(pairs: list[tuple[float, float]]) -> list[dict[str, Any]]:
    return [{"type": "step", "step": i, "time": time, "progress": progress} for i, (time, progress) in enumerate(pairs)]


def test_the_time_left_follows_the_pace_of_late() -> None:
    assert estimates.remaining(steps([(0.0, 0.0), (10.0, 0.1), (11.0, 0.2), (12.0, 0.3)])) == pytest.approx(7.0)
    assert estimates.remaining(steps([(10.0, 0.1)])) is None
    assert estimates.remaining(steps([(10.0, 0.1), (11.0, 0.1)])) is None
    assert estimates.remaining([]) is None
