"""Jobs on Windows with readers that keep files open, on a disk without locks, and shared by containers."""

from __future__ import annotations

import errno
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from support.builders import one_line, short, tiny
from support.platforms import refusing

from dashboard.jobs.jobs import Jobs, Limits
from dashboard.jobs.run_view import State, read_run
from vae_engine import EngineError
from vae_engine.base import locks
from vae_engine.experiments.folder import Asked
from vae_engine.runs import control


def test_a_deleted_run_is_moved_once_its_readers_let_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = Jobs(tmp_path / "runs", Limits(running=0))
    run = jobs.submit(tiny(), short(), "a")
    refused = refusing(monkeypatch, "rename", run, times=3)
    jobs.delete(run)
    assert len(refused) == 3
    assert jobs.is_deleted(run)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows locks otherwise")
@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOSYS])
def test_on_a_disk_without_locks_nothing_is_begun_and_no_run_is_taken_for_an_interrupted_one(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = Jobs(tmp_path / "runs", Limits(running=0))
    run = jobs.submit(tiny(), short(), "a")
    jobs.stop(run)
    ended = jobs.submit(tiny(), short(), "b")
    jobs.stop(ended)
    folder = jobs.folder / run
    (folder / locks.RUN).write_text("4242")  # as a process elsewhere keeps it that trains there
    (jobs.folder / ended / locks.RUN).write_text("")  # as one leaves it that has ended

    def flock(file: Any, how: int) -> None:
        raise OSError(number, "No locks available")

    monkeypatch.setattr("vae_engine.base.locks.fcntl.flock", flock)
    assert read_run(folder).state is State.STARTING
    assert read_run(jobs.folder / ended).state is State.INTERRUPTED
    assert "--runs-dir" in jobs.why_not()
    for begin in (lambda: jobs.submit(tiny(), short(), "c"), lambda: jobs.resume(run), jobs.sweep, lambda: jobs.stop(run)):
        with pytest.raises(EngineError, match="--runs-dir") as told:
            begin()
        assert one_line(told.value)
        assert str(jobs.folder) in str(told.value)
    with pytest.raises(EngineError, match="--run-dir"), locks.hold(tmp_path / "new" / "lock", "refused"):
        pass


@pytest.mark.long
def test_what_another_container_works_on_is_stopped_without_a_signal_to_whoever_has_its_number_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = Jobs(tmp_path / "runs", Limits(running=2))
    training = jobs.submit(tiny(), short(steps=10**6), "a")
    experiment = jobs.submit_experiment(Asked("latent-dimension", "tiny", 3))
    ended = jobs.watch(0.05)
    deadline = time.monotonic() + 120
    while not (jobs.view(training).step and jobs.experiment(experiment).state is State.RUNNING):
        assert time.monotonic() < deadline, "both are at work"
        time.sleep(0.1)
    ended.set()
    monkeypatch.setattr(locks, "_place", lambda: "another container")
    monkeypatch.setattr("dashboard.jobs.process.os.kill", lambda pid, number: pytest.fail(f"signal {number} to {pid}"))
    for run in (training, experiment):
        assert locks.holder(jobs.folder / run / locks.RUN) == 0
        jobs.stop(run, grace=60)
        assert locks.holder(jobs.folder / run / locks.RUN) is None
        assert not (jobs.folder / run / control.STOP).exists()
    for _, child in jobs._processes.children:
        child.wait(timeout=30)
    assert jobs.view(training).state is State.STOPPED
    assert jobs.experiment(experiment).state is State.STOPPED
    # One that heeds nothing is told of, and its run is not taken for stopped.
    with locks.hold(jobs.folder / training / locks.RUN, "refused"):
        monkeypatch.setattr(locks, "_place", lambda: "here")
        with pytest.raises(EngineError, match="does not answer") as told:
            jobs.stop(training, grace=0.1)
        assert one_line(told.value)
