"""Experiments as jobs: the queue of training, a folder of their own, and a real process that is stopped and one that ends."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.builders import one_line, short, tiny

from dashboard.jobs.experiment_view import ExperimentView, read_experiment
from dashboard.jobs.jobs import Jobs, Limits
from dashboard.jobs.process import OUTPUT
from dashboard.jobs.run_view import State
from vae_engine import EngineError
from vae_engine.base import locks
from vae_engine.experiments import folder as experiment_run
from vae_engine.experiments import result as experiment_result
from vae_engine.experiments.folder import Asked, Progress, read_progress

TINY = Asked("latent-dimension", "tiny", 3)


@pytest.fixture
def jobs(tmp_path: Path) -> Iterator[Jobs]:
    """A folder of runs where nothing starts before the limits allow it; nobody is at work there when the test is over."""
    one = Jobs(tmp_path / "runs", Limits(running=0))
    yield one
    one.limits = Limits(running=0)
    for view in one.experiments():
        one.stop(view.id)
    for _, child in one._processes.children:
        child.wait(timeout=30)


def until(jobs: Jobs, run: str, reached: Callable[[ExperimentView], bool]) -> ExperimentView:
    """The run as soon as it is as wished."""
    for _ in range(6000):
        view = jobs.experiment(run)
        if reached(view):
            return view
        time.sleep(0.01)
    output = view.folder / OUTPUT
    raise AssertionError(f"waited a minute in vain: {view} {output.read_text() if output.exists() else ''}")


def test_an_experiment_waits_its_turn_among_the_training_runs_and_is_listed_apart(jobs: Jobs) -> None:
    first = jobs.submit(tiny(), short(), "training")
    run = jobs.submit_experiment(TINY, "ann")
    view = jobs.experiment(run)
    assert (view.state, view.position, view.asked, view.about.owner) == (State.QUEUED, 2, TINY, "ann")
    assert (view.progress, view.seconds_left) == (Progress(), None)
    assert [one.id for one in jobs.views()] == [first]
    assert [one.id for one in jobs.experiments()] == [run]
    jobs.stop(first)
    assert jobs.experiment(run).position == 1
    jobs.delete(run)
    assert jobs.experiments() == []
    jobs.undo_delete(run)
    assert jobs.experiment(run).asked == TINY


def test_a_visitor_has_so_many_experiments_and_training_runs_together(jobs: Jobs) -> None:
    jobs.limits = Limits(running=0, per_visitor=2)
    jobs.submit(tiny(), short(), "training", "ann")
    jobs.submit_experiment(TINY, "ann")
    with pytest.raises(EngineError, match="wait until one ends"):
        jobs.submit_experiment(TINY, "ann")


def test_one_is_not_taken_for_the_other(jobs: Jobs) -> None:
    training, experiment = jobs.submit(tiny(), short(), "training"), jobs.submit_experiment(TINY)
    for call, run in ((jobs.view, experiment), (jobs.resume, experiment), (jobs.experiment, training)):
        with pytest.raises(EngineError, match="There is no") as refused:
            call(run)
        assert one_line(refused.value)


@pytest.mark.parametrize(
    "asked",
    [Asked("nonsense", "tiny", 0), Asked("collapse", "huge", 0), Asked("collapse", "tiny", -1), Asked("collapse", "tiny", 2**31)],
)
def test_an_impossible_experiment_is_refused_and_leaves_nothing_behind(asked: Asked, jobs: Jobs) -> None:
    with pytest.raises(EngineError) as refused:
        jobs.submit_experiment(asked)
    assert one_line(refused.value)
    assert [path.name for path in jobs.folder.iterdir() if not path.name.startswith(".")] == []


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"[]", b"null", b'{"name": 3, "scale": [], "seed": "x"}', b'{"name": "collapse"}', b"\xff"]
)
def test_any_file_leaves_the_run_of_an_experiment_readable(raw: bytes, jobs: Jobs) -> None:
    folder = jobs.folder / jobs.submit_experiment(TINY)
    (folder / experiment_run.PROGRESS).write_bytes(raw)
    assert read_progress(folder) == Progress()
    assert read_experiment(folder).state is State.QUEUED
    (folder / experiment_run.ASKED).write_bytes(raw)
    view = read_experiment(folder)
    assert view.state is State.DAMAGED
    assert len(view.message.splitlines()) == 1
    jobs.delete(folder.name)


@pytest.mark.parametrize(("share", "left"), [(0.0, None), (0.5, 10.0), (0.25, 30.0), (1.0, 0.0)])
def test_the_time_left_is_told_at_the_pace_so_far(share: float, left: float | None, jobs: Jobs) -> None:
    folder = jobs.folder / jobs.submit_experiment(TINY)
    progress = {"stage": "training", "share": share, "seconds": 10.0, "ended": "", "message": ""}
    (folder / experiment_run.PROGRESS).write_text(json.dumps(progress))
    assert read_experiment(folder).seconds_left == left


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_an_experiment_ends_with_its_result_and_the_next_one_starts_and_is_stopped_at_once(jobs: Jobs) -> None:
    first = jobs.submit_experiment(Asked("bound-estimators", "tiny", 1))
    second = jobs.submit_experiment(TINY)
    jobs.limits = Limits()
    ended = jobs.watch(0.05)
    finished = until(jobs, first, lambda view: view.state is State.FINISHED)
    assert experiment_result.read(finished.folder).seed == 1
    assert (finished.folder / experiment_result.CURVES).exists()
    running = until(jobs, second, lambda view: view.state is State.RUNNING)
    assert 0 <= running.progress.share <= 1
    jobs.stop(second, grace=60)  # long enough for it to end unharmed, and to find something if it did not end at once
    ended.set()
    assert jobs.experiment(second).state is State.STOPPED
    assert locks.holder(running.folder / locks.RUN) is None
    assert not (running.folder / experiment_result.RESULT).exists()
