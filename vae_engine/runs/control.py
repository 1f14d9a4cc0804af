"""What is asked of a run while it trains: wait at a step, go slowly. A small file in its folder; no torch."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from pathlib import Path

from vae_engine.base.errors import EngineError
from vae_engine.base.files import read_json, write_json

CONTROL = "control.json"


@dataclass(frozen=True)
class Pace:
    """Wait once `pause_at` steps are done (None: never), and `delay` seconds before each step."""

    pause_at: int | None = None
    delay: float = 0.0


def ask(folder: Path, pace: Pace) -> None:
    """Leave word for the process that trains in a folder. Raises EngineError when the folder cannot be written to."""
    write_json(folder / CONTROL, asdict(pace))


def asked(folder: Path) -> Pace:
    """What is asked of a run now; nothing where no word was left or it is not one of ours."""
    try:
        value = read_json(folder / CONTROL, 1000)
    except EngineError:
        return Pace()
    pause_at, delay = (value.get("pause_at"), value.get("delay")) if isinstance(value, dict) else (None, None)
    return Pace(
        pause_at if type(pause_at) is int else None,
        min(max(float(delay), 0.0), 60.0) if isinstance(delay, (int, float)) else 0.0,
    )


class Brake:
    """Tells training when to wait; looks at the file only after it was changed."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._seen, self._pace, self._released = folder, -1, Pace(), 0.0

    def holding(self, step: int) -> bool:
        """Whether training should wait now that so many steps are done."""
        try:
            changed = (self._folder / CONTROL).stat().st_mtime_ns
        except OSError:
            return False
        if changed != self._seen:
            self._seen, self._pace, self._released = changed, asked(self._folder), 0.0
        if self._pace.pause_at is not None and step >= self._pace.pause_at:
            return True
        if time.monotonic() - self._released < self._pace.delay:
            return True
        self._released = time.monotonic()
        return False
