"""Explore with own runs beside the bundled models, and with a model that is not there."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect
from support.builders import tiny
from support.explorer_page import state, until

from dashboard.jobs.run_view import About, write_about
from vae_engine import TrainConfig, build_model
from vae_engine.model import loading

NAMES = ("upright stroke", "snowman")


@pytest.fixture
def strokes(served_folder: Path, tmp_path: Path) -> Iterator[str]:
    """The name of a finished run on images of one's own, of two classes."""
    images = np.zeros((60, 28, 28), np.uint8)
    images[:30, 4:24, 12:16] = images[30:, 6:22, 8:20] = 255
    np.savez(tmp_path / "strokes.npz", images=images, labels=np.repeat([0, 1], 30), classes=np.array(NAMES))
    folder = served_folder / "runs" / "own-strokes"
    train = TrainConfig(data=str(tmp_path / "strokes.npz"), classes=NAMES)
    loading.save(folder, build_model(tiny()), train, {"elbo": -123.0, "split": "validation"})
    write_about(folder, About("My strokes", created=1.0))
    yield f"run:{folder.name}"
    shutil.rmtree(folder)


@pytest.mark.long
def test_an_own_run_is_chosen_by_its_title_and_no_map_beside_it_shows_other_images(
    open_explore: Callable[..., Page], strokes: str
) -> None:
    page = open_explore("/")
    chooser = page.get_by_test_id("model-vae")
    assert chooser.locator("optgroup").evaluate_all("all => all.map((one) => one.label)")[-1] == "Your runs"
    chooser.select_option(label="My strokes")
    page.get_by_text("My strokes · −ELBO 123.00").wait_for(timeout=30_000)
    expect(page.get_by_test_id("latent-map-ae")).to_have_count(0)
    expect(page.get_by_test_id("notice")).to_contain_text("no autoencoder of strokes.npz here")
    for label, name in enumerate(NAMES):
        expect(page.get_by_test_id(f"legend-{label}")).to_have_text(f"{label}{name}")
    expect(page.get_by_test_id("legend-2")).to_have_count(0)
    expect(page.get_by_test_id("caption")).to_contain_text(re.compile("“(upright stroke|snowman)”"))
    page.get_by_role("button", name="Close this notice").click()
    expect(page.get_by_test_id("notice")).to_be_hidden()
    page.get_by_test_id("mode-inspect").click()
    page.get_by_test_id("ambiguous").click()  # no exact numbers came with the run: they are worked out here
    until(lambda: state(page)["selected"] is not None or "is hard for this model" in state(page)["notice"])
    expect(page.get_by_test_id("ambiguous")).to_have_text("Hard image")
    page.get_by_test_id("mode-move").click()
    page.get_by_test_id("model-vae").select_option("vae-mnist-small")
    page.get_by_test_id("latent-map-ae").wait_for(timeout=30_000)
    until(lambda: "models=vae-mnist-small%2Cae-mnist" in page.evaluate("location.href"))


def test_a_model_that_is_gone_is_told_of_and_the_rest_of_the_link_holds(open_explore: Callable[..., Page]) -> None:
    page = open_explore("/?models=run:gone,ae-mnist#mode=sample&seed=7")
    expect(page.get_by_test_id("notice")).to_contain_text("“run:gone”")
    expect(page.get_by_test_id("model-vae")).to_have_value("vae-mnist")
    assert (state(page)["mode"], state(page)["seed"]) == ("sample", 7)
