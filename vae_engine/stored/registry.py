"""The pretrained models by name, and any other model by the path of its folder."""

from __future__ import annotations

import os
from pathlib import Path

from vae_engine.base.errors import EngineError
from vae_engine.base.places import place
from vae_engine.stored import checkpoints
from vae_engine.stored.checkpoints import Stored

PRETRAINED = place("pretrained")


def names() -> list[str]:
    """The bundled models, in alphabetical order."""
    return sorted(path.parent.name for path in PRETRAINED.glob(f"*/{checkpoints.METRICS}"))


def find(name: str) -> Stored:
    """The model of a bundled name or of a folder (a run, a download), verified by hash.

    Raises EngineError when there is none.
    """
    if name in names():
        return checkpoints.read(PRETRAINED / name, name)
    if os.sep in name or Path(name).is_dir():
        return checkpoints.read(Path(name))
    raise EngineError(f"There is no model called {name!r}; choose one of {', '.join(names())}, or give a folder.")
