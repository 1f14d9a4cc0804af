"""The scripts that the first page asks for at once, from memory: Streamlit reads each anew for every visitor, piece by piece."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard.shared.routes import FOR_GOOD

_SCRIPT = re.compile(r'"\./(static/js/[^"]+\.js)"')
_kept: dict[str, Response] = {}


def of_the_page(static: Path) -> list[str]:
    """The scripts that Streamlit's page names, beside it; `static` is the folder of Streamlit's own files."""
    return _SCRIPT.findall((static / "index.html").read_text(encoding="utf-8"))


def keep(static: Path, scripts: Sequence[str]) -> None:
    """Keep these scripts, and no others. Their names change with their content."""
    _kept.clear()
    for one in scripts:
        content = (static / one).read_bytes()
        _kept[f"/{one}"] = Response(content, media_type="text/javascript", headers={"Cache-Control": FOR_GOOD})


class AtHand:
    """Middleware of the server. What is not kept is answered as ever; `base` stands before every path."""

    def __init__(self, app: ASGIApp, base: str) -> None:
        self._app, self._base = app, base

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        kept = None
        if scope["type"] == "http" and scope["method"] == "GET" and scope["path"].startswith(self._base):
            kept = _kept.get(scope["path"].removeprefix(self._base))
        await (kept or self._app)(scope, receive, send)
