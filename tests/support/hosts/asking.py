"""Asks a real server of some routes; a path goes there as it is, with nothing tidied up."""

from __future__ import annotations

import contextlib
import http.client
import threading
import time
from collections.abc import Callable, Iterator, Sequence

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route

Answer = tuple[int, dict[str, str], bytes]


@contextlib.contextmanager
def asking(routes: Sequence[Route]) -> Iterator[Callable[..., Answer]]:
    """A function of a path and headers that gives the status, the headers and the body of the answer."""
    config = uvicorn.Config(Starlette(routes=routes), port=0, log_level="error", lifespan="off", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]

    def get(path: str, **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        found = answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        connection.close()
        return found

    try:
        yield get
    finally:
        server.should_exit = True
        thread.join()
