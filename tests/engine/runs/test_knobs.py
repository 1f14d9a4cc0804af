"""Knobs that are turned while a run trains: each turn is an event, and with its turns a run is made again bit for bit."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from support.builders import attempt, one_line, short, stopping_at, tiny

from vae_engine import EngineError, TrainConfig
from vae_engine.data import mnist as data
from vae_engine.measure.evaluation import held_out_terms
from vae_engine.model import loading
from vae_engine.runs import archive, runs, snapshots
from vae_engine.runs import control as run_control
from vae_engine.runs.control import Brake, Pace
from vae_engine.stored import checkpoints, knobs
from vae_engine.stored.knobs import Turned
from vae_engine.training import training
from vae_engine.training.training import Checkpoint, Event, Finished

MODEL = tiny(likelihood="gaussian-fixed")
"""One with every knob."""
HAND = {
    2: {"beta": 4.0}, 4: {"learning_rate": 1e-2, "samples": 3}, 6: {"kl": False, "noise": 0.5}, 9: {"kl": True, "beta": 0.5},
    10: {"noise": 0.3},
}  # fmt: skip
"""What somebody asks for once so many steps are done."""
TURNS = [
    Turned(2, "beta", 1.0, 4.0), Turned(4, "learning_rate", 4e-3, 1e-2), Turned(4, "samples", 1, 3), Turned(6, "kl", True, False),
    Turned(6, "noise", 0.2, 0.5), Turned(9, "beta", 4.0, 0.5), Turned(9, "kl", False, True), Turned(10, "noise", 0.5, 0.3),
]  # fmt: skip


def a_hand(moves: dict[int, dict[str, Any]], first: int = 0) -> dict[str, Callable]:
    """Options of training that turn knobs as somebody at the page does, who keeps what was asked for."""
    done, asked = [first - 1], {}

    def ask() -> dict[str, Any]:
        done[0] += 1
        asked.update(moves.get(done[0], {}))
        return asked

    return {"asked": ask}


def same_weights(one: list[Event], other: list[Event]) -> bool:
    ends = [events[-1] for events in (one, other)]
    assert all(isinstance(end, Finished) for end in ends)
    ours, theirs = (end.model.state_dict() for end in ends)
    return all(torch.equal(ours[name], theirs[name]) for name in ours)


@contextmanager
def checkpoints_at(monkeypatch: pytest.MonkeyPatch, every_seconds: float) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setattr(training, "_CHECKPOINT_SECONDS", every_seconds)
        yield


def killed_after(
    folder: Path, checkpoint: int, step: int, images: dict[str, data.Images], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A turned run whose process ends without a word after `step` steps, with its last checkpoint at an earlier one."""
    state = b""
    with checkpoints_at(monkeypatch, 0.0):
        events = runs.start(folder, MODEL, short(), **a_hand(HAND), **images)
        for event in events:
            if isinstance(event, Checkpoint):
                state = (folder / runs.STATE).read_bytes() if event.step == checkpoint else state
                if event.step == step:
                    break
        events.close()
    (folder / runs.STATE).write_bytes(state)


@pytest.fixture
def turned(tmp_path: Path, images: dict[str, data.Images]) -> tuple[Path, list[Event]]:
    """A run whose knobs were turned, from its first step to its last."""
    return tmp_path / "turned", list(runs.start(tmp_path / "turned", MODEL, short(), **a_hand(HAND), **images))


def turns_in(folder: Path) -> list[Turned]:
    return knobs.turns(runs.read_events(folder))


def test_every_turn_is_an_event_of_the_run(turned: tuple[Path, list[Event]], images: dict[str, data.Images]) -> None:
    folder, events = turned
    assert [event for event in events if isinstance(event, Turned)] == TURNS == turns_in(folder)
    assert not same_weights(events, list(training.train(MODEL, short(), **images)))


def test_a_run_made_again_with_the_turns_of_its_record_has_the_same_weights(
    turned: tuple[Path, list[Event]], tmp_path: Path, images: dict[str, data.Images]
) -> None:
    folder, events = turned
    again = list(runs.start(tmp_path / "again", MODEL, short(), knobs.record(runs.read_events(folder)), **images))
    assert same_weights(events, again)
    assert turns_in(tmp_path / "again") == TURNS


@pytest.mark.parametrize(("checkpoint", "step"), [(1, 5), (2, 8), (5, 10), (6, 7), (9, 11)])
def test_a_killed_run_turns_its_knobs_again_when_it_goes_on(
    checkpoint: int, step: int, turned: tuple[Path, list[Event]], tmp_path: Path, images: dict[str, data.Images],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    folder = tmp_path / "killed"
    killed_after(folder, checkpoint, step, images, monkeypatch)
    moves = {at: asked for at, asked in HAND.items() if at >= step}  # who sits there turns what was not yet turned
    resumed = list(runs.resume(folder, **a_hand(moves, checkpoint), **images))
    assert same_weights(turned[1], resumed)
    assert turns_in(folder) == TURNS


def test_two_kills_before_a_turn_was_made_again_lose_nothing(
    turned: tuple[Path, list[Event]], tmp_path: Path, images: dict[str, data.Images], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "killed"
    killed_after(folder, 3, 11, images, monkeypatch)
    stopped = list(runs.resume(folder, should_stop=stopping_at(2), **images))[-1]
    assert stopped.step == 5
    assert same_weights(turned[1], list(runs.resume(folder, **images)))


def test_without_a_checkpoint_it_begins_again_with_its_turns(
    turned: tuple[Path, list[Event]], tmp_path: Path, images: dict[str, data.Images], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "killed"
    killed_after(folder, 1, 11, images, monkeypatch)
    (folder / runs.STATE).unlink()
    assert same_weights(turned[1], list(runs.resume(folder, **images)))


def test_a_knob_taken_in_hand_is_replayed_no_longer(
    tmp_path: Path, images: dict[str, data.Images], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "killed"
    killed_after(folder, 3, 11, images, monkeypatch)
    resumed = list(runs.resume(folder, **a_hand({5: {"kl": True}}, 3), **images))
    kept = [turn for turn in TURNS if turn.knob != "kl"]
    assert turns_in(folder) == kept
    again = list(runs.start(tmp_path / "again", MODEL, short(), kept, **images))
    assert same_weights(resumed, again)


def test_setting_a_knob_back_before_the_next_step_is_no_turn(images: dict[str, data.Images]) -> None:
    events = list(training.train(MODEL, short(), **a_hand({3: {"beta": 1.0, "kl": True}}), **images))
    assert not [event for event in events if isinstance(event, Turned)]
    assert same_weights(events, list(training.train(MODEL, short(), **images)))


@pytest.mark.parametrize(("turn", "settings"), [
    (Turned(0, "beta", 1.0, 3.0), {"beta": 3.0}), (Turned(0, "kl", True, False), {"beta": 0.0}),
    (Turned(0, "learning_rate", 4e-3, 1e-3), {"learning_rate": 1e-3}), (Turned(0, "samples", 1, 4), {"samples": 4}),
    (Turned(0, "noise", 0.2, 0.7), {"noise": 0.7}),
])  # fmt: skip
def test_a_knob_turned_at_the_first_step_is_the_setting_of_that_name(
    turn: Turned, settings: dict[str, Any], images: dict[str, data.Images]
) -> None:
    turned = list(training.train(MODEL, short(), turns=[turn], **images))
    assert same_weights(turned, list(training.train(MODEL, short(**settings), **images)))


@pytest.mark.parametrize("ema", [0.0, 0.99])
def test_numbers_are_of_the_noise_that_stands_at_the_end(
    ema: float, tmp_path: Path, images: dict[str, data.Images], command: Callable
) -> None:
    folder = tmp_path / "run"
    *_, end = runs.start(folder, MODEL, short(ema=ema), [Turned(5, "noise", 0.2, 0.9)], **images)
    assert isinstance(end, Finished)
    model, kept = end.model, loading.load_model(str(folder))
    assert kept.noise.item() == pytest.approx(0.9)
    assert checkpoints.read(folder).train.noise == 0.2, "the settings are those that it began with"
    held_out = images["validation_images"].head(32)
    terms = held_out_terms(kept, held_out, "dynamic", 0)
    assert terms == pytest.approx(end.terms)
    model.set_noise(0.2)
    assert held_out_terms(model, held_out, "dynamic", 0)["nll"] != pytest.approx(terms["nll"], rel=0.1)
    assert {snapshots.read(folder, step).weights["noise"].item() for step in (0, 4)} == {np.float32(0.2)}
    assert {snapshots.read(folder, step).weights["noise"].item() for step in (6, 12)} == {np.float32(0.9)}
    said = command("evaluate", str(folder), "--limit", "3", "--is-samples", "2")[1]
    assert "noise 0.9\n" in said
    assert "turned while it trained: noise 0.2 → 0.9 at step 5" in said


def test_weights_kept_by_patience_keep_the_noise_that_they_had(tmp_path: Path, images: dict[str, data.Images]) -> None:
    settings = short(steps=0, epochs=9.0, patience=3)  # a noise so small makes every later ELBO worse
    *_, end = runs.start(tmp_path / "run", MODEL, settings, [Turned(5, "noise", 0.2, 0.002)], **images)
    assert (end.reason, end.model.given_noise) == ("patience", {"noise": 0.2})


def test_held_out_terms_stay_measures_of_beta_1(images: dict[str, data.Images]) -> None:
    turn = Turned(0, "beta", 1.0, 50.0)
    for event in training.train(MODEL, short(), turns=[turn], **images):
        if isinstance(event, training.Epoch):
            assert event.terms["elbo"] == pytest.approx(-(event.terms["nll"] + event.terms["kl"]), rel=1e-5)


IMPOSSIBLE = [
    ("beta", -1.0, {}), ("beta", 1001, {}), ("beta", float("nan"), {}), ("beta", True, {}), ("beta", "1", {}),
    ("learning_rate", 0.0, {}), ("learning_rate", 11.0, {}), ("samples", 0, {}), ("samples", 2.5, {}), ("kl", 1, {}),
    ("noise", 0.1, {}), ("noise", 0.1, {"likelihood": "gaussian"}), ("noise", 0.0, {"likelihood": "gaussian-fixed"}),
    ("noise", "0.1", {"likelihood": "gaussian-fixed"}), ("noise", 0.1, {"likelihood": "gaussian-fixed", "kind": "ae"}),
    ("beta", 2.0, {"kind": "ae"}), ("samples", 2, {"kind": "ae"}),
    ("kl", False, {"kind": "ae"}), ("temperature", 1.0, {}),
]  # fmt: skip


@pytest.mark.parametrize(("knob", "value", "model"), IMPOSSIBLE)
def test_what_cannot_be_turned_is_refused_in_one_sentence_and_trained_past(
    knob: str, value: Any, model: dict[str, Any], tmp_path: Path, images: dict[str, data.Images]
) -> None:
    config = tiny(**model)
    assert isinstance(attempt(knobs.checked, knob, value, config, short()), str)
    with pytest.raises(EngineError) as refused:
        runs.start(tmp_path / "run", config, short(), [Turned(1, knob, 1.0, value)], **images)
    assert one_line(refused.value)
    assert not (tmp_path / "run").exists(), "nothing half-written"
    events = list(training.train(config, short(steps=2), **a_hand({1: {knob: value}}), **images))
    assert isinstance(events[-1], Finished)
    assert not [event for event in events if isinstance(event, Turned)]


def test_the_iwae_bound_has_no_kl_to_weigh_and_takes_more_samples(images: dict[str, data.Images]) -> None:
    config = short(objective="iwae", samples=2)
    assert all(knobs.why_not(knob, tiny(), config) for knob in ("beta", "kl"))
    events = list(training.train(tiny(), config, turns=[Turned(3, "samples", 2, 5)], **images))
    assert Turned(3, "samples", 2, 5) in events


def test_an_autoencoder_has_a_learning_rate_to_turn(images: dict[str, data.Images]) -> None:
    assert [knob for knob in knobs.KNOBS if not knobs.why_not(knob, tiny(kind="ae"), short())] == ["learning_rate"]
    events = list(training.train(tiny(kind="ae"), short(), **a_hand({3: {"learning_rate": 1e-3}}), **images))
    assert Turned(3, "learning_rate", 4e-3, 1e-3) in events


def test_the_word_left_in_the_folder_reaches_training(tmp_path: Path, images: dict[str, data.Images]) -> None:
    brake = Brake(tmp_path)
    run_control.ask(tmp_path, Pace(knobs={"beta": 2.0, "kl": False}))
    events = list(training.train(MODEL, short(), holding=brake.holding, asked=brake.knobs, **images))
    assert [event for event in events if isinstance(event, Turned)] == [Turned(0, "beta", 1.0, 2.0), Turned(0, "kl", True, False)]
    for value in range(3, 40):  # within one tick of the clock of most disks
        run_control.ask(tmp_path, Pace(knobs={"beta": float(value)}))
        brake.holding(5)
        assert brake.knobs() == {"beta": float(value)}


@pytest.mark.parametrize("text", ['{"knobs": 3}', '{"knobs": {"beta": "much"}}', '{"knobs": {"heat": 1}}', '{"knobs": [1]}'])
def test_a_word_about_knobs_that_makes_no_sense_turns_none(text: str, tmp_path: Path) -> None:
    (tmp_path / run_control.CONTROL).write_text(text)
    assert run_control.asked(tmp_path) == Pace()


def test_a_turned_run_travels_and_a_forged_turn_does_not(turned: tuple[Path, list[Event]], tmp_path: Path) -> None:
    folder, _ = turned
    archive.pack(folder, tmp_path / "run.zip")
    archive.unpack(tmp_path / "run.zip", tmp_path / "copy")
    assert turns_in(tmp_path / "copy") == TURNS
    forged = {"type": "turned", "step": 3, "knob": "<b>", "old": 1.0, "new": 2.0}
    for event in (forged, {"type": "planned", "step": 3, "turns": [forged]}, {"type": "planned", "step": 3}):
        (folder / runs.EVENTS).write_text(json.dumps({**event, "time": 1.0}) + "\n")
        with pytest.raises(EngineError, match="never writes"):
            archive.pack(folder, tmp_path / "forged.zip")


def test_the_command_line_makes_a_turned_run_again_and_tells_of_its_turns(
    command: Callable, tmp_path: Path, images: dict[str, data.Images]
) -> None:
    model, train = tiny(), TrainConfig(steps=4, batch_size=16, train_size=64, held_out=32)
    turn = Turned(2, "beta", 1.0, 4.0)
    folder = tmp_path / "run"
    list(runs.start(folder, model, train, [turn]))
    words = ["train", "--config", str(folder / "config.json"), "--device", "cpu", "--threads", "1"]
    code, *_ = command(*words, "--run-dir", str(tmp_path / "again"), "--turns", str(folder))
    assert code == 0
    assert turns_in(tmp_path / "again") == [turn]
    for said in (command("info", str(folder))[1], command("evaluate", str(folder), "--limit", "5", "--is-samples", "2")[1]):
        assert "β 1 → 4 at step 2" in said
    code, _, complaint = command(*words, "--run-dir", str(tmp_path / "other"), "--turns", str(tmp_path))
    assert (code, complaint.count("\n")) == (2, 1)
    code, _, complaint = command("publish", "turned", str(folder))
    assert code == 2
    assert "turned while it trained" in complaint
