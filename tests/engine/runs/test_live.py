"""A run that is watched while it trains: its weights of the moment, waiting and slow motion, and the bundle of an instant."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load
from support.builders import attempt, short, tiny

from vae_engine import EngineError
from vae_engine.data import mnist as data
from vae_engine.exchange import bundle as export
from vae_engine.runs import control as run_control
from vae_engine.runs import runs, snapshots
from vae_engine.runs.control import Brake, Pace
from vae_engine.runs.log import Log, read_on
from vae_engine.stored import forward, weights
from vae_engine.training import training


@pytest.fixture(scope="module")
def images(digits: data.Images) -> dict[str, data.Images]:
    """Images for training and for holding out."""
    return {"train_images": digits, "validation_images": digits.head(32)}


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory, images: dict[str, data.Images]) -> Path:
    """A run left off after 5 steps while it was watched."""
    folder = tmp_path_factory.mktemp("runs") / "watched"
    events = runs.start(folder, tiny(), short(), live=True, **images)
    while not (isinstance(event := next(events), training.Step) and event.step == 1):
        pass
    while not isinstance(next(events), training.Live):
        pass
    events.close()
    return folder


def test_the_latest_weights_are_those_of_the_step_they_name(tmp_path: Path, images: dict[str, data.Images]) -> None:
    seen = []
    for event in runs.start(tmp_path / "run", tiny(), short(), live=True, holding=lambda step: False, **images):
        if isinstance(event, training.Live):
            stored = snapshots.read_latest(tmp_path / "run")
            seen.append(stored.metrics["steps"])
            assert stored.metrics["steps"] == event.step
            for name, tensor in event.weights.items():
                np.testing.assert_array_equal(stored.weights[name], tensor.half().float().numpy())
    assert seen[0] == 1
    assert not (tmp_path / "run" / snapshots.LATEST).exists(), "a finished run has its last snapshot instead"


def test_nobody_watching_writes_no_latest_weights(tmp_path: Path, images: dict[str, data.Images]) -> None:
    for event in runs.start(tmp_path / "run", tiny(), short(), **images):
        assert not isinstance(event, training.Live)
        assert not (tmp_path / "run" / snapshots.LATEST).exists()


def test_watching_changes_nothing_of_what_is_learnt(images: dict[str, data.Images]) -> None:
    plain, live = (list(training.train(tiny(), short(), live=live, **images))[-1] for live in (False, True))
    assert plain.terms == live.terms


def test_latest_weights_left_by_a_kill_are_gone_when_the_run_goes_on(
    watched: Path, tmp_path: Path, images: dict[str, data.Images]
) -> None:
    import shutil

    folder = Path(shutil.copytree(watched, tmp_path / "run"))
    assert snapshots.read_latest(folder).metrics["steps"] >= 1
    next(runs.resume(folder, **images))
    assert not (folder / snapshots.LATEST).exists()


@pytest.mark.parametrize("note", [{}, {"step": "-1"}, {"step": "many"}, {"step": "9" * 30}])
def test_latest_weights_that_do_not_say_their_step_are_refused(note: dict[str, str], watched: Path, tmp_path: Path) -> None:
    from safetensors.numpy import save

    (tmp_path / "config.json").write_bytes((watched / "config.json").read_bytes())
    (tmp_path / snapshots.LATEST).write_bytes(save(load((watched / snapshots.LATEST).read_bytes()), note))
    assert "step" in str(attempt(snapshots.read_latest, tmp_path))


def test_a_missing_or_foreign_snapshot_is_refused_by_name(watched: Path) -> None:
    with pytest.raises(EngineError, match="step-00000999"):
        snapshots.read(watched, 999)


def test_every_snapshot_is_a_model_with_the_terms_measured_by_then(tmp_path: Path, images: dict[str, data.Images]) -> None:
    folder = tmp_path / "run"
    list(runs.start(folder, tiny(), short(), **images))
    events = runs.read_events(folder)
    epochs = {event["step"]: event["terms"] for event in events if event["type"] == "epoch"}
    steps = [event["step"] for event in events if event["type"] == "snapshot"]
    assert len(steps) > 5
    for step in steps:
        stored = snapshots.read(folder, step)
        reached = max((epoch for epoch in epochs if epoch <= step), default=None)
        assert stored.metrics == {"steps": step, **(epochs[reached] if reached else {})}


def test_the_bundle_of_an_instant_holds_the_codes_of_the_first_images(watched: Path) -> None:
    stored = snapshots.read_latest(watched)
    raw = export.bundle(stored, with_images=True, points=200)
    header, tensors = json.loads(weights.notes(raw)["bundle"]), load(raw)
    assert header["metrics"]["steps"] == stored.metrics["steps"]
    assert header["points"]["count"] == header["train"]["count"] == 200
    place, test = header["points"], data.load("test").head(200)
    mu, std = forward.encode(stored, data.observe_fixed(test.images, place["protocol"], place["seed"]))
    low, high = np.array(place["low"]), np.array(place["high"])
    np.testing.assert_allclose(low + tensors["points.codes"] / 65535 * (high - low), mu, atol=(high - low).max() / 65535)
    np.testing.assert_allclose(tensors["points.std"], std, rtol=1e-3)
    assert np.array_equal(tensors["points.labels"], test.labels)
    images = data.gunzip_bounded(tensors["points.images"].tobytes(), 16 + 200 * 784, "images")
    assert np.array_equal(data.parse_idx(images, (200, 28, 28), "images"), test.images)


def holding_after(steps: int) -> tuple[Callable[[int], bool], threading.Event]:
    """A brake at a step, and what lets it go."""
    released = threading.Event()
    return lambda step: step >= steps and not released.is_set(), released


def test_training_waits_where_it_is_told_and_shows_that_very_step(images: dict[str, data.Images]) -> None:
    holding, released = holding_after(3)
    events = training.train(tiny(), short(), live=True, holding=holding, **images)
    seen: list[training.Event] = []
    while not (seen and isinstance(seen[-1], training.Live) and seen[-1].step == 3):
        seen.append(next(events))
    assert any(isinstance(event, training.Step) and event.step == 3 for event in seen)
    threading.Timer(0.3, released.set).start()
    last = list(events)[-1]
    assert last.step == 12
    free = list(training.train(tiny(), short(), **images))[-1]
    assert last.terms == free.terms


def test_waiting_costs_no_budget(images: dict[str, data.Images]) -> None:
    released = threading.Event()
    waiting = threading.Timer(1.0, released.set)

    def holding(step: int) -> bool:
        if not waiting.ident:
            waiting.start()
        return not released.is_set()

    started = time.monotonic()
    last = list(training.train(tiny(), short(seconds=0.3), holding=holding, **images))[-1]
    wall = time.monotonic() - started
    assert last.seconds <= wall - 0.9


def test_a_waiting_run_can_be_stopped(images: dict[str, data.Images]) -> None:
    asked = iter(range(5))
    events = list(
        training.train(tiny(), short(), holding=lambda step: step >= 2, should_stop=lambda: next(asked, None) is None, **images)
    )
    assert (events[-1].step, events[-1].reason) == (2, "stopped")


def test_the_brake_follows_the_word_left_in_the_folder(tmp_path: Path) -> None:
    brake = Brake(tmp_path)
    assert not brake.holding(5)
    run_control.ask(tmp_path, Pace(pause_at=6))
    assert [brake.holding(step) for step in (5, 6, 7)] == [False, True, True]
    run_control.ask(tmp_path, Pace(pause_at=None))
    assert not brake.holding(7)


def test_slow_motion_waits_before_each_step(tmp_path: Path) -> None:
    run_control.ask(tmp_path, Pace(delay=30.0))
    brake = Brake(tmp_path)
    assert [brake.holding(0), brake.holding(1)] == [False, True]


@pytest.mark.parametrize("text", ["", "[]", "{", '{"pause_at": "soon", "delay": "long"}', '{"delay": NaN}', "null", "x" * 2000])
def test_a_word_that_makes_no_sense_asks_for_nothing(text: str, tmp_path: Path) -> None:
    (tmp_path / run_control.CONTROL).write_text(text)
    assert run_control.asked(tmp_path) == Pace()


def test_a_log_read_in_pieces_is_the_log_read_at_once(watched: Path, tmp_path: Path) -> None:
    raw = (watched / runs.EVENTS).read_bytes()
    raw += b'{"type": "st\n{"type": "resumed", "step": 0}\n[1]\n{"type": "step", "step": 1}\n'
    whole, log = None, Log()
    for length in [*range(0, len(raw), 11), len(raw)]:
        (tmp_path / runs.EVENTS).write_bytes(raw[:length])
        log = read_on(tmp_path, log)
    whole = read_on(tmp_path)
    assert log == whole
    assert [event["type"] for event in log.events[-2:]] == ["resumed", "step"]
    assert all(event["step"] == 0 for event in log.events[:-1])


def test_what_ended_a_run_is_in_its_log(tmp_path: Path, images: dict[str, data.Images], monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, content: bytes, durable: bool = True) -> None:
        if snapshots.SNAPSHOTS in path.parts and "0000" in path.name and not path.name.endswith("00000000.safetensors"):
            raise EngineError(f"Cannot write {path}: No space left on device.")
        write(path, content, durable)

    write = runs.write_atomically
    monkeypatch.setattr(runs, "write_atomically", full)
    with pytest.raises(EngineError, match="No space left"):
        list(runs.start(tmp_path / "run", tiny(), short(), **images))
    last = runs.read_events(tmp_path / "run")[-1]
    assert last["type"] == "failed"
    assert "No space left" in last["message"]
    monkeypatch.setattr(runs, "write_atomically", write)
    assert list(runs.resume(tmp_path / "run", **images))[-1].step == 12


def snapshot_steps(size: int) -> Iterator[int]:
    """The steps at which a model of so many weights is kept in the longest run."""

    class OfSize:
        def state_dict(self) -> dict[str, np.ndarray]:
            return {"w": _Count(size)}

    class _Count:
        def __init__(self, count: int) -> None:
            self.numel = lambda: count

    ratio, step = training._snapshot_ratio(OfSize()), 0
    while (step := training._next_snapshot(step, ratio)) <= 100_000_000:
        yield step


@pytest.mark.parametrize("size", [10_000, 700_000, 2_000_000, 20_000_000])
def test_snapshots_are_bounded_in_number_and_in_size(size: int) -> None:
    steps = list(snapshot_steps(size))
    assert steps[0] == 1
    assert len(steps) <= 75
    assert len(steps) * 2 * size <= 1.2 * 256 * 2**20
