"""The Lab as a visitor meets it: charts that are seen and saved, moments by key, another experiment by its address, a run."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from typing import Literal

import pytest
from playwright.sync_api import Page, expect
from support.explorer_page import at_rest, until

from dashboard.lab import wording
from dashboard.shared.wording import NEXT
from vae_engine import experiments
from vae_engine.experiments import result as experiment_result

NAME, OTHER = "wake-sleep", "gradient-estimators"
ROLES: tuple[Literal["heading", "tablist", "radio", "listitem"], ...] = ("heading", "tablist", "radio", "listitem")


def found(name: str) -> experiment_result.Result:
    return experiment_result.read(experiments.BUNDLED / name)


@pytest.mark.long
def test_charts_are_seen_and_saved_moments_stepped_and_experiments_switched(open_dashboard: Callable[..., Page]) -> None:
    here, other = found(NAME), found(OTHER)
    page = open_dashboard(f"/lab?experiment={NAME}")
    main = page.get_by_test_id("stMain")
    expect(main.get_by_role("heading", name=here.title)).to_be_visible(timeout=60_000)
    charts, first = main.get_by_test_id("stPlotlyChart"), here.findings.charts[0]
    expect(charts).to_have_count(len(here.findings.charts), timeout=30_000)
    expect(charts.first.locator(".gtitle")).to_have_text(first.title)
    until(lambda: charts.first.locator(".scatterlayer .trace .js-line").count() >= len(first.curves))
    names = charts.first.locator(".annotation-text")
    expect(names).to_have_count(len(first.curves))
    boxes = [names.nth(place).bounding_box() or {} for place in range(len(first.curves))]
    assert all(box["x"] + box["width"] <= 1366 for box in boxes)
    for above, below in itertools.pairwise(sorted(boxes, key=lambda box: box["y"])):
        assert above["y"] + above["height"] <= below["y"] + 4

    main.get_by_text("SVG", exact=True).click()
    plot = charts.first.locator(".js-plotly-plot")
    until(lambda: plot.evaluate("plot => plot._context?.toImageButtonOptions?.format") == "svg")
    charts.first.hover()
    with page.expect_download() as download:
        charts.first.locator(".modebar-btn[data-title^='Download plot']").click()
    assert download.value.suggested_filename == f"{NAME}-{first.name}.svg"
    saved = download.value.path().read_text(encoding="utf-8")
    assert saved.startswith("<svg")
    letters = re.sub(r"<[^>]*>|\u200b", "", saved)  # an index stands lower, in a tag of its own
    assert first.curves[-1].name.replace("_", "") in letters

    main.get_by_test_id("stTab").get_by_text(wording.PARTS["steps"]).click()
    count, moments = len(here.findings.moments), here.findings.moments
    expect(main.get_by_text(f"1 of {count}: {moments[0].label}")).to_be_visible(timeout=30_000)
    expect(page.get_by_role("button", name=NEXT)).to_be_enabled()
    page.wait_for_timeout(300)  # the page listens to a button's key only a moment after the button is there
    page.keyboard.press("PageDown")
    expect(main.get_by_text(f"2 of {count}: {moments[1].label}")).to_be_visible(timeout=30_000)
    page.get_by_role("button", name=NEXT).click()
    expect(main.get_by_text(f"3 of {count}: {moments[2].label}")).to_be_visible(timeout=30_000)
    points = main.locator(".scatterlayer .trace .points path")
    until(lambda: points.count() >= len(moments[2].points))
    assert main.evaluate("main => main.scrollHeight - main.clientHeight") < 150

    page.goto(page.url.replace(NAME, OTHER).replace("part=steps", "part=findings"))
    expect(main.get_by_role("heading", name=other.title)).to_be_visible(timeout=60_000)
    expect(charts).to_have_count(len(other.findings.charts), timeout=30_000)


def test_in_a_frame_the_chart_of_the_scene_stands_whole_and_alone_with_its_note_and_no_words_that_the_scene_has(
    open_dashboard: Callable[..., Page],
) -> None:
    first = found("collapse").findings.charts_from("elbo")[0]
    page = open_dashboard("/lab?experiment=collapse&chart=elbo&embed=true", viewport={"width": 1366, "height": 660})
    main = page.get_by_test_id("stMain")
    chart, note = main.get_by_test_id("stPlotlyChart").first, main.get_by_test_id("stCaptionContainer").filter(visible=True).first
    expect(chart.locator(".xtitle")).to_have_text(first.x_label, timeout=60_000)
    expect(chart.locator(".xtitle")).to_be_in_viewport(ratio=1)
    expect(note).to_have_text(first.note)
    until(lambda: (box := note.bounding_box()) and box["y"] + box["height"] <= 660 and box["y"] > 500)
    expect(main.get_by_test_id("stPlotlyChart").nth(1)).not_to_be_in_viewport()
    expect(main.locator(".modebar-container").filter(visible=True)).to_have_count(0)
    plotted = chart.locator(".main-svg").first
    until(lambda: abs((plotted.bounding_box() or {})["height"] - (chart.bounding_box() or {})["height"]) < 2)
    for words in (
        main.get_by_role("heading"),
        main.get_by_role("tablist"),
        main.get_by_role("radio"),
        main.get_by_role("listitem"),
    ):
        expect(words.filter(visible=True)).to_have_count(0)


def test_a_run_is_started_survives_a_reload_and_is_stopped(open_dashboard: Callable[..., Page]) -> None:
    page = open_dashboard("/lab?experiment=latent-dimension")
    page.get_by_role("button", name=wording.RUN_HERE).click(timeout=60_000)
    page.get_by_role("button", name=wording.START, exact=True).click()
    stop = page.get_by_role("button", name=wording.STOP, exact=True)
    expect(stop).to_be_visible(timeout=30_000)
    until(lambda: "run=" in page.url)
    _all_is_there(page)  # what a reload cuts short would count as failed
    page.reload()
    expect(stop).to_be_visible(timeout=60_000)
    _all_is_there(page)
    stop.click()
    expect(page.get_by_text("This run was stopped before it found anything.")).to_be_visible(timeout=30_000)
    at_rest(page)
    page.get_by_role("button", name=wording.REMOVE).click()
    expect(page.get_by_text(wording.DELETED)).to_be_visible(timeout=30_000)


def _all_is_there(page: Page) -> None:
    """Until the charts and the bar are drawn, which is when their scripts have arrived."""
    expect(page.get_by_test_id("stProgress")).to_be_visible(timeout=30_000)
    expect(page.locator(".gtitle")).to_have_count(len(found("latent-dimension").findings.charts), timeout=30_000)
