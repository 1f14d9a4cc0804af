"""Libraries that only some formats need."""

from __future__ import annotations

import importlib
from typing import Any

from vae_engine.base.errors import EngineError


def needed(module: str) -> Any:
    """A library of a format. Raises EngineError saying how to install it where it is not."""
    try:
        return importlib.import_module(module)
    except ImportError:
        name = module.split(".")[0]
        raise EngineError(f"needs {name}, which is not installed: pip install 'latent-explorer[formats]'") from None
