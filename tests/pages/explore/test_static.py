"""The explorer in one file opened from disk, driven as a visitor would."""

from __future__ import annotations

import html
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from support.explorer_page import BUSY, IDLE, PHONE, choose_image, draw_seven, pixels, place, settle, state, stats, until
from support.serving import offline_context


def test_moving_over_a_map_decodes_and_the_sliders_follow(open_static):
    page = open_static()
    before = pixels(page, "digit-vae")
    page.mouse.move(*place(page, "latent-map-vae", 0.2, 0.2), steps=4)
    page.mouse.move(*place(page, "latent-map-vae", 0.8, 0.3), steps=4)
    settle(page)
    z1, z2 = state(page)["z"][0]
    assert z1 > 0.5
    assert z2 > 0.5
    assert float(page.get_by_test_id("z1").input_value()) == pytest.approx(z1, abs=0.01)
    assert pixels(page, "digit-vae") != before
    assert state(page)["z"][1] == [0, 0]
    assert stats(page)["inputToPaintMs"]["p50"] > 0


def test_a_click_holds_the_point_and_another_on_it_lets_go(open_static):
    page = open_static()
    page.mouse.click(*place(page, "latent-map-vae", 0.3, 0.3))
    held = state(page)["z"][0]
    page.mouse.move(*place(page, "latent-map-vae", 0.7, 0.7))
    assert state(page)["z"][0] == held
    page.mouse.click(*place(page, "latent-map-vae", 0.3, 0.3))
    page.mouse.move(*place(page, "latent-map-vae", 0.7, 0.7))
    assert state(page)["z"][0] != held


def test_the_slider_moves_the_point_and_the_picture(open_static):
    page = open_static()
    before = pixels(page, "digit-ae")
    page.get_by_test_id("z2-ae").focus()
    page.keyboard.press("End")
    settle(page)
    end = state(page)["z"][1][1]
    assert end > 0.5
    assert pixels(page, "digit-ae") != before
    for key in ("PageDown", "PageUp"):  # a presenter's remote control: they turn pages
        page.keyboard.press(key)
        assert state(page)["z"][1][1] == end


def test_keys_step_jump_and_draw_from_the_prior(open_static):
    page = open_static()
    page.get_by_test_id("latent-map-vae").focus()
    for key in ("ArrowRight", "Shift+ArrowRight", "Alt+ArrowRight"):
        page.keyboard.press(key)
    one, coarse, fine = 1, 5, 0.1
    moved = state(page)["z"][0][0]
    page.keyboard.press("0")
    page.keyboard.press("ArrowRight")
    step = state(page)["z"][0][0]
    assert moved == pytest.approx(step * (one + coarse + fine), rel=1e-3)
    page.keyboard.press("0")
    assert state(page)["z"][0] == [0, 0]
    page.keyboard.press("r")
    assert state(page)["z"][0] != [0, 0]
    settle(page)
    expect(page.get_by_test_id("spoken")).to_contain_text("z1")
    page.keyboard.press("Control+z")
    assert state(page)["z"][0] == [0, 0]


def test_a_finger_moves_the_point_and_two_fingers_zoom(open_static):
    page = open_static(**PHONE)
    x, y = place(page, "latent-map-vae", 0.75, 0.25)
    page.touchscreen.tap(x, y)
    settle(page)
    z = state(page)["z"][0]
    assert z[0] > 0.5
    assert z[1] > 0.5
    session = page.context.new_cdp_session(page)
    for kind, gap in (("touchStart", 20), ("touchMove", 40), ("touchMove", 60), ("touchEnd", None)):
        points = [] if gap is None else [{"x": x - gap, "y": y, "id": 1}, {"x": x + gap, "y": y, "id": 2}]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    settle(page)
    assert state(page)["views"][0]["scale"] > 0
    assert state(page)["views"][1] is None
    assert state(page)["z"][0] == pytest.approx(z, abs=1.0)


def test_wheel_zooms_about_the_pointer_and_a_double_click_shows_all(open_static):
    page = open_static()
    page.mouse.move(*place(page, "latent-map-ae", 0.5, 0.5))
    page.mouse.wheel(0, -400)
    settle(page)
    assert state(page)["views"][1]["scale"] > 0
    page.mouse.dblclick(*place(page, "latent-map-ae", 0.5, 0.5))
    assert state(page)["views"][1] is None


def test_one_image_is_chosen_in_both_maps(open_static):
    page = open_static()
    page.mouse.click(*place(page, "latent-map-vae", 0.4, 0.4))
    settle(page)
    moved, entries = state(page)["z"], page.evaluate("history.length")
    index = choose_image(page)
    expect(page.locator("h3", has_text=f"Test image {index}")).to_be_visible()
    expect(page.get_by_test_id("inspect-error-vae")).to_be_visible()
    codes = state(page)["z"]
    page.get_by_test_id("resample").click()
    assert state(page)["z"][0] != codes[0]
    assert state(page)["z"][1] == codes[1]
    page.get_by_test_id("neighbours-ae").click(position={"x": 4, "y": 4})
    assert state(page)["selected"] != index
    settle(page)
    assert page.evaluate("history.length") == entries + 1, "a mode is an entry of the history; what is done in it is none"
    page.go_back()
    until(lambda: state(page)["mode"] == "move")
    assert [pytest.approx(z, abs=1e-3) for z in moved] == state(page)["z"]
    page.go_forward()
    until(lambda: state(page)["mode"] == "inspect")


def test_the_legend_filters_and_highlights(open_static):
    page = open_static()
    page.get_by_test_id("legend-3").hover()
    assert state(page)["focus"] == 3
    page.get_by_test_id("legend-3").click()
    assert state(page)["classes"] == [3]
    page.get_by_test_id("legend-5").click()
    assert state(page)["classes"] == [3, 5]
    page.get_by_test_id("legend-all").click()
    assert state(page)["classes"] is None


def test_a_layer_shows_on_the_map(open_static):
    page = open_static("#layers=points,prior")
    settle(page)
    base = page.locator(".lx-map-base").first
    before = base.evaluate("canvas => canvas.toDataURL()")
    page.get_by_test_id("layers-menu").click()
    for layer in ("glyphs", "training", "manifold", "density", "distance", "entropy"):
        page.get_by_test_id(f"layer-{layer}").check()
        until(lambda: base.evaluate("canvas => canvas.toDataURL()") != before)
        settle(page)
        assert layer in page.url
        page.get_by_test_id(f"layer-{layer}").uncheck()
        until(lambda: base.evaluate("canvas => canvas.toDataURL()") == before)


def test_a_drawing_is_encoded_while_it_grows_and_can_be_undone(open_static):
    page = open_static()
    page.get_by_test_id("mode-draw").click()
    draw_seven(page)
    settle(page)
    assert state(page)["z"][0] != [0, 0]
    expect(page.get_by_test_id("draw-note")).to_contain_text("nats")
    assert any(pixels(page, "draw-seen"))
    drawn = state(page)["z"]
    draw_seven(page)
    page.get_by_test_id("draw-undo").click()
    settle(page)
    assert state(page)["z"] == drawn
    page.get_by_test_id("draw-clear").click()
    assert state(page)["strokes"] == []


def test_what_is_drawn_before_the_encoders_are_there_is_encoded_when_they_come(open_static):
    page = open_static(first=BUSY)
    page.get_by_test_id("mode-draw").click()
    draw_seven(page)
    settle(page)
    assert any(pixels(page, "draw-seen"))
    assert state(page)["z"] == [[0, 0], [0, 0]]
    page.evaluate(IDLE)
    until(lambda: all(z != [0, 0] for z in state(page)["z"]))
    expect(page.get_by_test_id("draw-note")).to_contain_text("nats")
    expect(page.locator(".lx-identity-sum")).to_contain_text("ELBO", timeout=30_000)
    expect(page.get_by_test_id("notice")).to_be_hidden()


def test_a_walk_goes_from_one_image_to_the_other(open_static):
    page = open_static()
    page.get_by_test_id("mode-walk").click()
    settle(page)
    ends = state(page)["ends"]
    assert [end["kind"] for end in ends] == ["image", "image"]
    start = state(page)["z"]
    page.get_by_test_id("walk-t").fill("1")
    assert state(page)["z"] != start
    page.get_by_test_id("walk-t").fill("0")
    assert state(page)["z"] == start
    page.get_by_test_id("walk-play").click()
    until(lambda: state(page)["t"] > 0.1)
    page.get_by_test_id("walk-play").click()
    assert not state(page)["playing"]
    page.mouse.click(*place(page, "latent-map-vae", 0.1, 0.1))
    settle(page)
    assert "point" in [end["kind"] for end in state(page)["ends"]]


def test_the_same_z_goes_through_both_decoders(open_static):
    page = open_static()
    page.get_by_test_id("mode-sample").click()
    settle(page)
    first = state(page)["z"]
    assert first[0] == first[1]
    page.get_by_test_id("samples-ae-fitted").click(position={"x": 4, "y": 4})
    assert state(page)["z"][0] != state(page)["z"][1]
    page.get_by_test_id("seed").fill("7")
    page.get_by_test_id("seed").press("Enter")
    settle(page)
    seventh = state(page)["z"]
    page.get_by_test_id("dice").click()
    settle(page)
    assert state(page)["z"] != seventh
    page.get_by_test_id("seed").fill("7")
    page.get_by_test_id("seed").press("Enter")
    settle(page)
    assert state(page)["z"] == seventh


@pytest.mark.long
def test_a_seed_that_is_none_is_told_of_and_the_one_before_stays(open_static):
    page = open_static("#mode=sample&seed=7")
    seed, notice = page.get_by_test_id("seed"), page.get_by_test_id("notice")
    before = state(page)
    for typed in ("", "1.5", "-1", "2147483648", "seven", "1e3"):
        seed.fill(typed)
        seed.press("Enter")
        expect(notice).to_contain_text("whole number from 0 to 2,147,483,647; 7 stays")
        expect(seed).to_have_value("7")
        assert (state(page)["seed"], state(page)["z"]) == (7, before["z"]), typed
        for right in ("8", "7"):
            seed.fill(right)
            seed.press("Enter")
        expect(notice).to_be_hidden()


HEAD = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
NO_PICTURES = {
    "neither a PNG nor a JPEG": b"hello",
    "at most 6000": HEAD + (60_000).to_bytes(4, "big") * 2 + b"\0" * 20,
    "damaged": HEAD + (28).to_bytes(4, "big") * 2 + b"\0" * 20,
    "at most 5 MB": b"\0" * 5_000_001,
}
"""By what is said of them."""


def test_an_upload_that_is_no_picture_gets_one_sentence(open_static):
    page = open_static()
    page.get_by_test_id("mode-draw").click()
    for sentence, content in NO_PICTURES.items():
        page.get_by_test_id("upload").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": content})
        expect(page.get_by_test_id("notice")).to_contain_text(sentence)
        assert state(page)["z"] == [[0, 0], [0, 0]]
    said = page.locator(".lx-notice").bounding_box()
    assert said
    for part in (".lx-panel:visible", ".lx-card-digit", ".lx-side", "figcaption:visible"):
        for element in page.locator(part).all():
            box = element.bounding_box()
            assert box
            beside = box["x"] + box["width"] <= said["x"] or said["x"] + said["width"] <= box["x"]
            assert beside or box["y"] + box["height"] <= said["y"] or said["y"] + said["height"] <= box["y"], f"it covers {part}"


def test_exports_are_files_of_their_kind(open_static, tmp_path: Path):
    page = open_static()
    page.get_by_test_id("mode-walk").click()
    page.get_by_test_id("share-menu").click()
    with page.expect_download() as download:
        page.get_by_test_id("export-gif").click()
    download.value.save_as(tmp_path / "walk.gif")
    from PIL import Image

    with Image.open(tmp_path / "walk.gif") as movie:
        assert movie.n_frames == 80
        assert movie.size == (3 * 28 * 6, 28 * 6 + 24)
        movie.seek(79)
        movie.load()


def test_a_stroke_keeps_its_shape_when_the_pad_moves_under_the_pen(open_static):
    page = open_static("#mode=draw")
    pad = page.get_by_test_id("draw-pad")
    page.mouse.move(*place(page, "draw-pad", 0.3, 0.3))
    end = place(page, "draw-pad", 0.7, 0.6)
    page.mouse.down()
    before = pad.bounding_box()
    page.locator("figcaption").first.evaluate("caption => { caption.style.paddingTop = '40px'; }")
    assert pad.bounding_box()["y"] > before["y"]
    page.mouse.move(*end, steps=3)
    page.mouse.up()
    [stroke] = state(page)["strokes"]
    assert stroke["points"][-2:] == pytest.approx([0.7, 0.6], abs=0.01)


_FRAME = '<iframe sandbox="allow-scripts" width="1300" height="740" srcdoc="{page}"></iframe>'
_OLD = "if (globalThis.CanvasRenderingContext2D) delete globalThis.{lacking};"


@pytest.mark.long
def test_in_a_frame_without_an_address_and_without_offscreen_canvases_all_works_but_links(
    browser: Browser, static_file: Path, tmp_path: Path
) -> None:
    (tmp_path / "host.html").write_text(_FRAME.format(page=html.escape(static_file.read_text(encoding="utf-8"))), "utf-8")
    context, troubles = offline_context(browser, viewport={"width": 1366, "height": 768})
    context.add_init_script(_OLD.format(lacking="OffscreenCanvas"))
    page = context.new_page()
    page.goto((tmp_path / "host.html").as_uri())
    frame = page.frame_locator("iframe")
    frame.get_by_test_id("z1").fill("1.5")
    # What comes after the address was to be rewritten: the caption for screen readers.
    until(lambda: "1.50" in (frame.get_by_test_id("spoken").text_content() or ""))
    frame.get_by_text("Share").first.click()
    frame.get_by_test_id("copy-link").click()
    expect(frame.get_by_test_id("copy-link")).to_have_text("No link can be had here")
    page.screenshot(path=tmp_path / "frame.png")
    assert [trouble for trouble in troubles if "Clipboard API has been blocked" not in trouble] == []
    context.close()


def test_a_browser_that_cannot_unpack_the_page_is_told_which_can(browser: Browser, static_file: Path) -> None:
    context, _ = offline_context(browser)
    context.add_init_script(_OLD.format(lacking="DecompressionStream"))
    page = context.new_page()
    page.goto(static_file.as_uri())
    expect(page.locator("#explorer")).to_contain_text("Safari or iOS 17, or a later one.")
    assert "not defined" not in page.locator("#explorer").inner_text()
    context.close()
