"""What other machines refuse, imitated where the program asks the system."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import pytest


def refusing(monkeypatch: pytest.MonkeyPatch, method: str, name: str, times: float) -> list[Path]:
    """Let Windows refuse to do something to a file so many times, as it does while somebody reads there; what was refused."""
    done, refused = getattr(Path, method), list[Path]()

    def act(path: Path, *arguments: Any, **options: Any) -> Any:
        target = arguments[0] if arguments else path
        if target.name == name and len(refused) < times:
            refused.append(target)
            raise PermissionError(errno.EACCES, "The process cannot access the file because it is being used by another process")
        return done(path, *arguments, **options)

    monkeypatch.setattr(Path, method, act)
    return refused
