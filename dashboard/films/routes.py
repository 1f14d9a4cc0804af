"""What the browser fetches of a run's film: frames, cast and the whole as one page, over HTTP. Knows no Streamlit.

    /film/{run}/frames/{step}   the frame of a snapshot (vae_engine.exchange.film); once the run is finished it never changes
    /film/{run}/latest          the frame of the weights of the moment; 204 while there are none, or none newer than
                                those that ?seen=TAG names, where TAG is what X-Film-Tag said then
    /film/{run}/cast            the images that all frames of the run's data set are about
    /film/{run}/page            one HTML file that plays the film (with ?beside=RUN, two)

A run that is not there, or has no such instant, gives 404 and one sentence; one that cannot be read, 409 and one sentence.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from dashboard.films import export as film_export
from dashboard.jobs import jobs
from dashboard.shared.kept import Kept
from vae_engine.base.errors import EngineError
from vae_engine.exchange import film
from vae_engine.runs import snapshots
from vae_engine.stored import checkpoints

_FOR_GOOD = "private, max-age=31536000, immutable"
_EACH_TIME = "no-store"
_KEPT_BYTES = 96 * 2**20
_kept = Kept(_KEPT_BYTES)


def _frame(request: Request) -> Response:
    folder, text = _folder(request), request.path_params["step"]
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise LookupError(f"There is no step {text[:20]!r}.")
    path = snapshots.path_of(folder, int(text))
    try:
        changed = path.stat().st_mtime_ns
    except OSError:
        raise LookupError(f"{folder.name} has no snapshot of step {int(text)}.") from None
    # A run that can go on from a checkpoint may come by this step again.
    caching = _FOR_GOOD if (folder / checkpoints.METRICS).exists() else _EACH_TIME
    return _binary(_kept.get((path, changed), lambda: film.frame(folder, int(text))), caching)


def _latest(request: Request) -> Response:
    folder = _folder(request)
    path = folder / snapshots.LATEST
    none_newer = Response(status_code=204, headers={"Cache-Control": _EACH_TIME})
    try:
        tag = str(path.stat().st_mtime_ns)
    except OSError:
        return none_newer
    if tag in _asked(request, "seen"):
        return none_newer
    try:
        content = _kept.get((path, tag), lambda: film.latest_frame(folder))
    except EngineError:
        if path.exists():
            raise
        return none_newer  # the run ended while they were being read
    return _binary(content, _EACH_TIME, **{"X-Film-Tag": tag})


def _cast(request: Request) -> Response:
    data_set = checkpoints.read_config(_folder(request))[1].data
    return _binary(_kept.get(("cast", data_set), lambda: film.cast(data_set)), _EACH_TIME)


def _page(request: Request) -> Response:
    runs = [_folder(request), *map(_found, _asked(request, "beside"))]
    content = film_export.page(runs)
    name = "film-" + "-and-".join(folder.name for folder in runs) + ".html"
    return Response(content, media_type="text/html", headers={
        "Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store", "Content-Encoding": "identity",
    })  # fmt: skip


def _nowhere(request: Request) -> Response:
    raise LookupError("There is nothing here; a film has frames, latest, cast and page.")


def _asked(request: Request, name: str) -> list[str]:
    return parse_qs(request.url.query).get(name, [])


def _folder(request: Request) -> Path:
    return _found(request.path_params["run"])


def _found(run: str) -> Path:
    try:
        return jobs.shared().run_folder(run)
    except EngineError as error:
        raise LookupError(str(error)) from None


def _binary(content: bytes, caching: str, **headers: str) -> Response:
    # Half-precision weights hardly shrink: saying that they are encoded keeps Streamlit from zipping them each time.
    more = {"Cache-Control": caching, "X-Content-Type-Options": "nosniff", "Content-Encoding": "identity"}
    return Response(content, media_type="application/octet-stream", headers=more | headers)


def _answering(answer: Callable[[Request], Response]) -> Callable[[Request], Response]:
    """A handler that gives complaints as text. Not a coroutine, so that Starlette runs it in a thread."""

    def handler(request: Request) -> Response:
        try:
            return answer(request)
        except LookupError as error:
            return PlainTextResponse(str(error.args[0]), 404, {"Cache-Control": "no-store"})
        except EngineError as error:
            return PlainTextResponse(str(error), 409, {"Cache-Control": "no-store"})

    return handler


ROUTES = [
    Route("/film/{run}/frames/{step}", _answering(_frame)),
    Route("/film/{run}/latest", _answering(_latest)),
    Route("/film/{run}/cast", _answering(_cast)),
    Route("/film/{run}/page", _answering(_page)),
    Route("/film/{rest:path}", _answering(_nowhere)),
]
