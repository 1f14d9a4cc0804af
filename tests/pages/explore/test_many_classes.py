"""More classes than colours, in the exported file: each is found by its name, and each point knows its file."""

from __future__ import annotations

import string
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, expect
from support.builders import short, tiny
from support.explorer_page import here, state, until

from dashboard.explore.one_file import write_html
from vae_engine import build_model
from vae_engine.data import own
from vae_engine.model import loading

LETTERS = tuple(string.ascii_uppercase)


def test_letters_have_their_own_marks_are_found_and_know_their_files(browser: Browser, tmp_path: Path) -> None:
    images = np.random.default_rng(0).integers(0, 256, (104, 28, 28), np.uint8)
    np.savez(tmp_path / "letters.npz", images=images, labels=np.tile(LETTERS, 4))
    train = short(data=str(tmp_path / "letters.npz"), classes=LETTERS)
    loading.save(tmp_path / "run", build_model(tiny(), 0), train, {"elbo": -1.0, "split": "validation"})
    write_html([str(tmp_path / "run")], tmp_path / "letters.html")
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(f"file://{tmp_path}/letters.html#mode=inspect&image=3")
    here(page)

    row = int(own.known(train.data).rows[3])
    expect(page.get_by_test_id("inspect-file")).to_have_text(f"letters.npz, row {row}")
    assert state(page)["layers"]["glyphs"]
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")

    search = page.get_by_test_id("legend-search")
    search.fill("q")
    expect(page.get_by_test_id("legend-16")).to_be_visible()
    expect(page.get_by_test_id("legend-0")).to_be_hidden()
    until(lambda: state(page)["focus"] == 16)
    search.press("Enter")
    assert state(page)["classes"] == [16]
    search.press("Escape")
    expect(page.get_by_test_id("legend-0")).to_be_visible()

    page.get_by_test_id("legend-0").focus()
    page.keyboard.press("ArrowRight")
    until(lambda: state(page)["focus"] == 1)
    page.keyboard.press("Enter")
    assert state(page)["classes"] == [1, 16]
    until(lambda: "classes=65538" in page.evaluate("location.hash"))
    page.reload()
    here(page)
    until(lambda: state(page)["classes"] == [1, 16])
    context.close()
