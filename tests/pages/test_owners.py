"""On a server for others a run is its browser's, whoever has the presenter's link may change it, and nobody else."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from support.builders import short, tiny
from support.explorer_page import at_rest
from support.serving import dashboard, offline_context

from dashboard.jobs.jobs import Jobs, Limits
from dashboard.shared.visitors import COOKIE, owner

SECRET = "the-secret-of-this-test"  # noqa: S105


@pytest.fixture
def visitor(browser: Browser) -> Page:
    """A browser that was never here."""
    context, _ = offline_context(browser, viewport={"width": 1366, "height": 768})
    return context.new_page()


@pytest.mark.long
def test_a_run_is_its_browsers_and_the_presenters(browser: Browser, visitor: Page, tmp_path: Path) -> None:
    with dashboard(tmp_path / "log.txt", "--presenter", SECRET) as address:
        visitor.goto(f"{address}/runs")
        at_rest(visitor)
        (secret,) = (one["value"] for one in visitor.context.cookies() if one["name"] == COOKIE)
        assert COOKIE not in visitor.evaluate("document.cookie"), "no script reads it"
        jobs = Jobs(tmp_path / "runs", Limits(running=0))
        mine = jobs.submit(tiny(), short(), "mine", owner({COOKIE: secret}))
        other = jobs.submit(tiny(), short(), "other", "someone")
        jobs.stop(mine)
        jobs.stop(other)
        resume = visitor.get_by_role("button", name="Resume")
        visitor.goto(f"{address}/train?run={mine}")
        expect(resume).to_be_visible(timeout=60_000)
        visitor.goto(f"{address}/train?run={other}")
        expect(visitor.get_by_text("other was not begun in this browser")).to_be_visible(timeout=60_000)
        expect(resume).to_have_count(0)
        visitor.goto(f"{address}/train?run={other}&presenter={SECRET}")
        expect(resume).to_be_visible(timeout=60_000)
        assert SECRET not in visitor.url
    visitor.context.close()
