"""Twenty kills at random moments of training: after each, the run is readable, and it goes on from where it was kept."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from support.builders import short, tiny

from dashboard.jobs.run_view import State, read_run
from vae_engine.base import locks
from vae_engine.base.errors import EngineError
from vae_engine.runs import runs, snapshots
from vae_engine.stored import checkpoints

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot fork")

KILLS = 20
# The real command in a process of its own, forked from one that has imported torch already: twenty imports take a minute.
NURSERY = """
import os, sys, warnings
import torch
from vae_engine.command import cli
from vae_engine.data import mnist as data
from vae_engine.runs import runs
from vae_engine.training import training
torch.set_num_threads(1)
import torch._dynamo  # which the first step would import
data.load("train"), data.load("validation")
training._CHECKPOINT_SECONDS = 0.02
training._LIVE_SECONDS = 0.0
warnings.simplefilter("ignore")  # of forking where there are threads
for line in sys.stdin:
    child = os.fork()
    if not child:
        sys.exit(cli.main(["train", "--resume", "--live", "--device", "cpu", "--threads", "1", "--run-dir", sys.argv[1]]))
    print(child, flush=True)
    os.waitpid(child, 0)
    print("gone", flush=True)
"""


@pytest.fixture
def nursery(tmp_path: Path) -> subprocess.Popen[str]:
    """A process that trains in `run` in tmp_path whenever it gets a line."""
    from support.builders import ROOT

    with subprocess.Popen(
        [sys.executable, "-c", NURSERY, tmp_path / "run"], cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        yield process
        process.kill()


def wait_for(ready: Callable[[], bool]) -> None:
    for _ in range(3000):
        if ready():
            return
        time.sleep(0.01)
    raise AssertionError("waited half a minute in vain")


@pytest.mark.long
def test_twenty_random_kills_leave_a_run_readable_and_resumable(tmp_path: Path, nursery: subprocess.Popen[str]) -> None:
    folder, moments, reached = tmp_path / "run", np.random.default_rng(0), 0
    checkpoints.write_config(folder, tiny(), short(steps=10_000_000, train_size=256))
    interrupted_while_training = 0
    for _ in range(KILLS):
        nursery.stdin.write("\n")
        nursery.stdin.flush()
        pid = int(nursery.stdout.readline())
        time.sleep(moments.uniform(0.0, 0.6))
        os.kill(pid, signal.SIGKILL)
        assert nursery.stdout.readline() == "gone\n"
        view = read_run(folder)
        assert view.state is State.INTERRUPTED
        assert locks.holder(folder / locks.RUN) is None
        steps = [event["step"] for event in view.log.events if event["type"] != "resumed"]
        assert steps == sorted(steps)
        for step in view.snapshots:
            assert snapshots.read(folder, step).metrics["steps"] == step
        if view.latest is not None:
            assert snapshots.read_latest(folder).metrics["steps"] >= reached
        state = runs.read_state(folder).step if (folder / runs.STATE).exists() else 0
        assert state >= reached
        interrupted_while_training += state > reached
        reached = state
    assert interrupted_while_training >= KILLS // 2
    seen = read_run(folder).step  # events tell of steps after the last state, too
    nursery.stdin.write("\n")
    nursery.stdin.flush()
    pid = int(nursery.stdout.readline())
    wait_for(lambda: (now := read_run(folder)).state is State.RUNNING and now.step > seen)
    os.kill(pid, signal.SIGTERM)
    assert "gone\n" in iter(nursery.stdout.readline, "")  # after the words of the command
    view = read_run(folder)
    assert view.state is State.STOPPED
    assert runs.read_state(folder).step == view.step > reached
    with pytest.raises(EngineError, match="finished model"):
        checkpoints.read(folder)
