"""The worksheet as a student meets it: every check in a real browser, and the sheets that are taken away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from support.explorer_page import at_rest, heard, here, until
from support.serving import offline_context

from dashboard.stock import catalogue
from dashboard.worksheet import TASKS, Task, judged, wording
from dashboard.worksheet.page import answer_of

WINDOW = {"width": 1366, "height": 768}


@pytest.fixture(scope="module")
def page(browser: Any, dashboard_address: str) -> Iterator[Page]:
    """One student who does all the tasks; afterwards nothing may have gone wrong."""
    context, troubles = offline_context(browser, viewport=WINDOW)
    page = context.new_page()
    page.goto(f"{dashboard_address}/worksheet")
    page.get_by_role("heading", name=TASKS[0].title).wait_for(timeout=60_000)
    yield page
    context.close()
    assert troubles == []


def opened(page: Page, place: int) -> Task:
    """Choose a task in the list and wait for it."""
    task = TASKS[place]
    page.get_by_test_id("stMain").get_by_text(str(place + 1), exact=True).click()
    expect(page.get_by_role("heading", name=f"{place + 1}. {task.title}")).to_be_visible(timeout=30_000)
    return task


def give(page: Page, task: Task, answer: Any) -> None:
    """Answer as a student does."""
    if task.form == "choice":
        page.get_by_test_id("stMain").get_by_text(task.options[answer], exact=True).click()
        return
    page.get_by_label(wording.ANSWERS[task.form]).first.fill(f"{answer:g}" if task.form == "number" else str(answer))
    page.keyboard.press("Enter")


@pytest.mark.parametrize("place", range(len(TASKS)), ids=[task.name for task in TASKS])
def test_a_task_is_checked_on_the_real_state(page: Page, place: int) -> None:
    task = opened(page, place)
    model = answer_of(task.name)
    verdict = judged(task, catalogue.material(), model.given)
    assert verdict is not None
    expect(page.get_by_text(model.text)).to_have_count(0)
    give(page, task, model.given)
    expect(page.get_by_test_id("stAlert").get_by_text(verdict.text)).to_be_visible(timeout=30_000)
    expect(page.get_by_test_id("stMain").get_by_text(wording.progress(place + 1, len(TASKS)))).to_be_visible(timeout=30_000)
    if task.form in ("place", "image", "walk"):
        until(
            lambda: page.locator("[data-testid=stImage] img").evaluate_all(
                "all => all.length > 1 && all.every((i) => i.complete)"
            )
        )


def test_hint_and_model_answer_are_hidden_until_asked_for(page: Page) -> None:
    task = opened_solved(page, 2)
    expect(page.get_by_text(task.hint)).to_be_hidden()
    page.get_by_text(wording.HINT, exact=True).click()
    expect(page.get_by_text(task.hint)).to_be_visible()
    page.get_by_role("button", name=wording.REVEAL).click()
    expect(page.get_by_text(f"{wording.MODEL_ANSWER}.")).to_be_visible(timeout=30_000)


def opened_solved(page: Page, place: int) -> Task:
    """Choose a task that was solved."""
    page.get_by_test_id("stMain").get_by_text(f"{place + 1} ✓", exact=True).click()
    expect(page.get_by_role("heading", name=f"{place + 1}. {TASKS[place].title}")).to_be_visible(timeout=30_000)
    at_rest(page)
    return TASKS[place]


def test_answers_survive_a_change_of_page_and_go_onto_the_sheets(page: Page, tmp_path: Path) -> None:
    words = "My words <survive>"
    opened_solved(page, 2)
    with heard(page):
        page.get_by_label(wording.WORDS).fill(words)
        page.get_by_label(wording.NAME).focus()
    with heard(page):
        page.get_by_label(wording.NAME).fill("Ann")
        page.keyboard.press("Enter")
    page.get_by_role("link", name="Models").click()
    page.get_by_role("heading", name="Models", exact=True).wait_for(timeout=60_000)
    page.get_by_role("link", name=wording.WORKSHEET).click()
    expect(page.get_by_label(wording.WORDS)).to_have_value(words, timeout=60_000)
    expect(page.get_by_label(wording.ANSWERS["image"]).first).to_have_value(answer_of("two-modes").given)
    at_rest(page)
    sheets = {}
    for place, (kind, ending) in enumerate((kind, ending) for kind in ("mine", "teacher") for ending in wording.FORMATS):
        with page.expect_download(timeout=90_000) as download:
            page.get_by_test_id("stDownloadButton").get_by_role("button").nth(place).click()
        path = tmp_path / download.value.suggested_filename
        download.value.save_as(path)
        sheets[kind, ending] = path.read_text(encoding="utf-8")
    assert sheets["mine", "html"].count("✓ Right.") == len(TASKS)
    assert "My words &lt;survive&gt;" in sheets["mine", "html"]
    assert "(Ann)" in sheets["mine", "html"]
    assert "My words" in sheets["mine", "md"]
    assert sheets["teacher", "md"].count("**Model answer.**") == len(TASKS)
    assert "My words" not in sheets["teacher", "html"]
    assert sheets["teacher", "html"].count("data:image/png;base64,") > 20


def test_the_printed_sheet_opens_from_disk_without_a_network(browser: Any, page: Page, tmp_path: Path) -> None:
    with page.expect_download() as download:
        page.get_by_test_id("stDownloadButton").get_by_role("button").first.click()
    download.value.save_as(tmp_path / "sheet.html")
    context = browser.new_context(offline=True)
    sheet = context.new_page()
    asked: list[str] = []
    sheet.on("request", lambda request: asked.append(request.url) if request.url.startswith("http") else None)
    sheet.goto((tmp_path / "sheet.html").as_uri())
    assert sheet.locator("section").count() == len(TASKS)
    assert sheet.locator("img").evaluate_all("all => all.every((image) => image.complete && image.naturalWidth > 20)")
    assert asked == []
    context.close()


def test_where_one_stands_on_explore_is_carried_over(page: Page) -> None:
    page.get_by_role("link", name="Explore", exact=True).click()
    here(page)
    page.get_by_test_id("latent-map-vae").focus()
    with heard(page, by_address=True):
        page.keyboard.press("r")
    z = page.evaluate("window.__latentExplorer.state().z[0]")
    page.get_by_role("link", name=wording.WORKSHEET).click()
    expect(page.get_by_role("heading", name=TASKS[2].title)).to_be_visible(timeout=60_000)
    opened_solved(page, 0)
    page.get_by_role("button", name=wording.CARRY).click()
    expect(page.get_by_text(f"z = ({z[0]:.2f}".replace("-", "−")).first).to_be_visible(timeout=30_000)
