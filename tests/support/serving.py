"""Starts a real dashboard for tests, benchmarks and screenshots, and a browser that can reach nothing else."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Request, sync_playwright
from support.chromium import find

from dashboard.jobs.jobs import VARIABLE

_ONLY_HERE = "MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"
ROOT = Path(__file__).resolve().parents[2]
_SERVER = """
import streamlit as st
from dashboard.films import routes as films
from dashboard.learn import routes as steps
from dashboard.shared import routes as views
from dashboard.stock import routes as models
app = st.App("page.py", routes=[*views.ROUTES, *models.ROUTES, *films.ROUTES, *steps.ROUTES])
"""


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass(frozen=True)
class Served:
    """A program that serves pages: its address, and the process that was started."""

    address: str
    process: int

    @property
    def server(self) -> int:
        """The process of the server itself, which `run` has begun and waits for. Linux tells."""
        return int(Path(f"/proc/{self.process}/task/{self.process}/children").read_text().split()[0])


@contextlib.contextmanager
def dashboard(log: Path, *options: str, base_path: str = "") -> Iterator[str]:
    """The address of a dashboard served for as long as the context lasts; its runs lie beside its log."""
    with dashboard_process(log, *options, base_path=base_path) as served:
        yield served.address


@contextlib.contextmanager
def dashboard_process(log: Path, *options: str, base_path: str = "", port: int | None = None) -> Iterator[Served]:
    """The same, perhaps on a port that another had before, and the process that serves it."""
    command = ["-m", "dashboard", "run", "--no-browser", *options, *(["--base-path", base_path] if base_path else []), "--port"]
    environment = os.environ | {VARIABLE: str(log.parent / "runs")}
    with _served(log, lambda port: [*command, str(port)], sys.executable, ROOT, environment, base_path, port) as served:
        yield served


@contextlib.contextmanager
def streamlit_app(app: Path, log: Path, **environment: str) -> Iterator[str]:
    """The address of another Streamlit program, served with the dashboard's settings."""
    options = ["-m", "streamlit", "run", str(app), "--server.headless=true", "--server.port"]
    given = os.environ | {"PYTHONPATH": str(ROOT)} | environment
    with _served(log, lambda port: [*options, str(port)], sys.executable, ROOT, given) as served:
        yield served.address


@contextlib.contextmanager
def view_app(page: str, folder: Path, **environment: str) -> Iterator[str]:
    """The address of a page, given as its program, that shows views: what they are of is fetched beside it."""
    (folder / "page.py").write_text(page)
    (folder / "server.py").write_text(_SERVER)
    with streamlit_app(folder / "server.py", folder / "log.txt", **environment) as address:
        yield address


@contextlib.contextmanager
def installed_dashboard(program: Path, folder: Path, log: Path, environment: dict[str, str]) -> Iterator[str]:
    """The address of the dashboard of an installed copy, started in a folder with nothing else in its environment."""
    with _served(log, lambda port: ["run", "--no-browser", "--port", str(port)], program, folder, environment) as served:
        yield served.address


@contextlib.contextmanager
def _served(
    log: Path,
    command: Callable[[int], list[str]],
    program: str | Path,
    folder: Path,
    environment: dict[str, str],
    base_path: str = "",
    port: int | None = None,
) -> Iterator[Served]:
    port = port or free_port()
    with log.open("wb") as output:
        server = subprocess.Popen(
            [program, *command(port)],
            cwd=folder,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=environment,
        )
    address = f"http://localhost:{port}{base_path}"
    try:
        _wait_until_up(f"{address}/_stcore/health", server, log)
        yield Served(address, server.pid)
    finally:
        server.terminate()
        server.wait(10)


@contextlib.contextmanager
def program(command: Sequence[object], folder: Path, environment: dict[str, str]) -> Iterator[None]:
    """Another program, for as long as the context lasts."""
    with (folder / "program.txt").open("wb") as output:
        running = subprocess.Popen(list(map(str, command)), cwd=folder, env=environment, stdout=output, stderr=subprocess.STDOUT)
        try:
            yield
        finally:
            running.terminate()
            running.wait(20)


def until_up(address: str, path: str = "/_stcore/health") -> str:
    """An address, once something answers there."""
    end = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(address + path, timeout=30):  # noqa: S310 (our own server)
                return address
        except OSError:
            assert time.monotonic() < end, f"{address} is not up"
            time.sleep(0.2)


def _wait_until_up(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and server.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 (our own server)
            if answer.status == 200:
                return
        time.sleep(0.1)
    raise RuntimeError(f"The dashboard did not start:\n{log.read_text()}")


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """A headless Chromium that finds no other machine."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=["--no-sandbox", f"--host-resolver-rules={_ONLY_HERE}"])
        try:
            yield browser
        finally:
            browser.close()


def offline_context(browser: Browser, **options: object) -> tuple[BrowserContext, list[str]]:
    """A context, and the list of what went wrong in it: whatever it asks of another machine is among that."""
    context = browser.new_context(**options)
    troubles: list[str] = []
    context.on("request", lambda request: troubles.append(f"asked for {request.url}") if not _is_here(request.url) else None)
    context.on("requestfailed", lambda request: troubles.append(f"failed: {request.url}") if not _is_let_go(request) else None)
    context.on("console", lambda message: troubles.append(_told(message)) if _is_trouble(message) else None)
    context.on("weberror", lambda error: troubles.append(str(error.error)))
    return context, troubles


def _is_let_go(request: Request) -> bool:
    """Whether a page that went on no longer wanted it."""
    return request.failure == "net::ERR_ABORTED"


def _is_here(url: str) -> bool:
    return url.startswith(("http://localhost", "http://127.0.0.1", "file:", "data:", "blob:"))


def _told(message: ConsoleMessage) -> str:
    return f"{message.text} [{message.location['url']}]"


def _is_trouble(message: ConsoleMessage) -> bool:
    """Errors, but for Streamlit asking for its own root below the address of a page before it asks at the root."""
    return message.type == "error" and "/_stcore/" not in message.location["url"]
