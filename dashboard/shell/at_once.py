"""Answers leave at once, and do not wait for word that what went before them has arrived."""

from __future__ import annotations

import asyncio
import socket
from typing import Any


def answers_leave_at_once(loop: asyncio.AbstractEventLoop) -> None:
    """Let the connections of every socket that `loop` will listen on send small packets at once (TCP_NODELAY).

    asyncio sees to that where a socket names TCP as its protocol. Streamlit's names none, and the body of an answer then waits
    for the browser's word that its head is there, which comes 40 ms later: half a second for the scripts of the first page.
    """
    create_server = loop.create_server

    async def at_once(*arguments: Any, sock: socket.socket | None = None, **options: Any) -> asyncio.Server:
        if sock is not None and sock.family in (socket.AF_INET, socket.AF_INET6):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # connections have it from the socket that listens
        return await create_server(*arguments, sock=sock, **options)

    loop.create_server = at_once  # type: ignore[method-assign]
