"""What a hand does to the explorer, on purpose and not: fingers, double clicks, keys, links pasted into the open page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from support.explorer_page import PHONE, choose_image, draw_seven, here, in_short, pixels, place, press, settle, state, until

Finger = tuple[float, float]


def fingers(page: Page) -> Callable[..., None]:
    """A hand on the glass: says what all its fingers do and where each is in the window."""
    session = page.context.new_cdp_session(page)

    def touch(kind: str, *points: Finger) -> None:
        known = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(points)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": known})

    return touch


def test_a_link_pasted_where_the_page_stands_is_followed(open_static: Any) -> None:
    page = open_static()
    page.evaluate("location.hash = '#mode=sample&seed=7&z=1.5,0.5;1,1'")
    until(lambda: (state(page)["mode"], state(page)["seed"]) == ("sample", 7))
    settle(page)
    assert state(page)["z"] == [[1.5, 0.5], [1, 1]]


@pytest.mark.parametrize("mode", in_short("walk&ends=i1%3Bi2&t=0.5", "sample"))
def test_the_point_of_a_link_is_not_moved_by_its_mode_and_nothing_is_framed_that_it_is_not(open_static: Any, mode: str) -> None:
    page = open_static(f"#mode={mode}&z=2.26,-0.5;1.25,1")
    settle(page)
    assert state(page)["z"] == [[2.26, -0.5], [1.25, 1]]
    assert page.locator(".lx-panel:visible .lx-strip-marker:visible").count() == 0


@pytest.mark.parametrize(
    "link",
    in_short("mode=inspect&image=10000", "z=900,900;0,0", "image=59999", "ends=i59999;i3", "layers=density,entropy", "n=13"),
)
def test_what_a_link_says_and_cannot_be_is_told(open_static: Any, link: str) -> None:
    page = open_static(f"#{link}")
    expect(page.get_by_test_id("notice")).to_contain_text(f"make no sense here ({link.split('&')[-1].split('=')[0]})")
    assert state(page)["z"] == [[0, 0], [0, 0]]
    assert state(page)["selected"] is None
    assert state(page)["ends"] == [None, None]


@pytest.mark.parametrize("mode", in_short("inspect", "walk", "sample", "select"))
def test_two_fingers_zoom_and_change_nothing_else(open_static: Any, mode: str) -> None:
    page = open_static(**PHONE)
    page.get_by_test_id(f"mode-{mode}").tap()
    settle(page)
    before = state(page)
    x, y = place(page, "latent-map-vae", 0.5, 0.5)
    touch = fingers(page)
    touch("touchStart", (x - 20, y))
    touch("touchStart", (x - 20, y), (x + 20, y))
    for gap in (35, 50):
        touch("touchMove", (x - gap, y), (x + gap, y))
    touch("touchEnd")
    settle(page)
    after = state(page)
    assert after["views"][0]["scale"] > 0
    kept = ("z", "ends", "sample", "selected", "t", "shapes")
    assert [after[key] for key in kept] == [before[key] for key in kept]


def test_a_second_finger_on_the_pad_draws_nothing(open_static: Any) -> None:
    page = open_static(**PHONE)
    page.get_by_test_id("mode-draw").tap()
    first, palm, there = (place(page, "draw-pad", *at) for at in ((0.3, 0.3), (0.8, 0.8), (0.3, 0.6)))
    touch = fingers(page)
    touch("touchStart", first)
    touch("touchStart", first, palm)
    touch("touchMove", there, palm)
    touch("touchEnd")
    until(lambda: state(page)["strokes"])
    (stroke,) = state(page)["strokes"]
    assert max(stroke["points"][::2]) < 0.35


def test_a_double_click_shows_all_and_takes_its_clicks_back(open_static: Any) -> None:
    page = open_static()
    for mode in ("move", "inspect", "walk", "sample"):
        page.get_by_test_id(f"mode-{mode}").click()
        page.mouse.move(*place(page, "latent-map-vae", 0.5, 0.5))
        page.mouse.wheel(0, -300)
        settle(page)
        before = state(page)
        page.mouse.dblclick(*place(page, "latent-map-vae", 0.7, 0.3))
        settle(page)
        after = state(page)
        assert after["views"][0] is None
        kept = ("held", "ends", "sample", "selected", "t", *(["z"] if mode != "move" else []))
        assert [after[key] for key in kept] == [before[key] for key in kept], mode


@pytest.mark.parametrize(("kind", "down"), in_short(("vae", 0.01), ("vae", 0.99), ("ae", 0.01), ("ae", 0.99)))
def test_the_sliders_stand_where_the_cursor_is_wherever_the_map_is_pressed(open_static: Any, kind: str, down: float) -> None:
    page = open_static()
    page.mouse.click(*place(page, f"latent-map-{kind}", 0.02, down))
    settle(page)
    suffix = "" if kind == "vae" else "-ae"
    for axis in (0, 1):
        value = float(page.get_by_test_id(f"z{axis + 1}{suffix}").input_value())
        assert value == pytest.approx(state(page)["z"][["vae", "ae"].index(kind)][axis], abs=0.02)
    before = state(page)["z"][["vae", "ae"].index(kind)][1]
    slider = page.get_by_test_id(f"z2{suffix}")
    span = float(str(slider.get_attribute("max"))) - float(str(slider.get_attribute("min")))
    slider.press("ArrowUp" if down > 0.5 else "ArrowDown")
    moved = abs(state(page)["z"][["vae", "ae"].index(kind)][1] - before)
    assert moved == pytest.approx(span / 100, abs=span / 1000), "a hundredth, and a slider has a thousand places"


def test_keys_do_not_lead_out_of_sight(open_static: Any) -> None:
    page = open_static()
    page.get_by_test_id("latent-map-vae").focus()
    for _ in range(60):
        page.keyboard.press("Shift+ArrowUp")
    highest = float(page.get_by_test_id("z2").get_attribute("max") or "nan")
    assert state(page)["z"][0][1] == pytest.approx(highest)
    assert highest < 20


def test_enter_chooses_what_the_mode_is_about(open_static: Any) -> None:
    page = open_static()
    page.get_by_test_id("mode-draw").click()
    draw_seven(page)
    before = state(page)["z"]
    page.get_by_test_id("latent-map-vae").press("Enter")
    assert (state(page)["z"], state(page)["selected"]) == (before, None)
    page.get_by_test_id("mode-sample").click()
    page.get_by_test_id("latent-map-vae").press("0")
    page.get_by_test_id("latent-map-vae").press("Enter")
    assert state(page)["selected"] is None
    assert page.locator("[data-testid=samples-vae] + .lx-strip-marker").is_visible()


def test_a_drawing_on_the_pad_leaves_the_inspected_image_chosen(open_static: Any) -> None:
    page = open_static()
    page.get_by_test_id("mode-draw").click()
    draw_seven(page)
    index = choose_image(page)
    page.get_by_test_id("mode-draw").click()
    settle(page)
    assert state(page)["selected"] == index


def test_reset_leaves_the_page_as_it_opened(open_static: Any) -> None:
    page = open_static()
    opened = state(page)
    choose_image(page)
    page.get_by_test_id("reset").click()
    settle(page)
    now = state(page)
    assert {key: value for key, value in now.items() if key != "history"} == {
        key: value for key, value in opened.items() if key != "history"
    }


@pytest.mark.parametrize("width", in_short(920, 1024, 1200, 1280))
def test_every_button_can_be_reached_on_a_small_screen(open_static: Any, width: int) -> None:
    page = open_static(viewport={"width": width, "height": 720})
    page.get_by_test_id("legend-3").click()
    for name in ("follow", "layers-menu", "undo", "reset", "share-menu", "legend-all"):
        box = page.get_by_test_id(name).bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width


def test_samples_walks_and_neighbours_are_chosen_by_the_keys_alone(open_static: Any) -> None:
    page = open_static()
    page.get_by_test_id("mode-sample").press("Enter")
    press(page, "samples-vae", "ArrowRight")
    press(page, "samples-vae", "ArrowRight")
    until(lambda: state(page)["sample"] == 2)
    page.get_by_test_id("mode-walk").press("Enter")
    press(page, "walk-vae", "End")
    until(lambda: state(page)["t"] == 1)
    index = choose_image(page)
    press(page, "neighbours-vae", "ArrowRight")
    assert state(page)["selected"] == index
    press(page, "neighbours-vae", "Enter")
    until(lambda: state(page)["selected"] != index)


def test_a_map_keeps_its_shape_when_the_bar_above_takes_another_row(open_static: Any) -> None:
    page = open_static(viewport={"width": 1240, "height": 720})
    for mode in ("inspect", "move"):
        page.get_by_test_id(f"mode-{mode}").click()
        settle(page)
        canvas, drawn = page.locator(".lx-map-base").first, "canvas => canvas.height / devicePixelRatio - canvas.clientHeight"
        assert abs(canvas.evaluate(drawn)) <= 1


def test_a_link_that_names_an_image_and_no_place_shows_that_image_as_both_models_see_it(open_static: Any) -> None:
    page = open_static("#mode=inspect&image=7")
    there = state(page)["z"]
    page.get_by_test_id("neighbours-vae").click(position={"x": 4, "y": 4})
    until(lambda: state(page)["selected"] != 7)
    assert there != state(page)["z"]
    again = open_static(f"#mode=inspect&image={state(page)['selected']}")
    assert state(again)["z"] == state(page)["z"]


def test_a_click_on_the_pad_is_a_dot(open_static: Any) -> None:
    page = open_static()
    page.get_by_test_id("mode-draw").click()
    page.mouse.click(*place(page, "draw-pad", 0.5, 0.5))
    settle(page)
    for testid in ("draw-pad", "draw-mnist", "draw-seen"):
        assert len(set(pixels(page, testid))) > 2, testid


@pytest.mark.parametrize("turn", in_short(-600, 600))
def test_the_place_under_the_pointer_stays_however_far_one_zooms(open_static: Any, turn: int) -> None:
    page = open_static()
    map_ = page.get_by_test_id("latent-map-vae")
    x, y = (round(along) for along in place(page, "latent-map-vae", 0.7, 0.4))  # a wheel tells whole pixels
    page.mouse.click(x, y)
    before = state(page)["z"][0]
    for _ in range(12):
        page.mouse.wheel(0, turn)
        settle(page)
    view = state(page)["views"][0]
    box = map_.bounding_box()
    assert box
    across = box["x"] + box["width"] / 2 + (before[0] - view["cx"]) * view["scale"]
    down = box["y"] + box["height"] / 2 - (before[1] - view["cy"]) * view["scale"]
    assert (across, down) == pytest.approx((x, y), abs=1)


def test_undo_gives_back_all_that_a_reset_took(open_static: Any) -> None:
    page = open_static()
    page.get_by_test_id("legend-3").click()
    page.get_by_test_id("layers-menu").click()
    page.get_by_test_id("layer-manifold").check()
    page.get_by_test_id("mode-draw").click()
    draw_seven(page)
    settle(page)
    before = state(page)
    page.get_by_test_id("reset").click()
    settle(page)
    assert state(page)["strokes"] == []
    page.get_by_test_id("undo").click()
    settle(page)
    kept = ("mode", "z", "strokes", "drawn", "layers", "classes", "selected")
    assert {key: state(page)[key] for key in kept} == {key: before[key] for key in kept}


def test_a_drawing_outlives_a_reload_and_stays_out_of_another_link(open_static: Any) -> None:
    page = open_static()
    page.get_by_test_id("mode-draw").click()
    draw_seven(page)
    settle(page)
    before = state(page)
    page.reload()
    here(page)
    assert state(page)["strokes"] == before["strokes"] != []
    until(lambda: state(page)["z"][0] == pytest.approx(before["z"][0], abs=1e-3))
    page.get_by_test_id("draw-clear").click()
    settle(page)
    page.reload()
    here(page)
    assert state(page)["strokes"] == []
    draw_seven(page)
    settle(page)
    drawn = page.url
    page.goto("about:blank")
    page.goto(drawn.split("#")[0] + "#mode=draw&z=1,1;1,1")
    here(page)
    settle(page)
    assert (state(page)["strokes"], state(page)["z"]) == ([], [[1, 1], [1, 1]])
