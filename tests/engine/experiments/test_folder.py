"""`experiment --run-dir`: does what a folder asks for, tells its progress, and notes how it ended."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from support.lab_results import scratch

from vae_engine import EngineError, experiments
from vae_engine.base import locks
from vae_engine.experiments import folder as experiment_run
from vae_engine.experiments import result as experiment_result
from vae_engine.experiments.folder import Asked, Progress, read_progress

Command = Callable[..., tuple[int, str, str]]
TINY = Asked("bound-estimators", "tiny", 3)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    experiment_run.ask(tmp_path / "run", TINY)
    return tmp_path / "run"


def test_the_experiment_of_a_folder_is_done_and_kept_there(folder: Path, command: Command) -> None:
    code, out, err = command("experiment", "--run-dir", folder, "--json")
    assert code == 0, err
    result = experiment_result.read(folder)
    assert (result.name, result.scale, result.seed) == (TINY.name, TINY.scale, TINY.seed)
    assert json.loads(out)["findings"]["says"] == list(result.findings.says)
    assert (folder / experiment_result.CURVES).exists()
    assert 0 < read_progress(folder).share <= 1
    assert locks.holder(folder / locks.RUN) is None
    code, _, err = command("experiment", "--run-dir", folder)
    assert code == 2
    assert err.count("\n") == 1
    assert "result already" in err


@pytest.mark.parametrize(
    ("trouble", "ended", "message", "code"),
    [
        (EngineError("The disk is full."), "failed", "The disk is full.", 2),
        (OSError(28, "No space left on device"), "failed", "OSError: [Errno 28] No space left on device", 2),
        (KeyboardInterrupt(), "stopped", "", 130),
    ],
)
def test_how_a_run_ended_is_noted_beside_how_far_it_was(
    trouble: BaseException, ended: str, message: str, code: int, folder: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(name: str, scale: str, seed: int, report: experiments.Report) -> None:
        report("training", 0.5)
        raise trouble

    monkeypatch.setattr(experiments, "run", fail)
    found, _, err = command("experiment", "--run-dir", folder)
    assert (found, err.count("\n")) == (code, 1)
    progress = read_progress(folder)
    assert (progress.stage, progress.share, progress.ended, progress.message) == ("training", 0.5, ended, message)
    assert not (folder / experiment_result.RESULT).exists()


def test_progress_is_told_a_few_times_a_second_and_its_share_never_falls(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now, told = [0.0], []
    monkeypatch.setattr(time, "monotonic", lambda: now[0])

    def measure(name: str, scale: str, seed: int, report: experiments.Report) -> experiment_result.Result:
        for step in range(1000):
            now[0] += 0.01
            report("training" if step < 900 else "last images", step / 900 if step < 900 else 0.0)
            if not told or told[-1] != read_progress(folder):
                told.append(read_progress(folder))
        return scratch(name)

    monkeypatch.setattr(experiments, "run", measure)
    experiment_run.work(folder)
    assert 20 <= len(told) <= 50
    assert sorted(one.share for one in told) == [one.share for one in told]
    assert told[-1].stage == "last images"
    assert told[-1].share == pytest.approx(899 / 900, abs=0.03)


def test_a_folder_that_asks_for_nothing_sensible_is_one_line(tmp_path: Path, command: Command) -> None:
    for content in (None, "{", '{"name": "collapse"}', '{"name": "nonsense", "scale": "tiny", "seed": 0}'):
        if content is not None:
            (tmp_path / experiment_run.ASKED).write_text(content)
        code, _, err = command("experiment", "--run-dir", tmp_path)
        assert (code, err.count("\n")) == (2, 1)
    code, _, err = command("experiment", "collapse", "--run-dir", tmp_path)
    assert (code, err.count("\n")) == (2, 1)
    assert read_progress(tmp_path) == Progress()


def test_two_processes_do_not_work_in_one_folder(folder: Path, command: Command) -> None:
    with locks.hold(folder / locks.RUN, "refused"):
        code, _, err = command("experiment", "--run-dir", folder)
    assert code == 2
    assert "Another process" in err
