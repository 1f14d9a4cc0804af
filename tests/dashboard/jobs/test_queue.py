"""The queue, its caps, names, the bin and the sweep: everything about jobs that needs no process."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from support.builders import one_line, short, tiny

from dashboard.jobs import bin as run_bin
from dashboard.jobs import jobs as jobs_module
from dashboard.jobs import queue as run_queue
from dashboard.jobs.jobs import Jobs, Limits, runs_dir
from dashboard.jobs.run_view import State, read_run
from vae_engine import EngineError
from vae_engine.base import locks
from vae_engine.runs.log import EVENTS
from vae_engine.stored import checkpoints


@pytest.fixture
def jobs(tmp_path: Path) -> Jobs:
    """A folder of runs where nothing ever starts."""
    return Jobs(tmp_path / "runs", Limits(running=0))


def submit(jobs: Jobs, name: str = "demo", owner: str = "") -> str:
    return jobs.submit(tiny(), short(), name, owner)


def refusal(call: Callable, *arguments: object) -> str:
    with pytest.raises(EngineError) as refused:
        call(*arguments)
    assert one_line(refused.value)
    return str(refused.value)


def test_runs_wait_first_come_first_served_and_can_be_cancelled(jobs: Jobs) -> None:
    runs = [submit(jobs) for _ in range(3)]
    assert run_queue.waiting(jobs.folder) == runs
    assert [jobs.view(run).position for run in runs] == [1, 2, 3]
    jobs.stop(runs[1])
    assert [jobs.view(run).position for run in runs] == [1, None, 2]
    assert jobs.view(runs[1]).state is State.INTERRUPTED
    jobs.resume(runs[1])
    assert [jobs.view(run).position for run in runs] == [1, 3, 2]
    assert "queued" in refusal(jobs.resume, runs[1])


def test_owners_take_turns_and_nobody_waits_for_ever(tmp_path: Path) -> None:
    """Ann queues three before anyone comes; each newcomer waits for one of hers at most, and she for one of each of theirs."""
    jobs = Jobs(tmp_path / "runs", Limits(running=0, per_visitor=10))
    names = {submit(jobs, name, name[0]): name for name in ("a1", "a2", "a3", "b1", "b2", "c1")}

    def next_ones() -> list[str]:
        return [names[run] for run in run_queue.waiting(jobs.folder)]

    assert next_ones() == ["a1", "b1", "c1", "a2", "b2", "a3"]
    for served in ("a1", "b1", "c1", "a2"):
        run = run_queue.waiting(jobs.folder)[0]
        assert names[run] == served
        run_queue.serve(jobs.folder, run)
        run_queue.leave(jobs.folder, run)
    # Those who come while the second round is served are due in it, behind b2, and before a3.
    names |= {submit(jobs, name, name[0]): name for name in ("d1", "d2")}
    assert next_ones() == ["b2", "d1", "a3", "d2"]


def test_whoever_did_not_begin_a_run_may_only_look_at_it(jobs: Jobs) -> None:
    run, mine = submit(jobs, "hers", "ann"), submit(jobs, "his", "bob")
    bob = jobs.asked_by("bob")
    changes = [
        lambda: bob.resume(run), lambda: bob.train_on(run, "steps", 1), lambda: bob.stop(run), lambda: bob.pause(run),
        lambda: bob.go_on(run), lambda: bob.slow_down(run, 1.0), lambda: bob.rename(run, "b"), lambda: bob.delete(run),
        lambda: bob.turn(run, "beta", 4.0), lambda: bob.turn_back(run),
    ]  # fmt: skip
    for change in changes:
        assert refusal(change).startswith("hers was not begun in this browser")
    assert [view.about.name for view in bob.views()] == ["his", "hers"]
    bob.rename(mine, "still his")
    bob.delete(mine)
    ann = jobs.asked_by("ann")
    assert "still his was not" in refusal(lambda: ann.undo_delete(mine))
    bob.undo_delete(mine)
    jobs.rename(run, "anyone's for whom nothing is asked")
    assert not jobs.asked_by(None).why_not_change(run)


def test_a_new_run_is_what_was_asked_for(jobs: Jobs) -> None:
    view = jobs.view(submit(jobs, "  My run  ", "ann"))
    assert view.configs == (tiny(), short())
    assert (view.about.name, view.about.owner) == ("My run", "ann")
    assert (view.step, view.progress, view.snapshots, view.terms, view.latest) == (0, 0.0, (), {}, None)


def test_a_visitor_has_so_many_runs_and_no_more(jobs: Jobs) -> None:
    for _ in range(jobs.limits.per_visitor):
        submit(jobs, owner="ann")
    assert "wait until one ends" in refusal(jobs.submit, tiny(), short(), "demo", "ann")
    submit(jobs, owner="bob")
    assert len(jobs.views()) == jobs.limits.per_visitor + 1


def test_the_queue_and_the_disk_have_their_caps(jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs.limits = Limits(running=0, waiting=1)
    run = submit(jobs)
    assert "waiting already" in refusal(jobs.submit, tiny(), short(), "demo")
    jobs.limits = Limits(running=0, bytes=10)
    assert "delete some" in refusal(jobs.submit, tiny(), short(), "demo")
    jobs.limits = Limits(running=0, bytes=2000)
    (jobs.folder / run / "large").write_bytes(bytes(2000))
    jobs.delete(run)
    submit(jobs)  # the bin is emptied before anyone is refused
    assert refusal(jobs.undo_delete, run)
    jobs.limits = Limits(running=0)
    monkeypatch.setattr(jobs_module.shutil, "disk_usage", lambda folder: SimpleNamespace(free=10**6))
    assert "1 MB of the disk" in refusal(jobs.submit, tiny(), short(), "demo")


def test_a_place_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    jobs = Jobs(tmp_path / "file" / "runs")
    assert "file" in refusal(jobs.submit, tiny(), short(), "demo")
    assert jobs.views() == []


@pytest.mark.parametrize("name", ["", "   ", "a\nb", "x" * 81, "\x07"])
def test_impossible_names_are_refused_and_leave_nothing_behind(name: str, jobs: Jobs) -> None:
    assert "name" in refusal(jobs.submit, tiny(), short(), name)
    assert [path.name for path in jobs.folder.iterdir()] == [run_queue.QUEUE]
    run = submit(jobs)
    refusal(jobs.rename, run, name)
    assert jobs.view(run).about.name == "demo"


def test_a_run_is_renamed(jobs: Jobs) -> None:
    run = submit(jobs, owner="ann")
    before = jobs.view(run).about
    jobs.rename(run, "β = 4")
    after = jobs.view(run).about
    assert (after.name, after.owner, after.created) == ("β = 4", "ann", before.created)


@pytest.mark.parametrize("run", ["../runs", "..", ".", "", ".queue", "nowhere", "a/b", "x" * 300, "\0"])
def test_an_id_that_names_no_run_is_refused(run: str, jobs: Jobs) -> None:
    submit(jobs)
    for call in (jobs.view, jobs.stop, jobs.resume, jobs.delete, jobs.pause, jobs.go_on):
        assert "no run" in refusal(call, run)
    refusal(jobs.undo_delete, run)


def test_deletion_can_be_undone_until_the_bin_is_emptied(jobs: Jobs) -> None:
    run = submit(jobs)
    jobs.delete(run)
    assert jobs.views() == []
    assert run_queue.waiting(jobs.folder) == []
    jobs.undo_delete(run)
    assert jobs.view(run).configs == (tiny(), short())
    jobs.delete(run)
    os.utime(jobs.folder / run_bin.BIN / run, (time.time() - 4000,) * 2)
    jobs.sweep()
    assert "for good" in refusal(jobs.undo_delete, run)


def test_the_sweep_removes_what_is_old_and_nobodys_and_nothing_else(jobs: Jobs) -> None:
    run, trained = submit(jobs), submit(jobs)
    old, young = (jobs.folder / run / f".state.{age}.tmp" for age in ("old", "young"))
    owned = jobs.folder / trained / ".state.owned.tmp"
    unfinished, fresh = (jobs.folder / f"{run_bin.UNFINISHED}{age}" for age in ("old", "young"))
    for path in (old, young, owned):
        path.write_bytes(b"x")
    for path in (unfinished, fresh):
        path.mkdir()
    gone = submit(jobs)
    shutil.rmtree(jobs.folder / gone)
    for path in (old, owned, unfinished):
        os.utime(path, (time.time() - 100,) * 2)
    with locks.hold(jobs.folder / trained / locks.RUN, "refused"):
        jobs.sweep()
    assert not old.exists()
    assert not unfinished.exists()
    assert young.exists()
    assert owned.exists()
    assert fresh.exists()
    assert run_queue.waiting(jobs.folder) == [run, trained]
    assert len(jobs.views()) == 2


@pytest.mark.parametrize("content", ["", "{", '{"format": 1, "model": {"kind": "gan"}, "train": {}}'])
def test_a_run_with_a_damaged_config_is_shown_as_damaged_and_can_be_deleted(content: str, jobs: Jobs) -> None:
    run = submit(jobs)
    (jobs.folder / run / checkpoints.CONFIG).write_text(content)
    view = jobs.view(run)
    assert view.state is State.DAMAGED
    assert view.configs is None
    assert checkpoints.CONFIG in view.message
    assert [one.id for one in jobs.views()] == [run]
    jobs.delete(run)
    assert jobs.views() == []


@pytest.mark.parametrize(
    "raw", [b"", b"\n\n", b"{", b"[]\nnull\n", b'{"type": 3}\n', b'{"type": "failed", "step": "x"}\n', b"\xff\xfe\n"]
)
def test_any_log_leaves_a_run_readable(raw: bytes, jobs: Jobs) -> None:
    folder = jobs.folder / submit(jobs)
    (folder / EVENTS).write_bytes(raw)
    (folder / "about.json").write_bytes(raw)
    view = read_run(folder)
    assert view.state is State.QUEUED
    assert view.step == 0
    assert view.about.name == folder.name


def test_the_folder_of_runs_is_chosen_by_flag_then_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(jobs_module.VARIABLE, raising=False)
    assert runs_dir().name == "runs"
    monkeypatch.setenv(jobs_module.VARIABLE, str(tmp_path / "env"))
    assert runs_dir() == tmp_path / "env"
    assert runs_dir(tmp_path / "flag") == tmp_path / "flag"
