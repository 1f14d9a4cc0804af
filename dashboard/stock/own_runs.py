"""The visitors' own finished runs as models that the browser can show. No Streamlit, no torch."""

from __future__ import annotations

import contextlib
from functools import lru_cache
from pathlib import Path

from dashboard.jobs import jobs
from dashboard.jobs.run_view import read_about
from dashboard.shared.model_choice import Choice
from vae_engine.base.errors import EngineError
from vae_engine.data import datasets
from vae_engine.data import own as own_data
from vae_engine.exchange import bundle as export
from vae_engine.stored import checkpoints
from vae_engine.stored.checkpoints import Stored
from vae_engine.stored.config import ModelConfig, TrainConfig

PREFIX = "run:"
"""What the name of a run begins with, so that a run may be called as a bundled model is."""
GROUP = "Your runs"


def choices() -> list[Choice]:
    """The finished runs with two latent dimensions, the newest first; what cannot be read is left out."""
    found = []
    with contextlib.suppress(OSError):
        for folder in jobs.shared().folder.iterdir():
            with contextlib.suppress(EngineError, OSError):
                found.append(_created_and_choice(jobs.shared().run_folder(folder.name)))
    return [choice for _, choice in sorted(found, key=lambda one: (-one[0], one[1].title))]


def _created_and_choice(folder: Path) -> tuple[float, Choice]:
    about, (model, train) = read_about(folder), _configs(folder, (folder / checkpoints.METRICS).stat().st_mtime_ns)
    if model.latent_dim != 2:
        raise EngineError(f"{folder.name} has {model.latent_dim} latent dimensions; a map shows 2.")
    return about.created, Choice(PREFIX + folder.name, about.name, GROUP, model.kind, train.data)


@lru_cache(maxsize=500)
def _configs(folder: Path, finished: int) -> tuple[ModelConfig, TrainConfig]:
    return checkpoints.read_config(folder)


def folder_of(name: str) -> Path:
    """The folder of a run called by its name here. Raises EngineError when it is gone."""
    return jobs.shared().run_folder(name.removeprefix(PREFIX))


def stamp(folder: Path) -> tuple[int, str]:
    """Changes whenever the weights of a run or the images it is shown on do. Raises EngineError when it is not finished."""
    _, train = checkpoints.read_config(folder)
    try:
        written = (folder / checkpoints.METRICS).stat().st_mtime_ns
        changed = own_data.stamp(train.data) if datasets.is_own(train.data) else ""
    except OSError as error:
        raise EngineError(f"{read_about(folder).name} cannot be shown: {error.filename} is not there.") from None
    return written, changed


def keep_codes(stored: Stored) -> None:
    """Keep the codes of the images beside a run, which takes a second or two the first time and nothing later.

    Not of images of one's own, which may change under the run.
    """
    if datasets.is_own(stored.train.data):
        return
    try:
        known = export.read_codes(stored) is not None
    except EngineError:
        known = False  # damaged
    if not known:
        with contextlib.suppress(OSError, EngineError):  # a folder that cannot be written to costs time only
            export.write_codes(stored, {})
