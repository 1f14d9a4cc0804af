"""Each format of images, from the library that writes it in earnest: trained on, explored, drawn into, exported as HTML, and that
reopened."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
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


def opened(page: Page, address: str) -> Page:
    """The page at an address, with all its parts."""
    page.goto("about:blank")  # or what follows the # alone would change
    page.goto(address)
    here(page)
    return page


def look_into(page: Page, found: own.Collection) -> None:
    """Inspect an image, which has the name and the class that its file gives it."""
    expect(page.get_by_test_id("latent-map-vae")).to_be_visible()
    index = choose_image(page)
    expect(page.get_by_test_id("inspect-file")).to_have_text(found.called([index])[0])
    named = found.classes[found.images.labels[index]]
    assert named in page.get_by_role("heading", level=3).filter(has_text="image").first.inner_text()


def draw_into(page: Page) -> str:
    """Draw on an empty pad, and what the networks have before them then."""
    page.get_by_test_id("mode-draw").click()
    settle(page)
    if state(page)["inked"]:
        page.get_by_test_id("draw-clear").click()
        until(lambda: state(page)["inked"] == "")
    draw_seven(page)
    until(lambda: state(page)["inked"] != "")
    settle(page)
    return state(page)["inked"]


@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.parametrize("dark", [False, True], ids=["bright ink", "dark ink"])
def test_images_go_all_the_way(
    kind: str, dark: bool, browser: Browser, dashboard_address: str, served_folder: Path, tmp_path: Path
) -> None:
    digits = data.load("validation").head(COUNT)
    images = 255 - digits.images if dark else digits.images
    path = WRITERS[kind](tmp_path, images, digits.labels)
    run = served_folder / "runs" / re.sub(r"\W", "-", f"{kind} {'dark' if dark else 'bright'}")
    flags = [*tiny_settings(), "--steps", "30", "--protocol", "grey" if dark else "dynamic"]
    assert cli.main(["train", "--data", str(path), "--run-dir", str(run), *flags]) == 0
    found = own.known(str(path))
    assert found.inverted == dark

    context, troubles = offline_context(
        browser, viewport={"width": 1366, "height": 768}, color_scheme="dark" if dark else "light"
    )
    page = opened(context.new_page(), f"{dashboard_address}/?models=run:{run.name}")
    look_into(page, found)
    drawn = draw_into(page)
    link = page.evaluate("location.hash")
    write_html([str(run)], tmp_path / "explorer.html")
    context.close()
    assert troubles == []

    context, troubles = offline_context(browser, viewport={"width": 1366, "height": 768})
    context.set_offline(True)
    file = (tmp_path / "explorer.html").as_uri()
    page = opened(context.new_page(), file + link)
    assert (state(page)["mode"], state(page)["inked"]) == ("draw", drawn), "the file shows what was drawn on the page"
    look_into(page, found)
    drawn = draw_into(page)
    page.reload()
    here(page)
    assert (state(page)["mode"], state(page)["inked"]) == ("draw", drawn)
    page = opened(context.new_page(), file + page.evaluate("location.hash"))
    assert (state(page)["mode"], state(page)["inked"]) == ("draw", drawn)
    context.close()
    assert troubles == []
