"""Images that change while a server runs: every page sees what is there now, and no run takes others for its own."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urljoin

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect
from support.explorer_page import here, pixels, state, until
from support.image_files import class_folders, encoded
from support.serving import dashboard, offline_context

from dashboard.jobs.jobs import Jobs
from dashboard.jobs.run_view import State
from dashboard.train import wording
from vae_engine.data import mnist as data
from vae_engine.data import own

LETTERS, EACH = "abcdefghijkl", 5
COUNT = len(LETTERS) * EACH


def look_again(page: Page, place: Path) -> None:
    """Name the folder anew, as someone does who has put more into it."""
    field = page.locator(".st-key-train-path input").first
    ending = "" if field.input_value().endswith("/") else "/"
    field.fill(f"{place}{ending}")
    field.press("Enter")


def preview(page: Page) -> str:
    return page.get_by_test_id("stImage").locator("img").first.get_attribute("src") or ""


@pytest.mark.long
def test_what_is_there_now_is_what_is_seen(browser: Browser, tmp_path: Path) -> None:
    digits = data.load("validation").head(COUNT + 2).images
    place = class_folders(tmp_path / "mine", digits[:COUNT], np.array([LETTERS[i % len(LETTERS)] for i in range(COUNT)]))
    some, other = sorted((place / "a").iterdir())[:2]
    jobs = Jobs(tmp_path / "runs")
    with dashboard(tmp_path / "log.txt") as address:
        context, troubles = offline_context(browser, viewport={"width": 1366, "height": 768})
        page = context.new_page()
        page.goto(f"{address}/train")
        page.locator(".st-key-train-own-images button").first.click(timeout=60_000)
        expect(page.locator(".st-key-train-upload")).to_be_in_viewport(ratio=1, timeout=20_000)
        look_again(page, place)
        expect(page.get_by_text(f"Of {COUNT} images")).to_be_visible()
        first = preview(page)

        (place / "a" / "new.png").write_bytes(encoded(digits[COUNT]))
        look_again(page, place)
        expect(page.get_by_text(f"Of {COUNT + 1} images")).to_be_visible()
        other.unlink()
        look_again(page, place)
        expect(page.get_by_text(f"Of {COUNT} images")).to_be_visible()
        some.write_bytes(encoded(digits[COUNT + 1]))
        look_again(page, place)
        until(lambda: preview(page) not in ("", first))

        page.get_by_label(wording.BUDGET, exact=True).fill("2")
        page.keyboard.press("Tab")
        expect(page.get_by_test_id("stCode")).to_contain_text("--seconds 2.0")
        page.get_by_role("button", name=wording.START, exact=True).click()
        until(lambda: [view.state for view in jobs.views()] == [State.FINISHED], 120)
        (view,) = jobs.views()
        assert view.configs
        trained = own.known(view.configs[1].data)
        assert trained.classes == tuple(LETTERS)
        seen = {image.tobytes() for image in trained.images.images}
        assert {digits[COUNT].tobytes(), digits[COUNT + 1].tobytes()} <= seen
        until(lambda: len(set(pixels(page, "film-digit-0"))) > 2)  # of more than ten classes, too

        link = page.get_by_test_id("stMain").get_by_role("link", name=wording.EXPLORE)
        explored = urljoin(address, link.get_attribute("href") or "")
        page.goto(explored)
        here(page)
        assert state(page)["layers"]["glyphs"]
        some.write_bytes(encoded(digits[0][::-1]))
        page.goto("about:blank")
        page.goto(explored)
        here(page)
        expect(page.get_by_test_id("notice")).to_contain_text("no longer those that were trained on")
        context.close()
        assert [one for one in troubles if not one.startswith("failed: ")] == []
