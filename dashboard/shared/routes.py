"""The scripts of the views over HTTP, at addresses named after their content.

/view/streamlit/{host}/{digest}   the script of a host, as explore; never changes
"""

from __future__ import annotations

import gzip
from functools import lru_cache

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from dashboard.shared import browser

FOR_GOOD = "public, max-age=31536000, immutable"
"""Of what lies at an address named after its content; anyone may see it, so that a proxy may keep it for all."""
_HOSTS = ("explore", "film", "learn", "lecture", "scenes", "device")


def _script(request: Request) -> Response:
    host, asked = request.path_params["host"], request.path_params["digest"]
    if host not in _HOSTS or not browser.script_address(f"streamlit/{host}").endswith(f"/{asked}"):
        return PlainTextResponse(
            "This script was replaced by a newer one: load the page again.", 410, {"Cache-Control": "no-store"}
        )
    headers = {"Cache-Control": FOR_GOOD, "X-Content-Type-Options": "nosniff", "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        return Response(_zipped(host), media_type="text/javascript", headers=headers | {"Content-Encoding": "gzip"})
    return Response(browser.script(f"streamlit/{host}"), media_type="text/javascript", headers=headers)


@lru_cache(maxsize=len(_HOSTS))
def _zipped(host: str) -> bytes:
    return gzip.compress(browser.script(f"streamlit/{host}").encode(), 6, mtime=0)


ROUTES = [Route("/view/streamlit/{host}/{digest}", _script)]
