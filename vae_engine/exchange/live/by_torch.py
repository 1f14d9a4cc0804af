"""An imported model's networks in torch, to be proved beside those in numpy."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from vae_engine.exchange.imports.proof import Runner
from vae_engine.model.models import build_model
from vae_engine.stored.config import ListedConfig


def by_torch(config: ListedConfig, weights: dict[str, np.ndarray]) -> dict[str, dict[str, Runner]]:
    """The networks of a model just read, by their parts: rows [n, width] → [n, width]."""
    model = build_model(config)
    model.load_state_dict({key: torch.from_numpy(tensor) for key, tensor in weights.items()})
    model.eval().requires_grad_(False)

    def runner(network: nn.Module) -> Runner:
        return lambda rows: network(torch.from_numpy(rows)).numpy()

    return {"torch": {"encoder": runner(model.encoder), "decoder": runner(model.decoder)}}
