"""Scenes are collected on any page, laid out, and presented by keys alone: in the dashboard and in the exported file."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from support.axe import serious
from support.builders import short, tiny
from support.explorer_page import settle, until
from support.serving import offline_context

from dashboard.explore.one_file import write_html
from dashboard.lecture.bundled import lecture_about
from dashboard.lecture.lecture import bundled
from dashboard.stock import catalogue
from dashboard.stock.material import LESSON_MODELS, gather
from vae_engine.data import mnist as data
from vae_engine.runs import runs

SCENES = json.loads(bundled())["scenes"]
FITTED = "Fitted to this image alone, q finds the mode"
Scenes = list[dict[str, Any]]
WHOLE = {"width": 1920, "height": 1080}


def present(page: Page, scenes: Scenes = SCENES) -> None:
    """Begin at the first scene."""
    page.get_by_test_id("present").click()
    page.get_by_test_id("presentation").wait_for()
    expect(page.get_by_test_id("scene-title")).to_have_text(scenes[0]["title"])


def leaf(page: Page, key: str, titles: list[str]) -> None:
    """Press a key for each of these scenes, which it leads to."""
    for title in titles:
        page.keyboard.press(key)
        expect(page.get_by_test_id("scene-title")).to_have_text(title)
        assert page.get_by_role("alert").filter(visible=True).count() == 0


def with_speaker(page: Page) -> Page:
    """The speaker's window, opened from the desk."""
    with page.context.expect_page() as opened:
        page.get_by_test_id("speaker").click()
    return opened.value


def follow(page: Page, speaker: Page, scenes: Scenes = SCENES) -> None:
    """From the first scene that both windows show: keys in either turn both, and the second, loaded anew, says the same."""
    for turner, at in ((page, 1), (speaker, 2)):
        turner.keyboard.press("PageDown")
        expect(page.get_by_test_id("scene-title")).to_have_text(scenes[at]["title"])
        for _ in range(2):
            expect(speaker.get_by_role("heading")).to_have_text(scenes[at]["title"])
            expect(speaker.locator(".lec-notes-said")).to_have_text(scenes[at]["notes"])
            expect(speaker.locator(".lec-notes-next")).to_have_text(f"Next: {scenes[at + 1]['title']}")
            expect(speaker.locator(".lec-notes-after")).to_have_text(scenes[at + 1]["notes"])
            speaker.reload()
    expect(speaker.locator(".lec-notes-time")).to_have_text(re.compile(r"\d\d:\d\d"))  # of the day
    clock = speaker.locator(".lec-notes-clock")
    before = clock.inner_text()
    until(lambda: clock.inner_text() != before)
    assert serious(speaker) == []


LARGE = 28
"""Pixels of text that a back row reads, on a projector of 1080 lines."""


def axes_are_large(page: Page) -> None:
    """The numbers of the map on show can be read from a back row."""
    axis = page.locator(".lec-view:not(.lec-away) .lx-axis").first
    assert axis.evaluate("axis => parseFloat(getComputedStyle(axis).fontSize)") >= LARGE
    room = axis.evaluate("axis => axis.closest('.lx-map').querySelector('.lx-plot').offsetLeft")
    assert room > 2 * LARGE, "the numbers beside it are of that size, too"


def says_its_numbers(page: Page) -> None:
    """The gap on show is the one of the title."""
    gap = page.locator(".lec-view:not(.lec-away)").get_by_test_id("reading-gap")
    until(lambda: f"{gap.inner_text()} nats for this image" in page.get_by_test_id("scene-title").inner_text())


def says_what_is_undecided(page: Page) -> None:
    """The undecided pixels half way are those of the title."""
    in_z, in_pixels = re.findall(r"\d+", page.get_by_test_id("scene-title").inner_text())
    said = page.locator(".lec-view:not(.lec-away)").get_by_test_id("walk-halfway")
    expect(said).to_have_text(re.compile(rf"{in_z} in the VAE, \d+ in the AE, {in_pixels} in pixels"))


def closes_the_gap(page: Page) -> None:
    """What the title of the scene FITTED says."""
    identity = page.locator(".lec-view:not(.lec-away)").get_by_test_id("identity")
    until(lambda: (gap := re.search(r"gap (\d+\.\d+)", identity.inner_text())) and float(gap[1]) < 1)


@pytest.mark.parametrize("back", [3, pytest.param(24, marks=pytest.mark.long)])
def test_the_bundled_lecture_from_first_to_last_scene_by_keys_in_both_themes(open_dashboard, back):
    page = open_dashboard("/lecture", viewport=WHOLE)
    expect(page.get_by_test_id("lecture-summary")).to_contain_text("25 scenes, 20 minutes planned.", timeout=60_000)
    assert serious(page) == []
    speaker = with_speaker(page)
    expect(speaker.get_by_role("heading")).to_have_text(SCENES[0]["title"])
    present(page)
    follow(page, speaker)
    page.keyboard.press("Home")
    titles = [scene["title"] for scene in SCENES]
    fitted, identity = titles.index(FITTED), next(i for i, one in enumerate(SCENES) if "step=identity" in one["link"])
    walk = next(i for i, one in enumerate(SCENES) if "mode=walk" in one["link"])
    axes_are_large(page)
    leaf(page, "PageDown", titles[1 : walk + 1])
    says_what_is_undecided(page)
    leaf(page, "PageDown", titles[walk + 1 : identity + 1])
    says_its_numbers(page)
    axes_are_large(page)
    leaf(page, "PageDown", titles[identity + 1 : fitted + 1])
    closes_the_gap(page)
    leaf(page, "Space", titles[fitted + 1 :])
    assert serious(page) == []
    size = page.get_by_test_id("scene-title").evaluate("title => parseFloat(getComputedStyle(title).fontSize)")
    assert size >= LARGE
    page.keyboard.press("t")
    assert page.get_by_test_id("presentation").get_attribute("data-theme") == "dark"
    leaf(page, "PageUp", titles[::-1][1 : back + 1])
    assert serious(page) == []
    page.keyboard.press("End")
    expect(page.get_by_test_id("scene-place")).to_have_text("25 of 25")
    page.keyboard.press("q")
    expect(page.get_by_test_id("code-card").get_by_role("img")).to_be_visible()
    page.keyboard.press("Escape")  # the code first
    page.keyboard.press("b")
    expect(page.locator(".lec-black")).to_be_visible()
    page.keyboard.press("b")
    expect(page.locator(".lec-black")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("presentation")).to_have_count(0)


OVERFLOWING = """still => [...still.querySelectorAll("svg text")].some((one) => {
  const {left, right} = one.getBoundingClientRect();
  return left < 0 || right > innerWidth;
})"""


def about_small() -> str:
    """The lecture as it is measured on the small pair."""
    return lecture_about(gather(*(catalogue.stored(f"{name}-small") for name in LESSON_MODELS), catalogue.ladder()))


@pytest.mark.parametrize(
    ("scheme", "suffix", "lecture"),
    [
        pytest.param("light", "", bundled, id="light", marks=pytest.mark.long),
        pytest.param("dark", "-small", about_small, id="dark, small pair", marks=pytest.mark.long),
    ],
)
def test_the_exported_file_presents_all_that_holds_of_its_models_with_stills_of_what_it_has_not(
    browser: Browser, tmp_path: Path, scheme: str, suffix: str, lecture: Callable[[], str]
) -> None:
    path = tmp_path / "explorer.html"
    write_html([f"{name}{suffix}" for name in LESSON_MODELS], path)
    scenes = json.loads(lecture())["scenes"]
    context, troubles = offline_context(browser, viewport=WHOLE, color_scheme=scheme)
    context.set_offline(True)
    page = context.new_page()
    page.goto(path.as_uri())
    expect(page.get_by_test_id("lecture-line")).to_contain_text(f"”: {len(scenes)} scenes, ")
    page.get_by_test_id("open-scenes").click()
    sheet = page.get_by_role("dialog", name="Lecture", exact=True)
    paper = sum(map(int, re.findall(r"\d+", sheet.evaluate("one => getComputedStyle(one).backgroundColor"))[:3]))
    assert (paper > 600) == (scheme == "light")
    expect(page.get_by_test_id("lecture-summary")).to_contain_text(f"{len(scenes)} scenes, ")
    expect(page.get_by_test_id("lecture-summary")).not_to_contain_text("skipped")
    speaker = with_speaker(page)
    present(page, scenes)
    expect(page.get_by_test_id("scene-place")).to_have_text(f"1 of {len(scenes)}")
    assert page.get_by_test_id("presentation").get_attribute("data-theme") == scheme
    follow(page, speaker, scenes)
    for scene in scenes[3:]:
        leaf(page, "ArrowRight", [scene["title"]])
        still = page.locator("[data-testid=still]:not(.lec-away)")
        if "./lab" in scene["link"] or "beta" in scene["link"]:
            expect(still.locator("figcaption")).to_contain_text("A still of")
            assert not still.evaluate(OVERFLOWING), scene["title"]
        else:
            expect(still).to_have_count(0)
        if scene["title"] == FITTED:
            closes_the_gap(page)
    page.keyboard.press("q")
    expect(page.get_by_test_id("code-card")).to_contain_text("a file, which has no address for others")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("presentation")).to_have_count(0)
    context.close()
    assert troubles == []


def test_scenes_are_collected_by_key_and_button_laid_out_and_kept(open_explore):
    page = open_explore("/?embed&presented")
    for unused in ("add-scene", "mode-walk", "share-menu"):
        expect(page.get_by_test_id(unused)).to_be_hidden()
    expect(page.get_by_test_id("stHeader")).to_be_hidden()
    page.goto(page.url.split("?")[0] + "#mode=inspect&image=3")
    page.reload()
    ends = [box["x"] + box["width"] for box in (page.get_by_test_id(one).bounding_box() for one in ("add-scene", "share-menu"))]
    assert ends[0] == pytest.approx(ends[1], abs=1), "it stands above the menus, in line with them"
    page.get_by_test_id("latent-map-vae").focus()
    page.keyboard.press("Shift+S")  # on a map S alone is a mode
    expect(page.get_by_test_id("collected")).to_contain_text("Scene 1 of “My lecture”: Explore: Inspect, image 3")
    settle(page)
    assert "mode=inspect" in page.url
    page.goto(page.url.split("#")[0] + "learn?step=beta")
    page.get_by_test_id("lesson-beta").wait_for()
    page.get_by_test_id("add-scene").click()
    expect(page.get_by_test_id("collected")).to_contain_text("Scene 2")
    page.get_by_role("link", name="Lecture").click()
    expect(page.get_by_test_id("lecture-summary")).to_contain_text("2 scenes.")
    expect(page.get_by_test_id("add-scene")).to_be_hidden()
    page.get_by_test_id("down-1").click()
    titles = page.locator(".lec-scene-title")
    turned = ["Learn: The price of information", "Explore: Inspect, image 3"]
    assert [titles.nth(i).input_value() for i in range(2)] == turned
    expect(page.get_by_test_id("down-2")).to_be_focused()
    page.get_by_test_id("at-1").fill("2")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("at-2")).to_be_focused()
    page.locator(".lec-handle").nth(1).drag_to(titles.nth(0))
    assert [titles.nth(i).input_value() for i in range(2)] == turned
    page.get_by_label("Notes of scene 1").fill("Say why.")
    page.get_by_test_id("delete-2").click()
    expect(titles).to_have_count(1)
    page.get_by_test_id("undo-scenes").click()
    expect(titles).to_have_count(2)
    page.get_by_test_id("present").click()
    page.keyboard.press("PageDown")
    expect(page.get_by_test_id("scene-place")).to_have_text("2 of 2")
    page.reload()
    expect(page.get_by_test_id("lecture-told")).to_contain_text("loaded anew while scene 2 was on show")
    go_on = page.get_by_test_id("present")
    expect(go_on).to_have_text("▶ Go on at scene 2")
    go_on.click()
    expect(page.get_by_test_id("scene-place")).to_have_text("2 of 2")
    page.keyboard.press("Escape")
    expect(go_on).to_have_text("▶ Present")
    expect(page.get_by_label("Notes of scene 1")).to_have_value("Say why.")
    bad = {"name": "x.json", "mimeType": "application/json", "buffer": b"[]"}
    page.get_by_test_id("open-lecture").set_input_files(bad)
    expect(page.get_by_test_id("lecture-told")).to_have_text("This is no lecture: its format is not “latent-explorer lecture”.")
    until(lambda: titles.count() == 2)
    page.get_by_test_id("new-lecture").click()
    expect(titles).to_have_count(0)
    expect(page.get_by_test_id("no-scenes")).to_contain_text("Shift S or + Scene")
    expect(page.get_by_test_id("lecture-page")).to_have_attribute("aria-disabled", "true")
    page.get_by_test_id("bundled-lecture").click()
    page.get_by_test_id("bundled-hint").get_by_role("button").click()
    expect(page.get_by_label("Title of the lecture")).to_have_value(re.compile(", my copy$"))
    expect(page.get_by_test_id("bundled-hint")).to_be_hidden()
    for _ in range(2):
        page.get_by_test_id("undo-scenes").click()
    expect(titles).to_have_count(0)
    page.get_by_role("link", name="Explore").click()
    expect(page.get_by_test_id("add-scene")).to_be_visible()
    page.get_by_role("link", name="Lecture").click()
    page.get_by_test_id("undo-scenes").click()
    expect(titles).to_have_count(2)


NOTE_STEPS = """window.__steps = [];
(function note() {
  const {steps: [step], instants, loaded} = window.__latentFilm?.state() ?? {steps: [null], instants: [], loaded: []};
  if (step !== null && loaded[0].length === instants.length && step !== window.__steps.at(-1)) window.__steps.push(step);
  requestAnimationFrame(note);
})();"""


def scrubbed(page: Page) -> list[int]:
    """The steps that the film in the frame has shown since all of it was there; none before there is a frame."""
    frames = page.frames[1:]
    return frames[0].evaluate("window.__steps") if frames else []


@pytest.mark.long
def test_training_is_collected_and_scrubbed_from_the_first_instant_and_stands_at_once_where_motion_is_unwanted(
    open_dashboard, served_folder: Path, digits: data.Images
) -> None:
    settings = short(steps=60, learning_rate=0.02)
    list(
        runs.start(served_folder / "runs" / "scrubbed", tiny(), settings, train_images=digits, validation_images=digits.head(32))
    )
    page = open_dashboard("/train?run=scrubbed")
    page.add_init_script(NOTE_STEPS)
    until(lambda: page.evaluate("window.__latentFilm?.state().steps[0]") == 60)
    page.keyboard.press("Shift+S")
    expect(page.get_by_test_id("collected")).to_contain_text("Train: scrubbed, step 60")
    page.keyboard.press("Shift+S")
    expect(page.get_by_test_id("collected")).to_contain_text("Scene 2")
    page.get_by_role("link", name="Lecture").click()
    page.get_by_test_id("trained-1").click()
    expect(page.get_by_test_id("scene-1")).to_contain_text("Then moves through 1 more instant in 8 s.")
    page.get_by_test_id("present").click()
    until(lambda: page.evaluate("__latentLecture.playing()"))
    until(lambda: not page.evaluate("__latentLecture.playing()"))
    seen = scrubbed(page)
    assert len(seen) > 4, seen
    assert seen == sorted(seen)
    assert seen[0] < 10
    assert seen[-1] == 60
    page.frames[1].get_by_test_id("film-scrubber").focus()
    page.keyboard.press("PageDown")  # of a clicker: the scrubber, too, has a use for it
    expect(page.get_by_test_id("scene-place")).to_have_text("2 of 2")
    page.keyboard.press("Escape")
    page.emulate_media(reduced_motion="reduce")
    page.get_by_test_id("present").click()
    until(lambda: scrubbed(page)[-1:] == [60])
    assert set(scrubbed(page)) <= {0, 60}
    page.keyboard.press("Escape")
