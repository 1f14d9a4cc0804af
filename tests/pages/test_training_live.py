"""Training as a class watches it: a real browser, a real training process, a server that is restarted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from playwright.sync_api import Browser, Page, expect
from support.explorer_page import at_rest, pixels, until
from support.serving import dashboard, offline_context

from dashboard.jobs.jobs import Jobs
from dashboard.jobs.run_view import LIVE, State
from dashboard.train import wording

WINDOW = {"width": 1366, "height": 768}
LONG = "600"


@contextmanager
def window(browser: Browser, address: str, **options: Any) -> Iterator[Page]:
    """A page in a browser of its own; nothing may have gone wrong in it, nor been warned of."""
    context, troubles = offline_context(browser, **{"viewport": WINDOW, **options})
    context.on("console", lambda message: troubles.append(message.text) if message.type == "warning" else None)
    page = context.new_page()
    page.goto(address)
    yield page
    # A reload cuts requests off, and an empty answer (no newer weights) counts as cut off, too.
    troubles = [trouble for trouble in troubles if not trouble.startswith("failed: ")]
    context.close()
    assert not troubles, troubles


def key(page: Page, label: str) -> Any:
    return page.get_by_role("button", name=label, exact=True)


def bar(page: Page) -> str:
    return page.get_by_test_id("stMain").get_by_test_id("stProgress").inner_text()


def steps_done(page: Page) -> int:
    """The step of the readings."""
    return int(page.get_by_test_id("stMetricValue").first.inner_text().replace(",", ""))


def press_train(page: Page, seconds: str) -> str:
    """Fill in a budget and press Train; the id of the run."""
    expect(key(page, wording.START)).to_be_enabled(timeout=60_000)
    page.get_by_label(wording.BUDGET, exact=True).fill(seconds)
    page.keyboard.press("Tab")
    expect(page.get_by_test_id("stCode")).to_contain_text(f"--seconds {float(seconds)}", timeout=30_000)
    key(page, wording.START).click()
    expect(key(page, wording.PAUSE)).to_be_enabled(timeout=60_000)
    return page.evaluate("new URL(location.href).searchParams.get('run')")


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[Path]:
    """The folder of the runs of the servers in a test; nothing trains there afterwards."""
    yield tmp_path / "runs"
    jobs = Jobs(tmp_path / "runs")
    for view in jobs.views():
        jobs.stop(view.id)


def test_a_run_is_watched_driven_found_again_deleted_and_another_one_finished(browser: Browser, runs: Path) -> None:
    jobs = Jobs(runs)
    log = runs.parent / "log.txt"
    with dashboard(log) as address, window(browser, f"{address}/train") as page:
        run = press_train(page, LONG)
        map_ = page.get_by_test_id("film-map-0")
        map_.wait_for(timeout=60_000)
        until(lambda: " left" in bar(page) and steps_done(page) > 5)
        first = map_.screenshot()
        until(lambda: map_.screenshot() != first)
        expect(page.get_by_test_id("stVegaLiteChart")).to_have_count(3)
        main = page.get_by_test_id("stMain")
        assert main.evaluate("main => main.scrollHeight - main.clientHeight") <= 1

        key(page, wording.PAUSE).click()
        expect(key(page, wording.ONE_STEP)).to_be_enabled(timeout=30_000)
        until(lambda: steps_done(page) == jobs.view(run).step)  # what it did before it paused is told
        before = jobs.view(run).step
        key(page, wording.ONE_STEP).click()
        until(lambda: steps_done(page) == before + 1)
        assert jobs.view(run).state is State.PAUSED
        turn_a_knob(page, jobs, run)
        main.get_by_text(wording.SLOW).click()
        key(page, wording.GO_ON).click()
        until(lambda: "slow motion" in bar(page))
        until(lambda: steps_done(page) >= before + 3)
        page.reload()
        until(lambda: key(page, wording.PAUSE).is_enabled(), 60)
        until(lambda: "minimises nll + 1.5 · KL" in bar(page))
        keys = page.locator(".st-key-train-keys")
        expect(keys.get_by_role("switch" if keys.get_by_role("switch").count() else "checkbox")).to_be_checked()

        with window(browser, f"{address}/train") as second:
            waiting = press_queue(second)
            key(page, wording.PAUSE).wait_for()
            expect(main.get_by_text(wording.also_going(1))).to_be_visible(timeout=30_000)
            key(second, wording.CANCEL).click()
            expect(key(second, wording.RESUME)).to_be_enabled(timeout=30_000)
            expect(main.get_by_text(wording.also_going(1))).to_have_count(0, timeout=30_000)
            jobs.delete(waiting)

    assert jobs.view(run).state in LIVE, "training goes on without a server"
    with dashboard(log) as address, window(browser, f"{address}/train?run={run}") as page:
        until(lambda: "slow motion" in bar(page), 60)
        key(page, wording.STOP).click()
        until(lambda: "stopped at step" in bar(page))
        assert jobs.view(run).state is State.STOPPED
        film = "window.__latentFilm.state()"  # wholly here, so that nobody asks for instants of a run that is gone
        until(lambda: page.evaluate(f"!!window.__latentFilm && {film}.loaded[0].length === {film}.instants.length"))
        key(page, wording.DELETE).click()
        page.get_by_text(wording.DELETED).wait_for()
        expect(key(page, wording.START)).to_be_visible()
        page.reload()
        key(page, wording.UNDO).click(timeout=60_000)
        until(lambda: "stopped at step" in bar(page))

        key(page, wording.NEW).click()
        short = press_train(page, "1")
        assert short != run
        until(lambda: "budget spent" in bar(page), 60)
        link = page.get_by_test_id("stMain").get_by_role("link", name=wording.EXPLORE)
        assert f"run:{short}" in unquote(link.get_attribute("href") or "")
        until(lambda: len(set(pixels(page, "film-digit-0"))) > 2)
        assert jobs.view(short).state is State.FINISHED

        last = steps_done(page)
        page.get_by_test_id("film-scrubber").press("Home")
        page.get_by_test_id("film-manifold").click()
        until(lambda: steps_done(page) == 0 < last)
        until(lambda: page.evaluate("location.hash") == "#step=0&manifold=1")
        page.reload()
        until(lambda: steps_done(page) == 0, 60)
        assert page.evaluate("window.__latentFilm.state().manifold")

    said = log.read_text()
    assert "Traceback" not in said
    assert "warning" not in said.lower()


def turn_a_knob(page: Page, jobs: Jobs, run: str) -> None:
    """Turn β of a run that waits: from the next step on it is in force, marked in film and curves; setting back undoes it."""
    dials = page.locator(".st-key-train-knobs")
    beta = dials.get_by_role("slider").first
    beta.press("ArrowRight")
    until(lambda: "from the next step on β 1 → 1.5" in bar(page))
    assert jobs.view(run).turned == ()
    key(page, wording.ONE_STEP).click()
    until(lambda: "minimises nll + 1.5 · KL" in bar(page))
    (turn,) = jobs.view(run).turned
    assert (turn.knob, turn.old, turn.new, turn.step) == ("beta", 1.0, 1.5, jobs.view(run).step - 1)
    mark = page.get_by_test_id("film-turn")
    mark.hover()
    expect(mark.get_by_text(f"β 1 → 1.5 at step {turn.step:,}")).to_be_visible()
    expect(mark).to_have_accessible_name(f"Turned: β 1 → 1.5 at step {turn.step:,}")
    assert page.get_by_test_id("stMain").evaluate("main => main.scrollHeight - main.clientHeight") <= 1
    beta.press("ArrowLeft")
    until(lambda: "from the next step on β 1.5 → 1" in bar(page))
    beta.press("ArrowRight")
    until(lambda: "next step" not in bar(page))


def press_queue(page: Page) -> str:
    """Queue the preset β = 4 behind what trains; the id of the run."""
    page.get_by_text("β = 4", exact=True).wait_for(timeout=60_000)
    at_rest(page)
    page.get_by_text("β = 4", exact=True).click()
    expect(page.get_by_test_id("stCode")).to_contain_text("--beta 4.0", timeout=30_000)
    key(page, wording.START).click()
    until(lambda: "next in the queue" in bar(page))
    return page.evaluate("new URL(location.href).searchParams.get('run')")
