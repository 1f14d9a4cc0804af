"""A first minute with toy data, on the site: trained, taken step by step, painted, and carried by a link."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from support.axe import AXE, serious
from support.explorer_page import until
from support.hosts.training_site import ALONE, served_files, write_training
from support.serving import offline_context

SIZES = {"wide": (1366, 768), "projector": (1920, 1080), "narrow": (390, 844)}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("web") / "site"
    write_training(folder)
    with served_files(folder) as root:
        yield f"{root}training/"


def opened(browser: Browser, address: str, size: str = "wide", **options: Any) -> tuple[Page, list[str]]:
    viewport = dict(zip(("width", "height"), SIZES[size], strict=True))
    context, troubles = offline_context(browser, viewport=viewport, has_touch=size == "narrow", **options)
    page = context.new_page()
    page.add_init_script(ALONE)
    page.goto(address)
    return page, troubles


def toy(page: Page) -> dict[str, Any]:
    return page.evaluate("globalThis.__latentToy?.state() ?? {step: 0, measured: null}")  # none while a page is being opened


def measured(page: Page, name: str) -> float:
    found = toy(page)["measured"]  # None until a new model was measured
    return found[name]["mean"] if found else float("inf")


def test_a_minute_shows_a_fold_and_a_collapse_and_the_link_carries_it(browser: Browser, address: str) -> None:
    page, troubles = opened(browser, address)
    page.get_by_test_id("train-toy").click()
    expect(page).to_have_url(f"{address}toy/")
    page.get_by_test_id("toy-step").click()
    until(lambda: toy(page)["step"] == 1 and toy(page)["measured"] is not None)
    far = measured(page, "divergence")
    page.get_by_test_id("toy-train").click()
    until(lambda: toy(page)["step"] > 600 and measured(page, "divergence") < far / 4)
    page.get_by_test_id("toy-train").click()
    expect(page.get_by_test_id("toy-train")).to_have_text("Go on")
    page.get_by_role("button", name="A large β: posterior collapse").click()
    expect(page).to_have_url(f"{address}toy/#beta=200")
    until(lambda: measured(page, "kl") < 0.02)
    expect(page.get_by_test_id("toy-told")).to_contain_text("Posterior collapse")
    page.get_by_test_id("toy-beta").focus()
    page.keyboard.press("Home")
    expect(page).to_have_url(f"{address}toy/#beta=0")
    page.goto(f"{address}toy/#data=rings&latent=2&noise=nonsense&seed=7")
    page.reload()
    until(lambda: toy(page)["measured"] is not None)
    assert {name: toy(page)["settings"][name] for name in ("data", "latent", "noise", "seed")} == {
        "data": "rings", "latent": 2, "noise": 0.1, "seed": 7
    }  # fmt: skip
    page.context.close()
    assert troubles == []


def test_points_are_painted_by_a_pointer_and_by_keys_and_their_density_is_said_to_be_no_law(
    browser: Browser, address: str
) -> None:
    page, troubles = opened(browser, f"{address}toy/")
    page.get_by_test_id("toy-painted").click()
    expect(page.get_by_test_id("toy-train")).to_have_attribute("aria-disabled", "true")
    box = page.get_by_test_id("toy-data").bounding_box()
    assert box
    page.mouse.move(box["x"] + 60, box["y"] + 200)
    page.mouse.down()
    page.mouse.move(box["x"] + 260, box["y"] + 180, steps=8)
    page.mouse.up()
    until(lambda: len(toy(page)["settings"]["points"]) >= 4 * 8)
    painted = len(toy(page)["settings"]["points"])
    page.get_by_test_id("toy-data").focus()
    for key in ("Shift+ArrowUp", "Space"):
        page.keyboard.press(key)
    assert len(toy(page)["settings"]["points"]) == painted + 4
    page.keyboard.press("Delete")
    assert len(toy(page)["settings"]["points"]) == painted
    expect(page.get_by_text(f"No law drew these {painted // 4} points. In its place stands a kernel density")).to_be_visible()
    page.get_by_test_id("toy-train").click()
    until(lambda: toy(page)["step"] > 50)
    page.get_by_test_id("toy-train").click()
    link = page.url
    page.goto("about:blank")
    page.goto(link)
    until(lambda: toy(page)["measured"] is not None)
    assert len(toy(page)["settings"]["points"]) == painted
    page.context.close()
    assert troubles == []


@pytest.mark.long
@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed: run `npm ci`, or `make test`, which does")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_it_fits_every_size_and_axe_finds_nothing_serious(browser: Browser, address: str, scheme: str, size: str) -> None:
    page, troubles = opened(browser, f"{address}toy/#latent=2", size, color_scheme=scheme, bypass_csp=True)
    page.get_by_test_id("toy-train").click()
    until(lambda: toy(page)["step"] > 20)
    page.get_by_test_id("toy-train").click()
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing stands out to the right"
    if size != "narrow":
        assert page.get_by_test_id("toy-parts").evaluate("e => e.getBoundingClientRect().bottom <= innerHeight"), (
            "squares and numbers"
        )
    page.context.close()
    assert troubles == []
