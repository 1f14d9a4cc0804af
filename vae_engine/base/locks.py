"""Locks on files that the operating system drops when their holder dies, however it dies.

They tell a run that is being trained from one whose process was killed, in every window and after every restart.
"""

from __future__ import annotations

import contextlib
import os
import platform
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from vae_engine.base.errors import EngineError

RUN = "lock"
"""The file in the folder of a run that the process training there holds."""
_POLL_SECONDS = 0.02


class _NoLocksError(OSError):
    """The disk has no locks, as a network's without their service (ENOLCK, ENOSYS)."""


if sys.platform == "win32":
    import msvcrt

    _PLACE = 2**30  # Windows hides locked bytes from readers: lock one behind the content

    def _take(file: IO[bytes], shared: bool) -> bool:
        file.seek(_PLACE)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _drop(file: IO[bytes]) -> None:
        file.seek(_PLACE)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _take(file: IO[bytes], shared: bool) -> bool:
        try:
            fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError as error:
            raise _NoLocksError(error.strerror) from None
        return True

    def _drop(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_UN)


@contextlib.contextmanager
def hold(path: Path, refusal: str, patience: float = 1.0) -> Iterator[None]:
    """Hold the lock on a file, made with its folder if need be, while the body runs; the file names the process and its place.

    Whoever merely looks holds it for an instant, so try for `patience` seconds.
    Raises EngineError with `refusal` when another process keeps it, and when the file cannot be made or locked.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+b")
    except OSError as error:
        raise EngineError(f"Cannot write {path}: {error.strerror or error}.") from None
    with file:
        deadline = time.monotonic() + patience
        try:
            while not _take(file, shared=False):
                if time.monotonic() >= deadline:
                    raise EngineError(refusal)
                time.sleep(_POLL_SECONDS)
        except _NoLocksError as error:
            raise EngineError(_no_locks(path, error)) from None
        try:
            file.truncate(0)
            file.write(f"{os.getpid()} {_place()}".encode())
            file.flush()
            yield
        finally:
            file.truncate(0)
            _drop(file)


def holder(path: Path) -> int | None:
    """The process that holds the lock on a file, or None when none does; never waits.

    0 stands for a holder that has not yet written its number, and for one of another machine or container, where the number
    is that of some other process here. Where the disk has no locks, whoever wrote its number and did
    not take it back is held for one, lest two work on one run.
    """
    try:
        with path.open("rb") as file:
            try:
                if _take(file, shared=True):
                    _drop(file)
                    return None
                nobody = 0
            except _NoLocksError:
                nobody = None
            file.seek(0)
            number, _, place = file.read(400).partition(b" ")
    except OSError:
        return None
    if not number.isdigit():
        return nobody
    return int(number) if place in (b"", _place().encode()) else 0


def complaint(path: Path) -> str:
    """Why the files beside `path`, which is there, cannot be locked; nothing where they can, or it is not there."""
    try:
        with path.open("rb") as file:
            if _take(file, shared=True):
                _drop(file)
    except _NoLocksError as error:
        return _no_locks(path, error)
    except OSError:
        pass
    return ""


def _place() -> str:
    """Where the numbers of processes mean the same as here: this machine, or this container of it."""
    try:
        return f"{platform.node()} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:  # not on Linux
        return platform.node()


def _no_locks(path: Path, error: OSError) -> str:
    return (
        f"Files in {path.parent} cannot be locked ({error}), and without locks two programs might work on one run: choose a "
        "folder on a disk of this machine, by --runs-dir of the dashboard or --run-dir of a training."
    )
