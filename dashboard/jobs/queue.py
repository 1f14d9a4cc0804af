"""Which runs wait to be trained, first come first served: tickets in a folder that every server on it sees."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from vae_engine.base import locks
from vae_engine.base.errors import EngineError
from vae_engine.base.files import discard

QUEUE, _TURN = ".queue", "turn"
_PATIENCE = 30.0  # seconds; whoever has the turn starts a process at most


@contextlib.contextmanager
def turn(runs: Path) -> Iterator[None]:
    """Only one server at a time decides what starts, comes and goes.

    Raises EngineError when the folder of runs cannot be written to.
    """
    with locks.hold(runs / QUEUE / _TURN, f"Another server keeps the queue in {runs} busy; try again.", _PATIENCE):
        yield


def complaint(runs: Path) -> str:
    """Why nobody can have the turn here, now or ever; nothing where one can."""
    return locks.complaint(runs / QUEUE / _TURN)


def waiting(runs: Path) -> list[str]:
    """The ids of the runs in the queue, the next one first."""
    return [name.partition("-")[2] for name in _tickets(runs)]


def position(runs: Path, run: str) -> int | None:
    """The place of a run in the queue, from 1; None when it is not there."""
    queue = waiting(runs)
    return queue.index(run) + 1 if run in queue else None


def join(runs: Path, run: str) -> None:
    """Put a run at the end of the queue, unless it is there. Have the `turn`."""
    tickets = _tickets(runs)
    if any(name.partition("-")[2] == run for name in tickets):
        return
    number = int(tickets[-1].partition("-")[0]) + 1 if tickets else 1
    try:
        (runs / QUEUE / f"{number:09d}-{run}").touch()
    except OSError as error:
        raise EngineError(f"Cannot write {runs / QUEUE}: {error.strerror or error}.") from None


def leave(runs: Path, run: str) -> bool:
    """Take a run out of the queue; whether it was there."""
    found = [name for name in _tickets(runs) if name.partition("-")[2] == run]
    for name in found:
        discard(runs / QUEUE / name)
    return bool(found)


def _tickets(runs: Path) -> list[str]:
    try:
        return sorted(path.name for path in (runs / QUEUE).iterdir() if path.name[:9].isdigit() and path.name[9:10] == "-")
    except OSError:
        return []
