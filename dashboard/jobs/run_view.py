"""A run as its folder tells it, read again and again while it grows. Never waits, imports neither torch nor Streamlit."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

from dashboard.jobs import queue as run_queue
from vae_engine.base import locks
from vae_engine.base.errors import EngineError
from vae_engine.base.files import read_json, write_json
from vae_engine.runs import control as run_control
from vae_engine.runs import log as run_log
from vae_engine.runs import snapshots
from vae_engine.runs.extension import BUDGET
from vae_engine.runs.log import Log
from vae_engine.stored import checkpoints, knobs
from vae_engine.stored.config import ListedConfig, ModelConfig, TrainConfig
from vae_engine.stored.knobs import Turned, Value

ABOUT = "about.json"
OUTPUT = "output.log"
NAME_LENGTH = 80


class State(StrEnum):
    """Where a run stands."""

    QUEUED = "queued"
    STARTING = "starting"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    STOPPED = "stopped"
    INTERRUPTED = "interrupted"
    FAILED = "failed"
    DAMAGED = "damaged"


LIVE = frozenset({State.STARTING, State.RUNNING, State.PAUSED})
RESUMABLE = frozenset({State.STOPPED, State.INTERRUPTED, State.FAILED})


@dataclass(frozen=True)
class About:
    """What people say of a run: its name, who started it, and when (seconds since 1970)."""

    name: str
    owner: str = ""
    created: float = 0.0


@dataclass(frozen=True)
class RunView:
    """A run at the moment it was read; hand it to the next `read_run` to read only what is new."""

    id: str
    folder: Path
    about: About
    state: State
    message: str
    """Why it failed or is damaged; empty otherwise."""
    configs: tuple[ModelConfig, TrainConfig] | None
    """None when damaged."""
    log: Log
    position: int | None
    """Place in the queue, from 1; None when not queued."""
    latest: int | None
    """Changes whenever newer weights of the moment were written; None where there are none."""

    @property
    def is_brought(self) -> bool:
        """Whether another program trained it, so that of its settings only those of the model and the pixels are known."""
        return self.configs is not None and isinstance(self.configs[0], ListedConfig)

    @property
    def step(self) -> int:
        """Steps done, as far as was logged."""
        return max((event["step"] for event in self.log.events[-1:]), default=0)

    @property
    def snapshots(self) -> tuple[int, ...]:
        """The steps of which weights were kept, ascending."""
        return tuple(event["step"] for event in self.log.events if event["type"] == "snapshot")

    @cached_property
    def turned(self) -> tuple[Turned, ...]:
        """The turns of its knobs while it trained, oldest first; with any of them it is no run of its settings alone."""
        return tuple(knobs.turns(self.log.events))

    @property
    def progress(self) -> float:
        """The share of the budget that is spent, 0 to 1."""
        if self.state is State.FINISHED:
            return 1.0
        last = next((event for event in reversed(self.log.events) if event["type"] == "step" or BUDGET in event), {})
        return last.get("progress", 0.0)  # of a budget that has just grown nothing is told yet

    @property
    def has_model(self) -> bool:
        """Whether it holds weights that stay as they are: those of its end, or the last snapshot of one that does not train."""
        return self.state is State.FINISHED or (self.state not in (*LIVE, State.DAMAGED) and bool(self.snapshots))

    @property
    def terms(self) -> dict[str, float]:
        """The held-out terms measured last; none before the first epoch is over."""
        return self._measured.get("terms", {})

    @property
    def measured(self) -> int | None:
        """How many held-out images the terms are means over; None where they are not measured yet or an old log is silent."""
        return self._measured.get("n")

    @property
    def _measured(self) -> run_log.LogEvent:
        return next((event for event in reversed(self.log.events) if event.get("terms")), {})


def read_run(folder: Path, earlier: RunView | None = None) -> RunView:
    """The run in a folder. Whatever is wrong with its files is said in the view, not raised."""
    # In this order: a run leaves the queue only after its process holds the lock, and ends its log before it lets go.
    position = run_queue.position(folder.parent, folder.name)
    held = locks.holder(folder / locks.RUN) is not None
    finished = (folder / checkpoints.METRICS).exists()
    log = run_log.read_on(folder, earlier.log if earlier else Log())
    message, configs = "", earlier.configs if earlier else None
    if earlier and any(BUDGET in event for event in log.events[len(earlier.log.events) :]):
        configs = None  # those with a larger budget were written before the log told of it
    try:
        configs = configs or checkpoints.read_config(folder)
    except EngineError as error:
        message = str(error)
    state = State.DAMAGED if configs is None else _state(folder, log, position, held, finished)
    if state is State.FAILED:
        message = str(log.events[-1].get("message", ""))
    place = position if state is State.QUEUED else None
    return RunView(
        folder.name, folder, read_about(folder), state, message, configs, log, place, _changed(folder / snapshots.LATEST)
    )


def _state(folder: Path, log: Log, position: int | None, held: bool, finished: bool) -> State:
    last: dict[str, Any] = log.events[-1] if log.events else {"type": "", "step": 0}
    if held:
        pause_at = run_control.asked(folder).pause_at
        if pause_at is not None and last["step"] >= pause_at:
            return State.PAUSED
        return State.RUNNING if _steps_since(log, _changed(folder / locks.RUN) or 0) else State.STARTING
    if finished:
        return State.FINISHED
    if position is not None:
        return State.QUEUED
    if last["type"] == "failed":
        return State.FAILED
    return State.STOPPED if last["type"] == "finished" and last.get("reason") == "stopped" else State.INTERRUPTED


def _steps_since(log: Log, started: int) -> bool:
    """Whether a step was logged since a moment in nanoseconds: since this process took the run over."""
    last = next((event for event in reversed(log.events) if event["type"] == "step"), None)
    return last is not None and last.get("time", 0.0) * 1e9 >= started


def _changed(path: Path) -> int | None:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return None


def read_about(folder: Path) -> About:
    """What is said of a run; a run that the command line made bears the name of its folder."""
    try:
        value = read_json(folder / ABOUT, 10_000)
        name, owner, created = value["name"], value["owner"], value["created"]
    except (EngineError, KeyError, TypeError):
        return About(folder.name, created=_made(folder))
    sound = isinstance(name, str) and isinstance(owner, str) and isinstance(created, (int, float))
    return About(name[:NAME_LENGTH], owner, float(created)) if sound else About(folder.name, created=_made(folder))


def _made(folder: Path) -> float:
    try:
        return (folder / checkpoints.CONFIG).stat().st_mtime
    except OSError:
        return 0.0


def write_about(folder: Path, about: About) -> None:
    """Keep what is said of a run. Raises EngineError for an impossible name or an unwritable folder."""
    if not (0 < len(about.name) <= NAME_LENGTH and about.name.isprintable() and about.name.strip()):
        raise EngineError(f"A run's name has 1 to {NAME_LENGTH} printable characters.")
    write_json(folder / ABOUT, {"name": about.name, "owner": about.owner, "created": about.created})


def note_end(folder: Path, message: str = "") -> None:
    """Say in the log how a run ended whose process could not do so itself: stopped, or failed with a message.

    A full disk leaves it unsaid.
    """
    view = read_run(folder)
    if view.state is not State.INTERRUPTED:
        return
    stopped = {"type": "finished", "step": view.step, "seconds": 0.0, "reason": "stopped", "terms": {}}
    with contextlib.suppress(OSError), (folder / run_log.EVENTS).open("ab") as log:
        log.write(b"\n")
        run_log.append(log, {"type": "failed", "step": view.step, "message": message} if message else stopped)


def standing(view: RunView, train: TrainConfig) -> dict[str, Value]:
    """Where the knobs of a run are to stand from its next step on."""
    return {**knobs.in_force(train, view.turned), **run_control.asked(view.folder).knobs}
