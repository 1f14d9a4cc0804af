"""What is thrown away: deleted runs, kept a while so that a deletion can be undone, and what kills left behind."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from pathlib import Path

from dashboard.jobs import queue as run_queue
from vae_engine.base import locks
from vae_engine.base.errors import EngineError
from vae_engine.base.files import patiently

BIN, UNFINISHED = ".bin", ".new-"
_KEEP_SECONDS = 3600.0
_ORPHAN_SECONDS = 60.0  # younger files may be in the making


def throw_away(runs: Path, run: str) -> None:
    """Move a run that nobody trains to the bin. Raises EngineError when it cannot be moved."""
    _move(runs / run, runs / BIN / run)
    os.utime(runs / BIN / run)  # from now on it is kept so long


def take_back(runs: Path, run: str) -> None:
    """Undo a deletion. Raises EngineError when the bin was emptied meanwhile."""
    if not (runs / BIN / run).is_dir():
        raise EngineError("That run was deleted for good; it cannot be brought back.")
    _move(runs / BIN / run, runs / run)


def _move(source: Path, target: Path) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        patiently(lambda: source.rename(target))
    except OSError as error:
        raise EngineError(f"Cannot move {source.name}: {error.strerror or error}.") from None


def empty(runs: Path, older_than: float = _KEEP_SECONDS) -> None:
    """Delete for good what lies in the bin for so many seconds."""
    for path in _entries(runs / BIN):
        if _age(path) >= older_than:
            shutil.rmtree(path, ignore_errors=True)


def sweep(runs: Path) -> None:
    """Remove what a kill left behind and no living process can still be writing. Have the `turn`."""
    empty(runs)
    folders = _entries(runs)
    for folder in folders:
        if folder.name.startswith(UNFINISHED) and _age(folder) >= _ORPHAN_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)
        elif folder.is_dir() and locks.holder(folder / locks.RUN) is None:
            for path in folder.rglob(".*.tmp"):
                if _age(path) >= _ORPHAN_SECONDS:
                    with contextlib.suppress(OSError):
                        path.unlink()
    names = {folder.name for folder in folders}
    for run in run_queue.waiting(runs):
        if run not in names:
            run_queue.leave(runs, run)


def size(runs: Path) -> int:
    """The bytes that all runs take, with those in the bin."""
    total = 0
    for folder, _, names in os.walk(runs):
        for name in names:
            with contextlib.suppress(OSError):
                total += os.lstat(os.path.join(folder, name)).st_size  # noqa: PTH118 (a Path per file is slow)
    return total


def make_room(runs: Path, most: int, free: int) -> None:
    """Empty the bin if all runs take `most` bytes. Raises EngineError when that is not enough, or less than `free` are left."""
    if size(runs) >= most:
        empty(runs, older_than=0.0)
        if (taken := size(runs)) >= most:
            raise EngineError(f"The runs here take {taken / 1e9:.1f} GB, which is all they may: delete some first.")
    if (left := shutil.disk_usage(runs).free) < free:
        raise EngineError(f"Only {left / 1e6:.0f} MB of the disk are free: make room first.")


def _entries(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _age(path: Path) -> float:
    """Seconds since the last change; nothing for what is gone."""
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return 0.0
