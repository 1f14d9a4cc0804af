"""Which runs wait to be trained: tickets in a folder that every server on it sees.

Owners take turns (start-time fair queueing): a ticket bears the round in which its run is due, and within a round who came
first is served first. Someone's next run is due a round after their last, and nobody's before the round being served.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from vae_engine.base import locks
from vae_engine.base.errors import EngineError
from vae_engine.base.files import discard, write_atomically

QUEUE, _TURN, _SERVED = ".queue", "turn", "served"
_LAST = 9999  # round that a ticket can bear; whoever is due later stands at the end of it
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


def join(runs: Path, run: str, working: Collection[str], owner_of: Callable[[str], str]) -> None:
    """Put a run into the queue behind those of its owner, unless it is there. Have the `turn`.

    `working` are the ids of what is worked on; `owner_of` tells whose a run is.
    """
    tickets = _tickets(runs)
    if any(name.partition("-")[2] == run for name in tickets):
        return
    owner, served = owner_of(run), _served(runs) if tickets or working else 0
    own = [int(name[:4]) for name in tickets if owner_of(name.partition("-")[2]) == owner]
    own += [served for other in working if owner_of(other) == owner]
    due = min(_LAST, max([served, *(one + 1 for one in own)]))
    number = max((int(name[4:9]) for name in tickets), default=0) + 1
    try:
        (runs / QUEUE / f"{due:04d}{number:05d}-{run}").touch()
    except OSError as error:
        raise EngineError(f"Cannot write {runs / QUEUE}: {error.strerror or error}.") from None


def leave(runs: Path, run: str) -> bool:
    """Take a run out of the queue; whether it was there."""
    found = [name for name in _tickets(runs) if name.partition("-")[2] == run]
    for name in found:
        discard(runs / QUEUE / name)
    return bool(found)


def serve(runs: Path, run: str) -> None:
    """Note that a run's turn has come, before it leaves the queue. Have the `turn`."""
    for name in _tickets(runs):
        if name.partition("-")[2] == run:
            write_atomically(runs / QUEUE / _SERVED, name[:4].encode())


def _served(runs: Path) -> int:
    """The round of the run whose turn came last."""
    try:
        return int((runs / QUEUE / _SERVED).read_text())
    except (OSError, ValueError):
        return 0


def _tickets(runs: Path) -> list[str]:
    try:
        return sorted(path.name for path in (runs / QUEUE).iterdir() if path.name[:9].isdigit() and path.name[9:10] == "-")
    except OSError:
        return []
