"""The Runs page in a browser: a run goes out as a file and comes in again, rows are ticked, the address says what is seen."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect
from support.axe import AXE, serious
from support.builders import short, tiny
from support.explorer_page import at_rest
from support.forging import parts_of, zipped

from dashboard.runs import wording
from vae_engine.runs import archive as run_archive
from vae_engine.runs import runs

ROW, HEAD = 64, 36
HIDDEN = "table => Array.from(table.querySelectorAll('.dvn-scroller'), (all) => all.scrollWidth - all.clientWidth)[0]"
"""How many pixels of a table lie beyond its right side."""


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a finished run."""
    folder = tmp_path_factory.mktemp("sent")
    list(runs.start(folder / "run", tiny(), short(train_size=64)))
    run_archive.pack(folder / "run", folder / "from a friend.zip")
    return folder / "from a friend.zip"


def opened(open_dashboard: Callable[..., Page], address: str = "/runs") -> Page:
    page = open_dashboard(address)
    page.get_by_test_id("stDataFrame").wait_for(timeout=60_000)
    at_rest(page)
    return page


def tick(page: Page, row: int) -> None:
    """Click the box of a row, counted from 0."""
    box = page.get_by_test_id("stDataFrame").first.bounding_box()
    assert box
    page.mouse.click(box["x"] + 16, box["y"] + HEAD + ROW * (row + 0.5))


def upload(page: Page, path: Path) -> None:
    at_rest(page)
    if not page.get_by_test_id("stFileUploader").is_visible():
        page.get_by_role("button", name=wording.UPLOAD).click()
    page.get_by_test_id("stFileUploader").locator("input[type=file]").set_input_files(path)


def test_a_run_comes_in_as_a_file_goes_out_as_the_same_and_is_deleted(
    open_dashboard: Callable[..., Page], packed: Path, tmp_path: Path
) -> None:
    page = opened(open_dashboard)
    forged = tmp_path / "forged.zip"
    forged.write_bytes(zipped(parts_of(packed.read_bytes()) | {"../x": b"x"}))
    upload(page, forged)
    expect(page.get_by_test_id("stAlert").get_by_text("which is no part of a run")).to_be_visible(timeout=30_000)
    upload(page, packed)
    heading = page.get_by_role("heading", name="from a friend", exact=True)
    expect(heading).to_be_visible(timeout=30_000)
    assert page.get_by_test_id("stDataFrame").first.evaluate(HIDDEN) <= 1, "a laptop shows all columns"
    page.get_by_role("button", name=wording.ACTIONS).click()
    with page.expect_download(timeout=30_000) as download:
        page.get_by_test_id("stDownloadButton").get_by_role("button").click()
    assert download.value.suggested_filename == "from-a-friend.zip"
    back = parts_of(Path(download.value.path()).read_bytes())
    sent = parts_of(packed.read_bytes())
    assert {name: back[name] for name in back if name != runs.EVENTS} == {
        name: sent[name] for name in sent if name not in (runs.EVENTS, runs.STATE)
    }
    assert [json.loads(line) for line in back[runs.EVENTS].splitlines()] == [
        json.loads(line) for line in sent[runs.EVENTS].splitlines()
    ]
    page.get_by_role("button", name=wording.DELETE).click()
    expect(heading).to_have_count(0, timeout=30_000)
    expect(page.get_by_test_id("stAlert").get_by_text(wording.deleted("from a friend"))).to_be_visible()


@pytest.mark.long
def test_ticked_rows_stand_side_by_side_in_the_address_and_dice_give_other_digits(open_dashboard: Callable[..., Page]) -> None:
    page = opened(open_dashboard, "/runs?show=bundled")
    for row, name in ((0, "vae-mnist"), (2, "vae-mnist-baseline")):
        tick(page, row)
        expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible(timeout=30_000)
        at_rest(page)
    expect(page.get_by_test_id("stPlotlyChart").first.locator(".subplot.x2y2")).to_be_visible(timeout=30_000)
    digits = page.get_by_alt_text("vae-mnist, N(0, I)")
    before = digits.get_attribute("src")
    page.get_by_role("button", name=wording.DICE).click()
    expect(digits).not_to_have_attribute("src", before or "", timeout=30_000)
    query = parse_qs(urlsplit(page.url).query)
    expect(page.get_by_label(wording.SEED, exact=True)).to_have_value(query.pop("seed")[0])
    assert query == {"show": ["bundled"], "pin": ["vae-mnist,vae-mnist-baseline"]}
    assert not AXE.exists() or serious(page) == []
