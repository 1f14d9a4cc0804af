"""Train on the site: from the first press to a model that is explored and taken home as a run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect
from support.axe import AXE, serious
from support.explorer_page import here, settle, state, until
from support.hosts.training_site import ALONE, served_files, steps, write_training
from support.serving import offline_context

from vae_engine.runs import archive, runs
from vae_engine.stored import checkpoints, registry


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the page is."""
    folder = tmp_path_factory.mktemp("web") / "site"
    write_training(folder)
    with served_files(folder) as root:
        yield f"{root}training/"


def opened(browser: Browser, address: str, **options: Any) -> tuple[Page, list[str]]:
    context, troubles = offline_context(browser, **options)
    page = context.new_page()
    page.add_init_script(ALONE)
    page.goto(address)
    expect(page.get_by_test_id("train-start")).to_be_visible()
    return page, troubles


def film(page: Page) -> dict[str, Any]:
    return page.evaluate("globalThis.__latentFilm.state()")


def test_a_model_is_trained_watched_explored_and_taken_home(browser: Browser, address: str, tmp_path: Path) -> None:
    page, troubles = opened(browser, address, viewport={"width": 1366, "height": 768})
    page.get_by_test_id("train-start").click()
    until(lambda: page.evaluate("(globalThis.__latentFilm?.state().steps[0] ?? 0) > 3"))
    page.get_by_test_id("train-pause").click()
    expect(page.get_by_test_id("train-far")).to_contain_text("Paused after")
    paused = steps(page)
    page.get_by_test_id("train-step").click()
    until(lambda: steps(page) == paused + 1)
    until(lambda: film(page)["instants"][-1] == paused + 1)
    page.get_by_test_id("train-beta").press("End")
    page.get_by_test_id("train-stop").click()
    expect(page.get_by_test_id("train-far")).to_contain_text("Stopped")
    with page.expect_download() as download:
        page.get_by_test_id("train-keep").click()
    download.value.save_as(tmp_path / "run.zip")
    page.get_by_test_id("train-explore").click()
    here(page)
    settle(page)
    assert state(page)["mode"] == "move"
    page.get_by_test_id("train-back").click()
    expect(page.get_by_test_id("train-anew")).to_be_visible()
    page.context.close()
    assert troubles == []
    archive.unpack(tmp_path / "run.zip", tmp_path / "run")
    events = runs.read_events(tmp_path / "run")
    assert [(event["knob"], event["new"]) for event in events if event["type"] == "turned"] == [("beta", 20)]
    assert registry.find(str(tmp_path / "run")).metrics["steps"] == paused + 1


@pytest.mark.long
def test_images_of_ones_own_are_trained_on_by_two_threads_and_stay_here(browser: Browser, address: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    images, labels = np.zeros((300, 16, 16), np.uint8), rng.integers(0, 4, 300)
    for image, label in zip(images, labels, strict=True):
        image[4 * label : 4 * label + 3] = rng.integers(150, 256, (3, 16))
    np.savez_compressed(tmp_path / "stripes.npz", images=images, labels=labels)
    page, troubles = opened(browser, address, viewport={"width": 390, "height": 844}, has_touch=True)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.method))
    (tmp_path / "words.txt").write_text("no images")
    page.get_by_test_id("train-files").set_input_files(tmp_path / "words.txt")
    expect(page.get_by_role("alert")).to_contain_text("words.txt is none of the files that are read here")
    page.get_by_test_id("train-files").set_input_files(tmp_path / "stripes.npz")
    expect(page.locator(".tr-about")).to_contain_text("240 images of 4 classes (stripes.npz)")
    page.get_by_test_id("train-ae").click()
    if page.get_by_test_id("train-team").count():  # of a machine with more than two threads
        page.get_by_test_id("train-team").select_option("2")
    page.get_by_test_id("train-start").click()
    until(lambda: "±" in page.get_by_test_id("train-good").inner_text())
    page.get_by_test_id("train-stop").click()
    with page.expect_download() as download:
        page.get_by_test_id("train-keep").click()
    download.value.save_as(tmp_path / "run.zip")
    page.context.close()
    assert troubles == []
    assert set(asked) <= {"GET"}
    archive.unpack(tmp_path / "run.zip", tmp_path / "run")
    model, train = checkpoints.read_config(tmp_path / "run")
    assert (model.kind, model.side, train.classes) == ("ae", 16, ("0", "1", "2", "3"))


@pytest.mark.long
@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed: run `npm ci`, or `make test`, which does")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [(1366, 768), (390, 844)], ids=["wide", "narrow"])
def test_axe_finds_nothing_serious_before_while_and_after_it_trains(
    browser: Browser, address: str, scheme: str, size: tuple[int, int]
) -> None:
    page, troubles = opened(
        browser, address, viewport=dict(zip(("width", "height"), size, strict=True)), color_scheme=scheme, bypass_csp=True
    )
    assert serious(page) == []
    page.get_by_test_id("train-start").click()
    until(lambda: page.evaluate("(globalThis.__latentFilm?.state().steps[0] ?? 0) > 3"))
    page.get_by_test_id("train-pause").click()
    expect(page.get_by_test_id("train-far")).to_contain_text("Paused after")
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing stands out to the right"
    page.get_by_test_id("train-stop").click()
    expect(page.get_by_test_id("train-far")).to_contain_text("Stopped")
    assert serious(page) == []
    page.context.close()
    assert troubles == []
