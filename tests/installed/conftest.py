"""A copy of the program as it is installed: from the wheel of the sdist, in an empty environment outside the checkout."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from support.copies import Copy, run_program
from support.serving import ROOT, chromium


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel made from the sdist, which is made from the checkout."""
    folder = tmp_path_factory.mktemp("dist")
    hook = f"from setuptools.build_meta import build_sdist; build_sdist({str(folder)!r})"
    run_program(sys.executable, "-c", hook, cwd=ROOT, environment=dict(os.environ))
    (sdist,) = folder.glob("*.tar.gz")
    build = ["-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder]
    run_program(sys.executable, *build, sdist, cwd=folder, environment=dict(os.environ))
    (wheel,) = folder.glob("*.whl")
    print(f"\nsdist {sdist.stat().st_size / 1e6:.1f} MB, wheel {wheel.stat().st_size / 1e6:.1f} MB")
    return wheel


@pytest.fixture(scope="session")
def copy(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """A copy installed from the wheel, without PyTorch."""
    place = tmp_path_factory.mktemp("installed")
    run_program(sys.executable, "-m", "venv", place / "env", cwd=place, environment=dict(os.environ))
    copy = Copy(place)
    copy.install(wheel)
    return copy


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium."""
    with chromium() as browser:
        yield browser
