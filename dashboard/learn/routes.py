"""What the steps of Learn say over HTTP, at an address named after its content.

/steps/{digest}   dashboard/learn/content.py, packed; never changes
"""

from __future__ import annotations

import gzip
import json

import streamlit as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from dashboard.learn import content
from dashboard.shared.browser import digest
from dashboard.shared.routes import FOR_GOOD
from dashboard.stock import catalogue
from vae_engine.base.errors import EngineError


def address() -> str:
    """Where the steps are, beside the address of the page. Raises EngineError."""
    return f"steps/{digest(_packed())}"


@st.cache_resource(show_spinner=False)
def _packed() -> bytes:
    """Every answer worked out, once per server. Raises EngineError."""
    told = content.told(catalogue.material())
    return gzip.compress(json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode(), 9, mtime=0)


def _steps(request: Request) -> Response:
    """Not a coroutine, so that Starlette runs it in a thread."""
    try:
        packed = _packed()
        if digest(packed) != request.path_params["digest"]:
            raise EngineError("The steps have changed since this page was opened: load the page again.")
    except EngineError as error:
        return PlainTextResponse(str(error), 410, {"Cache-Control": "no-store"})
    # It is packed already: saying that it is encoded keeps Streamlit and proxies from packing it each time.
    more = {"Cache-Control": FOR_GOOD, "X-Content-Type-Options": "nosniff", "Content-Encoding": "identity"}
    return Response(packed, media_type="application/octet-stream", headers=more)


ROUTES = [Route("/steps/{digest}", _steps)]
