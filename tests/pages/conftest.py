"""A browser that reaches nothing but this machine, the explorer's page in one file, and a served dashboard."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from support.explorer_page import BUSY, here, settle
from support.serving import chromium, dashboard, offline_context

from dashboard.explore.one_file import write_html

Open = Callable[..., Page]

WINDOW = {"width": 1366, "height": 768}
expect.set_options(timeout=60_000)  # a slow machine is no defect of the page


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium."""
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def static_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The one-file explorer of the two small pretrained models."""
    path = tmp_path_factory.mktemp("static") / "explorer.html"
    write_html(["vae-mnist-small", "ae-mnist-small"], path)
    return path


@pytest.fixture
def open_static(browser: Browser, static_file: Path) -> Iterator[Open]:
    """Opens the static page from disk; afterwards nothing may have gone wrong and nothing been asked of any network."""
    opened: list[tuple[Any, list[str]]] = []

    def open_page(link: str = "", *, first: str = "", **options: Any) -> Page:
        context, troubles = offline_context(browser, **{"viewport": WINDOW, **options})
        context.set_offline(True)
        context.add_init_script(first)
        opened.append((context, troubles))
        page = context.new_page()
        page.on("request", lambda request: troubles.append(request.url) if request.url.startswith("http") else None)
        page.goto(static_file.as_uri() + link)
        here(page) if first != BUSY else settle(page)
        return page

    yield open_page
    for context, troubles in opened:
        context.close()
        assert troubles == []


@pytest.fixture(scope="session")
def served_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the served dashboard has its log and its runs."""
    return tmp_path_factory.mktemp("server")


@pytest.fixture(scope="session")
def dashboard_address(served_folder: Path) -> Iterator[str]:
    """Where a dashboard is served by its own command, for as long as the tests last."""
    with dashboard(served_folder / "log.txt") as url:
        yield url


@pytest.fixture
def open_dashboard(browser: Browser, dashboard_address: str) -> Iterator[Open]:
    """Opens a page of the dashboard; afterwards nothing may have failed, and nothing been asked of any network."""
    opened: list[tuple[Any, list[str]]] = []

    def open_page(path: str = "/", **options: Any) -> Page:
        context, troubles = offline_context(browser, **{"viewport": WINDOW, **options})
        opened.append((context, troubles))
        page = context.new_page()
        page.goto(dashboard_address + path)
        return page

    yield open_page
    for context, troubles in opened:
        context.close()
        assert troubles == []


@pytest.fixture
def open_explore(open_dashboard: Open) -> Open:
    """Opens Explore in the dashboard and waits for all of it."""

    def open_page(path: str = "/", **options: Any) -> Page:
        page = open_dashboard(path, **options)
        here(page)
        return page

    return open_page
