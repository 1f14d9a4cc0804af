"""A copy of the program that was installed somewhere, with its environment."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from support.serving import ROOT


def run_program(*command: str | Path, cwd: Path, environment: dict[str, str], code: int = 0) -> str:
    done = subprocess.run(list(map(str, command)), cwd=cwd, env=environment, capture_output=True, text=True)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


class Copy:
    """An installed copy: its programs, run in a folder of no meaning by a user who has nothing else."""

    def __init__(self, place: Path) -> None:
        self.bin = place / "env" / ("Scripts" if sys.platform == "win32" else "bin")
        self.folder, self.home = place / "elsewhere", place / "home"
        self.folder.mkdir()
        self.home.mkdir()
        kept = {name: value for name, value in os.environ.items() if name.startswith("PIP_") or name in ("PATH", "SYSTEMROOT")}
        self.environment = kept | {"HOME": str(self.home), "USERPROFILE": str(self.home)}

    def run(self, program: str, *arguments: str | Path, code: int = 0) -> str:
        """What a program of the copy prints."""
        return run_program(self.bin / program, *arguments, cwd=self.folder, environment=self.environment, code=code)

    def install(self, *what: str | Path) -> None:
        """Install packages, in the versions of the checkout."""
        began = time.monotonic()
        self.run("python", "-m", "pip", "install", "--quiet", "--constraint", ROOT / "constraints.txt", *what)
        print(f"{what[0]} installed in {time.monotonic() - began:.0f} s")
