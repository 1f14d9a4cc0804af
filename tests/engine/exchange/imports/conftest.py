"""What others' programs wrote, unpacked."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from support.builders import ROOT


@pytest.fixture(scope="session")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of others' models (tests/support/foreign_models.py)."""
    place = tmp_path_factory.mktemp("foreign")
    with zipfile.ZipFile(ROOT / "tests" / "fixtures" / "foreign.zip") as packed:
        packed.extractall(place)
    return place
