"""From a model on disk to a model in torch, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save as pack

from vae_engine.base.files import write_atomically
from vae_engine.model.models import Model, build_model
from vae_engine.stored import checkpoints, registry
from vae_engine.stored.checkpoints import Stored
from vae_engine.stored.config import TrainConfig
from vae_engine.stored.weights import Weights


def load_model(name: str) -> Any:
    """The torch model (VAE or Autoencoder, in eval mode) of a bundled name or of a folder.

    Raises EngineError when there is none or when any check of its files fails.
    """
    return to_torch(registry.find(name))


def to_torch(stored: Stored) -> Any:
    """The torch model of a stored one, in eval mode."""
    model = build_model(stored.model)
    model.load_state_dict({key: torch.from_numpy(tensor) for key, tensor in stored.weights.items()})
    model.trained = stored.train
    return model.eval().requires_grad_(False)


def begin_with(model: Model, weights: Weights) -> None:
    """Let a model begin with some weights in the place of its own."""
    model.load_state_dict(model.state_dict() | {name: torch.from_numpy(tensor) for name, tensor in weights.items()})


def save(folder: Path, model: Model, train: TrainConfig, metrics: dict[str, Any]) -> None:
    """Write a torch model with its config and metrics, every file atomically, the metrics last."""
    packed = pack({name: tensor.contiguous() for name, tensor in model.state_dict().items()})
    checkpoints.write_config(folder, model.config, train)
    write_atomically(folder / checkpoints.WEIGHTS, packed)
    checkpoints.write_metrics(folder, metrics)
