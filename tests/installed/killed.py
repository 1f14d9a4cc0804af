"""A server that is killed with a class on it, and started again."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Browser
from support.builders import short, tiny
from support.explorer_page import here, state, until
from support.hosts.crowd import PAGES, Visitor, arrive, aside
from support.serving import dashboard_process, free_port, offline_context

from dashboard.jobs.jobs import Jobs, Limits
from dashboard.jobs.run_view import State
from dashboard.train import wording


def steps(jobs: Jobs, run: str) -> int:
    """How far a run has come."""
    return max((event["step"] for event in jobs.view(run).log.events if "step" in event), default=0)


async def class_of(address: str, pages: Sequence[tuple[str, str]]) -> list[Visitor]:
    """Visitors, each on a page with a query; nothing may go wrong on any."""
    visitors = [await arrive(address, f"visitor-{number}") for number in range(len(pages))]
    for visitor, (page, query) in zip(visitors, pages, strict=True):
        await visitor.visit(page, query)
    assert [trouble for visitor in visitors for trouble in visitor.troubles] == []
    return visitors


def test_a_server_that_is_killed_with_a_class_on_it_comes_back_and_nothing_is_lost(browser: Browser, tmp_path: Path) -> None:
    port, log = free_port(), tmp_path / "log.txt"
    jobs = Jobs(tmp_path / "runs", Limits(running=0))  # the server begins what is asked for here
    context, _ = offline_context(browser, viewport={"width": 1366, "height": 768})
    explore, train = context.new_page(), context.new_page()
    with aside() as run_aside:
        with dashboard_process(log, port=port) as served:
            run = jobs.submit(tiny(), short(steps=10**7, batch_size=64), "long")
            pages = [(page, f"run={run}" if page == "train" else "") for page in PAGES]
            pages = [pages[number % len(pages)] for number in range(50)]
            visitors = run_aside(class_of(served.address, pages))
            explore.goto(f"{served.address}/#z=1%2C0.5%3B-2%2C1")
            here(explore)
            train.goto(f"{served.address}/train?run={run}")
            train.get_by_test_id("film").wait_for(timeout=60_000)
            until(lambda: jobs.view(run).state is State.RUNNING)
            before, place = steps(jobs, run), state(explore)["z"]
            assert place == [[1, 0.5], [-2, 1]]
            for process in (served.server, served.process):
                os.kill(process, signal.SIGKILL)
        with dashboard_process(log, port=port) as served:
            for visitor in [*visitors, *run_aside(class_of(served.address, pages))]:
                run_aside(visitor.leave())
            train.get_by_role("button", name=wording.PAUSE, exact=True).click(timeout=60_000)
            until(lambda: jobs.view(run).state is State.PAUSED)
            assert steps(jobs, run) > before
            assert state(explore)["z"] == place
            explore.get_by_role("link", name="Models", exact=True).click()
            explore.get_by_role("heading", name="Models", exact=True).wait_for(timeout=60_000)
            explore.get_by_role("link", name="Explore", exact=True).click()
            here(explore)
            until(lambda: state(explore)["z"] == place)
            jobs.stop(run)
            until(lambda: jobs.view(run).state is State.STOPPED)
    context.close()
