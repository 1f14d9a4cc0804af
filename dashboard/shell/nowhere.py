"""An address that is no page of ours gets a plain page that says so and leads back, in place of a dialog or of nothing at all.

Streamlit answers every address with the same page: one that it does not know opens Explore below a dialog, and one with more
than one part finds no scripts and stays white.
"""

from __future__ import annotations

import html

from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard.lab import wording as lab_wording
from dashboard.learn import wording as learn_wording
from dashboard.lecture import wording as lecture_wording
from dashboard.runs import wording as runs_wording
from dashboard.shared import wording
from dashboard.shell import wording as shell_wording
from dashboard.train import wording as train_wording
from dashboard.worksheet import wording as worksheet_wording

PAGES = {
    "": wording.EXPLORE, "train": train_wording.TRAIN, "runs": runs_wording.RUNS, "learn": learn_wording.LEARN,
    lecture_wording.LECTURE_PATH: lecture_wording.LECTURE, "worksheet": worksheet_wording.WORKSHEET, "lab": lab_wording.LAB,
    "models": wording.MODELS,
}  # fmt: skip
"""The pages by their addresses, in the order of the navigation; Join is there on some servers only."""
_OTHERS = {shell_wording.JOIN_PATH, "explore", "speaker"}
_BELOW = ("_stcore/", "app/", "component/", "film/", "media/", "model/", "static/", "view/")
"""What lies below these is answered by others."""


class Nowhere:
    """Middleware of the server, whose pages lie below `base`."""

    def __init__(self, app: ASGIApp, base: str) -> None:
        self._app, self._base = app, base

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        unknown = self._unknown(Request(scope)) if scope["type"] == "http" and scope["method"] == "GET" else ""
        await (HTMLResponse(_page(unknown), 404) if unknown else self._app)(scope, receive, send)

    def _unknown(self, request: Request) -> str:
        """What a browser asks to be shown, below the base, where that is no page; else nothing."""
        asked = request.url.path.removeprefix(f"{self._base}/")
        name = asked.rstrip("/")
        if not request.url.path.startswith(f"{self._base}/") or name in PAGES or name in _OTHERS:
            return ""
        is_part = asked.startswith(_BELOW) or "." in name.rpartition("/")[2]
        return "" if is_part or "text/html" not in request.headers.get("accept", "") else name


def _page(name: str) -> str:
    """Addresses are relative, since a proxy may serve the pages anywhere."""
    up = "../" * name.count("/") or "./"
    links = " ".join(f'<a href="{up}{path}">{title}</a>' for path, title in PAGES.items())
    return _PAGE.format(title=wording.TITLE, told=html.escape(shell_wording.no_page(name)), links=links)


_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ max-width: 34rem; margin: 18vh auto 0; padding: 0 1.5rem; font: 1.15rem/1.6 system-ui, sans-serif; }}
p {{ overflow-wrap: anywhere; }}
nav {{ display: flex; flex-wrap: wrap; gap: .4rem 1.4rem; }}
a {{ padding: .5rem 0; }}
</style>
</head>
<body>
<p>{told}</p>
<nav aria-label="Pages">{links}</nav>
</body>
</html>
"""
