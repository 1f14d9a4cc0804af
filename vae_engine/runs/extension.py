"""More budget for a finished run, so that it is a run to resume once more. No torch.

The learning rate from there on is that of the larger budget: at step n of N in all, or second s of S, what the schedule
has at the share n / N or s / S. So a rate that had fallen to 0 at the old end rises again at once.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from safetensors import SafetensorError, safe_open

from vae_engine.base.errors import EngineError
from vae_engine.base.files import patiently
from vae_engine.data import datasets
from vae_engine.runs import log as run_log
from vae_engine.stored import checkpoints
from vae_engine.stored.config import TrainConfig

STATE = "state.safetensors"
UNITS = ("seconds", "epochs", "steps")
BUDGET = "budget"
"""Under which an event of type `resumed` tells the larger budget, as {unit: amount in all}."""


def extended(train: TrainConfig, step: int, seconds: float, unit: str, more: float, per_epoch: int) -> TrainConfig:
    """The settings with a budget of what is spent, `step` steps in `seconds`, and `more` of a unit beside it.

    Raises EngineError where that is no budget.
    """
    if unit not in UNITS:
        raise EngineError(f"What to add is counted in one of {', '.join(UNITS)}.")
    if not more > 0:
        raise EngineError(f"What to add must be a number of {unit} above 0.")
    if unit == "steps" and more != int(more):
        raise EngineError("A number of steps to add must be whole.")
    spent = {"seconds": seconds, "epochs": step / per_epoch, "steps": step}[unit]
    budget = {"seconds": 0.0, "epochs": 0.0, "steps": 0, unit: spent + (int(more) if unit == "steps" else more)}
    return replace(train, **budget)  # type: ignore[arg-type]  # the units are settings


def extend(folder: Path, unit: str, more: float) -> TrainConfig:
    """Let a finished run have `more` of a unit of budget; its settings from now on. `runs.resume` then trains on.

    The model and its metrics go, until training ends again: they are those of the smaller budget. Whenever this is
    interrupted, the run is either as it was, or one to resume that comes to the same end.
    Raises EngineError when the run is not finished, keeps no state, or `more` is no budget; then nothing is changed.
    """
    model, train = checkpoints.read_config(folder)
    if not (folder / checkpoints.METRICS).exists():
        raise EngineError(f"The run in {folder} is not finished; resume it before it is given more.")
    step, seconds = _reached(folder)
    images = min(train.train_size, datasets.count(train.data, "train"))
    larger = extended(train, step, seconds, unit, more, images // min(train.batch_size, images))
    for name in (checkpoints.METRICS, checkpoints.WEIGHTS):
        patiently((folder / name).unlink)
    checkpoints.write_config(folder, model, larger)
    with (folder / run_log.EVENTS).open("ab") as log:
        run_log.append(log, {"type": "resumed", "step": step, BUDGET: {unit: getattr(larger, unit)}})
    return larger


def _reached(folder: Path) -> tuple[int, float]:
    """The steps and the seconds of training after which a run ended."""
    path = folder / STATE
    if not path.exists():
        raise EngineError(f"The run in {folder} keeps no {STATE}, from which it could go on.")
    try:
        with safe_open(path, "np") as file:
            numbers = json.loads(file.metadata()["numbers"])
        return int(numbers["step"]), float(numbers["seconds"])
    except (SafetensorError, OSError, KeyError, TypeError, ValueError) as error:
        raise EngineError(f"{path} is damaged ({error}), so that the run cannot go on from it.") from None
