"""What a job is: the training of a model or an experiment. All else about jobs is the same for both. No torch, no Streamlit."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dashboard.jobs import run_view
from dashboard.jobs.experiment_view import read_experiment
from dashboard.jobs.run_view import State
from vae_engine.base.errors import EngineError
from vae_engine.experiments import folder as experiment_run
from vae_engine.experiments import result as experiment_result
from vae_engine.stored import checkpoints


@dataclass(frozen=True)
class Kind:
    """One kind of job, told by the files in its folder."""

    noun: str
    asked: str
    """The file that says what to do."""
    done: str
    """The file that stands there once it is done."""
    command: tuple[str, ...]
    """Of the engine; the folder follows."""
    note_end: Callable[[Path, str], None]
    """Says in a folder how its process ended where that could not do so itself: stopped, or failed with a message."""

    def arguments(self, folder: Path) -> list[str]:
        """The engine's command that does the job of a folder."""
        return [*self.command, "--run-dir", str(folder)]


def kind_of(folder: Path) -> Kind:
    """The kind of the job in a folder."""
    return EXPERIMENT if (folder / EXPERIMENT.asked).exists() else TRAINING


def _note_end_of_experiment(folder: Path, message: str) -> None:
    if read_experiment(folder).state is State.INTERRUPTED:
        with contextlib.suppress(EngineError):
            experiment_run.note_end(folder, "failed" if message else "stopped", message)


TRAINING = Kind("training run", checkpoints.CONFIG, checkpoints.METRICS, ("train", "--resume", "--live"), run_view.note_end)
EXPERIMENT = Kind(
    "run of an experiment", experiment_run.ASKED, experiment_result.RESULT, ("experiment",), _note_end_of_experiment
)
