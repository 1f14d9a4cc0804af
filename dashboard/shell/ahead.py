"""The first page names what Explore will ask for, so that a browser fetches it while it still reads Streamlit's own scripts."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_links: list[str] = []


def name(scripts: Sequence[str], files: Sequence[str]) -> None:
    """Say where these are, beside the address of the page; until then the page names nothing."""
    parts = [f"<./{script}>; rel=modulepreload" for script in scripts]
    _links[:] = [*parts, *(f"<./{file}>; rel=preload; as=fetch; crossorigin" for file in files)]


class Ahead:
    """Middleware of the server. An address that asks for other models, or for another page, is answered as ever."""

    def __init__(self, app: ASGIApp, page: str) -> None:
        self._app, self._page = app, page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] != "http" or not _links or not self._is_first_page(Request(scope)):
            await self._app(scope, receive, send)
            return

        async def with_links(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).append("link", ", ".join(_links))
            await send(message)

        await self._app(scope, receive, with_links)

    def _is_first_page(self, request: Request) -> bool:
        return request.url.path == self._page and not request.url.query and "text/html" in request.headers.get("accept", "")
