"""Images selected by hand and by keys: counted as the codes say, marked in both maps, kept by a link, taken away as files."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Page, expect
from support.bundles import log_px, points
from support.explorer_page import place, settle, state, until

VAE, AE = "vae-mnist-small", "ae-mnist-small"


def inside(corners: list[float], codes: np.ndarray) -> np.ndarray:
    """Which codes lie inside a polygon that does not cross itself: a ray from each crosses its sides an odd number of times."""
    found = np.zeros(len(codes), bool)
    ends = np.array(corners).reshape(-1, 2)
    for (x0, y0), (x1, y1) in zip(ends, np.roll(ends, -1, axis=0), strict=True):
        across = (y0 > codes[:, 1]) != (y1 > codes[:, 1])
        with np.errstate(divide="ignore", invalid="ignore"):
            found ^= across & (codes[:, 0] < x0 + (codes[:, 1] - y0) / (y1 - y0) * (x1 - x0))
    return found


def drag(page: Page, testid: str, *shares: tuple[float, float]) -> None:
    """Draw over a square, by these shares of its sides."""
    page.mouse.move(*place(page, testid, *shares[0]))
    page.mouse.down()
    for share in shares[1:]:
        page.mouse.move(*place(page, testid, *share), steps=4)
    page.mouse.up()
    settle(page)


def count(page: Page) -> int:
    """How many images the panel says are selected."""
    said = page.get_by_test_id("select-count").inner_text()
    return int(said.split()[0].replace(",", "")) if " of " in said else 0


def test_what_is_drawn_round_is_selected_kept_and_taken_away(open_static: Callable[..., Page], tmp_path: Path) -> None:
    page = open_static(accept_downloads=True)
    codes = {name: points(name)[0] for name in (VAE, AE)}
    page.get_by_test_id("mode-select").click()
    settle(page)
    expect(page.get_by_test_id("select-empty")).to_contain_text("Draw round codes")
    other = page.get_by_test_id("explorer").locator(".lx-map-base").nth(1)
    picture = "canvas => canvas.toDataURL()"
    before = other.evaluate(picture)
    drag(page, "latent-map-vae", (0.4, 0.2), (0.8, 0.3), (0.7, 0.7), (0.45, 0.6))
    (shape,) = state(page)["shapes"]
    wanted = inside(shape["corners"], codes[VAE])
    assert (shape["model"], count(page)) == (0, wanted.sum())
    assert 100 < wanted.sum() < 9000
    assert other.evaluate(picture) != before, "the same images are marked in the other map"
    means = [codes[name][wanted].mean(0) for name in (VAE, AE)]
    assert np.allclose(state(page)["z"], means, atol=1e-3), "the points are at the mean"
    together = page.get_by_test_id("select-together")
    until(lambda: "…" not in together.inner_text())
    assert float(together.inner_text().split("VAE ")[1].split(" %")[0]) > 90, "a lasso is of one piece where it was drawn"

    link = page.evaluate("location.hash")
    again = open_static(link)
    assert state(again)["shapes"] == [shape]
    assert count(again) == wanted.sum()

    page.keyboard.down("Shift")
    drag(page, "latent-map-ae", (0.3, 0.3), (0.6, 0.3), (0.6, 0.6), (0.3, 0.6))
    page.keyboard.up("Shift")
    added = wanted | inside(state(page)["shapes"][1]["corners"], codes[AE])
    assert count(page) == added.sum() > wanted.sum()
    page.get_by_test_id("select-rectangle").click()
    page.keyboard.down("Alt")
    drag(page, "manifold-vae", (0.5, 0.1), (0.9, 0.9))
    page.keyboard.up("Alt")
    left = added & ~inside(state(page)["shapes"][2]["corners"], codes[VAE])
    assert count(page) == left.sum() < added.sum()

    expect(page.get_by_test_id("select-png")).to_have_attribute("aria-disabled", "false")
    for testid, name in (("select-csv", "selection.csv"), ("select-png", "selection.png")):
        with page.expect_download() as given:
            page.get_by_test_id(testid).click()
        assert given.value.suggested_filename == name
        given.value.save_as(tmp_path / name)
    with (tmp_path / "selection.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["index"]) for row in rows] == np.flatnonzero(left).tolist()
    assert all(abs(float(row["log_px"]) - float(row["elbo"]) - float(row["gap"])) < 2e-4 for row in rows)
    assert np.allclose([[float(row["ae_z1"]), float(row["ae_z2"])] for row in rows], codes[AE][left], atol=1e-3)
    with Image.open(tmp_path / "selection.png") as slide:
        assert slide.size == (1920, 1080)
    page.get_by_test_id("undo").click()
    settle(page)
    assert count(page) == added.sum()

    likely = page.get_by_test_id("select-likely")
    likely.focus()
    page.keyboard.press("Enter")
    settle(page)
    assert (state(page)["mode"], state(page)["selected"]) == ("inspect", np.where(added, log_px(VAE), -np.inf).argmax())


def test_keys_alone_select_and_what_they_selected_is_said(open_static: Callable[..., Page]) -> None:
    page = open_static()
    page.get_by_test_id("latent-map-vae").focus()
    page.keyboard.press("l")
    page.keyboard.press("Enter")
    for key in ("Shift+ArrowRight", "Shift+ArrowRight", "Shift+ArrowUp", "Shift+ArrowUp"):
        page.keyboard.press(key)
    assert state(page)["shapes"] == []
    assert count(page) > 0, "it is seen on the way"
    page.keyboard.press("Enter")
    settle(page)
    (shape,) = state(page)["shapes"]
    found = inside(shape["corners"], points(VAE)[0])
    assert count(page) == found.sum()
    expect(page.get_by_test_id("spoken")).to_contain_text(f"Selected: {found.sum():,} of 10,000 test images.")
    page.keyboard.press("Escape")
    settle(page)
    assert state(page)["shapes"] == []
    expect(page.get_by_test_id("spoken")).to_have_text("No image is selected.")
