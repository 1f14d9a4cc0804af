"""What is asked of a run while it trains: wait at a step, go slowly, turn knobs, end. Small files in its folder; no torch."""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from vae_engine.base.errors import EngineError
from vae_engine.base.files import discard, read_json, write_json
from vae_engine.stored.knobs import KNOBS, Value

CONTROL = "control.json"
STOP = "stop"
"""A file that asks the process which works on a run to end; of one in another container or machine no signal can ask it."""
_LOOK_SECONDS = 0.1


@dataclass(frozen=True)
class Pace:
    """Wait once `pause_at` steps are done (None: never), and `delay` seconds before each step; where knobs are to stand."""

    pause_at: int | None = None
    delay: float = 0.0
    knobs: Mapping[str, Value] = field(default_factory=dict)
    """Those that somebody took in hand since the process began."""


def ask(folder: Path, pace: Pace) -> None:
    """Leave word for the process that trains in a folder. Raises EngineError when the folder cannot be written to."""
    write_json(folder / CONTROL, asdict(pace))


def asked(folder: Path) -> Pace:
    """What is asked of a run now; nothing where no word was left or it is not one of ours."""
    try:
        value = read_json(folder / CONTROL, 1000)
    except EngineError:
        return Pace()
    value = value if isinstance(value, dict) else {}
    pause_at, delay = value.get("pause_at"), value.get("delay")
    return Pace(
        pause_at if type(pause_at) is int else None,
        min(max(float(delay), 0.0), 60.0) if isinstance(delay, (int, float)) else 0.0,
        _knobs(value.get("knobs")),
    )


def _knobs(value: Any) -> dict[str, Value]:
    found = value if isinstance(value, dict) else {}
    return {knob: one for knob, one in found.items() if knob in KNOBS and isinstance(one, Value)}


@contextlib.contextmanager
def heeding_stop(folder: Path) -> Iterator[None]:
    """While the body runs, a STOP that appears in the folder is to this process what SIGTERM is; an earlier one is forgotten."""
    discard(folder / STOP)
    over = threading.Event()

    def look() -> None:
        while not over.wait(_LOOK_SECONDS):
            if (folder / STOP).exists():
                signal.raise_signal(signal.SIGTERM)
                return

    threading.Thread(target=look, name="stop", daemon=True).start()
    try:
        yield
    finally:
        over.set()


class Brake:
    """Tells training when to wait, and where its knobs are to stand; reads the file only after it was changed."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._pace, self._released = folder, Pace(), 0.0
        self._seen = (-1, -1)

    def holding(self, step: int) -> bool:
        """Whether training should wait now that so many steps are done."""
        try:
            file = (self._folder / CONTROL).stat()
        except OSError:
            return False
        changed = (file.st_mtime_ns, file.st_ino)  # two words may be left within a tick of the disk's clock
        if changed != self._seen:
            self._seen, self._pace, self._released = changed, asked(self._folder), 0.0
        if self._pace.pause_at is not None and step >= self._pace.pause_at:
            return True
        if time.monotonic() - self._released < self._pace.delay:
            return True
        self._released = time.monotonic()
        return False

    def knobs(self) -> Mapping[str, Value]:
        """Where knobs are to stand, as far as `holding` has seen."""
        return self._pace.knobs
