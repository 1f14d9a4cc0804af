"""The manifold and the posterior in the whole window: opened, saved, and closed by Escape."""

from __future__ import annotations

from PIL import Image
from support.explorer_page import choose_image, state, until


def test_plate_and_posterior_fill_the_window_and_escape_closes_them(open_static, tmp_path):
    page = open_static("#layers=points%2Cprior%2Cmanifold")
    page.get_by_test_id("layers-menu").click()
    page.get_by_test_id("plate").click()
    view = page.get_by_test_id("large-view")
    plates = view.locator("canvas")
    until(lambda: plates.count() == 2)
    box = plates.first.bounding_box()
    assert box["width"] > 600
    assert box["width"] / state(page)["manifoldSize"] >= 30  # pixels for a digit
    assert "each for 1/400 of N(0, I)" in view.inner_text()
    with page.expect_download() as download:
        page.get_by_test_id("large-png").click()
    download.value.save_as(tmp_path / "plate.png")
    with Image.open(tmp_path / "plate.png") as picture:
        assert min(picture.size) >= 1000
    page.keyboard.press("Escape")
    until(lambda: view.count() == 0)

    choose_image(page)
    until(lambda: page.get_by_test_id("lens-large").is_enabled())
    page.get_by_test_id("lens-large").click()
    until(lambda: view.locator("canvas").count() == 1)
    assert view.locator("canvas").bounding_box()["width"] > 600
    assert "50 % and 95 %" in view.inner_text()
    page.get_by_test_id("large-close").click()
    until(lambda: view.count() == 0)
