"""The explorer's page as a whole, opened from disk: links, reload, sizes, theme."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from support.explorer_page import PHONE, choose_image, draw_seven, here, in_short, pixels, place, settle, state, stats, until

from dashboard.learn.steps import STEPS

MODES = ("move", "inspect", "select", "draw", "walk", "sample", "network")


def test_reloading_restores_the_state(open_static):
    page = open_static()
    index = choose_image(page)
    page.get_by_test_id("layers-menu").click()
    page.get_by_test_id("layer-entropy").check()
    until(lambda: "entropy" in page.evaluate("location.hash"))
    before = state(page)
    page.reload()
    here(page)
    after = state(page)
    assert (after["mode"], after["selected"], after["layers"]) == ("inspect", index, before["layers"])
    assert after["z"][0] == pytest.approx(before["z"][0], abs=1e-4)


@pytest.mark.parametrize(
    ("link", "named"),
    in_short(
        ("#z=NaN,0;0,0&mode=fly&layers=points,evil&seed=-1&t=9", ["z", "mode", "layers", "seed", "t"]),
        ("#z=1e9,0;0,0", ["z"]),
        ("#z=" + "1" * 100_000, ["link"]),
    ),
)
def test_nonsense_in_a_link_is_left_out_with_a_notice(open_static, link, named):
    page = open_static(link)
    notice = page.get_by_test_id("notice")
    expect(notice).to_contain_text("make no sense")
    found = re.search(r"here \((.+)\)", notice.inner_text())
    assert found
    assert sorted(found[1].split(", ")) == sorted(named)
    assert state(page)["z"] == [[0, 0], [0, 0]]
    assert state(page)["mode"] == "move"


@pytest.mark.parametrize(("width", "height"), in_short((1366, 700), (1366, 768), (1920, 1080)))
def test_everything_fits_without_scrolling(open_static, width, height):
    page = open_static(viewport={"width": width, "height": height})
    choose_image(page)
    for mode in MODES:
        page.get_by_test_id(f"mode-{mode}").click()
        if mode == "select":
            page.get_by_test_id("latent-map-vae").focus()
            for key in ("Enter", *["Shift+ArrowRight"] * 3, *["Shift+ArrowUp"] * 3, "Enter"):
                page.keyboard.press(key)
            expect(page.get_by_test_id("select-together")).to_contain_text("AE")
        settle(page)
        whole = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
        assert whole == [width, height], mode
        too_tall = "Array.from(document.querySelectorAll('.lx-panel')).filter(e => e.scrollHeight > e.clientHeight + 1).length"
        assert page.evaluate(too_tall) == 0, mode
        for kind in ("vae", "ae"):
            shown, least = (f"network-pi-{kind}", 60) if mode == "network" else (f"digit-{kind}", 220)
            box = page.get_by_test_id(shown).bounding_box()
            assert box
            assert box["width"] >= least, mode


@pytest.mark.parametrize("size", [(1366, 696), pytest.param((1920, 1008), marks=pytest.mark.long)])
def test_codes_and_manifold_of_both_models_are_seen_at_once_and_move_as_one(open_static, size):
    width, height = size
    page = open_static(viewport={"width": width, "height": height})
    views = ("latent-map-vae", "manifold-vae", "latent-map-ae", "manifold-ae")
    boxes = {
        testid: page.get_by_test_id(testid).bounding_box()
        for testid in (*views, "digit-vae", "digit-ae", "z1", "z2", "z1-ae", "z2-ae")
    }
    for testid, box in boxes.items():
        assert box["y"] >= 0, testid
        assert box["y"] + box["height"] <= height, testid
        assert box["x"] + box["width"] <= width, testid
    assert len({(boxes[testid]["width"], boxes[testid]["height"], boxes[testid]["y"]) for testid in views}) == 1
    assert boxes["manifold-vae"]["width"] >= 0.2 * width
    assert 0.95 < boxes["manifold-vae"]["width"] / boxes["manifold-vae"]["height"] < 1.1, "squares, or nearly"
    assert stats(page)["views"] == 4
    until(lambda: stats(page)["tilesMs"]["p50"] > 0)
    inked = "canvas => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some((value) => value)"
    for canvas in page.locator(".lx-manifold-base").all():
        assert canvas.evaluate(inked)

    before = pixels(page, "digit-vae")
    page.mouse.move(*place(page, "manifold-vae", 0.5, 0.5))
    page.mouse.down()
    page.mouse.move(*place(page, "manifold-vae", 0.8, 0.3), steps=4)
    settle(page)
    z1, z2 = state(page)["z"][0]
    assert z1 > 0.5
    assert z2 > 0.5
    assert pixels(page, "digit-vae") != before
    page.mouse.up()
    page.mouse.move(*place(page, "latent-map-vae", 0.8, 0.3))
    page.mouse.down()
    page.mouse.move(*place(page, "latent-map-vae", 0.81, 0.3))
    page.mouse.move(*place(page, "latent-map-vae", 0.8, 0.3))
    page.mouse.up()
    assert state(page)["z"][0] == pytest.approx([z1, z2], abs=0.02), "the same place in either square is the same z"

    manifold = page.locator(".lx-manifold-base").first
    codes, tiles = (
        page.locator(f".lx-{name}-base").first.evaluate("canvas => canvas.toDataURL()") for name in ("map", "manifold")
    )
    page.mouse.move(*place(page, "manifold-vae", 0.5, 0.5))
    page.mouse.wheel(0, -600)
    settle(page)
    assert state(page)["views"][0]["scale"] > 0
    assert state(page)["views"][1] is None
    assert page.locator(".lx-map-base").first.evaluate("canvas => canvas.toDataURL()") != codes
    assert manifold.evaluate("canvas => canvas.toDataURL()") != tiles

    page.get_by_test_id("layers-menu").click()
    full = manifold.evaluate("canvas => canvas.toDataURL()")
    page.get_by_test_id("show-all-vae").click()
    page.get_by_test_id("layers-menu").click()
    page.get_by_test_id("manifold-dimmed").uncheck()
    settle(page)
    assert "empty=full" in page.url
    assert manifold.evaluate("canvas => canvas.toDataURL()") not in (full, tiles)
    page.get_by_test_id("mode-inspect").click()
    page.mouse.click(*place(page, "manifold-ae", 0.5, 0.5))
    settle(page)
    assert state(page)["selected"] is not None


def test_newcomers_are_told_what_the_page_is_until_they_close_it(open_explore):
    page = open_explore()
    expect(page.get_by_test_id("welcome")).to_contain_text("variational autoencoder (VAE) beside that of a plain autoencoder")
    assert page.get_by_test_id("stMain").evaluate("main => main.scrollHeight - main.clientHeight") <= 1
    assert page.get_by_test_id("explorer").evaluate(
        "root => root.querySelector('.lx-centre').scrollHeight <= root.querySelector('.lx-centre').clientHeight"
    )
    page.get_by_test_id("welcome").get_by_role("link").click()
    expect(page.get_by_role("heading", name=f"1. {STEPS[0].title}")).to_be_visible()
    page.goto(page.url.split("/learn")[0])
    here(page)
    page.get_by_test_id("welcome-close").click()
    page.reload()
    here(page)
    expect(page.get_by_test_id("welcome")).to_be_hidden()


def test_the_maps_stack_on_a_phone(open_static):
    page = open_static(**PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    first, second = (page.get_by_test_id(f"latent-map-{kind}").bounding_box() for kind in ("vae", "ae"))
    assert first
    assert second
    assert second["y"] > first["y"] + first["height"]
    assert first["width"] > 300
    expect(page.get_by_test_id("manifold-vae")).to_be_hidden()
    page.get_by_test_id("see-manifold-vae").tap()
    expect(page.get_by_test_id("latent-map-vae")).to_be_hidden()
    assert page.get_by_test_id("manifold-vae").bounding_box() == first
    page.touchscreen.tap(*place(page, "manifold-vae", 0.75, 0.25))
    settle(page)
    assert min(state(page)["z"][0]) > 0.5
    expect(page.get_by_test_id("see-manifold-ae")).to_have_attribute("aria-pressed", "true")
    assert "square=manifold" in page.url
    page.get_by_test_id("see-codes-vae").tap()
    assert page.locator(".lx-digit-name").all_inner_texts() == ["VAE", "AE"]
    for kind in ("vae", "ae"):
        plot = page.get_by_test_id(f"latent-map-{kind}")
        plot.evaluate("plot => plot.scrollIntoView()")
        digit, square = page.get_by_test_id("digit-vae").bounding_box(), plot.bounding_box()
        assert digit
        assert square
        assert 0 <= digit["y"] < digit["y"] + digit["height"] <= square["y"], "the digits are in sight and cover no code"


@pytest.mark.parametrize("scheme", in_short("dark", "light"))
def test_the_theme_follows_the_system(open_static, scheme):
    page = open_static(color_scheme=scheme)
    assert page.get_by_test_id("explorer").get_attribute("data-theme") == scheme
    background = page.get_by_test_id("explorer").evaluate("element => getComputedStyle(element).backgroundColor")
    brightness = [int(part) for part in re.findall(r"\d+", background)]
    assert min(brightness) > 200 if scheme == "light" else max(brightness) < 60


PICTURES = """() => Object.fromEntries(Array.from(document.querySelectorAll("canvas"), (one, i) => {
    const words = new Uint32Array(one.getContext("2d").getImageData(0, 0, one.width, one.height).data.buffer);
    let sum = 0; // 0 as long as every pixel is
    if (one.checkVisibility()) for (const word of words) sum = (Math.imul(sum, 16777619) ^ word) >>> 0;
    return [`${i} ${one.dataset.testid ?? one.className}`, sum];
}))"""
"""A number for what each canvas in sight shows, 0 for nothing."""


@pytest.mark.long
def test_every_picture_on_screen_follows_a_change_of_theme(open_static):
    page = open_static()

    def at_rest() -> dict[str, int]:
        """What is shown once nothing comes any more."""
        shown: list[dict[str, int]] = [page.evaluate(PICTURES)]

        def same() -> bool:
            page.wait_for_timeout(400)
            shown.append(page.evaluate(PICTURES))
            return shown[-1] == shown[-2]

        until(same)
        return {name: picture for name, picture in shown[-1].items() if picture}

    for mode in MODES:
        page.emulate_media(color_scheme="light")
        if mode == "inspect":
            choose_image(page)
        page.get_by_test_id(f"mode-{mode}").click()
        if mode == "draw":
            draw_seven(page)
        light = at_rest()
        assert len(light) > 5
        page.emulate_media(color_scheme="dark")
        until(lambda light=light: not [name for name, picture in page.evaluate(PICTURES).items() if picture == light.get(name)])
