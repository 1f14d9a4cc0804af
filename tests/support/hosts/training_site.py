"""The page Train of a site, alone, served as plain files."""

from __future__ import annotations

import contextlib
import functools
import http.server
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from dashboard.shared import browser as views
from dashboard.site import html, training
from dashboard.site.files import Files
from dashboard.site.html import Link
from dashboard.stock.library import tightly

ALONE = "delete Navigator.prototype.serviceWorker"
"""Run before the page, beside which there is no service worker."""


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextlib.contextmanager
def served_files(folder: Path) -> Iterator[str]:
    """The address of a folder for as long as the context lasts."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://localhost:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


def write_training(folder: Path) -> None:
    """Write the pages with what they need into a new folder: on images at training/, on toys at training/toy/."""
    files = Files()
    train, toy = Link("training/", "Train"), Link("training/toy/", "Toys", below="training/")
    for link, host, sheets, about in (
        (train, "train", views.TRAIN, training.told(files) | {"engine": {}}),
        (toy, "toy", views.TOY, training.toy(files)),
    ):
        style = files.add(host, ".css", views.styles(*sheets, "lecture/lecture", "hosts/site/site").encode())
        program = files.add(host, ".bin", tightly(views.script(f"site/{host}").encode()))
        page = html.page(link, [train], style=style, program=program, icon="data:,", about=about, foot=False)
        files.put(f"{link.path}index.html", page)
    files.put(html.MANIFEST, html.manifest([]))
    files.write(folder)


def steps(page: Page) -> int:
    """How many the page says that were taken."""
    found = re.search(r"([\d,]+) steps", page.get_by_test_id("train-far").inner_text())
    assert found
    return int(found[1].replace(",", ""))


def held_out(page: Page) -> float:
    """The held-out number that the page says, nats per image."""
    found = re.search(r"([−\d.,]+) ±", page.get_by_test_id("train-good").inner_text())
    assert found
    return float(found[1].replace("−", "-").replace(",", ""))
