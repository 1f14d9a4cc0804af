"""The engine: variational autoencoders with a two-dimensional latent space, on MNIST.

    from vae_engine import ModelConfig, TrainConfig, train, load_model, exact_log_px

Public names are imported when first used, so that `import vae_engine` is cheap and free of torch.
"""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"

_HOME = {
    "Autoencoder": "models",
    "EngineError": "errors",
    "ModelConfig": "config",
    "Posterior": "models",
    "TrainConfig": "config",
    "VAE": "models",
    "build_model": "models",
    "evaluate": "evaluation",
    "exact_log_px": "exact",
    "importance_sampled_log_px": "evaluation",
    "load_model": "registry",
    "train": "training",
}
__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
