"""One file from the first of several addresses that has it: gone on with where it was cut off, and believed only when checked."""

from __future__ import annotations

import contextlib
import errno
import http.client
import re
import shutil
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from vae_engine.base.errors import EngineError
from vae_engine.base.files import discard

_CHUNK, _PATIENCE = 2**16, 30.0
_MOST_NAMED = 200


@dataclass(frozen=True)
class Step:
    """How far a file has come: bytes that are here and in all (0 where the server does not say), and seconds still to go."""

    file: str
    done: int
    total: int
    left: float | None

    @property
    def share(self) -> float:
        """How much of it is here, 0 to 1."""
        return min(1.0, self.done / self.total) if self.total else 0.0


Report = Callable[[Step], None]


@dataclass(frozen=True)
class Job:
    """What is wanted: a file `name` of at most so many bytes into `part`, for which `check` says what is wrong with it.

    `room` is what has to be free for each byte of it: more than 1 where it is unpacked afterwards.
    """

    name: str
    part: Path
    check: Callable[[Path], str]
    most: int
    room: float = 1.0


def seconds_left(begun: int, done: int, total: int, seconds: float) -> float | None:
    """How long the rest will take at the pace since this connection began; None before that can be told."""
    return (total - done) / ((done - begun) / seconds) if done > begun and seconds > 0 and total else None


def fetch(job: Job, addresses: Sequence[str], report: Report) -> None:
    """The file, whole and checked, at `job.part`. What came before a connection broke stays there for the next try.

    Raises EngineError, one sentence, when no address gives the right bytes, and at once when there is no room for them.
    """
    reasons = []
    for address in addresses:
        # What an earlier try left may be of another file: then once more from the beginning.
        for begun in [True, False] if job.part.exists() else [False]:
            try:
                _rest(job, address, report)
            except _UNREACHABLE as error:
                reasons.append(f"{_host(address)} cannot be reached ({_said(error)})")
                break
            if not (wrong := job.check(job.part)):
                return
            discard(job.part)  # complete, and wrong
            if not begun:
                reasons.append(f"{address} {wrong}")
    told = "; ".join(dict.fromkeys(reasons)) or "there is no mirror"
    raise EngineError(f"{job.name} could not be fetched: {told}. Try again later, or from elsewhere with --mirror.")


_UNREACHABLE = (OSError, http.client.HTTPException, ValueError)


def _said(error: BaseException) -> str:
    reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or error
    return " ".join(str(getattr(reason, "strerror", None) or reason).split())[:_MOST_NAMED]


def _host(address: str) -> str:
    return (urllib.parse.urlparse(address).netloc or address)[:_MOST_NAMED]


def _rest(job: Job, address: str, report: Report) -> None:
    """Fetch what is still missing of a file. Raises one of _UNREACHABLE where the address does not give it."""
    if not address.startswith(("http://", "https://")):
        raise ValueError("it is no web address")
    have = job.part.stat().st_size if job.part.exists() else 0
    request = urllib.request.Request(address, headers={"Range": f"bytes={have}-"} if have else {})  # noqa: S310 (checked above)
    try:
        answer = urllib.request.urlopen(request, timeout=_PATIENCE)  # noqa: S310
    except urllib.error.HTTPError as error:
        with contextlib.closing(error):
            if error.code != http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:  # nothing lies behind what is here
                raise OSError(f"HTTP {error.code}") from None
        return
    with answer:
        if answer.headers.get_content_type() == "text/html":
            raise OSError("it answers with a page")
        goes_on = answer.status == http.HTTPStatus.PARTIAL_CONTENT
        if goes_on and not re.match(rf"bytes {have}-", answer.headers.get("Content-Range") or f"bytes {have}-"):
            raise OSError("it answers with another part of the file")
        begun = have if goes_on else 0
        total = begun + int(answer.headers.get("Content-Length") or 0)
        _refuse_without_room(job, total - begun if goes_on else total - have)
        try:
            file = job.part.open("ab" if goes_on else "wb")
        except OSError as error:
            raise _unwritable(job, error) from None
        with file:
            _copy(job, answer, file, begun, total, report)


def _copy(job: Job, answer: http.client.HTTPResponse, file: BinaryIO, begun: int, total: int, report: Report) -> None:
    since, done = time.monotonic(), begun
    while chunk := answer.read(_CHUNK):
        done += len(chunk)
        if done > job.most:
            file.close()
            discard(job.part)
            raise OSError("what it sends is larger than the file can be")
        try:
            file.write(chunk)
        except OSError as error:
            raise _unwritable(job, error) from None
        report(Step(job.name, done, total, seconds_left(begun, done, total, time.monotonic() - since)))
    if done < total:
        raise OSError("the connection broke; what came so far is kept")


def _refuse_without_room(job: Job, missing: int) -> None:
    needed, free = int(missing * job.room), shutil.disk_usage(job.part.parent).free
    if needed > free:
        place = job.part.parent
        raise EngineError(f"{job.name} needs {needed / 1e6:,.0f} MB in {place}, where {free / 1e6:,.0f} MB are free.")


def _unwritable(job: Job, error: OSError) -> EngineError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return EngineError(f"The disk is full at {job.part.parent}: make room and fetch again; what came so far is kept.")
    return EngineError(f"Cannot write {job.part}: {error.strerror or error}.")
