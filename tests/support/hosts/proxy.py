"""A reverse proxy that puts a path before all others, as a course server or JupyterHub does; it knows no other path."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator

from support.serving import free_port

_NOTHING = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class _Proxy:
    def __init__(self, prefix: str, port: int, strips: bool, passes_cookies: bool) -> None:
        self._prefix, self._port, self._strips, self._passes_cookies = prefix.encode(), port, strips, passes_cookies
        self._going: set[asyncio.Task[None] | None] = set()

    async def end(self) -> None:
        """Let go of every connection."""
        for task in filter(None, self._going):
            task.cancel()
        await asyncio.sleep(0.2)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request a connection, with whatever follows it: a body, an answer, a websocket."""
        self._going.add(asyncio.current_task())
        ends = (OSError, asyncio.IncompleteReadError, asyncio.CancelledError)
        with contextlib.suppress(*ends), contextlib.closing(writer):
            head = await reader.readuntil(b"\r\n\r\n")
            method, path, rest = head.split(b" ", 2)
            if not path.startswith(self._prefix + b"/"):
                writer.write(_NOTHING)
                await writer.drain()
                return
            if self._strips:
                path = path.removeprefix(self._prefix)
            if not self._passes_cookies:
                rest = b"\r\n".join(line for line in rest.split(b"\r\n") if not line.lower().startswith(b"cookie:"))
            if b"upgrade: websocket" not in rest.lower():
                lines = [line for line in rest.split(b"\r\n") if not line.lower().startswith(b"connection:")]
                rest = b"\r\n".join([lines[0], b"Connection: close", *lines[1:]])
            from_server, to_server = await asyncio.open_connection("localhost", self._port)
            to_server.write(b" ".join([method, path, rest]))
            with contextlib.closing(to_server):
                sending = asyncio.create_task(_pipe(reader, to_server))
                await _pipe(from_server, writer)
                sending.cancel()


async def _pipe(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while part := await source.read(2**16):
            target.write(part)
            await target.drain()


@contextlib.contextmanager
def prefixed(address: str, prefix: str, strips: bool = True, passes_cookies: bool = True) -> Iterator[str]:
    """The address below which a server's pages are served; it is asked without the prefix (`strips`) or with it."""
    port, ready, ended = free_port(), threading.Event(), asyncio.Event()
    proxy = _Proxy(prefix, int(address.rsplit(":", 1)[1].split("/")[0]), strips, passes_cookies)
    loops = []

    async def serve() -> None:
        loops.append(asyncio.get_running_loop())
        server = await asyncio.start_server(proxy.serve, "localhost", port)
        ready.set()
        await ended.wait()
        server.close()
        await proxy.end()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    try:
        assert ready.wait(10)
        yield f"http://localhost:{port}{prefix}"
    finally:
        loops[0].call_soon_threadsafe(ended.set)
        thread.join(10)
