"""Visitors without a browser: sessions on the websocket of a dashboard, as many as a class has."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from dashboard.shared.visitors import COOKIE

PAGES = ("", "learn", "worksheet", "runs", "lab", "models", "train")
"""Explore first, then those that a class goes to."""
_PATIENCE = 60


@dataclass
class Visitor:
    """Someone who looks at one page after the other."""

    name: str
    wire: ClientConnection
    received: int = 0
    """Bytes through the websocket."""
    troubles: list[str] = field(default_factory=list)
    """What went wrong on the pages."""

    async def leave(self) -> None:
        """Goes, if the server has not gone before."""
        await self.wire.close()

    async def visit(self, page: str, query: str = "") -> float:
        """Seconds until the server has sent all of a page."""
        asked = BackMsg()
        asked.rerun_script.page_name, asked.rerun_script.query_string = page, query
        began = time.perf_counter()
        await self.wire.send(asked.SerializeToString())
        while True:
            told = await asyncio.wait_for(self.wire.recv(), _PATIENCE)
            assert isinstance(told, bytes)
            self.received += len(told)
            message = ForwardMsg.FromString(told)
            if message.WhichOneof("type") == "script_finished":
                return time.perf_counter() - began
            if message.delta.new_element.WhichOneof("type") == "exception":
                self.troubles.append(message.delta.new_element.exception.message)


async def arrive(address: str, name: str) -> Visitor:
    """A visitor with a cookie of its own, by which several servers tell whose it is; no page was asked for yet."""
    parts = urlsplit(address)
    wire = await connect(
        f"ws://{parts.netloc}{parts.path}/_stcore/stream",
        subprotocols=["streamlit", name],  # type: ignore[list-item]
        additional_headers={"Cookie": f"{COOKIE}={name}"},
        origin=f"http://{parts.netloc}",  # type: ignore[arg-type]
        max_size=None,
        open_timeout=_PATIENCE,
        ping_interval=None,
        compression=None,
    )
    return Visitor(name, wire)


@contextmanager
def aside() -> Iterator[Callable[[Coroutine[Any, Any, Any]], Any]]:
    """Runs what visitors do, and waits for it, in a thread of its own: a browser's driver has a loop in this one."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield lambda work: asyncio.run_coroutine_threadsafe(work, loop).result()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def seconds(process: int) -> float:
    """Seconds that a process has taken of the processors. Linux tells, and so does memory."""
    return sum(map(int, _stat(process)[11:13])) / os.sysconf("SC_CLK_TCK")


def memory(process: int) -> float:
    """MB that a process has in memory."""
    return int(_stat(process)[21]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def _stat(process: int) -> list[str]:
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
