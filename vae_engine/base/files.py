"""Writing files so that a reader sees the old or the new content, never half of either."""

from __future__ import annotations

import contextlib
import json
import math
import os
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from vae_engine.base.errors import EngineError

_PATIENCE = 3.0
_POLL_SECONDS = 0.02


def patiently(action: Callable[[], object], seconds: float | None = None) -> None:
    """Replace, move or remove a file or folder, trying again for a while where that is refused.

    Windows refuses it as long as anybody reads there: the dashboard, a virus scanner, a program that copies to a cloud.
    Raises PermissionError when it is refused to the end.
    """
    deadline = time.monotonic() + (_PATIENCE if seconds is None else seconds)
    while True:
        try:
            action()
            return
        except PermissionError:
            if time.monotonic() >= deadline:
                raise
        time.sleep(_POLL_SECONDS)


def discard(path: Path) -> None:
    """Remove a file that does no harm where it stays: where it is gone already, or its removal is refused to the end."""
    with contextlib.suppress(PermissionError):
        patiently(lambda: path.unlink(missing_ok=True))


def write_atomically(path: Path, content: bytes, durable: bool = True) -> None:
    """Replace the file at `path` by `content`; a kill at any moment leaves the old file or the new one.

    `durable` waits until the disk has it, so that a power cut, too, leaves one of the two. What need not be durable is
    soon replaced again: where Windows refuses to put it in the place of a file that somebody reads, it is dropped.
    Raises EngineError when the folder cannot be written to or the disk is full.
    """
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        try:
            patiently(lambda: temporary.replace(path), None if durable else 0.0)
        except PermissionError:
            if durable:
                raise
            temporary.unlink(missing_ok=True)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise EngineError(f"Cannot write {path}: {error.strerror or error}.") from None


def write_json(path: Path, value: Any) -> None:
    """Write JSON atomically, indented, keys in the order given."""
    write_atomically(path, json_bytes(value))


def json_bytes(value: Any) -> bytes:
    """The text that `write_json` writes."""
    return (json.dumps(value, indent=2, allow_nan=False) + "\n").encode()


def read_json(path: Path, limit: int = 1_000_000) -> Any:
    """The JSON value in a file of at most `limit` bytes. Raises EngineError, naming the file."""
    try:
        with path.open("rb") as file:
            raw = file.read(limit + 1)
    except OSError as error:
        raise EngineError(f"Cannot read {path}: {error.strerror or error}.") from None
    if len(raw) > limit:
        raise EngineError(f"{path} is larger than {limit} bytes, which no file of its kind is.")
    return parse_json(raw, str(path))


def parse_json(raw: bytes, name: str) -> Any:
    """The JSON value of some bytes, called `name` in complaints, its numbers finite. Raises EngineError."""
    try:
        return json.loads(raw, parse_float=_finite, parse_constant=_finite)
    except (ValueError, RecursionError):
        raise EngineError(f"{name} is not valid JSON; it is damaged or not one of ours.") from None


def _finite(text: str) -> float:
    """The number that JSON text stands for; NaN, Infinity and 1e999 are not JSON, though Python reads them."""
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text} is not a finite number")
    return value
