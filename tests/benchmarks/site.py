"""The site: bytes and time until a drag is answered over a slow line, again without a network, and five hundred first visits.

    cd tests && python -m benchmarks.site             measure and write README's table
    cd tests && python -m benchmarks.site --quick     once instead of three times and fifty visitors, printed only

Line and latency are Chromium's own emulation; the folder is served by `python -m http.server`, which packs nothing. Visitors are
connections that fetch what a browser does on its first visit of Explore, twenty at a time, from that server on one processor.
Linux only.
"""

from __future__ import annotations

import concurrent.futures
import http.client
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import report
from benchmarks.explorer import dragged, first_drag
from benchmarks.report import Row
from playwright.sync_api import Browser, BrowserContext
from support.explorer_page import here
from support.serving import chromium, free_port, offline_context, until_up

from dashboard.site import site

LINE = {"offline": False, "latency": 50, "downloadThroughput": 10e6 / 8, "uploadThroughput": 10e6 / 8}
"""10 Mbit/s and 50 ms."""
VISITORS, FEW, AT_ONCE = 500, 50, 20
KEPT = "caches.keys().then(async ([name]) => (name ? (await (await caches.open(name)).keys()).length : 0))"

BARE = """<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">
<div data-testid="latent-map-vae" style="height: 90vh"></div>
<script>
let z = [0, 0];
window.__latentExplorer = {state: () => ({z: [z]})};
addEventListener("mousemove", ({buttons, clientX, clientY}) => { if (buttons) z = [clientX, clientY]; });
</script>"""


@dataclass
class Visit:
    """Seconds until a drag was answered, bytes until then and in all, and the paths that were asked for."""

    seconds: float
    first: int
    whole: int
    paths: list[str]


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a folder below a path, served by Python's own server on one processor."""
    port = free_port()
    command = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1", "--directory", str(folder.parent)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.sched_setaffinity(server.pid, {0})
    try:
        yield until_up(f"http://localhost:{port}", f"/{folder.name}/") + f"/{folder.name}/"
    finally:
        server.terminate()
        server.wait(10)


def first_visit(context: BrowserContext, address: str) -> Visit:
    """The first visit over the slow line, until the service worker has what it keeps."""
    page = context.new_page()
    wire = context.new_cdp_session(page)
    came, paths = [0], []
    wire.on("Network.dataReceived", lambda part: came.append(part["dataLength"]))
    context.on(
        "request", lambda request: paths.append(request.url.removeprefix(address)) if request.url.startswith(address) else None
    )
    wire.send("Network.enable")
    wire.send("Network.emulateNetworkConditions", LINE)
    seconds = dragged(page, address)
    first = sum(came)
    here(page)
    wire.send("Network.emulateNetworkConditions", LINE | {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1})
    count, still = 0, time.monotonic()
    while not count or time.monotonic() - still < 3:  # nothing more is kept
        page.wait_for_timeout(200)
        if (now := page.evaluate(KEPT)) != count:
            count, still = now, time.monotonic()
    page.close()
    return Visit(seconds, first, sum(came), [*paths])


def second_visit(context: BrowserContext, address: str) -> float:
    """Seconds until a drag is answered without a network."""
    context.set_offline(True)
    page = context.new_page()
    seconds = dragged(page, address)
    context.set_offline(False)
    page.close()
    return seconds


def visits(browser: Browser, address: str) -> tuple[Visit, float]:
    """A first and a second visit of a device that knows nothing of the site."""
    context, troubles = offline_context(browser, viewport={"width": 1366, "height": 768})
    first = first_visit(context, address)
    again = second_visit(context, address)
    context.close()
    assert not [one for one in troubles if "ERR_INTERNET_DISCONNECTED" not in one], troubles
    return first, again


def bare_drag(browser: Browser, folder: Path, repeats: int) -> float:
    """Seconds that the same takes of a page that does nothing: what the browser and whoever drives it need by themselves."""
    bare = folder.with_name("bare")
    bare.mkdir(exist_ok=True)
    (bare / "index.html").write_text(BARE, encoding="utf-8")
    with served(bare) as address:
        return statistics.median(first_drag(browser, address) for _ in range(repeats))


def fetched(address: str, paths: list[str]) -> int:
    """The bytes that one visitor fetches over one connection after the other, as this server wants it."""
    host, _, root = address.removeprefix("http://").partition("/")
    size = 0
    for path in paths:
        connection = http.client.HTTPConnection(host, timeout=300)
        connection.request("GET", f"/{root}{path}")
        answer = connection.getresponse()
        assert answer.status == 200, path
        size += len(answer.read())
        connection.close()
    return size


def crowd(address: str, paths: list[str], size: int, visitors: int) -> float:
    """Seconds until all visitors have what a first visit needs, of so many bytes."""
    began = time.perf_counter()
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        sizes = [*pool.map(lambda _: fetched(address, paths), range(visitors))]
    assert {*sizes} == {size}
    return time.perf_counter() - began


def measure(browser: Browser, folder: Path, repeats: int, visitors: int) -> Iterator[Row]:
    """All rows of the table, as they are found."""
    _, size = site.write(folder)
    yield Row("the whole folder, with all bundled models and the lecture", size / 1e6, "MB", most=60)
    with served(folder) as address:
        found = [visits(browser, address) for _ in range(repeats)]
        first = found[0][0]
        yield Row(
            "first visit at 10 Mbit/s and 50 ms → first drag answered",
            statistics.median(one.seconds for one, _ in found),
            "s",
            most=2.5,
        )
        yield Row("… bytes until then", first.first / 1e6, "MB", most=2.6)
        parts = sorted({path for path in first.paths if "#" not in path})
        files = [folder / (path if path and not path.endswith("/") else f"{path}index.html") for path in parts]
        kept = sum(path.stat().st_size for path in files)
        yield Row("… bytes of a visit to Explore, with encoders and images for offline use", kept / 1e6, "MB", most=7)
        yield Row(
            "second visit without a network → first drag answered", statistics.median(one for _, one in found), "s", most=0.4
        )
        yield Row("… of a page with nothing but a place to drag, by the same hand", bare_drag(browser, folder, repeats), "s")
        seconds = crowd(address, parts, kept, visitors)
        yield Row(f"{visitors} first visits from one processor", seconds, "s", most=120 * visitors / VISITORS)


def main() -> None:
    """Measure, print, and keep."""
    quick = report.asked_quick(__doc__, "one visit instead of three, fifty visitors, nothing kept")
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        rows = report.printed(measure(browser, Path(folder) / "site", 1 if quick else 3, FEW if quick else VISITORS))
        if not quick:
            report.keep("site", "The site", rows, f"Chromium {browser.version.split('.')[0]}")


if __name__ == "__main__":
    main()
