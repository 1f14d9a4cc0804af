"""Training jobs with real processes: watched from two servers, paused, stopped, killed, resumed, deleted and brought back."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.builders import tiny

from dashboard.jobs.jobs import Jobs
from dashboard.jobs.run_view import OUTPUT, RunView, State
from vae_engine import TrainConfig
from vae_engine.base import locks
from vae_engine.base.errors import EngineError
from vae_engine.exchange import bundle as export
from vae_engine.runs import snapshots
from vae_engine.runs.log import EVENTS
from vae_engine.stored import checkpoints, registry
from vae_engine.stored.knobs import Turned

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")

ENDLESS = 100_000_000


def settings(steps: int) -> TrainConfig:
    """So many steps on a few images."""
    return TrainConfig(steps=steps, train_size=256, batch_size=16, held_out=32)


@pytest.fixture
def jobs(tmp_path: Path) -> Iterator[Jobs]:
    """A folder of runs; nothing trains there when the test is over."""
    one = Jobs(tmp_path / "runs")
    yield one
    one.limits = type(one.limits)(running=0)
    for view in one.views():
        one.stop(view.id)
    for _, child in one._processes.children:
        child.wait(timeout=30)


def until(jobs: Jobs, run: str, reached: Callable[[RunView], bool]) -> RunView:
    """The run as soon as it is as wished."""
    view = None
    for _ in range(6000):
        view = jobs.view(run, view)
        if reached(view):
            return view
        time.sleep(0.01)
    output = view.folder / OUTPUT
    raise AssertionError(f"waited a minute in vain: {view.state} {view.message} {output.read_text() if output.exists() else ''}")


def is_in(*states: State) -> Callable[[RunView], bool]:
    return lambda view: view.state in states


def trains_beyond(step: int) -> Callable[[RunView], bool]:
    return lambda view: view.state is State.RUNNING and view.step > step


SUBMIT = """
import sys
from pathlib import Path
from dashboard.jobs.jobs import Jobs
from vae_engine import ModelConfig, TrainConfig
jobs = Jobs(Path(sys.argv[1]))
model = ModelConfig(encoder_widths=(12, 8), decoder_widths=(12,), fourier_features=4)
print(jobs.submit(model, TrainConfig(steps=int(sys.argv[2]), train_size=256, batch_size=16, held_out=32), "from another", "a"))
"""


@pytest.mark.long
def test_two_servers_see_one_queue_and_a_run_outlives_the_server_that_started_it(jobs: Jobs, start_python: Callable) -> None:
    out, err = start_python("-W", "ignore::ResourceWarning", "-c", SUBMIT, jobs.folder, ENDLESS).communicate(timeout=60)
    first = out.strip()
    assert jobs.view(first).state in (State.STARTING, State.RUNNING), err
    second = jobs.submit(tiny(kind="ae"), settings(3), "second")
    third, _ = start_python("-W", "ignore::ResourceWarning", "-c", SUBMIT, jobs.folder, 3).communicate(timeout=60)
    assert [jobs.view(run).position for run in (first, second, third.strip())] == [None, 1, 2]
    until(jobs, first, trains_beyond(0))
    assert jobs.view(second).state is State.QUEUED
    jobs.stop(first)
    assert jobs.view(first).state is State.STOPPED
    ended = jobs.watch(0.05)
    views = [until(jobs, run, is_in(State.FINISHED)) for run in (second, third.strip())]
    ended.set()
    assert views[0].log.events[-1]["time"] <= views[1].log.events[0]["time"]
    assert registry.find(str(views[0].folder)).model.kind == "ae"
    assert [view.id for view in jobs.views()] == [third.strip(), second, first]


def test_a_run_is_paused_stepped_slowed_stopped_and_resumed(jobs: Jobs) -> None:
    run = jobs.submit(tiny(), settings(ENDLESS), "demo")
    until(jobs, run, trains_beyond(1))
    jobs.pause(run)
    paused = until(jobs, run, is_in(State.PAUSED))
    time.sleep(0.3)
    paused = jobs.view(run, paused)
    assert jobs.view(run).step == paused.step
    assert snapshots.read_latest(paused.folder).metrics["steps"] == paused.step
    jobs.turn(run, "beta", 4.0)
    jobs.go_on(run, steps=3)
    stepped = until(jobs, run, lambda view: view.state is State.PAUSED and view.step > paused.step)
    assert stepped.step == paused.step + 3
    assert stepped.turned == (Turned(paused.step, "beta", 1.0, 4.0),)
    jobs.go_on(run, delay=30.0)
    slowed = until(jobs, run, trains_beyond(stepped.step))
    time.sleep(0.2)
    assert jobs.view(run).step <= slowed.step + 1
    assert len(export.bundle(snapshots.read_latest(slowed.folder), points=100)) > 1000
    jobs.stop(run)
    stopped = jobs.view(run)
    assert stopped.state is State.STOPPED
    jobs.turn(run, "beta", 4.0)  # as a slider says that leaves the page: it stands there
    with pytest.raises(EngineError, match="knobs are turned while a run trains"):
        jobs.turn(run, "beta", 2.0)
    assert not (stopped.folder / checkpoints.METRICS).exists()
    jobs.resume(run)
    resumed = until(jobs, run, trains_beyond(stopped.step))
    assert [event["step"] for event in resumed.log.events if event["type"] == "resumed"] == [-1, stopped.step]
    assert resumed.turned == stepped.turned
    jobs.turn_back(run)
    assert until(jobs, run, lambda view: len(view.turned) == 2).turned[-1].new == 1.0


def test_a_finished_run_is_trained_on_with_more_budget(jobs: Jobs) -> None:
    run = jobs.submit(tiny(), settings(20), "demo")
    view = until(jobs, run, is_in(State.FINISHED))
    jobs.limits = type(jobs.limits)(running=0)
    jobs.train_on(run, "epochs", 2)
    waiting = jobs.view(run, view)
    assert (waiting.state, waiting.progress, waiting.step) == (State.QUEUED, 0.0, 20)
    assert waiting.configs == checkpoints.read_config(view.folder) != view.configs
    with pytest.raises(EngineError, match="only a finished run"):
        jobs.train_on(run, "epochs", 2)
    jobs.limits = type(jobs.limits)()
    jobs.advance()
    assert until(jobs, run, is_in(State.FINISHED)).step == 20 + 2 * 256 // 16
    assert registry.find(str(view.folder)).metrics["steps"] == 52


def test_a_killed_run_reads_as_interrupted_goes_on_and_is_deleted_and_brought_back(jobs: Jobs) -> None:
    run = jobs.submit(tiny(), settings(ENDLESS), "demo")
    view = until(jobs, run, trains_beyond(0))
    os.kill(locks.holder(view.folder / locks.RUN), signal.SIGKILL)
    until(jobs, run, is_in(State.INTERRUPTED))
    jobs.resume(run)
    until(Jobs(jobs.folder), run, trains_beyond(0))
    jobs.delete(run)
    assert jobs.views() == []
    jobs.undo_delete(run)
    assert jobs.view(run).state is State.STOPPED
    assert (jobs.folder / run / EVENTS).exists()


def test_a_run_stopped_before_its_first_step_is_stopped_not_broken(jobs: Jobs) -> None:
    run = jobs.submit(tiny(), settings(ENDLESS), "demo")
    jobs.stop(run)
    assert jobs.view(run).state is State.STOPPED
    assert locks.holder(jobs.folder / run / locks.RUN) is None


def test_a_run_that_cannot_start_says_why_in_one_sentence(jobs: Jobs) -> None:
    jobs.limits = type(jobs.limits)(running=0)
    run = jobs.submit(tiny(), settings(3), "demo")
    (jobs.folder / run / "state.safetensors").write_bytes(b"damaged")
    jobs.limits = type(jobs.limits)()
    ended = jobs.watch(0.05)
    view = until(jobs, run, is_in(State.FAILED))
    assert "state.safetensors is damaged" in view.message
    assert len(view.message.splitlines()) == 1
    (jobs.folder / run / "state.safetensors").unlink()
    jobs.resume(run)
    assert until(jobs, run, is_in(State.FINISHED)).progress == 1.0
    ended.set()
