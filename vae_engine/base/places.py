"""Where the files that come with the code lie: the one module that computes a path from `__file__`."""

from __future__ import annotations

from pathlib import Path

CODE = Path(__file__).resolve().parents[2]
"""The folder that holds the packages `vae_engine` and `dashboard`: a checkout, or where they are installed."""
PACKAGED = CODE / "vae_engine" / "packaged"
"""What an installed copy carries of the folders that lie beside the packages in a checkout."""


def place(path: str) -> Path:
    """A file or folder by its path from the top of a checkout, as `assets/mnist`: the packaged copy, else the checkout's.

    It need not exist.
    """
    packaged = PACKAGED / path
    return packaged if packaged.exists() else CODE / path
