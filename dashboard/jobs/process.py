"""The processes that work on runs: started so that they outlive the server, ended, waited for. Imports no Streamlit, no torch."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from dashboard.jobs.run_view import OUTPUT
from vae_engine.base import locks
from vae_engine.base.errors import EngineError
from vae_engine.base.files import discard
from vae_engine.base.places import CODE
from vae_engine.runs import control as run_control
from vae_engine.runs import standby

POLL_SECONDS = 0.02
_START_SECONDS = 20.0
_NICE = 10


def spawn(arguments: list[str], folder: Path) -> subprocess.Popen[bytes]:
    """Start a process of the engine that outlives this one, at low priority, with its words in OUTPUT."""
    with (folder / OUTPUT).open("wb") as output:
        return _spawn(arguments, subprocess.DEVNULL, output)


def _spawn(arguments: list[str], stdin: int, output: IO[bytes] | int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "vae_engine", *arguments]
    settings = {"PYTHONPATH": str(CODE), "OMP_WAIT_POLICY": "PASSIVE", "PYTHONUNBUFFERED": "1"}
    if sys.platform == "win32":
        flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.BELOW_NORMAL_PRIORITY_CLASS
        return subprocess.Popen(
            command, cwd=CODE, env=os.environ | settings, stdin=stdin, stdout=output, stderr=output, creationflags=flags
        )
    if nice := shutil.which("nice"):
        command = [nice, "-n", str(_NICE), *command]
    return subprocess.Popen(
        command, cwd=CODE, env=os.environ | settings, stdin=stdin, stdout=output, stderr=output, start_new_session=True
    )


class Spare:
    """One process that has prepared itself for training and waits for a run. It ends with this one, unless it trains by then."""

    def __init__(self) -> None:
        self._waiting: subprocess.Popen[bytes] | None = None
        self._turn = threading.Lock()

    @property
    def there(self) -> bool:
        """Whether there is one."""
        return self._waiting is not None and self._waiting.poll() is None

    def keep(self) -> None:
        """See to it that there is one."""
        with self._turn, contextlib.suppress(OSError):  # without one, runs start by themselves
            if not self.there:
                self._waiting = _spawn(["train", "--standby"], subprocess.PIPE, subprocess.DEVNULL)

    def send(self, folder: Path) -> subprocess.Popen[bytes] | None:
        """Let it go on with a prepared run; the process, once it holds the run, or None where it did not come to that."""
        child = self._taken()
        if child is None or child.stdin is None:
            return None
        with contextlib.suppress(OSError), child.stdin:  # closing it also fails if the process is gone
            child.stdin.write(standby.order(folder, folder / OUTPUT))
        await_start(folder, child)
        return child if child.poll() is None or child.returncode >= 0 else None

    def dismiss(self) -> None:
        """End it."""
        child = self._taken()
        if child and child.stdin:
            child.stdin.close()
            child.wait()

    def _taken(self) -> subprocess.Popen[bytes] | None:
        with self._turn:
            child, self._waiting = self._waiting, None
        return child


@dataclass
class Processes:
    """The processes that a server began."""

    children: list[tuple[str, subprocess.Popen[bytes]]] = field(default_factory=list)
    spare: Spare = field(default_factory=Spare)
    wants_spare: bool = False


def await_start(folder: Path, child: subprocess.Popen[bytes]) -> None:
    """Wait until a process holds its run, or has ended; one that does neither in time is killed."""
    deadline = time.monotonic() + _START_SECONDS
    while locks.holder(folder / locks.RUN) is None and child.poll() is None and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
    if child.poll() is None and locks.holder(folder / locks.RUN) is None:
        child.kill()
        child.wait()


def end(folder: Path, grace: float) -> None:
    """Ask the process that holds a run to end; one that does not within the grace is killed.

    One in another container or on another machine has no number here, and reads the request in the folder. Raises EngineError
    if it does not heed that.
    """
    with contextlib.suppress(OSError):
        (folder / run_control.STOP).touch()
    _signal(folder, signal.SIGTERM)
    try:
        if not _wait_until_free(folder, grace):
            _signal(folder, signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)
            if not _wait_until_free(folder, grace) and locks.holder(folder / locks.RUN) == 0:
                raise EngineError("The machine or container that works on this run does not answer; end the process there.")
    finally:
        discard(folder / run_control.STOP)


def last_words(folder: Path) -> str:
    """The last line that a process left."""
    try:
        lines = (folder / OUTPUT).read_text(encoding="utf-8", errors="replace").strip().splitlines()
    except OSError:
        lines = []
    return lines[-1][:300] if lines else "It ended without a word."


def _signal(folder: Path, number: int) -> None:
    """Send a signal to the process that holds a run, if one still does."""
    if pid := locks.holder(folder / locks.RUN):
        with contextlib.suppress(OSError):
            os.kill(pid, number)


def _wait_until_free(folder: Path, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while locks.holder(folder / locks.RUN) is not None:
        if time.monotonic() >= deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True
