"""The film of real runs in a real browser: scrubbed, played, explored, followed while training goes on, taken away."""

from __future__ import annotations

import math
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from support.builders import short, tiny, tiny_settings
from support.explorer_page import place, until
from support.serving import offline_context, view_app

from dashboard.films import export as film_export
from dashboard.shared.palette import CLASS_COLOURS
from vae_engine.command.cli import INTERRUPTED
from vae_engine.data import mnist as data
from vae_engine.runs import runs

PAGE = """
import streamlit as st
from dashboard.jobs import jobs
from dashboard.films.component import Reel, film
from dashboard.jobs.run_view import LIVE

@st.fragment(run_every=0.3)
def show():
    views = [jobs.shared().view(run) for run in st.query_params["runs"].split(",")]
    reels = [Reel(v.id, f"Run {v.id}", v.configs[0].kind, v.snapshots, v.latest, v.state in LIVE) for v in views]
    st.text(f"settled on {film(reels, link=st.query_params.get('link', '')).step}")

st.set_page_config(layout="wide")
show()
"""
SCROLLS_DOWN_ONLY = "document.documentElement.scrollWidth <= innerWidth"
DIGIT = "canvas => canvas.toDataURL()"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, digits: data.Images) -> Path:
    """A folder of runs with a finished VAE and a finished autoencoder."""
    folder = tmp_path_factory.mktemp("films")
    for kind in ("vae", "ae"):
        settings = short(steps=60, learning_rate=0.02)
        for _ in runs.start(folder / kind, tiny(kind=kind), settings, train_images=digits, validation_images=digits.head(32)):
            pass
    return folder


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, folder: Path) -> Iterator[str]:
    """Where a small program shows films."""
    settings = {"LATENT_EXPLORER_RUNS": str(folder), "OPENBLAS_NUM_THREADS": "1"}
    with view_app(PAGE, tmp_path_factory.mktemp("app"), **settings) as url:
        yield url


@pytest.fixture
def show(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """Opens the film of some runs; afterwards nothing may have failed and nothing been asked of any network."""
    opened: list[tuple[Any, list[str]]] = []

    def open_page(path: str, **options: Any) -> Page:
        context, troubles = offline_context(browser, **{"viewport": {"width": 1366, "height": 768}, **options})
        opened.append((context, troubles))
        page = context.new_page()
        page.goto(f"{address}/?runs={path}")
        page.get_by_test_id("film").wait_for(timeout=60_000)
        return page

    yield open_page
    for context, troubles in opened:
        context.close()
        assert troubles == []


def state(page: Page) -> dict[str, Any]:
    return page.evaluate("window.__latentFilm.state()")


NOTE_STEPS = """() => {
  window.__steps = new Set();
  const note = () => { window.__steps.add(window.__latentFilm.state().steps[0]); requestAnimationFrame(note); };
  note();
}"""
"""Every step that is drawn, noted by the page itself: asking from outside misses some on a busy machine."""


def wholly_here(page: Page) -> None:
    """Wait until all instants were fetched."""
    until(lambda: all(len(here) > 10 for here in state(page)["loaded"]))
    until(lambda: sorted({step for here in state(page)["loaded"] for step in here}) == state(page)["instants"])


def digit(page: Page, reel: int = 0) -> str:
    return page.get_by_test_id(f"film-digit-{reel}").evaluate(DIGIT)


def test_two_runs_go_in_step_from_untrained_to_trained_and_python_hears_of_it_once_someone_lets_go(show: Any) -> None:
    page = show("vae,ae")
    wholly_here(page)
    assert state(page)["steps"] == [60, 60]
    scrubber = page.get_by_test_id("film-scrubber")
    scrubber.focus()
    page.keyboard.press("Home")
    until(lambda: state(page)["steps"] == [0, 0])
    for expected in state(page)["instants"][1:4]:
        page.keyboard.press("ArrowRight")
        until(lambda expected=expected: state(page)["steps"] == [expected, expected])
    page.keyboard.press("Comma")
    until(lambda: state(page)["steps"] == [2, 2])
    expect(page.get_by_text("settled on 2")).to_be_visible()
    expect(scrubber).to_have_attribute("aria-valuetext", "step 2")
    expect(page.get_by_test_id("film-step-1")).to_have_text("step 2")
    box = scrubber.bounding_box()
    page.mouse.move(box["x"] + 0.1 * box["width"], box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.7 * box["width"], box["y"] + box["height"] / 2, steps=8)
    page.mouse.up()
    until(lambda: state(page)["steps"][0] > 10)
    step = state(page)["steps"][0]
    assert state(page)["place"] == pytest.approx(math.log1p(step / 8)), "exactly at an instant"
    expect(page.get_by_text(f"settled on {step}")).to_be_visible()
    ranges = state(page)["ranges"]
    page.keyboard.press("Home")
    until(lambda: state(page)["steps"] == [0, 0])
    assert state(page)["ranges"] == ranges, "the axes stay where they are"


@pytest.mark.long
def test_playing_moves_evenly_through_the_instants_and_stops_or_begins_again(show: Any) -> None:
    page = show("vae")
    wholly_here(page)
    page.get_by_test_id("film-speed").select_option("0.5")
    page.evaluate("window.__latentFilm.clearStats()")
    page.evaluate(NOTE_STEPS)
    page.get_by_test_id("film-play").click()
    until(lambda: not state(page)["playing"] and page.evaluate("window.__steps.size > 1"))
    assert page.evaluate("window.__steps.size") > 5
    assert state(page)["steps"] == [60]
    assert page.evaluate("window.__latentFilm.stats().frames") > 10
    page.get_by_test_id("film-loop").click()
    page.get_by_test_id("film-map-0").focus()
    page.keyboard.press("Space")
    until(lambda: state(page)["playing"] and state(page)["steps"] == [60])
    until(lambda: state(page)["steps"][0] < 30)
    page.keyboard.press("Space")
    assert not state(page)["playing"]


def test_every_instant_is_explorable_and_an_image_is_followed_in_both_maps(show: Any) -> None:
    page = show("vae,ae&link=step%3D0")
    wholly_here(page)
    until(lambda: state(page)["steps"] == [0, 0])
    spot = place(page, "film-map-0", 0.3, 0.4)
    page.mouse.move(*spot)
    until(lambda: state(page)["z"][0] != [0.6, 0.4])
    untrained, where = digit(page), state(page)["z"][0]
    page.keyboard.press("Period")
    page.get_by_test_id("film-scrubber").focus()
    page.keyboard.press("End")
    until(lambda: digit(page) != untrained)
    assert state(page)["z"][0] == where, "the place stays, its decoder is another"
    page.get_by_test_id("film-map-1").focus()
    before = digit(page, 1)
    for _ in range(5):
        page.keyboard.press("Shift+ArrowLeft")
    until(lambda: digit(page, 1) != before)
    page.keyboard.press("Enter")
    until(lambda: state(page)["followed"] is not None)
    page.mouse.move(5, 5)
    expect(page.get_by_test_id("film-original-0")).to_be_visible()
    name = page.get_by_test_id("film-original-0").get_attribute("aria-label")
    assert name == page.get_by_test_id("film-original-1").get_attribute("aria-label")
    assert str(state(page)["followed"]) in str(name)
    until(lambda: state(page)["z"][0] != where)


def test_the_manifold_is_that_of_the_instant_and_a_class_can_stand_alone(show: Any) -> None:
    page = show("vae")
    wholly_here(page)
    base = page.get_by_test_id("film-map-0").locator("xpath=..").locator("canvas").first
    points = base.evaluate(DIGIT)
    page.get_by_test_id("film-manifold").click()
    until(lambda: base.evaluate(DIGIT) != points)
    page.wait_for_timeout(400)
    trained = base.evaluate(DIGIT)
    page.get_by_test_id("film-scrubber").focus()
    page.keyboard.press("Home")
    until(lambda: base.evaluate(DIGIT) != trained)
    page.get_by_test_id("film-class-3").click()
    expect(page.get_by_test_id("film-class-4")).to_have_attribute("aria-pressed", "false")
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.get_by_test_id("film-map-0")).to_be_visible()
    box = page.get_by_test_id("film-map-0").bounding_box()
    assert box
    assert min(box["width"], box["height"]) > 250, "on a phone, too"


@pytest.mark.long
def test_training_is_followed_until_someone_goes_back_and_again_when_asked(
    show: Any, folder: Path, start_python: Callable[..., subprocess.Popen[str]]
) -> None:
    options = [*tiny_settings(), "--seconds", "600", "--batch-size", "64", "--live", "--run-dir", folder / "live"]
    process = start_python("-m", "vae_engine", "train", *options)
    until(lambda: (folder / "live" / "snapshots").is_dir() and (folder / "live" / "events.jsonl").exists())
    page = show("live")
    until(lambda: state(page)["following"] and (state(page)["steps"][0] or 0) > 3)
    first = state(page)["steps"][0]
    until(lambda: state(page)["steps"][0] > first)
    page.get_by_test_id("film-scrubber").focus()
    page.keyboard.press("Home")
    until(lambda: state(page)["steps"] == [0])
    assert not state(page)["following"]
    newest = max(state(page)["instants"])
    until(lambda: max(state(page)["instants"]) > newest)
    assert state(page)["steps"] == [0], "training goes on, the visitor stays where he is"
    page.get_by_test_id("film-live").click()
    until(lambda: state(page)["steps"][0] > newest)
    process.send_signal(signal.SIGINT)
    process.wait(60)
    assert process.returncode == INTERRUPTED
    until(lambda: not state(page)["following"] and page.get_by_test_id("film-live").is_hidden())
    wholly_here(page)
    assert state(page)["steps"] == [max(state(page)["instants"])]


def test_before_the_first_picture_the_page_says_when_it_comes(show: Any, folder: Path) -> None:
    shutil.copytree(folder / "vae", folder / "empty", ignore=lambda *_: ["events.jsonl", "snapshots", "metrics.json"])
    page = show("empty")
    expect(page.get_by_text("The first picture comes when training has begun.")).to_be_visible()
    before = state(page)["steps"]
    for control in ("film-play", "film-scrubber"):
        page.get_by_test_id(control).focus()
        expect(page.get_by_test_id("meaning")).to_contain_text("A film needs two instants")
    page.keyboard.press("End")
    page.get_by_test_id("film-play").press("Enter")
    assert state(page)["steps"] == before, "and neither does anything"


def test_a_damaged_instant_is_named_and_the_others_are_shown(browser: Browser, address: str, folder: Path) -> None:
    path = shutil.copytree(folder / "vae", folder / "broken") / "snapshots" / "step-00000004.safetensors"
    path.write_bytes(path.read_bytes()[:99])
    context, _ = offline_context(browser)  # the browser itself notes the refusal
    page = context.new_page()
    page.goto(f"{address}/?runs=broken")
    expect(page.get_by_text("step-00000004")).to_be_visible(timeout=20_000)
    until(lambda: state(page)["steps"] == [60])
    until(lambda: len(state(page)["loaded"][0]) == len(state(page)["instants"]) > 10)
    assert 4 not in state(page)["instants"]
    context.close()


@pytest.fixture
def from_disk(browser: Browser, folder: Path, tmp_path: Path) -> Iterator[Page]:
    """The film of both runs as a file, opened where there is no network."""
    (tmp_path / "film.html").write_bytes(film_export.page([folder / "vae", folder / "ae"]))
    context, troubles = offline_context(browser, viewport={"width": 1366, "height": 768})
    context.set_offline(True)
    page = context.new_page()
    page.on("request", lambda request: troubles.append(request.url) if request.url.startswith("http") else None)
    page.goto((tmp_path / "film.html").as_uri())
    page.get_by_test_id("film").wait_for()
    yield page
    context.close()
    assert troubles == []


def test_the_numbers_of_the_file_fit_whatever_the_font(browser: Browser, folder: Path, tmp_path: Path) -> None:
    context, troubles = offline_context(browser)
    page = context.new_page()
    for runs_in_it in (["vae"], ["vae", "ae"]):
        file = tmp_path / f"{len(runs_in_it)}.html"
        file.write_bytes(film_export.page([folder / run for run in runs_in_it]))
        page.goto(file.as_uri())
        page.get_by_test_id("film").wait_for()
        wholly_here(page)
        for spacing in ("0", "0.08em"):  # as wide as in the fonts that stand in where there are no others
            page.add_style_tag(content=f".lx {{ font-family: sans-serif; letter-spacing: {spacing}; }}")
            for width, height in ((1920, 1080), (1366, 768), (390, 844)):
                page.set_viewport_size({"width": width, "height": height})
                until(lambda: page.evaluate(SCROLLS_DOWN_ONLY))
                rights = page.locator(".lf-terms").evaluate_all("all => all.map((one) => one.getBoundingClientRect().right)")
                assert max(rights) <= width - 10, (runs_in_it, spacing, width)
    context.close()
    assert troubles == []


def test_the_file_shows_the_whole_film_without_server_or_network_and_gives_gif_and_video(from_disk: Page, tmp_path: Path) -> None:
    page = from_disk
    wholly_here(page)
    page.get_by_test_id("film-scrubber").focus()
    page.keyboard.press("Home")
    until(lambda: state(page)["steps"] == [0, 0])
    untrained = digit(page)
    page.keyboard.press("End")
    until(lambda: digit(page) != untrained)
    page.get_by_test_id("film-export").click()
    with page.expect_download(timeout=60_000) as download:
        page.get_by_test_id("film-export-gif").click()
    download.value.save_as(tmp_path / "film.gif")
    with Image.open(tmp_path / "film.gif") as movie:
        assert movie.n_frames == 101
        assert movie.width >= 1280 or movie.height >= 720, "large enough for a slide"
        first = movie.convert("RGB").copy()
        movie.seek(100)
        assert movie.convert("RGB").tobytes() != first.tobytes()
        size = f"{movie.width} × {movie.height} pixels, {(tmp_path / 'film.gif').stat().st_size / 1e6:.1f} MB"
    expect(page.get_by_test_id("film-progress")).to_contain_text(size)
    legend = np.asarray(first.crop((0, first.height - first.height // 12, first.width, first.height))).reshape(-1, 3).astype(int)
    for colour in CLASS_COLOURS:
        wanted = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
        assert (np.abs(legend - wanted).max(axis=1) < 24).any(), "every class is in the legend"
    assert state(page)["steps"] == [60, 60], "afterwards the film stands where it stood"
    video = page.get_by_test_id("film-export-webm")
    assert video.is_enabled() or "records no" in str(video.get_attribute("title"))
