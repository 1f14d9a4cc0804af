"""The weights of a run at an instant, as a model that can be measured, drawn and bundled. No torch."""

from __future__ import annotations

import hashlib
from pathlib import Path

from vae_engine.base.errors import EngineError
from vae_engine.runs import log as run_log
from vae_engine.stored import checkpoints
from vae_engine.stored import weights as weight_files
from vae_engine.stored.checkpoints import Stored

SNAPSHOTS, LATEST = "snapshots", "latest.safetensors"
STEP = "step"
"""In the header of LATEST: how many steps its weights have seen."""


def path_of(folder: Path, step: int) -> Path:
    """Where a run keeps its snapshot of a step."""
    return folder / SNAPSHOTS / f"step-{step:08d}.safetensors"


def last(folder: Path) -> int | None:
    """The step of the last snapshot that a run keeps; None while there is none."""
    return max((int(path.stem.removeprefix("step-")) for path in (folder / SNAPSHOTS).glob("step-*.safetensors")), default=None)


def read(folder: Path, step: int) -> Stored:
    """The model that a run was after so many steps, its weights in float32, every check made.

    Its metrics are those of the log up to then. Raises EngineError when there is no such snapshot or it is damaged.
    """
    return _read(folder, path_of(folder, step), step)


def read_latest(folder: Path) -> Stored:
    """The model that a run is now, as it was last written for whoever watches. Raises as `read` does."""
    path = folder / LATEST
    return _read(folder, path, None)


def _read(folder: Path, path: Path, step: int | None) -> Stored:
    model, train = checkpoints.read_config(folder)
    raw = weight_files.read_raw(path)
    tensors = weight_files.parse(raw, str(path))
    weight_files.check(tensors, model, str(path))
    if step is None:
        text = weight_files.notes(raw).get(STEP, "")
        if not (text.isdigit() and len(text) < 12):
            raise EngineError(f"{path} does not say which step it is of.")
        step = int(text)
    tensors = {name: tensor.astype("float32") for name, tensor in tensors.items()}
    digest = hashlib.sha256(raw).hexdigest()
    return Stored(folder.name, folder, model, train, tensors, digest, {"steps": step, **_terms(folder, step)})


def _terms(folder: Path, step: int) -> dict[str, float]:
    """The held-out terms last measured by a step; none before the first epoch is over."""
    for event in reversed(run_log.read_on(folder).events):
        if event["step"] <= step and isinstance(event.get("terms"), dict):
            return event["terms"]
    return {}
