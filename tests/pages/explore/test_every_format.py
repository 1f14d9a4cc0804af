"""Each format of images, from the library that writes it in earnest: trained on, exported, explored, drawn into and reopened."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from support.builders import tiny_settings
from support.explorer_page import choose_image, draw_seven, here, settle, state, until
from support.image_files import WRITERS
from support.serving import offline_context

from dashboard.explore.one_file import write_html
from vae_engine.command import cli
from vae_engine.data import mnist as data
from vae_engine.data import own

COUNT = 240
pytestmark = pytest.mark.long


@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.parametrize("dark", [False, True], ids=["bright ink", "dark ink"])
def test_images_go_all_the_way(kind: str, dark: bool, browser: Browser, tmp_path: Path) -> None:
    digits = data.load("validation").head(COUNT)
    images = 255 - digits.images if dark else digits.images
    path = WRITERS[kind](tmp_path, images, digits.labels)
    flags = [*tiny_settings(), "--steps", "30", "--protocol", "grey" if dark else "dynamic"]
    assert cli.main(["train", "--data", str(path), "--run-dir", str(tmp_path / "run"), *flags]) == 0
    write_html([str(tmp_path / "run")], tmp_path / "explorer.html")

    context, troubles = offline_context(
        browser, viewport={"width": 1366, "height": 768}, color_scheme="dark" if dark else "light"
    )
    page = context.new_page()
    page.goto((tmp_path / "explorer.html").as_uri())
    here(page)
    index = choose_image(page)
    found = own.known(str(path))
    expect(page.get_by_test_id("inspect-file")).to_have_text(found.called([index])[0])
    named = found.classes[found.images.labels[index]]
    expect(page.get_by_test_id("latent-map-vae")).to_be_visible()
    assert found.inverted == dark
    assert named in page.get_by_role("heading", level=3).filter(has_text="image").first.inner_text()
    page.get_by_test_id("mode-draw").click()
    draw_seven(page)
    settle(page)
    until(lambda: state(page)["inked"] != "")
    page.reload()
    here(page)
    assert state(page)["mode"] == "draw"
    assert state(page)["inked"] != ""
    context.close()
    assert troubles == []
