"""What others' programs wrote, unpacked."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from engine.exchange.imports.torch_files import listed, saved
from support.builders import ROOT


@pytest.fixture(scope="session")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of others' models (tests/support/foreign_models.py), and of two that need no program but torch."""
    place = tmp_path_factory.mktemp("foreign")
    with zipfile.ZipFile(ROOT / "tests" / "fixtures" / "foreign.zip") as packed:
        packed.extractall(place)
    saved(place / "pythae", "VAE", reconstruction_loss="mse")
    listed(place / "listed")
    return place
