"""A lock on a file says whether its holder lives, and dies with it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from support.builders import one_line

from vae_engine import EngineError
from vae_engine.base import locks

HOLDER = """
import sys, time
from pathlib import Path
from vae_engine.base import locks
with locks.hold(Path(sys.argv[1]), "refused"):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def other(tmp_path: Path, start_python: Callable) -> subprocess.Popen[str]:
    """A process that holds the lock on `lock` in tmp_path."""
    process = start_python("-c", HOLDER, tmp_path / "lock")
    assert process.stdout.readline() == "held\n"
    return process


def test_nobody_holds_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert locks.holder(tmp_path / "lock") is None
    assert not (tmp_path / "lock").exists()


def test_the_holder_is_named_and_keeps_others_out(tmp_path: Path, other: subprocess.Popen[str]) -> None:
    assert locks.holder(tmp_path / "lock") == other.pid
    with pytest.raises(EngineError, match="refused") as refused, locks.hold(tmp_path / "lock", "it is refused", patience=0.05):
        pass
    assert one_line(refused.value)
    assert locks.holder(tmp_path / "lock") == other.pid


def test_a_killed_holder_holds_nothing(tmp_path: Path, other: subprocess.Popen[str]) -> None:
    other.kill()
    other.wait()
    assert locks.holder(tmp_path / "lock") is None
    with locks.hold(tmp_path / "lock", "refused"):
        assert locks.holder(tmp_path / "lock") == os.getpid()


def test_a_lock_is_given_back_whatever_happens_in_the_body(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), locks.hold(tmp_path / "lock", "refused"):
        1 / 0  # noqa: B018
    assert locks.holder(tmp_path / "lock") is None


def test_a_place_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EngineError, match="file") as refused, locks.hold(tmp_path / "file" / "lock", "refused"):
        pass
    assert one_line(refused.value)
