"""An imported model's networks in torch, to be proved beside those in numpy."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

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
        def run(rows: np.ndarray) -> np.ndarray:
            with _one_thread():
                return network(torch.from_numpy(rows)).numpy()

        return run

    return {"torch": {"encoder": runner(model.encoder), "decoder": runner(model.decoder)}}


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    """For a few rows torch's threads wait more than they work, and longest on a machine that is busy."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
