"""A visitor's lecture as one HTML file over HTTP. Knows no Streamlit.

    POST /lecture-page   takes a lecture, gives the page, and in X-Left-Out, percent-encoded, which scenes it leaves out

What is no lecture gives 400 and one sentence. Only JSON is taken: other sites' pages may send none without being asked first.
"""

from __future__ import annotations

import json
import threading
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from dashboard.explore import one_file
from dashboard.lecture import lecture
from dashboard.lecture.in_file import fitting
from dashboard.stock.material import ladder_of
from vae_engine.base.errors import EngineError
from vae_engine.stored import registry

_MOST_BYTES = 4 * lecture.TEXT
_one_at_a_time = threading.Lock()
"""Training keeps its processor."""


async def _lecture_page(request: Request) -> Response:
    if not request.headers.get("Content-Type", "").startswith("application/json"):
        return _refused("A lecture is sent as JSON.", 415)
    sent = b""
    try:
        async for part in request.stream():
            sent += part
            if len(sent) > _MOST_BYTES:
                return _refused("This is too large to be a lecture.", 413)
        return await run_in_threadpool(_made, sent.decode())
    except UnicodeDecodeError:
        return _refused("This is no lecture: it is no text.", 400)
    except EngineError as error:
        return _refused(str(error), 400)
    except ClientDisconnect:
        return Response(status_code=499)


def _made(text: str) -> Response:
    if complaint := lecture.trouble(text):
        raise EngineError(complaint)
    names = registry.names()
    rungs = [rung.name for rung in ladder_of([registry.find(name) for name in names])]
    left_out: list[str] = []
    with _one_at_a_time:
        content = one_file.page(fitting(json.loads(text)["scenes"], names, rungs), text, left_out.append)
    headers = {"X-Left-Out": quote(" ".join(left_out)), "Cache-Control": "no-store", "Content-Encoding": "identity"}
    return Response(content, media_type="text/html", headers=headers | {"Content-Disposition": "attachment"})


def _refused(sentence: str, status: int) -> PlainTextResponse:
    return PlainTextResponse(sentence, status, {"Cache-Control": "no-store"})


ROUTES = [Route("/lecture-page", _lecture_page, methods=["POST"])]
