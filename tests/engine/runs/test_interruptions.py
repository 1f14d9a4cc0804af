"""Ctrl-C and a termination request: a clean end, exit code 130, and a run that goes on with --resume."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from support.builders import tiny_settings

from vae_engine.runs import runs
from vae_engine.stored import checkpoints

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")

SECONDS = 3


def wait_for_training(folder: Path, process: subprocess.Popen[str]) -> None:
    """Until the first step has been logged."""
    for _ in range(6000):
        if any(event["type"] == "step" for event in runs.read_events(folder)):
            return
        assert process.poll() is None, process.communicate()[1]
        time.sleep(0.01)
    raise AssertionError("waited a minute in vain")


@pytest.mark.parametrize("number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.long)])
def test_an_interrupted_run_exits_with_130_and_is_completed_by_resume(
    number: signal.Signals, tmp_path: Path, start_python: Callable
) -> None:
    folder = tmp_path / "run"
    options = ["--run-dir", folder, "--threads", "1", "--device", "cpu", "--json"]
    process = start_python("-m", "vae_engine", "train", *options, "--seconds", SECONDS, "--held-out", "50", *tiny_settings())
    wait_for_training(folder, process)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert "--resume" in err
    stopped = json.loads(out)
    assert stopped["reason"] == "stopped"
    assert not (folder / checkpoints.METRICS).exists()
    assert runs.read_state(folder).step == stopped["steps"] > 0

    process = start_python("-m", "vae_engine", "train", "--resume", *options)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    finished = json.loads(out)
    assert finished["reason"] == "budget"
    assert finished["steps"] > stopped["steps"]
    assert finished["seconds"] >= SECONDS
    assert checkpoints.read(folder).metrics["steps"] == finished["steps"]
