"""A model in memory as one that was read from a disk. Holds no torch: it only asks a model for its numbers."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import numpy as np

from vae_engine.base.errors import EngineError
from vae_engine.stored.checkpoints import Stored
from vae_engine.stored.config import ModelConfig, TrainConfig

NOWHERE = Path(os.devnull)
"""The folder of a model that lies in none: nothing is ever found beside it."""


def in_memory(model: Any, name: str) -> Stored:
    """The configs and weights that a model of ours (VAE or Autoencoder) has now, under a name.

    What it was trained on is what it says itself, else the settings that training has by itself. Raises EngineError for what
    is no model of ours.
    """
    config = getattr(model, "config", None)
    if not isinstance(config, ModelConfig) or not callable(getattr(model, "state_dict", None)):
        raise EngineError(f"A {type(model).__name__} is no model of ours; adopt() makes one of a torch module.")
    weights = {key: tensor.detach().cpu().numpy().astype(np.float32) for key, tensor in model.state_dict().items()}
    digest = hashlib.sha256()
    for key, tensor in weights.items():
        digest.update(key.encode() + tensor.tobytes())
    return Stored(name, NOWHERE, config, getattr(model, "trained", None) or TrainConfig(), weights, digest.hexdigest(), {})
