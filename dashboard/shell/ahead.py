"""The first page names what Explore will ask for and begins with it, while a browser still reads Streamlit's own scripts."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_links: list[str] = []
_begins: list[bytes] = []
_SHOWING = ("Html", "BidiComponent")
"""Parts of Streamlit's client that show what the first page is made of; it asks for them once it is told so."""
_IMPORTED = re.compile(r'from"\./([^"]+\.js)"')
_OF_ANOTHER = (b"accept-encoding", b"if-none-match", b"if-modified-since")
"""Headers that ask for Streamlit's page packed, or only where it has changed: what is put into it changes apart from it."""
_OF_THE_FILE = ("etag", "last-modified", "content-length")
"""Headers that are true of Streamlit's page, not of one that says more."""


def parts_of_the_client(static: Path) -> list[str]:
    """The scripts that Streamlit's client asks for later, one after the other, and what they import; beside the page.

    `static` is the folder of Streamlit's own files; of a Streamlit that lays them out otherwise nothing is found.
    """
    scripts, found = static / "static" / "js", list[str]()
    page = (static / "index.html").read_text(encoding="utf-8")
    wanted = [file.name for part in _SHOWING for file in scripts.glob(f"{part}.*.js")]
    while wanted:
        script = wanted.pop()
        if script not in found and script not in page and (scripts / script).is_file():
            found.append(script)
            wanted += _IMPORTED.findall((scripts / script).read_text(encoding="utf-8"))
    return [f"static/js/{script}" for script in found]


def name(scripts: Sequence[str], files: Sequence[str]) -> None:
    """Say where these are, beside the address of the page; until then the page names nothing."""
    parts = [f"<./{script}>; rel=modulepreload" for script in scripts]
    _links[:] = [*parts, *(f"<./{file}>; rel=preload; as=fetch; crossorigin" for file in files)]


def begin(script: str, expected: Mapping[str, Any]) -> None:
    """Have the page call `begin` of a script with what it will show (browser/hosts/streamlit/begun.js)."""
    told = json.dumps(expected).replace("<", "\\u003c")
    # Should it fail, Explore asks for the same again, and says what is wrong.
    call = f'import("./{script}").then((view) => view.begin({told}), () => {{}});'
    _begins[:] = [f'<script type="module" async>{call}</script>'.encode()]


class Ahead:
    """Middleware of the server. An address that asks for other models, or for another page, is answered as ever."""

    def __init__(self, app: ASGIApp, page: str) -> None:
        self._app, self._page = app, page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] != "http" or not _links or not self._is_first_page(Request(scope)):
            await self._app(scope, receive, send)
            return

        async def with_more(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.append("link", ", ".join(_links))
                for one in _OF_THE_FILE:
                    del headers[one]
            elif message["type"] == "http.response.body":
                message["body"] = message["body"].replace(b"</head>", b"".join(_begins) + b"</head>")
            await send(message)

        asked = [(name, value) for name, value in scope["headers"] if name not in _OF_ANOTHER]
        await self._app({**scope, "headers": asked}, receive, with_more)

    def _is_first_page(self, request: Request) -> bool:
        return request.url.path == self._page and not request.url.query and "text/html" in request.headers.get("accept", "")
