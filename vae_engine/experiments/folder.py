"""An experiment as a run: a folder that says what was asked, how far it is, how it ended and what was found.

Listing and watching such runs imports no torch; doing one does.
"""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from vae_engine import experiments
from vae_engine.base import locks
from vae_engine.base.errors import EngineError
from vae_engine.base.files import read_json, write_atomically, write_json
from vae_engine.experiments import result as experiment_result
from vae_engine.experiments.result import Result
from vae_engine.runs import control

ASKED, PROGRESS = "experiment.json", "progress.json"
MAX_SEED = 2**31 - 101
"""Of the first seed: an experiment counts on from it."""
_TELL_SECONDS = 0.25


@dataclass(frozen=True)
class Asked:
    """Which experiment, in which of SCALES, from which seed on."""

    name: str
    scale: str
    seed: int


@dataclass(frozen=True)
class Progress:
    """How far an experiment is: what is being done, the share done, seconds since its start; and how it ended, if it did."""

    stage: str = ""
    share: float = 0.0
    seconds: float = 0.0
    ended: str = ""
    """`stopped` or `failed`; empty while it goes on, and when it found something."""
    message: str = ""


def ask(folder: Path, asked: Asked) -> None:
    """Make a folder a run of an experiment. Raises EngineError for an unknown one and for an unwritable folder."""
    write_json(folder / ASKED, asdict(_checked(asked)))


def read_asked(folder: Path) -> Asked:
    """What a run is to do. Raises EngineError when it is not one of ours."""
    value = read_json(folder / ASKED, 10_000)
    if not (isinstance(value, dict) and value.keys() == {"name", "scale", "seed"}):
        raise EngineError(f"{folder / ASKED} does not say which experiment to do.")
    return _checked(Asked(**value))


def _checked(asked: Asked) -> Asked:
    if not isinstance(asked.name, str):
        raise EngineError("The name of an experiment is a word.")
    experiments.named(asked.name)
    if asked.scale not in experiments.SCALES:
        raise EngineError(f"There is no scale called {str(asked.scale)[:40]!r}; choose one of {', '.join(experiments.SCALES)}.")
    if type(asked.seed) is not int or not 0 <= asked.seed <= MAX_SEED:
        raise EngineError(f"The seed of an experiment is a whole number from 0 to {MAX_SEED}, not {str(asked.seed)[:40]}.")
    return asked


def read_progress(folder: Path) -> Progress:
    """How far a run is; nothing where it has not said so."""
    try:
        value = read_json(folder / PROGRESS, 10_000)
        stage, share, seconds, ended, message = (value[key] for key in ("stage", "share", "seconds", "ended", "message"))
        return Progress(str(stage), min(max(float(share), 0.0), 1.0), max(float(seconds), 0.0), str(ended), str(message))
    except (EngineError, KeyError, TypeError, ValueError):
        return Progress()


def note_end(folder: Path, ended: str, message: str = "") -> None:
    """Say how a run ended that says nothing of its own any more. Raises EngineError for an unwritable folder."""
    _tell(folder, replace(read_progress(folder), ended=ended, message=message), durable=True)


def _tell(folder: Path, progress: Progress, durable: bool = False) -> None:
    write_atomically(folder / PROGRESS, json.dumps(asdict(progress)).encode(), durable)


def work(folder: Path) -> Result:
    """Do the experiment that a folder asks for; its progress and what it found are kept there.

    Raises EngineError when the folder asks for nothing sensible, holds a result already, or is being worked in.
    """
    asked = read_asked(folder)
    if (folder / experiment_result.RESULT).exists():
        raise EngineError(f"{folder} holds a result already.")
    # Held from before torch is imported, so that whoever started this process soon sees it live.
    with locks.hold(folder / locks.RUN, f"Another process is at work in {folder}."), control.heeding_stop(folder):
        try:
            result = experiments.run(asked.name, asked.scale, asked.seed, _Teller(folder))
            experiment_result.write(result, folder)
        except KeyboardInterrupt:
            note_end(folder, "stopped")
            raise
        except Exception as error:
            note_end(folder, "failed", str(error) if isinstance(error, EngineError) else f"{type(error).__name__}: {error}")
            raise
    return result


class _Teller:
    """A report that is kept in a folder, a few times a second; its share never falls, as that of a last small stage would."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._started, self._told, self._share = folder, time.monotonic(), 0.0, 0.0
        _tell(folder, Progress())

    def __call__(self, stage: str, share: float) -> None:
        now, self._share = time.monotonic(), max(self._share, share)
        if now - self._told >= _TELL_SECONDS:
            self._told = now
            _tell(self._folder, Progress(stage, self._share, round(now - self._started, 2)))
