"""Columns of one's own data all the way: trained on, coloured by each, exported as HTML, and that reopened."""

from __future__ import annotations

import csv
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect
from support.builders import tiny_settings
from support.explorer_page import here, place, settle, state, until
from support.image_files import frame
from support.serving import offline_context

from dashboard.explore.one_file import write_html
from vae_engine.command import cli
from vae_engine.data import mnist as data
from vae_engine.data import own

COUNT = 240
HANDS = ("both", "left", "right")
pytestmark = pytest.mark.long


def drawn(page: Page) -> str:
    """The first map as it is."""
    settle(page)
    return page.get_by_test_id("explorer").locator(".lx-map-base").first.evaluate("canvas => canvas.toDataURL()")


def look_into(page: Page, found: own.Collection) -> None:
    """Colour the codes by each column; an inspected image says its values, and the legend what is not given."""
    by_class = drawn(page)
    page.get_by_test_id("layers-menu").click()
    chooser = page.get_by_test_id("colour")
    expect(chooser.locator("optgroup[label='Your data'] option")).to_have_text(["age", "hand"])
    chooser.select_option("column:age")
    settle(page)
    expect(page.get_by_test_id("colour-note")).to_contain_text("Grey: 48 not given")
    by_age = drawn(page)
    chooser.select_option("column:hand")
    settle(page)
    legend = page.get_by_test_id("words")
    expect(legend.get_by_role("button")).to_have_text([*HANDS, "35 not given"])
    by_hand = drawn(page)
    assert len({by_class, by_age, by_hand}) == 3
    page.keyboard.press("Escape")
    page.get_by_test_id("word-1").focus()
    until(lambda: state(page)["lit"] == 1)
    assert drawn(page) != by_hand, "one value is highlighted"
    page.get_by_test_id("word-1").blur()
    until(lambda: state(page)["lit"] is None)

    age, hand = (column.values() for column in found.columns)
    index = state(page)["selected"]
    shown = "not given" if age[index] is None else f"{age[index]:.6g}"
    expect(page.get_by_test_id("inspect-columns")).to_have_text(f"age: {shown} · hand: {hand[index] or 'not given'}")
    until(lambda: f"colour={quote('column:hand', safe='')}" in page.evaluate("location.hash"))


def test_a_table_with_columns_goes_all_the_way(
    browser: Browser, dashboard_address: str, served_folder: Path, tmp_path: Path
) -> None:
    digits, row = data.load("validation").head(COUNT), np.arange(COUNT)
    table = frame(digits.images, digits.labels)
    table.insert(0, "age", np.where(row % 5, np.linspace(18, 71.5, COUNT), np.nan))
    table["hand"] = np.where(row % 7, np.array(HANDS)[row % 3], None)
    table.to_csv(tmp_path / "own.csv", index=False)
    run = served_folder / "runs" / "with-columns"
    flags = ["--data", str(tmp_path / "own.csv"), "--run-dir", str(run), *tiny_settings(), "--steps", "30"]
    assert cli.main(["train", *flags]) == 0
    found = own.known(str(tmp_path / "own.csv"))

    context, troubles = offline_context(browser, viewport={"width": 1366, "height": 768})
    page = context.new_page()
    page.goto(f"{dashboard_address}/?models=run:{run.name}#mode=inspect&image=7")
    here(page)
    look_into(page, found)
    link = page.evaluate("location.hash")
    context.close()
    assert troubles == []

    write_html([str(run)], tmp_path / "explorer.html")
    context, troubles = offline_context(browser, viewport={"width": 390, "height": 844}, color_scheme="dark")
    context.set_offline(True)
    page = context.new_page()
    page.goto((tmp_path / "explorer.html").as_uri() + link)
    here(page)
    assert state(page)["colour"] == "column:hand"
    expect(page.get_by_test_id("word-0")).to_be_visible()
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    page.goto("about:blank")
    page.goto((tmp_path / "explorer.html").as_uri() + "#mode=inspect&image=7")
    here(page)
    look_into(page, found)
    page.get_by_test_id("mode-select").click()
    settle(page)
    corners = [place(page, "latent-map-vae", *share) for share in ((0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8))]
    page.mouse.move(*corners[0])
    page.mouse.down()
    for corner in corners[1:]:
        page.mouse.move(*corner, steps=4)
    page.mouse.up()
    settle(page)
    with page.expect_download() as download:
        page.get_by_test_id("select-csv").click()
    download.value.save_as(tmp_path / "selection.csv")
    with (tmp_path / "selection.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 10
    age, hand = (column.values() for column in found.columns)
    for one in rows:
        index = int(one["index"])
        assert one["hand"] == (hand[index] or "")
        assert one["age"] == "" if age[index] is None else float(one["age"]) == pytest.approx(age[index], rel=1e-6)
    page.goto("about:blank")
    page.goto((tmp_path / "explorer.html").as_uri() + f"#colour={quote('column:height')}")
    here(page)
    expect(page.get_by_test_id("notice")).to_contain_text("no column “height”")
    assert state(page)["colour"] == "class"
    context.close()
    assert troubles == []
