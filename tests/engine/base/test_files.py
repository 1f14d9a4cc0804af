"""Atomic writing: whoever reads, and whenever the writer is killed, finds the old or the new content."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from support.builders import one_line

from vae_engine import EngineError
from vae_engine.base.files import read_json, write_atomically, write_json
from vae_engine.data import mnist as data
from vae_engine.runs import runs

SIZE = 300_000
WRITER = f"""
import itertools, sys
from pathlib import Path
from vae_engine.base.files import write_atomically
for count in itertools.count(1):
    write_atomically(Path(sys.argv[1]), bytes([count % 256]) * {SIZE})
"""
RUNS = """
import sys
from pathlib import Path
from vae_engine import ModelConfig, TrainConfig
from vae_engine.data import mnist as data
from vae_engine.runs import runs
from vae_engine.training import training
training._CHECKPOINT_SECONDS = 0.0  # a checkpoint after every step
model = ModelConfig(encoder_widths=(8,), decoder_widths=(8,), fourier_features=4)
images = data.load("test").head(64)
folder = Path(sys.argv[1])
begin = runs.resume if (folder / "config.json").exists() else runs.start
settings = () if begin is runs.resume else (model, TrainConfig(steps=100_000, batch_size=16, held_out=16))
for event in begin(folder, *settings, train_images=images, validation_images=images):
    pass
"""


def wait_until(ready: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    """Wait for something that a process is about to do."""
    for _ in range(6000):
        if ready():
            return
        assert process.poll() is None, process.communicate()[1]
        time.sleep(0.01)
    raise AssertionError("waited a minute in vain")


def test_a_file_written_in_a_loop_is_whole_after_each_of_20_kills(tmp_path: Path, start_python: Callable) -> None:
    path, moments = tmp_path / "file", np.random.default_rng(0)
    write_atomically(path, bytes(SIZE))
    for _ in range(20):
        before = path.read_bytes()
        writer = start_python("-c", WRITER, path)
        wait_until(lambda before=before: path.read_bytes() != before, writer)
        time.sleep(moments.uniform(0, 0.02))
        writer.kill()
        writer.wait()
        found = path.read_bytes()
        assert len(found) == SIZE
        assert found == found[:1] * SIZE


def test_a_reader_never_sees_half_a_file(tmp_path: Path, start_python: Callable) -> None:
    path = tmp_path / "file"
    write_atomically(path, bytes(SIZE))
    writer = start_python("-c", WRITER, path)
    wait_until(lambda: path.read_bytes()[:1] != b"\0", writer)
    seen: list[bytes] = []

    def read() -> bool:
        found = path.read_bytes()
        assert found == found[:1] * SIZE
        seen.append(found[:1])
        return len(seen) >= 300 and len(set(seen)) > 1

    wait_until(read, writer)


@pytest.mark.long
def test_a_training_run_killed_again_and_again_stays_readable_and_goes_on(tmp_path: Path, start_python: Callable) -> None:
    folder, moments, reached = tmp_path / "run", np.random.default_rng(1), -1

    def goes_on(beyond: int) -> Callable[[], bool]:
        return lambda: (folder / runs.STATE).exists() and runs.read_state(folder).step > beyond

    for _ in range(3):
        process = start_python("-c", RUNS, folder)
        wait_until(goes_on(reached), process)
        time.sleep(moments.uniform(0, 0.3))
        process.kill()
        process.wait()
        state = runs.read_state(folder)
        assert state.step > reached
        reached = state.step
        steps = [event["step"] for event in runs.read_events(folder) if event["type"] != "resumed"]
        assert steps == sorted(steps)
        assert steps[-1] > 0
    images = data.load("test").head(64)
    asked = iter(range(3))
    last = list(
        runs.resume(folder, should_stop=lambda: next(asked, None) is None, train_images=images, validation_images=images)
    )[-1]
    assert last.step == reached + 3


def test_a_failed_write_keeps_the_old_content_and_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    write_atomically(path, b"old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("vae_engine.base.files.os.fsync", full)
    with pytest.raises(EngineError, match="No space left") as refused:
        write_atomically(path, b"new")
    assert one_line(refused.value)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_content_is_on_disk_before_it_takes_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    seen: list[bool] = []
    monkeypatch.setattr("vae_engine.base.files.os.fsync", lambda descriptor: seen.append(path.exists()))
    write_atomically(path, b"new")
    assert seen == [False]
    assert path.read_bytes() == b"new"


@pytest.mark.parametrize("obstacle", ["folder is a file", "target is a folder"])
def test_an_impossible_place_is_refused_in_one_line(obstacle: str, tmp_path: Path) -> None:
    path = tmp_path / "a" / "b"
    if obstacle == "folder is a file":
        (tmp_path / "a").write_text("")
    else:
        path.mkdir(parents=True)
    with pytest.raises(EngineError) as refused:
        write_atomically(path, b"x")
    assert one_line(refused.value)


def test_json_is_read_back_and_numbers_that_json_lacks_are_never_written(tmp_path: Path) -> None:
    value = {"b": [1, 2.5, None, "ä"], "a": True}
    write_json(tmp_path / "file", value)
    assert read_json(tmp_path / "file") == value
    assert list(json.loads((tmp_path / "file").read_text())) == ["b", "a"]
    with pytest.raises(ValueError, match="JSON compliant"):
        write_json(tmp_path / "file", {"a": float("nan")})
    assert read_json(tmp_path / "file") == value
