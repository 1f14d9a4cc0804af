"""The process that stands by for the next training run: it changes how soon a run starts, and nothing else."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load
from support.builders import tiny

from dashboard.jobs import process as run_process
from dashboard.jobs.jobs import Jobs
from dashboard.jobs.run_view import OUTPUT, RunView, State
from vae_engine import TrainConfig
from vae_engine.base import locks
from vae_engine.stored import checkpoints

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc")

ENDLESS = 100_000_000


def settings(steps: int) -> TrainConfig:
    return TrainConfig(steps=steps, train_size=256, batch_size=16, held_out=32)


def wait_for(holds: Callable[[], object]) -> None:
    for _ in range(3000):
        if holds():
            return
        time.sleep(0.01)
    raise AssertionError("waited half a minute in vain")


def finished(jobs: Jobs, run: str) -> RunView:
    wait_for(lambda: jobs.view(run).state is State.FINISHED)
    return jobs.view(run)


def gone(process: int) -> bool:
    with contextlib.suppress(FileNotFoundError):
        return " (zombie)" in Path(f"/proc/{process}/status").read_text()
    return True


def waiting_process(jobs: Jobs) -> int:
    assert jobs._processes.spare.there
    return jobs._processes.spare._waiting.pid


@dataclass(frozen=True)
class Starts:
    """The same run twice: by the process that stood by, and after the next such process was killed."""

    warm: RunView
    cold: RunView
    waited: int
    began: int
    waited_next: int


@pytest.fixture(scope="module")
def starts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Starts]:
    """Both runs, finished."""
    jobs = Jobs(tmp_path_factory.mktemp("starts") / "runs")
    model = tiny(dropout=0.3)
    jobs.keep_spare()
    waited = waiting_process(jobs)
    warm = jobs.submit(model, settings(30), "warm")
    began = locks.holder(jobs.folder / warm / locks.RUN) or jobs._processes.children[-1][1].pid
    warm_view = finished(jobs, warm)
    jobs.advance()
    waited_next = waiting_process(jobs)
    os.kill(waited_next, signal.SIGKILL)
    cold_view = finished(jobs, jobs.submit(model, settings(30), "cold"))
    yield Starts(warm_view, cold_view, waited, began, waited_next)
    jobs.keep_spare(False)
    for _, child in jobs._processes.children:
        child.wait(timeout=30)


def test_a_run_of_the_process_that_stood_by_is_bit_for_bit_the_run_of_one_started_for_it(starts: Starts) -> None:
    assert starts.began == starts.waited
    assert starts.warm.terms == starts.cold.terms
    one, two = (load((view.folder / checkpoints.WEIGHTS).read_bytes()) for view in (starts.warm, starts.cold))
    for name, tensor in one.items():
        np.testing.assert_array_equal(tensor, two[name])


def test_it_leaves_the_same_words(starts: Starts) -> None:
    warm, cold = ((view.folder / OUTPUT).read_text() for view in (starts.warm, starts.cold))
    assert starts.warm.id in warm
    assert warm.replace(starts.warm.id, starts.cold.id) == cold


def test_another_process_stands_by_once_nothing_trains(starts: Starts) -> None:
    assert starts.waited_next != starts.waited


def test_a_run_starts_by_itself_when_the_process_that_stood_by_was_killed(starts: Starts) -> None:
    assert starts.cold.state is State.FINISHED


SERVER = """
import sys, time
from pathlib import Path
from dashboard.jobs.jobs import Jobs
from vae_engine import ModelConfig, TrainConfig
jobs = Jobs(Path(sys.argv[1]))
jobs.keep_spare()
print(jobs._processes.spare._waiting.pid, flush=True)
if sys.argv[2]:
    model = ModelConfig(encoder_widths=(12, 8), decoder_widths=(12,), fourier_features=4)
    print(jobs.submit(model, TrainConfig(steps=int(sys.argv[2]), train_size=256, batch_size=16, held_out=32), "run"), flush=True)
time.sleep(100)
"""


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM])
def test_who_stands_by_ends_with_the_server_however_that_ends(ending: int, tmp_path: Path, start_python: Callable) -> None:
    server = start_python("-c", SERVER, tmp_path / "runs", "")
    spare = int(server.stdout.readline())
    assert not gone(spare)
    server.send_signal(ending)
    wait_for(lambda: gone(spare))


def test_a_run_that_it_began_outlives_the_server(tmp_path: Path, start_python: Callable) -> None:
    server = start_python("-c", SERVER, tmp_path / "runs", ENDLESS)
    spare, run = int(server.stdout.readline()), server.stdout.readline().strip()
    server.kill()
    server.wait()
    jobs = Jobs(tmp_path / "runs")
    wait_for(lambda: jobs.view(run).step > 1)
    assert locks.holder(jobs.folder / run / locks.RUN) == spare
    jobs.stop(run)
    assert jobs.view(run).state is State.STOPPED
    wait_for(lambda: gone(spare))


def test_without_stdin_nobody_stands_by(start_python: Callable) -> None:
    out, err = start_python("-m", "vae_engine", "train", "--standby").communicate("not a run\n", timeout=60)
    assert (out, err) == ("", "")


def test_nobody_stands_by_where_nobody_asked_for_it(tmp_path: Path) -> None:
    jobs = Jobs(tmp_path / "runs")
    jobs.advance()
    assert not jobs._processes.spare.there
    assert run_process.Spare().send(tmp_path) is None
