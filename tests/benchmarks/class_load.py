"""A class on one server, and on two: how long pages take, and what each visitor costs.

    cd tests && python -m benchmarks.class_load             measure and write README's table
    cd tests && python -m benchmarks.class_load --quick      a third of the time, printed only

Visitors are sessions without a browser (support.crowd), each with its own pace, in the same process on the same machine: what it
takes of the processors the server has not. Two servers stand behind nginx, which leaves each visitor with one of them.
Linux only.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from benchmarks import report
from benchmarks.report import Row
from support.explorer_page import here, parts_of_models
from support.hosts.crowd import PAGES, Visitor, arrive, memory
from support.hosts.crowd import seconds as cpu
from support.hosts.nginx import NGINX, nginx
from support.serving import chromium, dashboard, dashboard_process, offline_context

SECONDS, QUICK = 40.0, 15.0
ARRIVING = 10.0  # seconds in which a class opens the first page
PAUSE = (2.0, 8.0)  # seconds between a visitor's pages
OPEN = 30  # sessions whose memory is measured
BEFORE = 5.9  # seconds of p95 with 100 visitors while models came through the websocket and charts were drawn at each visit


@dataclass
class Found:
    """Of a class: seconds until each page was there, the bytes of opening Explore, and what went wrong."""

    opened: list[float] = field(default_factory=list)
    turned: list[float] = field(default_factory=list)
    received: list[int] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)


async def visitor(address: str, number: int, of: int, end: float, found: Found) -> None:
    """Arrives with the others, opens Explore, and goes from page to page until the end."""
    pace = random.Random(number)  # noqa: S311 (no secret)
    await asyncio.sleep(number * ARRIVING / of)
    one: Visitor | None = None
    try:
        one = await arrive(address, f"visitor-{number}")
        found.opened.append(await one.visit(PAGES[0]))
        found.received.append(one.received)
        while time.perf_counter() < end:
            await asyncio.sleep(pace.uniform(*PAUSE))
            found.turned.append(await one.visit(pace.choice(PAGES)))
    except (OSError, TimeoutError) as error:
        found.troubles.append(f"{type(error).__name__}: {error}")
    finally:
        if one:
            found.troubles += one.troubles
            await one.leave()


async def lesson(address: str, visitors: int, seconds: float) -> Found:
    """What a class meets in a lesson of so many seconds."""
    found, end = Found(), time.perf_counter() + seconds
    await asyncio.gather(*(visitor(address, number, visitors, end, found) for number in range(visitors)))
    assert not found.troubles, found.troubles[:3]
    return found


async def held(address: str, server: int) -> float:
    """MB of memory for each open session, each of which has seen all pages."""
    visitors = [await arrive(address, f"open-{number}") for number in range(2 * OPEN)]
    sizes = []
    for batch in (visitors[:OPEN], visitors[OPEN:]):  # the first make ready what all share
        for one in batch:
            for page in PAGES:
                await one.visit(page)
        sizes.append(memory(server))
    for one in visitors:
        await one.leave()
    return (sizes[1] - sizes[0]) / OPEN


def model_bytes(address: str) -> tuple[float, float]:
    """MB of models that the first visit of Explore brings to a browser, and that a reload brings."""
    with chromium() as browser:
        page = offline_context(browser, viewport={"width": 1366, "height": 768})[0].new_page()
        page.goto(f"{address}/models")
        page.get_by_role("heading", name="Models", exact=True).wait_for(timeout=60_000)
        came, found = parts_of_models(page), []
        page.get_by_role("link", name="Explore", exact=True).click()
        here(page)
        for _ in range(2):
            found.append(sum(size for part, size in came.items() if part) / 1e6)
            came.clear()
            page.reload()
            here(page)
    return found[0], found[1]


def one_server(folder: Path, seconds: float) -> Iterator[Row]:
    """A hundred visitors, and what they cost."""
    with dashboard_process(folder / "log.txt") as served:
        first, again = model_bytes(served.address)
        before = cpu(served.server)
        found = asyncio.run(lesson(served.address, 100, seconds))
        each = (cpu(served.server) - before) / len(found.opened + found.turned)
        kept = asyncio.run(held(served.address, served.server))
    yield Row("opening Explore: through the websocket", max(found.received) / 1e6, "MB", most=0.2)
    yield Row("… models, at the first visit: both, with all images", first, "MB", most=6.5)
    yield Row("… models, at a reload", again, "MB", most=0)
    yield from pages("100 visitors who change the page every 2 to 8 s", found, BEFORE / 10)
    yield Row("… the server's processor time for a page", 1000 * each, "ms", most=25)
    yield Row("… memory of an open session", kept, "MB", most=1.5)


def two_servers(folder: Path, seconds: float) -> Iterator[Row]:
    """Two hundred visitors on two servers, which share a folder of runs, behind nginx."""
    with contextlib.ExitStack() as stack:
        addresses = [stack.enter_context(dashboard(folder / f"{name}.txt")) for name in ("one", "two")]
        outside = stack.enter_context(nginx(folder / "nginx", addresses))
        found = asyncio.run(lesson(outside, 200, seconds))
    yield from pages("200 visitors on two servers behind nginx", found, 2.0)


def pages(who: str, found: Found, most: float) -> Iterator[Row]:
    """How long pages took."""
    yield Row(f"{who}: a page, median", statistics.median(found.turned), "s")
    yield Row("… p95", statistics.quantiles(found.turned, n=20)[-1], "s", most=most)


def rows(folder: Path, seconds: float) -> Iterator[Row]:
    """All rows."""
    yield from one_server(folder, seconds)
    if NGINX:
        yield from two_servers(folder, seconds)


def main() -> None:
    """Measure, print, and keep."""
    quick = report.asked_quick(__doc__, "a third of the time, printed and not kept")
    with tempfile.TemporaryDirectory() as folder:
        found = report.printed(rows(Path(folder), QUICK if quick else SECONDS))
    if not quick:
        report.keep(
            "class_load", "A class on one server, its visitors on the same machine", found, f"Streamlit {version('streamlit')}"
        )


if __name__ == "__main__":
    main()
