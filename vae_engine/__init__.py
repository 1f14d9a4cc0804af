"""The engine: variational autoencoders with a two-dimensional latent space, on MNIST.

    from vae_engine import ModelConfig, TrainConfig, train, load_model, exact_log_px

Public names are imported when first used, so that `import vae_engine` is cheap and free of torch.
"""

from __future__ import annotations

import importlib
from typing import Any

from vae_engine.base import remedies

__version__ = "0.1.0"

_HOME = {
    "Autoencoder": "model.models",
    "EngineError": "base.errors",
    "ModelConfig": "stored.config",
    "Posterior": "model.models",
    "TrainConfig": "stored.config",
    "VAE": "model.models",
    "adopt": "exchange.live.adopt",
    "build_model": "model.models",
    "evaluate": "measure.evaluation",
    "exact_log_px": "inference.exact",
    "importance_sampled_log_px": "measure.evaluation",
    "load_model": "model.loading",
    "train": "training.training",
}
__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name in _HOME:
        try:
            return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
        except ModuleNotFoundError as error:
            if error.name != "torch":
                raise
            raise ModuleNotFoundError(remedies.without_torch(), name="torch") from None
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
