"""The server and what it started end with the command that started it, also where that was killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from support.explorer_page import until
from support.serving import ROOT, free_port

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc")


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=5):
            return True
    except OSError:
        return False


def begun_by(process: int) -> set[Path]:
    """The processes that a process started and that still run."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
        except OSError:
            continue
        if state != "Z" and int(parent) == process:
            found.add(folder)
    return found


@pytest.mark.parametrize("ending", [signal.SIGKILL, pytest.param(signal.SIGTERM, marks=pytest.mark.long)])
def test_the_server_ends_with_its_command_however_that_ends(ending: int, tmp_path: Path, start_python: Callable) -> None:
    port = free_port()
    command = start_python("-m", "dashboard", "run", "--no-browser", "--port", port, "--runs-dir", tmp_path / "runs")
    until(lambda: answers(port))
    (server,) = begun_by(command.pid)
    command.send_signal(ending)
    until(lambda: not server.exists())


def test_ctrl_c_ends_it_without_a_word_of_python(tmp_path: Path) -> None:
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "dashboard",
        "run",
        "--no-browser",
        "--port",
        str(port),
        "--runs-dir",
        str(tmp_path / "runs"),
    ]
    # Tests that run in the background have been told to ignore it, and would hand that on.
    heard = lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)  # noqa: E731
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True, preexec_fn=heard
    ) as run:
        until(lambda: answers(port))
        os.killpg(run.pid, signal.SIGINT)
        told, _ = run.communicate(timeout=60)
    assert run.returncode == 130
    assert "rror" not in told
