"""The visitors' own runs as models that the browser can show: finished ones, and what those that were stopped came to.

No Streamlit, no torch.
"""

from __future__ import annotations

import contextlib
import threading
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from dashboard.jobs import jobs
from dashboard.jobs.run_view import read_about
from dashboard.shared.model_choice import Choice
from vae_engine.base import locks
from vae_engine.base.errors import EngineError
from vae_engine.data import datasets
from vae_engine.data import own as own_data
from vae_engine.exchange import bundle as export
from vae_engine.exchange.imports import planes, probe
from vae_engine.runs import snapshots
from vae_engine.stored import checkpoints
from vae_engine.stored.checkpoints import Stored
from vae_engine.stored.config import ListedConfig, ModelConfig, TrainConfig

PREFIX = "run:"
"""What the name of a run begins with, so that a run may be called as a bundled model is."""
GROUP, BROUGHT = "Your runs", "Your models"
_WAITED_FOR = 10_000  # images beside those that a map shows
_LATER = 10.0  # seconds in which a page that was asked for is made and read


def choices() -> list[Choice]:
    """The runs that a map can show and that do not train, group by group the newest first; what cannot be read is left out."""
    found = []
    with contextlib.suppress(OSError):
        for folder in jobs.shared().folder.iterdir():
            with contextlib.suppress(EngineError, OSError):
                found.append(_created_and_choice(jobs.shared().run_folder(folder.name)))
    return [choice for _, choice in sorted(found, key=lambda one: (one[1].group, -one[0], one[1].title))]


def finished() -> list[Choice]:
    """Those of them that hold the model that training was to give."""
    found = []
    for choice in choices():
        with contextlib.suppress(EngineError):  # deleted meanwhile
            if _weights(folder_of(choice.name))[1] is None:
                found.append(choice)
    return found


def _created_and_choice(folder: Path) -> tuple[float, Choice]:
    about, (path, step) = read_about(folder), _weights(folder)
    model, train = _configs(folder, path.stat().st_mtime_ns)
    if model.latent_dim < 2:
        raise EngineError(f"{folder.name} has one latent dimension; a map shows two.")
    title = about.name if step is None else f"{about.name}, stopped at step {step:,}"
    group = BROUGHT if isinstance(model, ListedConfig) else GROUP
    return about.created, Choice(PREFIX + folder.name, title, group, model.kind, train.data)


def _weights(folder: Path) -> tuple[Path, int | None]:
    """What changes with the weights of a run, and their step if they are those of a snapshot. Raises EngineError without any."""
    if (folder / checkpoints.METRICS).is_file():
        return folder / checkpoints.METRICS, None
    step = None if locks.holder(folder / locks.RUN) is not None else snapshots.last(folder)
    if step is None:
        raise EngineError(f"{read_about(folder).name} cannot be shown: it is still training, or has no weights yet.")
    return snapshots.path_of(folder, step), step


@lru_cache(maxsize=500)
def _configs(folder: Path, changed: int) -> tuple[ModelConfig, TrainConfig]:
    return checkpoints.read_config(folder)


def folder_of(name: str) -> Path:
    """The folder of a run called by its name here. Raises EngineError when it is gone."""
    return jobs.shared().run_folder(name.removeprefix(PREFIX))


def read(name: str) -> Stored:
    """A run called by its name here; one that was stopped as its last snapshot has it. Raises EngineError when it is gone.

    One of more than two latent dimensions that says nothing of a plane is on that of its codes' most variance.
    """
    folder = folder_of(name)
    _, step = _weights(folder)
    if step is None:
        return planes.laid(checkpoints.read(folder, name))
    found = planes.laid(snapshots.read(folder, step))
    return replace(found, name=name, metrics={**found.metrics, "split": "validation"})


def title(stored: Stored) -> str:
    """What a visitor calls a model: a run by the name that it was given."""
    return read_about(stored.folder).name if stored.name.startswith(PREFIX) else stored.name


def stamp(folder: Path) -> tuple[int, str]:
    """Changes whenever the weights of a run or the images it is shown on do. Raises EngineError when it has none."""
    _, train = checkpoints.read_config(folder)
    path, _ = _weights(folder)
    try:
        written = path.stat().st_mtime_ns
        changed = own_data.stamp(train.data) if datasets.is_own(train.data) else ""
    except OSError as error:
        raise EngineError(f"{read_about(folder).name} cannot be shown: {error.filename} is not there.") from None
    return written, changed


def keep_codes(stored: Stored) -> None:
    """Keep the codes of the images beside a run, which takes a second or two the first time and nothing later.

    Of more images than a visitor waits for they are kept later on, and until then a map shows those of a sample.
    Not of images of one's own that may change under the run.
    """
    data_set = stored.train.data
    if not datasets.is_fixed(data_set):
        return
    rest = len(datasets.rest(data_set))
    try:
        kept = export.read_codes(stored)
    except EngineError:
        kept = None  # damaged
    if kept and (not rest or "rest" in kept[1]):  # earlier versions kept no others
        return
    if rest <= _WAITED_FOR:
        _write_codes(stored)
    else:
        later = threading.Timer(_LATER, _write_codes, (stored,))
        later.daemon = True
        later.start()


def _write_codes(stored: Stored) -> None:
    with contextlib.suppress(OSError, EngineError):  # a folder that cannot be written to costs time only
        export.write_codes(stored, {})


def keep_answer(name: str, answer: Any, asking: str | None) -> None:
    """Keep what a browser answered of an imported model, where whoever asks may change it and the answer is an agreement."""
    with contextlib.suppress(OSError, EngineError):  # it is asked again
        if not jobs.shared(asking).why_not_change(name.removeprefix(PREFIX)):
            probe.keep(read(name), answer)


def codes_kept(name: str) -> int:
    """When the codes beside a run were written; 0 of one that has none. Raises EngineError when it is gone."""
    try:
        return (folder_of(name) / export.CODES).stat().st_mtime_ns
    except OSError:
        return 0
