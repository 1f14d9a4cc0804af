"""Gives every browser its secret with the first page, and takes the presenter's from the link that `run --presenter` prints."""

from __future__ import annotations

import os
import secrets
from urllib.parse import parse_qs

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.shared.visitors import COOKIE, PRESENTERS_COOKIE, is_presenters

ASKED = "presenter"
"""In the address of the presenter's link."""
_YEAR = 365 * 24 * 3600
_REFUSED = (
    "This is not the presenter's link of this server, or no longer: a server that is started anew prints another one, unless "
    "LATENT_EXPLORER_PRESENTER gives it the secret. The page without it is at the same address up to the question mark.\n"
)


class Visitors:
    """Middleware of the server. Cookies have no path: they are of the folder that the browser sees, behind any proxy."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        if asked := parse_qs(request.url.query).get(ASKED):
            await _to_presenter(request, asked[0])(scope, receive, send)
        elif COOKIE in request.cookies or "text/html" not in request.headers.get("accept", ""):
            await self._app(scope, receive, send)
        else:
            cookie = _cookie(request, COOKIE, secrets.token_urlsafe(24))

            async def with_cookie(message: Message) -> None:
                if message["type"] == "http.response.start":
                    MutableHeaders(scope=message).append("set-cookie", cookie)
                await send(message)

            await self._app(scope, receive, with_cookie)


def _to_presenter(request: Request, secret: str) -> Response:
    """To the page itself, so that the secret does not stay in the address that a class may see."""
    if not is_presenters(secret, os.environ):
        return PlainTextResponse(_REFUSED, 403)
    rest = "&".join(part for part in request.url.query.split("&") if part.partition("=")[0] != ASKED)
    answer = RedirectResponse(f"./{request.url.path.rpartition('/')[2]}?{rest}".removesuffix("?"), 303)
    answer.headers.append("set-cookie", _cookie(request, PRESENTERS_COOKIE, secret))
    return answer


def _cookie(request: Request, name: str, value: str) -> str:
    secure = "; Secure" if request.url.scheme == "https" else ""
    return f"{name}={value}; Max-Age={_YEAR}; HttpOnly; SameSite=Lax{secure}"
