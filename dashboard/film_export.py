"""A film as one HTML file: no server, no network."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from vae_engine.errors import EngineError


def page(runs: Sequence[Path]) -> bytes:
    """The file for one or two run folders. Raises EngineError when they cannot be shown."""
    raise EngineError("This is not ready yet.")
