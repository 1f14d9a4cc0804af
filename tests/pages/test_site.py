"""The site as a visitor has it: served below a path by Python's own server, and then without a network."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Route, expect
from support.explorer_page import here, pixels, place, settle, state, until
from support.serving import free_port, offline_context, until_up

from dashboard.lecture import lecture as lectures
from dashboard.site import site

KEPT = """async () => {
    const names = await caches.keys();
    const found = await Promise.all(names.map(async (name) => (await (await caches.open(name)).keys()).length));
    return {files: found.reduce((sum, count) => sum + count, 0), controlled: navigator.serviceWorker.controller !== null};
}"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a site of the small pair is, below a path."""
    root = tmp_path_factory.mktemp("web")
    site.write(root / "course" / "vae", ("vae-mnist-small", "ae-mnist-small"), lecture=lectures.bundled())
    port = free_port()
    command = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1", "--directory", str(root)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield until_up(f"http://localhost:{port}", "/course/vae/") + "/course/vae/"
    finally:
        server.terminate()
        server.wait(10)


@pytest.mark.long
def test_the_site_is_used_from_its_first_page_and_then_without_a_network(browser: Browser, address: str, tmp_path: Path) -> None:
    context, troubles = offline_context(browser, viewport={"width": 1366, "height": 768}, color_scheme="dark")
    page = context.new_page()
    page.goto(address)
    here(page)
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight"), "it fits the window"

    page.mouse.move(*place(page, "latent-map-vae", 0.3, 0.4))
    page.mouse.down()
    page.mouse.move(*place(page, "latent-map-vae", 0.6, 0.5), steps=4)
    page.mouse.up()
    settle(page)
    dragged = state(page)["z"]
    assert dragged[0] != [0, 0]
    page.get_by_test_id("mode-draw").click()  # has the encoders brought
    settle(page)
    here(page)

    page.reload()
    here(page)
    assert state(page)["mode"] == "draw"
    page.get_by_test_id("mode-move").click()
    until(lambda: (kept := page.evaluate(KEPT))["controlled"] and kept["files"] >= 9)
    link = page.url

    context.set_offline(True)
    page.goto("about:blank")
    page.goto(link)
    here(page)
    page.get_by_test_id("mode-network").click()  # encoders and images are here
    settle(page)
    here(page)
    page.goto(f"{address}explore/#mode=walk")
    page.wait_for_url(f"{address}#mode=walk*")
    page.goto(f"{address}lecture/")
    expect(page.get_by_text("was not opened on this device before, and there is no network")).to_be_visible()
    assert all("/lecture/" in one for one in troubles), troubles
    troubles.clear()
    context.set_offline(False)

    page.goto(f"{address}lecture")
    page.get_by_test_id("present").click()
    expect(page.get_by_test_id("scene-place")).to_contain_text("1 of")
    page.keyboard.press("PageDown")
    expect(page.get_by_test_id("scene-place")).to_contain_text("2 of")
    page.keyboard.press("Escape")
    page.get_by_label("Theme").select_option("light")
    page.goto(f"{address}models/")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    page.get_by_role("link", name="Open in Explore").last.click()
    here(page)
    assert page.url.startswith(f"{address}?models=")
    context.close()
    assert troubles == []


@pytest.mark.long
def test_the_second_map_stands_before_its_decoder_is_here_and_claims_nothing_until_then(browser: Browser, address: str) -> None:
    context, troubles = offline_context(browser, viewport={"width": 1366, "height": 768})
    page = context.new_page()
    held: list[Route] = []
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.route(
        "**/model/decoder-*", lambda route: route.continue_() if not held and len(decoders(asked)) < 2 else held.append(route)
    )
    page.goto(address)
    expect(page.get_by_test_id("caption")).to_contain_text("Its decoder is still on its way …")
    assert page.get_by_test_id("undecided").inner_text().endswith("AE …")
    assert any(pixels(page, "digit-vae"))
    assert not any(pixels(page, "digit-ae"))
    until(lambda: held != [])
    assert not [url for url in asked if "images-" in url or "encoder-" in url], "they come behind it"
    held.pop().continue_()
    here(page)
    expect(page.get_by_test_id("caption")).not_to_contain_text("on its way")
    assert any(pixels(page, "digit-ae"))
    context.close()
    assert troubles == []


def decoders(urls: list[str]) -> list[str]:
    """Those of decoders among some addresses."""
    return [url for url in urls if "/decoder-" in url]
