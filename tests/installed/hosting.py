"""The dashboard below a path: behind proxies that take it away or hand it on, nginx, and JupyterLab's own. `make test-hosting`.

nginx (Debian's package, or `NGINX` names the program) is left out where it is not installed.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, expect
from support.builders import short, tiny
from support.copies import Copy
from support.explorer_page import at_rest, here
from support.proxy import prefixed
from support.serving import chromium, dashboard, free_port, offline_context

from vae_engine.data import mnist as data
from vae_engine.runs import runs

PREFIX = "/course/explorer"
NGINX = os.environ.get("NGINX") or shutil.which("nginx")
CONFIG = """daemon off; pid {folder}/pid; error_log {folder}/error.log; events {{}}
http {{
  access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; client_max_body_size 64m;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  map $http_upgrade $connection_upgrade {{ default upgrade; '' close; }}
  server {{
    listen 127.0.0.1:{port};
    location {prefix}/ {{
      proxy_pass {address}/;
      proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
      proxy_set_header Host $http_host;
      proxy_read_timeout 1d;
      proxy_request_buffering off;
    }}
  }}
}}
"""
Served = Callable[[Path], contextlib.AbstractContextManager[str]]


@contextlib.contextmanager
def behind_stripping(folder: Path) -> Iterator[str]:
    """A proxy that takes its path away."""
    with dashboard(folder / "log.txt") as address, prefixed(address, PREFIX) as outside:
        yield outside


@contextlib.contextmanager
def behind_keeping(folder: Path) -> Iterator[str]:
    """A proxy that hands its path on, as the server was told."""
    with dashboard(folder / "log.txt", base_path=PREFIX) as address, prefixed(address, PREFIX, strips=False) as outside:
        yield outside


@contextlib.contextmanager
def behind_nginx(folder: Path) -> Iterator[str]:
    """nginx with a sub-path, as README has it."""
    port = free_port()
    with dashboard(folder / "log.txt") as address:
        (folder / "nginx.conf").write_text(CONFIG.format(folder=folder, port=port, prefix=PREFIX, address=address))
        with _program([NGINX, "-p", folder, "-c", folder / "nginx.conf", "-e", folder / "error.log"], folder, dict(os.environ)):
            yield _up(f"http://localhost:{port}{PREFIX}")


@contextlib.contextmanager
def _program(command: list, folder: Path, environment: dict[str, str]) -> Iterator[None]:
    with (folder / "program.txt").open("wb") as output:
        program = subprocess.Popen(list(map(str, command)), cwd=folder, env=environment, stdout=output, stderr=subprocess.STDOUT)
        try:
            yield
        finally:
            program.terminate()
            program.wait(20)


def _up(address: str, path: str = "/_stcore/health") -> str:
    end = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(address + path, timeout=30):  # noqa: S310 (our own server)
                return address
        except OSError:
            assert time.monotonic() < end, f"{address} is not up"
            time.sleep(0.2)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium."""
    with chromium() as browser:
        yield browser


def visit(browser: Browser, address: str, pictures: Path) -> None:
    """Open the pages, watch a film, send images and take a file: nothing may be missing."""
    context, troubles = offline_context(browser, viewport={"width": 1366, "height": 768})
    context.on("response", lambda answer: troubles.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None)
    page = context.new_page()
    page.goto(f"{address}/")
    here(page)
    page.screenshot(path=pictures / "explore.png")
    page.goto(f"{address}/train?run=one")
    page.get_by_test_id("film").wait_for(timeout=60_000)
    page.get_by_test_id("film-scrubber").focus()
    page.keyboard.press("Home")
    expect(page.get_by_test_id("film-step-0")).to_have_text("step 0")
    page.get_by_test_id("film-export").click()
    with page.expect_download() as film:
        page.get_by_test_id("film-export-html").click()
    assert film.value.path().stat().st_size > 10_000
    page.screenshot(path=pictures / "film.png")
    page.goto(f"{address}/train")
    page.get_by_text("All settings").click()
    page.get_by_role("tab", name="Data").click()
    at_rest(page)
    page.get_by_role("combobox", name="Images").click()
    page.get_by_role("option", name="Images of your own").click()
    images = io.BytesIO()
    np.savez(images, images=data.load("test").images[:60], labels=data.load("test").labels[:60])
    chosen = {"name": "mine.npz", "mimeType": "application/zip", "buffer": images.getvalue()}
    page.locator("input[type=file]").set_input_files(chosen)
    expect(page.get_by_text("What the network will see").first).to_be_visible(timeout=60_000)
    page.goto(f"{address}/models")
    with page.expect_download(timeout=60_000) as explorer:
        page.get_by_role("button", name="Download HTML").click()
    assert explorer.value.path().stat().st_size > 1_000_000
    # Streamlit asks for its own root below the address of a page before it asks at the root.
    assert [one for one in troubles if not re.search(r"/(train|models)/_stcore/", one)] == []
    context.close()


def make_run(folder: Path) -> None:
    """A finished run to watch."""
    digits = data.load("test").head(64)
    for _ in runs.start(folder / "one", tiny(), short(steps=20), train_images=digits, validation_images=digits):
        pass


@pytest.mark.parametrize("behind", [behind_stripping, behind_keeping, behind_nginx])
def test_below_a_path_every_page_film_upload_and_download_works(behind: Served, browser: Browser, tmp_path: Path) -> None:
    if behind is behind_nginx and not NGINX:
        pytest.skip("nginx is not installed")
    make_run(tmp_path / "runs")
    with behind(tmp_path) as address:
        visit(browser, address, tmp_path)


def test_jupyter_shows_a_tile_and_serves_it_below_its_own_address(copy: Copy, browser: Browser, tmp_path: Path) -> None:
    copy.install("jupyter-server", "jupyter-server-proxy")
    make_run(tmp_path / "runs")
    port, options = free_port(), ["--IdentityProvider.token=", "--ServerApp.base_url=/user/ann/", "--allow-root"]
    command = [copy.bin / "jupyter", "server", "--no-browser", f"--port={port}", "--ip=127.0.0.1", *options]
    environment = copy.environment | {"LATENT_EXPLORER_RUNS": str(tmp_path / "runs")}
    hub = f"http://localhost:{port}/user/ann"
    with _program(command, tmp_path, environment):
        _up(hub, "/api/status")
        with urllib.request.urlopen(f"{hub}/server-proxy/servers-info", timeout=30) as told:  # noqa: S310
            assert "Latent-space explorer" in told.read().decode()
        visit(browser, _up(f"{hub}/latent-explorer"), tmp_path)
