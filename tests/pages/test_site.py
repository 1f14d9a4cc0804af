"""The site as a visitor has it: served below a path by Python's own server, and then without a network."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from support.explorer_page import here, pixels, place, settle, state, until
from support.serving import free_port, offline_context, until_up

from dashboard.lecture import lecture as lectures
from dashboard.shell.command import main
from dashboard.site import site
from dashboard.stock.material import gather
from dashboard.worksheet import TASKS
from vae_engine.stored import registry

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


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A visitor's page; afterwards nothing may have gone wrong."""
    context, troubles = offline_context(browser, viewport={"width": 1366, "height": 768}, accept_downloads=True)
    yield context.new_page()
    context.close()
    assert troubles == []


@pytest.mark.long
def test_learn_keeps_a_prediction_and_shows_the_answer_only_after_it(page: Page, address: str) -> None:
    page.goto(f"{address}learn/?step=manifold")
    page.get_by_test_id("lesson-manifold").wait_for()
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight"), "a step fits the window"
    expect(page.get_by_test_id("reveal")).to_have_attribute("aria-disabled", "true")
    assert page.locator(".ls[data-answered]").count() == 0
    page.get_by_role("radio").first.check()
    page.get_by_test_id("reveal").click()
    expect(page.get_by_test_id("answer")).to_contain_text("vae-mnist-small")
    expect(page.locator(".ls[data-answered]")).to_have_count(1)
    page.reload()
    expect(page.get_by_test_id("answer")).to_be_visible()
    expect(page.get_by_test_id("kept")).to_contain_text("1 answer")

    page.keyboard.press("PageDown")
    expect(page.get_by_role("heading", level=1)).to_have_text("11. The price of information")
    expect(page).to_have_url(re.compile(r"step=beta"))
    expect(page.get_by_text("are not installed, so this step has nothing to move")).to_be_visible()  # a site of two models
    page.go_back()
    page.get_by_test_id("lesson-manifold").wait_for()
    link = page.get_by_role("link", name="See it in Explore, new tab").get_attribute("href")
    assert link
    page.goto(f"{address}{link.removeprefix('./')}")
    here(page)


@pytest.mark.long
def test_the_labs_charts_are_drawn_when_they_are_in_sight_and_moments_are_stepped_through(page: Page, address: str) -> None:
    page.goto(f"{address}lab/?experiment=wake-sleep")
    expect(page.locator(".lab-figure .main-svg").first).to_be_visible()
    drawn, charts = page.locator(".lab-figure:has(.main-svg)"), page.locator(".lab-figure")
    assert 0 < drawn.count() < charts.count()
    charts.last.scroll_into_view_if_needed()
    expect(charts.last.locator(".main-svg").first).to_be_visible()
    page.get_by_test_id("tab-steps").click()
    page.keyboard.press("PageDown")
    expect(page.locator(".lab-moment")).to_contain_text("2 of 17")
    expect(page).to_have_url(re.compile("part=steps"))
    page.get_by_test_id("experiment-collapse").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Latent variable collapse")
    page.goto(f"{address}lab/?experiment=wake-sleep&chart=elbo-2&embed=true&embed_options=dark_theme")
    box = page.get_by_test_id("chart-elbo-2").bounding_box()
    assert box
    assert box["y"] < 20
    assert box["height"] > 0.9 * 768


@pytest.mark.long
def test_a_sheet_is_judged_kept_saved_and_opened_by_the_teacher(
    page: Page, address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ("vae-mnist-small", "ae-mnist-small")
    pair = gather(*map(registry.find, names))
    right = next(task for task in TASKS if task.name == "gap").answer(pair).given
    page.goto(f"{address}worksheet/?task=gap")
    field, verdict = page.get_by_label("Your number"), page.get_by_test_id("verdict")
    field.fill("1000")
    expect(verdict).to_contain_text("Not yet. 1,000 is too high.")
    field.fill(right)
    expect(verdict).to_contain_text("Right.")
    page.get_by_test_id("leafing").get_by_role("button", name="1 Four or nine").click()
    page.get_by_role("textbox").first.fill("#mode=move&z=0.1%2C0.2%3B0%2C0")
    expect(verdict).to_contain_text("Of the 50 test codes nearest to this z")  # by the models, which come for it
    page.get_by_label("Your name").fill("Ada")
    page.reload()
    expect(page.get_by_test_id("progress")).to_contain_text("1 of 19 tasks done (✓), 1 not right yet (✗)")
    with page.expect_download() as saved:
        page.get_by_test_id("save").click()
    saved.value.save_as(tmp_path / "ada.json")
    assert main(["worksheet", str(tmp_path / "ada.json"), "--models", *names]) == 0
    row = capsys.readouterr().out.splitlines()[1]
    assert (row.split()[0], row.split()[-1], row.count("✓"), row.count("✗")) == ("Ada", "1/20", 1, 1)
    page.evaluate("globalThis.print = () => {}")
    page.get_by_test_id("print").click()
    page.emulate_media(media="print")
    expect(page.locator(".wks-printed section")).to_have_count(19)
    expect(page.locator(".site-bar")).to_be_hidden()


@pytest.mark.long
def test_what_is_found_on_explore_and_train_is_sent_to_the_task_at_hand(page: Page, address: str) -> None:
    page.goto(f"{address}worksheet/?task=hole")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Do it in Explore, new tab").click()
    explore = opened.value
    here(explore)
    expect(explore.get_by_text("Your task: ")).to_be_visible()
    assert explore.evaluate("document.documentElement.scrollHeight <= innerHeight"), "map and task fit the window"
    send = explore.get_by_test_id("send")
    expect(send).to_have_attribute("aria-disabled", "true")
    explore.mouse.click(*place(explore, "latent-map-vae", 0.3, 0.4))
    settle(explore)
    z = state(explore)["z"][0]
    send.click()
    explore.wait_for_url(f"{address}worksheet/?task=hole")
    answer = explore.get_by_label("What you sent from Explore")
    expect(answer).to_have_value(re.compile(r"\?models=vae-mnist-small,ae-mnist-small#z="))
    sent = re.search(r"#z=([-\d.]+)%2C([-\d.]+)", answer.input_value())
    assert sent
    assert [float(one) for one in sent.groups()] == pytest.approx(z, abs=1e-4)
    expect(page.get_by_label("What you sent from Explore")).to_have_value(answer.input_value())  # every tab shows the same sheet
    expect(explore.get_by_test_id("verdict")).to_contain_text("nearest")

    explore.goto(f"{address}training/")
    expect(explore.get_by_test_id("send")).to_have_attribute("aria-disabled", "true")
    explore.get_by_test_id("train-start").click()
    until(lambda: explore.evaluate("(globalThis.__latentFilm?.state().steps[0] ?? 0) > 3"))
    explore.get_by_test_id("train-stop").click()
    expect(explore.get_by_test_id("send")).to_have_attribute("aria-disabled", "false")
    explore.get_by_test_id("send").click()
    explore.wait_for_url(f"{address}worksheet/?task=hole")
    expect(explore.get_by_label("In your own words")).to_have_value(
        re.compile(r"^VAE trained in the browser \(MNIST, β 1, seed 0\), \d+ steps: Held-out ELBO −")
    )
    explore.get_by_test_id("keep-in-sight").click()
    explore.goto(f"{address}training/")
    expect(explore.get_by_test_id("train-start")).to_be_visible()
    expect(explore.get_by_test_id("send")).to_be_hidden()


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
