"""The worksheet as a student meets it: every check in a real browser, and the sheets that are taken away."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect
from support.explorer_page import at_rest, draw_seven, heard, here, pixels, settle, state, until
from support.explorer_page import place as placed
from support.own_run import OWN_RUN, write_run
from support.serving import offline_context

from dashboard.jobs.jobs import VARIABLE
from dashboard.stock import catalogue, measures
from dashboard.worksheet import TASKS, Standing, Task, judged, wording
from dashboard.worksheet.page import answer_of
from dashboard.worksheet.task import BY_LINK

WINDOW = {"width": 1366, "height": 768}


@pytest.fixture(scope="module")
def page(browser: Any, dashboard_address: str, served_folder: Path) -> Iterator[Page]:
    """One student, with a run, who does all the tasks; afterwards nothing may have gone wrong."""
    runs = served_folder / "runs"
    write_run(runs)
    context, troubles = offline_context(browser, viewport=WINDOW)
    page = context.new_page()
    page.goto(f"{dashboard_address}/worksheet")
    page.get_by_role("heading", name=TASKS[0].title).wait_for(timeout=60_000)
    yield page
    context.close()
    shutil.rmtree(runs / "mine")
    assert troubles == []


@pytest.fixture(scope="module")
def solved() -> set[int]:
    """The tasks that the student has done."""
    return set()


def opened(page: Page, place: int) -> Task:
    """Choose a task in the list and wait for it."""
    task = TASKS[place]
    page.get_by_test_id("stMain").get_by_text(f"{place + 1} {task.short}", exact=True).click()
    expect(page.get_by_role("heading", name=f"{place + 1}. {task.title}")).to_be_visible(timeout=30_000)
    at_rest(page)  # below the new heading stands the field of the task before for a moment
    return task


def give(page: Page, task: Task, answer: Any) -> None:
    """Answer as a student does."""
    if task.form == "choice":
        page.get_by_test_id("stMain").get_by_text(task.options[answer], exact=True).click()
        return
    page.get_by_label(wording.ANSWERS[task.form]).first.fill(str(answer))
    page.keyboard.press("Enter")


@pytest.mark.parametrize(
    "place",
    [
        # The first of each form each time, the others of it by `make test-long`.
        pytest.param(place, id=task.name, marks=pytest.mark.long if task.form in [one.form for one in TASKS[:place]] else ())
        for place, task in enumerate(TASKS)
    ],
)
def test_a_task_is_checked_on_the_real_state(
    page: Page, place: int, solved: set[int], served_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = opened(page, place)
    model = answer_of(task.name)
    right = OWN_RUN if task.form == "run" else model.given
    if task.form == "run":
        monkeypatch.setenv(VARIABLE, str(served_folder / "runs"))
    verdict = judged(task, catalogue.material(), right)
    assert verdict is not None
    expect(page.get_by_text(model.text)).to_have_count(0)
    give(page, task, right)
    expect(page.get_by_test_id("stAlert").get_by_text(verdict.text)).to_be_visible(timeout=30_000)
    if task.asks_words:
        expect(page.get_by_text(wording.WORDS_MISSING)).to_be_visible()
        # What they bring about is awaited below: under load a page may never show that a short run goes on.
        page.get_by_label(wording.WORDS).fill("because")
        page.get_by_label(wording.NAME).focus()
    solved.add(place)
    done: list[Standing] = ["done" if i in solved else "" for i in range(len(TASKS))]
    expect(page.get_by_test_id("stMain").get_by_text(wording.progress(done))).to_be_visible(timeout=30_000)
    if task.form in BY_LINK:
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
    expect(page.get_by_role("button", name=wording.REVEAL)).to_have_count(0)
    page.get_by_text(wording.I_TEACH, exact=True).click()
    page.get_by_role("button", name=wording.REVEAL).click()
    expect(page.get_by_text(f"{wording.MODEL_ANSWER}.")).to_be_visible(timeout=30_000)


def opened_solved(page: Page, place: int) -> Task:
    """Choose a task that was solved."""
    page.get_by_test_id("stMain").get_by_text(f"{place + 1} {TASKS[place].short} ✓", exact=True).click()
    expect(page.get_by_role("heading", name=f"{place + 1}. {TASKS[place].title}")).to_be_visible(timeout=30_000)
    at_rest(page)
    return TASKS[place]


def test_answers_survive_a_change_of_page_and_go_onto_the_sheets(page: Page, solved: set[int], tmp_path: Path) -> None:
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
    offered = [("mine", ending) for ending in wording.FORMATS]
    offered += [(kind, ending) for kind in ("blank", "teacher") for ending in ("html", "md")]
    for place, (kind, ending) in enumerate(offered):
        with page.expect_download(timeout=90_000) as download:
            page.get_by_test_id("stDownloadButton").get_by_role("button").nth(place).click()
        path = tmp_path / download.value.suggested_filename
        download.value.save_as(path)
        sheets[kind, ending] = path.read_text(encoding="utf-8")
    assert sheets["mine", "html"].count("✓ Right.") == len(solved)
    assert "My words &lt;survive&gt;" in sheets["mine", "html"]
    assert "(Ann)" in sheets["mine", "html"]
    assert "My words" in sheets["mine", "md"]
    assert [one["right"] is True for one in json.loads(sheets["mine", "json"])["tasks"]] == [
        place in solved for place in range(len(TASKS))
    ]
    assert not any(one in sheets["blank", "html"] for one in ("My words", "Right.", "(Ann)"))
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


def sheet_at(page: Page, address: str, name: str) -> Task:
    """The sheet open at a task."""
    task = next(task for task in TASKS if task.name == name)
    page.goto(f"{address}/worksheet?task={name}")
    expect(page.get_by_role("heading", name=task.title)).to_be_visible(timeout=60_000)
    at_rest(page)
    return task


def sent(page: Page, task: Task) -> None:
    """Send what stands on Explore and wait for the sheet, in the tab that it was asked for in."""
    page.get_by_role("button", name=wording.SEND).click()
    expect(page.get_by_role("heading", name=task.title)).to_be_visible(timeout=60_000)
    assert len(page.context.pages) == 1, "one sheet, in one tab"


def test_the_undecided_pixels_that_a_task_counts_are_counted_live_on_explore(page: Page, dashboard_address: str) -> None:
    sheet_at(page, dashboard_address, "unsure")
    page.get_by_role("button", name=wording.DO_IN_EXPLORE).click()
    here(page)
    z = np.array(state(page)["z"][:1])
    count = int(measures.unsure_pixels(catalogue.material().vae, z)[0])
    expect(page.get_by_test_id("undecided")).to_have_text(re.compile(rf"^VAE {count}, AE \d+$"))
    send = page.get_by_role("button", name=wording.SEND)
    x, y = placed(page, "latent-map-vae", 0.6, 0.4)
    page.mouse.move(x, y)
    page.mouse.move(x, 20)  # as on the way to the key
    settle(page)
    expect(page.get_by_text(wording.HOLD_FIRST)).to_be_visible()
    expect(send).to_be_disabled()
    room = page.get_by_test_id("latent-map-vae").bounding_box()
    page.mouse.click(x, y)
    chosen = state(page)["z"][0]
    page.mouse.move(x, 20)
    expect(send).to_be_enabled(timeout=30_000)
    assert state(page)["z"][0] == chosen, "a held point stays on the way"
    assert page.get_by_test_id("latent-map-vae").bounding_box() == room, "what is aimed at next has not moved"


def test_on_a_phone_the_present_task_is_in_sight_on_the_sheet_and_at_the_end_of_explore(
    page: Page, dashboard_address: str
) -> None:
    phone = page.context.new_page()
    phone.set_viewport_size({"width": 390, "height": 844})
    for place in (len(TASKS) - 1, next(place for place, task in enumerate(TASKS) if task.name == "between")):
        phone.goto(f"{dashboard_address}/worksheet?task={TASKS[place].name}")
        until(lambda place=place: in_sight(phone.locator(".st-key-pages-of-task button").nth(place), 0))
    phone.get_by_role("button", name=wording.DO_IN_EXPLORE).click()
    here(phone)
    keys = phone.locator(".st-key-stays-above-explore")
    end = phone.get_by_test_id("nearest-ae")
    end.scroll_into_view_if_needed()
    phone.get_by_test_id("stMain").evaluate("main => main.scrollTo(0, main.scrollHeight)")
    until(lambda: in_sight(end, 60))
    for element in (
        keys,
        keys.get_by_role("button", name=wording.SEND),
        phone.get_by_test_id("digit-vae"),
        phone.get_by_test_id("digit-ae"),
    ):
        until(lambda element=element: in_sight(element, 60))
    bar, digit = keys.bounding_box(), phone.get_by_test_id("digit-vae").bounding_box()
    assert bar
    assert digit
    assert digit["y"] >= bar["y"] + bar["height"] - 1, "nothing is covered"
    keys.get_by_role("button", name=wording.AT_HAND).click()
    expect(phone.get_by_test_id("stPopoverBody").get_by_text(TASKS[0].text(catalogue.material()))).to_be_visible()
    phone.close()


def in_sight(element: Locator, below: int) -> bool:
    """Whether all of an element is in a phone's window, below the bar of the page."""
    box = element.bounding_box()
    return (
        bool(box) and box["x"] >= 0 and box["x"] + box["width"] <= 390 and box["y"] >= below and box["y"] + box["height"] <= 844
    )


def test_a_reload_and_another_tab_have_the_answers_until_one_begins_afresh(page: Page) -> None:
    """After the others, because it empties the sheet."""
    page.get_by_role("link", name=wording.WORKSHEET).click()
    numbers = [place for place, task in enumerate(TASKS) if task.form == "number"]
    task = opened_solved(page, numbers[0])
    field = wording.ANSWERS["number"]
    page.reload()
    expect(page.get_by_label(field)).to_have_value(answer_of(task.name).given, timeout=60_000)
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.get_by_label(field)).to_have_value(answer_of(task.name).given, timeout=60_000)
    at_rest(other)
    other.get_by_label(field).fill("7,5")
    other.keyboard.press("Enter")
    expect(page.get_by_label(field)).to_have_value("7,5", timeout=60_000)
    expect(page.get_by_test_id("stAlert").get_by_text("too high")).to_be_visible()
    at_rest(page)
    page.get_by_role("button", name=wording.AFRESH).click()
    page.get_by_role("button", name=wording.AFRESH_YES).click()
    for one in (page, other):
        expect(one.get_by_label(field)).to_have_value("", timeout=60_000)
        expect(one.get_by_text(wording.progress([""] * len(TASKS)))).to_be_visible(timeout=60_000)
    other.close()


def test_what_one_finds_on_explore_is_sent_to_the_task_that_stays_in_sight_there(page: Page, dashboard_address: str) -> None:
    """On the empty sheet: the key to Explore opens an answer where there is one."""
    task = sheet_at(page, dashboard_address, "two-modes")
    page.get_by_role("button", name=wording.DO_IN_EXPLORE).click()
    here(page)
    expect(page.get_by_text(f"{wording.AT_HAND}: {task.title}.").first).to_be_visible()
    shown = state(page)
    assert (shown["mode"], shown["selected"]) == ("inspect", 0), "the state of the task, not the one that was left"
    page.get_by_test_id("ambiguous").click()
    at_each = page.get_by_test_id("mode-digits").get_by_role("button")
    until(lambda: f"{at_each.count()} modes" in str(page.get_by_test_id("identity-note").text_content()))
    modes = [pixels(page, at_each.nth(place).locator("canvas")) for place in range(at_each.count())]
    at_each.nth(1).focus()
    with heard(page, by_address=True):
        page.keyboard.press("Enter")
    assert pixels(page, "digit-vae") == modes[1] != modes[0]
    chosen = state(page)["selected"]
    sent(page, task)
    expect(page.get_by_text(f"Test image {chosen} is").first).to_be_visible(timeout=30_000)


@pytest.mark.long
def test_a_drawing_by_hand_on_explore_is_sent_and_stands_on_the_sheet(page: Page, dashboard_address: str) -> None:
    """On the empty sheet, where no answer is right already."""
    task = sheet_at(page, dashboard_address, "between")
    page.get_by_role("button", name=wording.DO_IN_EXPLORE).click()
    here(page)
    page.get_by_test_id("mode-draw").click()
    settle(page)
    with heard(page, by_address=True):
        draw_seven(page)
    assert any(pixels(page, "draw-seen"))
    sent(page, task)
    expect(page.get_by_label(wording.ANSWERS["place"]).first).to_have_value(re.compile("mode=draw.*drawing="))
    expect(page.get_by_text("the drawing, as the encoder sees it").first).to_be_visible()
