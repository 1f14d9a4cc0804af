"""The web server: the pages as Streamlit serves them, scripts, models and films beside them, the training queue behind."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import os
import signal
import sys
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import Route
from streamlit import config
from streamlit.file_util import get_static_dir
from streamlit.runtime import Runtime

from dashboard.explore import routes as explore_routes
from dashboard.films import routes as film_routes
from dashboard.jobs import jobs
from dashboard.learn import routes as learn_routes
from dashboard.lecture import routes as lecture_routes
from dashboard.runs import shelf as run_shelf
from dashboard.shared import browser
from dashboard.shared import routes as view_routes
from dashboard.shell import ahead, at_hand, serving, settings
from dashboard.shell.at_once import answers_leave_at_once
from dashboard.shell.nowhere import Nowhere
from dashboard.shell.visitors import Visitors
from dashboard.stock import catalogue
from dashboard.stock import routes as model_routes
from dashboard.stock.material import LESSON_MODELS
from vae_engine.base.errors import EngineError
from vae_engine.base.places import place

_VISITOR_FIRST = 2.0
"""Seconds that the first visitor has the processor alone."""


@contextlib.asynccontextmanager
async def _keeping_jobs(app: st.App) -> AsyncIterator[None]:
    """Once per server: clear away what kills left behind, and keep the queue moving for as long as it runs."""
    answers_leave_at_once(asyncio.get_running_loop())  # which listens once this is done
    runs, closing = jobs.shared(), threading.Event()
    await run_in_threadpool(_name_ahead)
    # What the pages import, read and make once is there when the first visitor comes: Streamlit makes sure of the program. The
    # page itself says what is wrong.
    await asyncio.gather(run_in_threadpool(_pack_models), Runtime.instance().does_script_run_without_error())
    threading.Thread(target=_make_ready, args=(closing,), name="pages", daemon=True).start()
    if strange := settings.unknown(option.env_var for option in config.get_config_options().values()):
        print(strange, file=sys.stderr)
    try:
        await run_in_threadpool(runs.sweep)
    except EngineError as error:  # the pages open all the same, and say so where it matters
        print(error, file=sys.stderr)
    if os.environ.get(serving.FOLLOWS):
        threading.Thread(target=_follow, daemon=True).start()
    ended = runs.watch()
    try:
        yield
    finally:
        ended.set()
        closing.set()


def _pack_models() -> None:
    """The bundles of the first page."""
    with contextlib.suppress(EngineError):
        model_routes.make_ready(catalogue.shelf(LESSON_MODELS).library)


def _make_ready(closing: threading.Event) -> None:
    """When the first visitor has the first page, what else a whole class would wait for at once: the library of tables and
    charts, the pictures of Runs, and the answers of Learn.
    """
    if not closing.wait(_VISITOR_FIRST):
        importlib.import_module("pandas")
        run_shelf.make_ready()
        with contextlib.suppress(EngineError):  # the page says so
            learn_routes.address()


def _name_ahead() -> None:
    """Know by the first visitor what the first page will ask for."""
    static = Path(get_static_dir())
    later = ahead.parts_of_the_client(static)
    at_hand.keep(static, [*at_hand.of_the_page(static), *later])
    scripts = [browser.script_address(f"streamlit/{host}") for host in ("explore", "scenes")]
    with contextlib.suppress(EngineError):
        first = catalogue.shelf(LESSON_MODELS)
        ahead.name([*scripts, *later], [bundle for bundle, _ in first.library.models])
        ahead.begin(scripts[0], {"library": first.library.told(), "shown": first.shown, "ladder": first.ladder})


def _follow() -> None:
    """End with the command that started this server, also where it was killed and could not say so: then its pipe closes."""
    # Not through sys.stdin: whoever ends waits for its lock.
    while os.read(0, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


# A page that is opened by its own address asks for /train/_stcore/health and /train/_stcore/host-config and gets 404, which the
# console of a browser shows: Streamlit's script looks for the root of the app there first, and without the 404 would take the
# page for it.
def _explore(request: Request) -> RedirectResponse:
    """Explore is the first page and has no address of its own; who types one is led there, with all that follows it."""
    return RedirectResponse(f"./?{request.url.query}".removesuffix("?"))


_BASE = f"/{config.get_option('server.baseUrlPath')}".rstrip("/")
_OURS = (
    Route("/explore", _explore), *view_routes.ROUTES, *model_routes.ROUTES, *film_routes.ROUTES, *lecture_routes.ROUTES,
    *explore_routes.ROUTES, *learn_routes.ROUTES,
)  # fmt: skip
_ROUTES = [Route(_BASE + route.path, route.endpoint, methods=route.methods and list(route.methods)) for route in _OURS]

_MIDDLEWARE = [
    Middleware(at_hand.AtHand, base=_BASE),
    Middleware(Visitors),
    Middleware(Nowhere, base=_BASE),
    Middleware(ahead.Ahead, page=f"{_BASE}/"),
]

app = st.App(place("dashboard/shell/app.py"), routes=_ROUTES, middleware=_MIDDLEWARE, lifespan=_keeping_jobs)
