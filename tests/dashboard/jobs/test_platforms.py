"""Jobs on Windows with readers that keep files open, and on a disk without locks."""

from __future__ import annotations

import errno
import sys
from pathlib import Path
from typing import Any

import pytest
from support.builders import one_line, short, tiny
from support.platforms import refusing

from dashboard.jobs.jobs import Jobs, Limits
from dashboard.jobs.run_view import State, read_run
from vae_engine import EngineError
from vae_engine.base import locks


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
