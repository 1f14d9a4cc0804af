"""The log of a run, `events.jsonl`: one JSON object a line, appended as training goes and read while it grows.

A kill may tear the last line, and a run that went on after a kill says so: readers follow both. JSON has no word for a number
that is not finite, as a run logs where it diverges: it stands as null, and is read as no number. No torch.
"""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

EVENTS = "events.jsonl"

LogEvent = dict[str, Any]

MEASURED = ("loss", "nll", "kl")
"""What training measures, besides the terms of held-out images: always a number, though not always a finite one."""


@dataclass(frozen=True)
class Log:
    """The events up to `offset`, where the next look goes on."""

    events: tuple[LogEvent, ...] = ()
    offset: int = 0


def read_on(folder: Path, earlier: Log = Log()) -> Log:
    """The log of a run with the whole lines that were added since an earlier look, oldest first.

    Events later than the checkpoint from which a run was continued are dropped, so none is told twice.
    A log that has become shorter is another one, and is read from its beginning.
    """
    try:
        with (folder / EVENTS).open("rb") as file:
            if file.seek(0, 2) < earlier.offset:
                earlier = Log()
            file.seek(earlier.offset)
            added = file.read()
    except OSError:
        return Log()
    whole = added.rfind(b"\n") + 1
    if not whole:
        return earlier
    return Log(_joined(earlier.events, added[:whole].splitlines()), earlier.offset + whole)


def read_all(folder: Path) -> list[LogEvent]:
    """All events of a run, with that of a last line which is whole but for its line end."""
    log = read_on(folder)
    try:
        with (folder / EVENTS).open("rb") as file:
            file.seek(log.offset)
            return list(_joined(log.events, file.read().splitlines()))
    except OSError:
        return list(log.events)


def _joined(events: Iterable[LogEvent], lines: Iterable[bytes]) -> tuple[LogEvent, ...]:
    known = list(events)
    for line in lines:
        try:
            event = json.loads(line)
        except (ValueError, RecursionError):
            continue  # a line torn by a kill
        if not (isinstance(event, dict) and isinstance(event.get("type"), str) and isinstance(event.get("step"), int)):
            continue
        if event["type"] == "resumed":
            known = [one for one in known if one["step"] <= event["step"]]
        known.append(_with_numbers(event))
    return tuple(known)


def _with_numbers(event: LogEvent) -> LogEvent:
    """An event as it was before it was written, but for an infinity, which is now no number."""
    told: LogEvent = {name: math.nan for name in MEASURED if name in event and event[name] is None}
    if isinstance(terms := event.get("terms"), dict) and None in terms.values():
        told["terms"] = {name: math.nan if value is None else value for name, value in terms.items()}
    return {**event, **told} if told else event


def line(value: LogEvent) -> bytes:
    """An event as a line of the log: strict JSON."""
    return json.dumps(_without_infinities(value), allow_nan=False).encode() + b"\n"


def _without_infinities(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_infinities(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_infinities(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def append(log: IO[bytes], value: LogEvent, durable: bool = False) -> None:
    """Add an event to a log opened for appending; `durable` waits until the disk has it."""
    log.write(line({**value, "time": round(time.time(), 3)}))
    log.flush()
    if durable:
        os.fsync(log.fileno())
