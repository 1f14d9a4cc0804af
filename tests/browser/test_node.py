"""The browser's DOM-free modules: their own tests under Node, and their types."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NODE = shutil.which("node")


def run(*command: str, **environment: str) -> None:
    told = os.environ | {"PYTHON": sys.executable} | environment
    done = subprocess.run(command, cwd=ROOT, env=told, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


@pytest.fixture(scope="module")
def golden(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The folder of golden vectors, worked out once for all the files that read them."""
    folder = tmp_path_factory.mktemp("golden")
    run(sys.executable, "tests/browser/support/golden.py", str(folder), PYTHONPATH=str(ROOT), OMP_NUM_THREADS="1")
    return str(folder)


@pytest.mark.parametrize(
    "file", sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "tests/browser").rglob("*.test.js"))
)
def test_node(file: str, request: pytest.FixtureRequest) -> None:
    assert NODE, "These tests need Node 20 or newer (https://nodejs.org); a visitor of the product does not."
    kept = {"GOLDEN": request.getfixturevalue("golden")} if "golden()" in (ROOT / file).read_text("utf8") else {}
    run(NODE, "--test", file, **kept)


@pytest.mark.long
def test_the_posteriors_of_two_hundred_images_are_the_engines() -> None:
    assert NODE
    run(NODE, "--test", "tests/browser/exact/posterior.test.js", IMAGES="200")


@pytest.mark.long
def test_a_training_of_the_live_recipe_is_the_engines(tmp_path: Path) -> None:
    assert NODE
    run(sys.executable, "tests/browser/support/training.py", str(tmp_path), "--whole", PYTHONPATH=str(ROOT), OMP_NUM_THREADS="1")
    run(NODE, "--test", "tests/browser/train/training.test.js", TRAINING=str(tmp_path))


def test_types() -> None:
    compiler = ROOT / "node_modules/typescript/bin/tsc"
    if not compiler.exists():
        pytest.skip("typescript is not installed: run `npm ci`, or `make test`, which does")
    assert NODE, "The type check needs Node 20 or newer (https://nodejs.org)."
    run(NODE, str(compiler), "-p", "tsconfig.json")
