"""Published data sets in small, each in the place of the real one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from support.hosts.mirror import Small, small

from vae_engine.data import fetched
from vae_engine.data import mnist as data
from vae_engine.data.sets.catalogue import SETS


@pytest.fixture(scope="module")
def many() -> np.ndarray:
    return data.load("test").images[:200]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of all data sets."""
    monkeypatch.setenv(fetched.VARIABLE, str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def made(place: Path, many: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Small]:
    """Puts a small data set in the place of the real one of its name."""

    def make(name: str) -> Small:
        one = small(name, many)
        monkeypatch.setitem(SETS, name, one.record)
        fetched._known.cache_clear()
        return one

    return make
