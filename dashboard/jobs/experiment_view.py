"""A run of an experiment as its folder tells it. Never waits, imports neither torch nor Streamlit."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from dashboard.jobs import queue as run_queue
from dashboard.jobs.run_view import About, State, read_about
from vae_engine.base import locks
from vae_engine.base.errors import EngineError
from vae_engine.experiments import folder as experiment_run
from vae_engine.experiments import result as experiment_result
from vae_engine.experiments.folder import Asked, Progress

_SURE = 0.02  # the share done from which on the time that is left can be told


@dataclass(frozen=True)
class ExperimentView:
    """A run of an experiment at the moment it was read."""

    id: str
    folder: Path
    about: About
    state: State
    message: str
    """Why it failed or is damaged; empty otherwise."""
    asked: Asked | None
    """None when damaged."""
    progress: Progress
    position: int | None
    """Place in the queue, from 1; None when not queued."""

    @property
    def seconds_left(self) -> float | None:
        """What is left at the pace so far; None while that cannot be told."""
        done, spent = self.progress.share, self.progress.seconds
        return spent * (1 - done) / done if done >= _SURE else None


def read_experiment(folder: Path) -> ExperimentView:
    """The run of an experiment in a folder. Whatever is wrong with its files is said in the view, not raised."""
    # In this order: a run leaves the queue only after its process holds the lock, and writes its end before it lets go.
    position = run_queue.position(folder.parent, folder.name)
    held = locks.holder(folder / locks.RUN) is not None
    finished = (folder / experiment_result.RESULT).exists()
    progress = experiment_run.read_progress(folder)
    asked, message = None, progress.message
    try:
        asked = experiment_run.read_asked(folder)
    except EngineError as error:
        message = str(error)
    state = State.DAMAGED if asked is None else _state(progress, position, held, finished)
    place = position if state is State.QUEUED else None
    return ExperimentView(folder.name, folder, read_about(folder), state, message, asked, progress, place)


def _state(progress: Progress, position: int | None, held: bool, finished: bool) -> State:
    if finished:
        return State.FINISHED
    if held:
        return State.RUNNING if progress.stage else State.STARTING
    if position is not None:
        return State.QUEUED
    return {"stopped": State.STOPPED, "failed": State.FAILED}.get(progress.ended, State.INTERRUPTED)
