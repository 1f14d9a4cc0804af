"""A run directory: what training writes there, and how it is read while and after it grows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load
from support.builders import short, tiny

from vae_engine import EngineError, load_model
from vae_engine.data import mnist as data
from vae_engine.measure.evaluation import held_out_terms
from vae_engine.runs import runs
from vae_engine.stored import checkpoints
from vae_engine.training.training import Finished


@pytest.fixture(scope="module")
def images(digits: data.Images) -> dict[str, data.Images]:
    """Images for training and for holding out."""
    return {"train_images": digits, "validation_images": digits.head(32)}


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, images: dict[str, data.Images]) -> tuple[Path, Finished]:
    """A finished run and its last event; not to be written to."""
    folder = tmp_path_factory.mktemp("runs") / "one"
    return folder, list(runs.start(folder, tiny(), short(), **images))[-1]


def stop_after(steps: int) -> Any:
    asked = iter(range(steps + 1))
    return lambda: next(asked, steps) >= steps


def events_by_type(folder: Path) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for event in runs.read_events(folder):
        found.setdefault(event["type"], []).append(event)
    return found


def test_a_finished_run_is_a_model_folder(finished: tuple[Path, Finished], images: dict[str, data.Images]) -> None:
    folder, last = finished
    model = load_model(str(folder))
    assert held_out_terms(model, images["validation_images"], "dynamic", 0) == last.terms
    metrics = checkpoints.read(folder).metrics
    assert metrics.items() >= last.terms.items()
    assert metrics.items() >= {"protocol": "dynamic", "split": "validation", "seed": 0, "steps": 12}.items()


def test_the_configs_of_a_run_are_read_back(finished: tuple[Path, Finished]) -> None:
    assert checkpoints.read_config(finished[0]) == (tiny(), short())


def test_the_log_tells_of_every_epoch_and_ends_with_finished(finished: tuple[Path, Finished]) -> None:
    events = runs.read_events(finished[0])
    assert [event["step"] for event in events if event["type"] == "epoch"] == [4, 8, 12]
    assert events[-1]["type"] == "finished"
    assert events[-1]["terms"] == finished[1].terms
    times = [event["time"] for event in events]
    assert times == sorted(times)


def test_every_snapshot_in_the_log_is_a_readable_file_of_half_precision_weights(finished: tuple[Path, Finished]) -> None:
    folder, last = finished
    steps = [event["step"] for event in events_by_type(folder)["snapshot"]]
    files = {folder / runs.SNAPSHOTS / f"step-{step:08d}.safetensors" for step in steps}
    assert files == set((folder / runs.SNAPSHOTS).iterdir())
    final = load((folder / runs.SNAPSHOTS / "step-00000012.safetensors").read_bytes())
    for name, weight in last.model.state_dict().items():
        assert final[name].dtype == np.float16
        np.testing.assert_array_equal(final[name], weight.half().numpy())


def test_no_temporary_file_is_left_behind(finished: tuple[Path, Finished]) -> None:
    assert not [path for path in finished[0].rglob("*") if path.name.endswith(".tmp")]


def test_an_existing_run_is_not_overwritten(finished: tuple[Path, Finished]) -> None:
    before = (finished[0] / runs.EVENTS).read_bytes()
    with pytest.raises(EngineError, match="already holds a run"):
        runs.start(finished[0], tiny(), short())
    assert (finished[0] / runs.EVENTS).read_bytes() == before


def test_a_stopped_run_is_no_model_folder_yet(tmp_path: Path, images: dict[str, data.Images]) -> None:
    list(runs.start(tmp_path / "run", tiny(), short(), should_stop=stop_after(3), **images))
    with pytest.raises(EngineError, match="finished model"):
        checkpoints.read(tmp_path / "run")
    assert runs.read_state(tmp_path / "run").step == 3


def test_a_folder_without_a_log_has_no_events(tmp_path: Path) -> None:
    assert runs.read_events(tmp_path) == []


@pytest.mark.parametrize("torn", [b'{"type": "step", "st', b'{"type": "step", "loss": "\xc3', b"{", b"\x00\x00\x00"])
def test_a_torn_last_line_of_the_log_is_ignored(torn: bytes, tmp_path: Path) -> None:
    whole = {"type": "epoch", "step": 3, "terms": {}}
    (tmp_path / runs.EVENTS).write_bytes(json.dumps(whole).encode() + b"\n" + torn)
    assert runs.read_events(tmp_path) == [whole]


def test_the_log_is_readable_at_every_length(finished: tuple[Path, Finished], tmp_path: Path) -> None:
    raw = (finished[0] / runs.EVENTS).read_bytes()
    events = runs.read_events(finished[0])
    for length in range(0, len(raw), 7):
        (tmp_path / runs.EVENTS).write_bytes(raw[:length])
        found = runs.read_events(tmp_path)
        assert found == events[: len(found)]
        assert len(found) >= raw[:length].count(b"\n")


def test_a_line_torn_before_the_run_went_on_hides_nothing_that_follows(tmp_path: Path, images: dict[str, data.Images]) -> None:
    folder = tmp_path / "run"
    list(runs.start(folder, tiny(), short(), should_stop=stop_after(2), **images))
    with (folder / runs.EVENTS).open("ab") as log:
        log.write(b'{"type": "st')
    list(runs.resume(folder, **images))
    found = events_by_type(folder)
    assert [event["step"] for event in found["resumed"]] == [2]
    assert [event["step"] for event in found["epoch"]] == [4, 8, 12]


def test_events_after_the_checkpoint_are_not_repeated_when_a_run_goes_on(tmp_path: Path, images: dict[str, data.Images]) -> None:
    """A kill at step 9 after a checkpoint at step 2: steps 3 to 9 are trained, and logged, twice."""
    folder = tmp_path / "run"
    list(runs.start(folder, tiny(), short(), should_stop=stop_after(2), **images))
    state = (folder / runs.STATE).read_bytes()
    list(runs.resume(folder, should_stop=stop_after(7), **images))
    (folder / runs.STATE).write_bytes(state)
    list(runs.resume(folder, **images))
    found = events_by_type(folder)
    assert [event["step"] for event in found["epoch"]] == [4, 8, 12]
    steps = [event["step"] for event in runs.read_events(folder)]
    assert steps == sorted(steps)


def test_the_first_snapshot_is_logged_once_however_often_a_run_is_stopped_at_once(
    tmp_path: Path, images: dict[str, data.Images]
) -> None:
    folder = tmp_path / "run"
    list(runs.start(folder, tiny(), short(), should_stop=lambda: True, **images))
    list(runs.resume(folder, **images))
    steps = [event["step"] for event in events_by_type(folder)["snapshot"]]
    assert steps[0] == 0
    assert steps[1:] == sorted(set(steps[1:]))
