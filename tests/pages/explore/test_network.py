"""Inside the network: the mode opens, all of it moves with z, a unit shows its weights and its map, and a link brings it back."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect
from support.explorer_page import here, pixels, place, settle, state, until

SPILT = (
    "[...document.querySelectorAll('.lxn-middle')].map((one) => one.scrollHeight - one.clientHeight).filter((more) => more > 1)"
)


def numbers(page: Page, row: str, kind: str = "vae") -> list[float]:
    """The two numbers in a row of the table between the networks."""
    cells = page.get_by_test_id(f"network-{row}-{kind}").locator("td").all_inner_texts()
    return [float(text.replace("−", "-")) for text in cells]


def assert_formula_holds(page: Page) -> None:
    mu, std, epsilon, z = (numbers(page, row) for row in ("mu", "std", "epsilon", "z"))
    for axis in range(2):
        # As printed: μ, ε and z with two decimals, σ with three.
        rounding = 0.011 + 0.0005 * abs(epsilon[axis]) + 0.005 * std[axis]
        assert mu[axis] + std[axis] * epsilon[axis] == pytest.approx(z[axis], abs=rounding)


def drag(page: Page, testid: str, *stops: tuple[float, float]) -> None:
    page.mouse.move(*place(page, testid, *stops[0]))
    page.mouse.down()
    for stop in stops[1:]:
        page.mouse.move(*place(page, testid, *stop), steps=6)
    page.mouse.up()
    settle(page)


def test_the_networks_move_with_z_and_a_unit_tells_what_it_knows(open_static: Any) -> None:
    page = open_static()
    page.get_by_test_id("mode-network").click()
    settle(page)
    expect(page.get_by_test_id("network-source")).to_contain_text("π itself")
    expect(page.get_by_test_id("epsilon-vae")).to_have_attribute("aria-disabled", "true")
    before = [pixels(page, one) for one in ("stage-vae-e1", "stage-vae-d1", "network-pi-vae", "network-x-vae")]
    drag(page, "latent-map-vae", (0.5, 0.5), (0.56, 0.4))
    after = [pixels(page, one) for one in ("stage-vae-e1", "stage-vae-d1", "network-pi-vae", "network-x-vae")]
    assert all(one != other for one, other in zip(before, after, strict=True))
    assert numbers(page, "z") == pytest.approx(state(page)["z"][0], abs=0.006)
    assert_formula_holds(page)

    # A click on a code makes its image x and z its mean; ε is drawn anew by its key and set to 0 by its button.
    page.mouse.click(*place(page, "latent-map-vae", 0.5, 0.5))
    settle(page)
    image = state(page)["selected"]
    expect(page.get_by_test_id("network-source")).to_contain_text(f"test image {image}")
    assert numbers(page, "z") == numbers(page, "mu")
    assert numbers(page, "z", "ae") == numbers(page, "mu", "ae")
    page.get_by_test_id("latent-map-vae").press("e")
    settle(page)
    assert state(page)["noise"] == 1
    assert numbers(page, "epsilon") != [0, 0]
    assert_formula_holds(page)
    page.get_by_test_id("epsilon-vae").click()
    settle(page)
    assert state(page)["noise"] == 2
    page.get_by_test_id("epsilon-0-vae").click()
    settle(page)
    assert numbers(page, "z") == numbers(page, "mu")
    for gap in ("raw", "std", "epsilon", "kl"):
        expect(page.get_by_test_id(f"network-{gap}-ae").locator("td")).to_contain_text("no ")

    # A unit, by pointer and then by key: weights, effect, the engine's line, and its map under the codes.
    bare = pixels(page, page.locator(".lx-map-base").first)
    page.mouse.click(*place(page, "stage-vae-d2", 0.5, 0.5))
    settle(page)
    unit = state(page)["unit"]
    assert (unit["model"], unit["part"], unit["place"]) == (0, "decoder", 2)
    assert state(page)["layers"]["unit"]
    until(lambda: pixels(page, page.locator(".lx-map-base").first) != bare)
    expect(page.get_by_test_id("engine-line")).to_contain_text('nn.Linear(layer["in"], layer["out"])')
    expect(page.get_by_test_id("engine-line")).to_contain_text("model/networks.py:")
    for picture in ("unit-weights-in", "unit-weights-out", "unit-effect"):
        expect(page.get_by_test_id(picture)).to_be_visible()
    page.get_by_test_id("stage-vae-d2").press("ArrowRight")
    settle(page)
    assert state(page)["unit"]["unit"] == unit["unit"] + 1
    page.get_by_test_id("stage-ae-e0").press("Enter")
    settle(page)
    expect(page.get_by_test_id("unit-weights-in")).to_be_visible()
    assert state(page)["unit"]["model"] == 1

    # The link brings all of it back.
    page.get_by_test_id("epsilon-vae").click()
    settle(page)
    was, shown = state(page), page.get_by_test_id("formula-vae").inner_text()
    link = page.evaluate("location.hash")
    page.goto("about:blank")
    page = open_static(link)
    here(page)
    settle(page)
    now = state(page)
    for key in ("mode", "selected", "noise", "unit", "layers"):
        assert now[key] == was[key], key
    until(lambda: page.get_by_test_id("formula-vae").inner_text() == shown)
    page.get_by_test_id("unit-close").click()
    settle(page)
    assert (state(page)["unit"], state(page)["layers"]["unit"]) == (None, False)

    # A stroke on the pad becomes x at once, and z its mean.
    drag(page, "network-pad", (0.3, 0.2), (0.7, 0.2), (0.45, 0.85))
    expect(page.get_by_test_id("network-source")).to_contain_text("drawing")
    assert state(page)["selected"] is None
    assert numbers(page, "z") == numbers(page, "mu")
    assert "drawing=" in page.evaluate("location.hash")
    expect(page.get_by_test_id("network-moved")).to_be_empty()
    page.get_by_test_id("latent-map-vae").press("ArrowRight")
    expect(page.get_by_test_id("network-moved")).to_contain_text("z was moved")
    assert page.evaluate(SPILT) == [], "the lines between encoder and decoder are whole"
    page.get_by_test_id("network-clear").click()
    settle(page)
    expect(page.get_by_test_id("network-source")).to_contain_text("π itself")


def test_a_link_to_a_unit_that_there_is_not_is_told(open_static: Any) -> None:
    page = open_static("#mode=network&unit=0d9.3")
    expect(page.get_by_test_id("notice")).to_contain_text("make no sense here (unit)")
    assert state(page)["unit"] is None
