"""The dashboard below a path: behind proxies that take it away or hand it on, nginx, and JupyterLab's own. `make test-hosting`.

nginx (Debian's package, or `NGINX` names the program) is left out where it is not installed.
"""

from __future__ import annotations

import contextlib
import io
import re
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect
from support.builders import short, tiny
from support.copies import Copy
from support.explorer_page import at_rest, here, until
from support.hosts.nginx import NGINX, answered, nginx
from support.hosts.proxy import prefixed
from support.serving import dashboard, free_port, offline_context, program, until_up

from dashboard.shared.visitors import COOKIE
from dashboard.train.wording import PATH, PREVIEW
from vae_engine.data import mnist as data
from vae_engine.runs import runs

PREFIX = "/course/explorer"
REFUSING = "will refuse an upload with the number 403"
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
    """nginx with a sub-path."""
    with dashboard(folder / "log.txt") as address, nginx(folder, [address], PREFIX) as outside:
        yield outside


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
    send_images(page, address)
    expect(page.get_by_text(REFUSING)).to_have_count(0)
    expect(page.get_by_text(PREVIEW).first).to_be_visible(timeout=60_000)
    page.goto(f"{address}/models")
    with page.expect_download(timeout=60_000) as explorer:
        page.get_by_role("button", name="Download HTML").click()
    assert explorer.value.path().stat().st_size > 1_000_000
    # Streamlit asks for its own root below the address of a page before it asks at the root.
    assert [one for one in troubles if not re.search(r"/(train|models)/_stcore/", one)] == []
    context.close()


def send_images(page: Page, address: str) -> None:
    """Choose images of one's own on Train, and send some."""
    page.goto(f"{address}/train")
    page.get_by_text("All settings").click()
    page.get_by_role("tab", name="Data").click()
    at_rest(page)
    page.get_by_role("combobox", name="Images").click()
    page.get_by_role("option", name="Images of your own").click()
    images = io.BytesIO()
    np.savez(images, images=data.load("test").images[:60], labels=data.load("test").labels[:60])
    chosen = {"name": "mine.npz", "mimeType": "application/zip", "buffer": images.getvalue()}
    page.locator("input[type=file]").first.set_input_files(chosen)


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


@pytest.mark.skipif(not NGINX, reason="nginx is not installed")
def test_a_visitor_stays_with_one_of_two_processes_and_goes_on_with_the_other_when_that_ends(
    browser: Browser, tmp_path: Path
) -> None:
    make_run(tmp_path / "runs")
    with contextlib.ExitStack() as around:
        ends = {}
        for name in ("one.txt", "two.txt"):
            end = around.enter_context(contextlib.ExitStack())
            ends[end.enter_context(dashboard(tmp_path / name)).rsplit(":", 1)[1]] = end
        outside = around.enter_context(nginx(tmp_path, [f"http://localhost:{port}" for port in ends]))
        for number in range(8):
            asked = urllib.request.Request(outside, headers={"Cookie": f"{COOKIE}={number}"})  # noqa: S310 (our own server)
            urllib.request.urlopen(asked, timeout=30).close()  # noqa: S310
        # nginx writes its record after it has answered.
        until(lambda: {str(number) for number in range(8)} <= answered(tmp_path).keys())
        shared_out = answered(tmp_path)
        assert len(set.union(*(shared_out[str(number)] for number in range(8)))) == 2
        visit(browser, outside, tmp_path)
        # The first page is asked for without the cookie that it brings; all else is asked of one process.
        (visitor,) = answered(tmp_path).keys() - shared_out.keys()
        assert len(answered(tmp_path)[visitor]) == 1
        page = browser.new_page()
        page.goto(f"{outside}/")
        here(page)
        (visitor,) = answered(tmp_path).keys() - shared_out.keys() - {visitor}
        (process,) = answered(tmp_path)[visitor]
        ends[process.rsplit(":", 1)[1]].close()
        page.get_by_role("link", name="Models").click()
        expect(page.get_by_role("button", name="Download HTML")).to_be_visible(timeout=60_000)
        page.screenshot(path=tmp_path / "other.png")
        page.close()


def test_where_cookies_are_dropped_an_upload_is_refused_as_the_page_says_and_the_path_is_the_way_round(
    browser: Browser, tmp_path: Path
) -> None:
    images = tmp_path / "mine.npz"
    np.savez(images, images=data.load("test").images[:60], labels=data.load("test").labels[:60])
    with dashboard(tmp_path / "log.txt") as address, prefixed(address, PREFIX, passes_cookies=False) as outside:
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        with page.expect_response(lambda answer: answer.status == 403):
            send_images(page, outside)
        expect(page.get_by_text(REFUSING)).to_be_visible()
        page.get_by_label(PATH).scroll_into_view_if_needed()
        page.screenshot(path=tmp_path / "refused.png")
        page.get_by_label(PATH).fill(str(images))
        page.get_by_label(PATH).press("Enter")
        expect(page.get_by_text(PREVIEW).first).to_be_visible(timeout=60_000)
        page.goto(f"{outside}/runs")
        page.get_by_role("button", name="Upload a run").click()
        expect(page.get_by_text(REFUSING)).to_be_visible()
        page.screenshot(path=tmp_path / "refused-run.png")
        page.close()


def test_jupyter_shows_a_tile_and_serves_it_below_its_own_address(copy: Copy, browser: Browser, tmp_path: Path) -> None:
    copy.install("jupyter-server", "jupyter-server-proxy")
    make_run(tmp_path / "runs")
    port, options = free_port(), ["--IdentityProvider.token=", "--ServerApp.base_url=/user/ann/", "--allow-root"]
    command = [copy.bin / "jupyter", "server", "--no-browser", f"--port={port}", "--ip=127.0.0.1", *options]
    environment = copy.environment | {"LATENT_EXPLORER_RUNS": str(tmp_path / "runs")}
    hub = f"http://localhost:{port}/user/ann"
    with program(command, tmp_path, environment):
        until_up(hub, "/api/status")
        with urllib.request.urlopen(f"{hub}/server-proxy/servers-info", timeout=30) as told:  # noqa: S310
            assert "Latent-space explorer" in told.read().decode()
        visit(browser, until_up(f"{hub}/latent-explorer"), tmp_path)
