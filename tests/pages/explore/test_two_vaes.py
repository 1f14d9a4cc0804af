"""Two VAEs side by side on Explore: chosen on the second map or by a link, and each told by its name."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from support.explorer_page import choose_image, draw_seven, pixels, place, settle, state, until

from vae_engine import load_model
from vae_engine.data.mnist import load, observe_fixed
from vae_engine.inference.exact import ExactInference
from vae_engine.inference.gaps import gaps

PAIR = "vae-beta-1,vae-beta-4"


def test_a_vae_chosen_on_the_second_map_stands_there_and_an_autoencoder_comes_back(open_explore: Callable[..., Page]) -> None:
    page = open_explore("/?models=vae-beta-1,ae-mnist#mode=inspect&image=7")
    first = state(page)["z"]
    page.get_by_test_id("model-ae").select_option("vae-beta-4")
    page.get_by_test_id("latent-map-vae-2").wait_for(timeout=60_000)
    expect(page.get_by_test_id("latent-map-ae")).to_have_count(0)
    until(lambda: "models=vae-beta-1%2Cvae-beta-4" in page.url)
    until(lambda: state(page)["z"][1] != first[1])
    assert state(page)["z"][0] == first[0], "the first map is as it was"
    assert state(page)["selected"] == 7
    page.get_by_test_id("mode-move").click()
    for testid in ("latent-map-vae", "latent-map-vae-2"):
        page.mouse.click(*place(page, testid, 0.8, 0.3))
        settle(page)
    here, there = state(page)["z"]
    assert there == pytest.approx(here, abs=0.02), "both maps have one scale"
    page.get_by_test_id("mode-inspect").click()
    page.get_by_test_id("model-vae-2").select_option("ae-mnist")
    page.get_by_test_id("latent-map-ae").wait_for(timeout=60_000)
    until(lambda: state(page)["z"][1] == first[1])


@pytest.mark.long
def test_every_mode_works_with_both_and_says_which_is_which(open_explore: Callable[..., Page]) -> None:
    torch = pytest.importorskip("torch")
    page = open_explore(f"/?models={PAIR}")
    for name in PAIR.split(","):
        expect(page.get_by_test_id("caption")).to_contain_text(name)
    index = choose_image(page)
    codes = state(page)["z"]
    assert codes[0] != codes[1]
    assert state(page)["selected"] == index
    expect(page.get_by_test_id("identity-note")).to_contain_text("vae-beta-1: p(z|x)", timeout=30_000)
    x = torch.from_numpy(observe_fixed(load("test").images, "dynamic", 0)[index])
    for name, testid in zip(PAIR.split(","), ("vae", "vae-2"), strict=True):
        told = [page.get_by_test_id(f"{term}-{testid}") for term in ("log_px", "elbo", "gap")]
        expect(told[0]).to_have_text(re.compile(r"\d"), timeout=30_000)
        log_px, elbo, gap = (float(one.inner_text().replace("−", "-")) for one in told)
        expected = gaps(ExactInference(load_model(name)), x)
        assert [log_px, elbo] == pytest.approx([expected.log_px, expected.encoder_elbo], abs=0.05)
        assert gap == pytest.approx(log_px - elbo, abs=0.001)
    lens = pixels(page, "posterior-lens")
    page.get_by_test_id("lens-of-vae-2").click()
    expect(page.get_by_test_id("identity-note")).to_contain_text("vae-beta-4: p(z|x)")
    assert pixels(page, "posterior-lens") != lens
    page.get_by_test_id("lens-of-vae").click()
    page.get_by_test_id("resample").click()
    assert all(drawn != code for drawn, code in zip(state(page)["z"], codes, strict=True)), "each from its own q"
    for testid in ("inspect-error-vae-2", "neighbours-vae-2"):
        expect(page.get_by_test_id(testid)).to_be_visible()
    page.get_by_test_id("mode-sample").click()
    settle(page)
    assert state(page)["z"][0] == state(page)["z"][1]
    assert pixels(page, "digit-vae") != pixels(page, "digit-vae-2")
    page.get_by_test_id("mode-walk").click()
    expect(page.get_by_test_id("walk-vae-2")).to_be_visible()
    page.get_by_test_id("mode-draw").click()
    draw_seven(page)
    expect(page.get_by_test_id("draw-note")).to_contain_text("vae-beta-4")
    drawn = state(page)["z"]
    assert drawn[0] != drawn[1]
    page.get_by_test_id("beta-slider").press("End")
    expect(page.get_by_test_id("model-vae")).to_have_value("vae-beta-20")
    settle(page)
    assert state(page)["z"][1] == drawn[1], "the second map stays while the first goes along the ladder"
    until(lambda: "models=vae-beta-20%2Cvae-beta-4" in page.url)
