"""Where the files that come with the code lie: the one module that computes a path from `__file__`."""

from __future__ import annotations

from pathlib import Path

CODE = Path(__file__).resolve().parents[2]
"""The folder that holds the packages `vae_engine` and `dashboard`: a checkout, or where they are installed."""
PACKAGED = CODE / "vae_engine" / "packaged"
"""What an installed copy carries of the folders that lie beside the packages in a checkout."""


def installed() -> bool:
    """Whether this is a copy that was installed, and no checkout."""
    return PACKAGED.is_dir()


def place(path: str) -> Path:
    """A file or folder by its path from the top of a checkout, as `assets/mnist`: the packaged copy, else the checkout's.

    It need not exist.
    """
    packaged = PACKAGED / path
    return packaged if packaged.exists() else CODE / path


def runs() -> Path:
    """Where runs go by default: `runs` in a checkout; of an installed copy, among the data that the user's programs keep."""
    if not installed():
        return CODE / "runs"
    from platformdirs import user_data_path

    return user_data_path("latent-explorer", appauthor=False) / "runs"
