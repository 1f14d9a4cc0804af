"""The parts of models over HTTP, at addresses named after their content.

    /model/{name}/{part}/{digest}   part is bundle, encoder, images or probe; never changes

A model or part that is not there, or no longer has this content, is gone: 410 and one sentence, since pages are told addresses of
what is there. Whoever may open the pages may fetch them: runs are there for all to watch and open. Knows no Streamlit.
"""

from __future__ import annotations

from functools import partial
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from dashboard.shared.browser import digest
from dashboard.shared.kept import Kept
from dashboard.shared.routes import FOR_GOOD
from dashboard.stock import own_runs
from dashboard.stock.library import PARTS, Library, contents_of, packed
from vae_engine.base.errors import EngineError
from vae_engine.stored import registry

_kept = Kept(64 * 2**20)


def make_ready(library: Library) -> None:
    """Have the bundles of models ready before a browser asks for them. Raises EngineError."""
    for bundle, _ in library.models:
        _, name, part, content = map(unquote, bundle.split("/"))
        _kept.get((name, part, content), partial(_made, name, part, content))


def _part(request: Request) -> Response:
    """Not a coroutine, so that Starlette runs it in a thread."""
    name, part, asked = (request.path_params[key] for key in ("name", "part", "digest"))
    try:
        content = _kept.get((name, part, asked), partial(_made, name, part, asked))
    except EngineError as error:
        return PlainTextResponse(str(error), 410, {"Cache-Control": "no-store"})
    # It is packed already: saying that it is encoded keeps Streamlit and proxies from packing it each time.
    more = {"Cache-Control": FOR_GOOD, "X-Content-Type-Options": "nosniff", "Content-Encoding": "identity"}
    return Response(content, media_type="application/octet-stream", headers=more)


def _made(name: str, part: str, asked: str) -> bytes:
    # Any other name would be taken for a folder.
    if part not in PARTS or not (name.startswith(own_runs.PREFIX) or name in registry.names()):
        raise EngineError("There is nothing here; a model has a bundle, an encoder, images and perhaps a probe.")
    model = own_runs.read(name) if name.startswith(own_runs.PREFIX) else registry.find(name)
    (content,) = contents_of(model, [part])
    if digest(content) != asked:
        raise EngineError(f"{name} has changed since this page was opened: load the page again.")
    return packed(part, content)


ROUTES = [Route("/model/{name}/{part}/{digest}", _part)]
