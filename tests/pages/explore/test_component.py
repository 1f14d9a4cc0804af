"""The explorer inside Streamlit: what crosses the wire, and that it survives reruns."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page
from support.explorer_page import at_rest, here, place, settle, state, until
from support.serving import offline_context, view_app

OTHERS = 1000
"""Milliseconds within which another message would follow."""
APP = """
import sys
import streamlit as st
from dashboard.explore.component import explorer
from dashboard.stock import catalogue
st.set_page_config(layout="wide")
st.session_state["runs"] = st.session_state.get("runs", 0) + 1
result = explorer(catalogue.library(("vae-mnist-small", "ae-mnist-small")))
large = sorted({"torch", "pandas", "pyarrow"} & set(sys.modules))
st.text(f"run {st.session_state['runs']} {result} imported {large}")
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with view_app(APP, tmp_path_factory.mktemp("component")) as url:
        yield url


@pytest.fixture
def hosted(browser, address):
    """The page, and the frames it has sent to the server."""
    context, troubles = offline_context(browser, viewport={"width": 1366, "height": 768})
    page = context.new_page()
    sent: list[bytes] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    page.goto(address)
    here(page)
    page.get_by_text("run 1").wait_for()
    at_rest(page)
    page.wait_for_timeout(OTHERS)
    yield page, sent
    context.close()
    assert [one for one in troubles if "asked for" in one] == []


def told(page: Page, sent: list[bytes]) -> int:
    """How many messages what was done has led to."""
    settle(page)
    until(lambda: page.evaluate("1") and sent)  # a question to the page lets its messages be heard of
    page.wait_for_timeout(OTHERS)
    return len(sent)


def test_a_seed_that_is_being_typed_stays_while_the_mouse_moves(hosted):
    page, _ = hosted
    page.get_by_test_id("mode-sample").click()
    page.get_by_test_id("seed").fill("42")
    page.mouse.move(*place(page, "latent-map-vae", 0.4, 0.4), steps=5)
    page.get_by_test_id("seed").press("Enter")
    until(lambda: state(page)["seed"] == 42)


def test_a_key_of_the_map_is_not_one_of_the_host(hosted):
    page, sent = hosted
    page.get_by_test_id("latent-map-vae").focus()
    sent.clear()
    page.keyboard.press("r")
    assert told(page, sent) == 1


def test_a_page_with_an_explorer_waits_for_no_large_library(hosted):
    page, _ = hosted
    assert page.get_by_text(re.compile("^run ")).inner_text().endswith("imported []")


def test_nothing_is_sent_while_moving_and_one_message_on_release(hosted):
    page, sent = hosted
    page.mouse.move(*place(page, "latent-map-vae", 0.4, 0.4))
    page.mouse.down()
    sent.clear()
    for step in range(60):
        page.mouse.move(*place(page, "latent-map-vae", 0.4 + 0.004 * step, 0.4))
        page.wait_for_timeout(10)
    assert sent == []
    page.mouse.up()
    assert told(page, sent) == 1
    z = state(page)["z"][0]
    page.get_by_text(f"'vae': ({z[0]}").wait_for()


def test_a_rerun_keeps_state_and_bundle(hosted):
    page, _ = hosted
    page.get_by_test_id("mode-walk").click()
    page.get_by_test_id("explorer").evaluate("element => element.dataset.mark = 'same'")
    page.get_by_text("mode='walk'").wait_for()
    assert page.get_by_test_id("explorer").get_attribute("data-mark") == "same"
    assert state(page)["mode"] == "walk"


def test_reloading_restores_the_state(hosted):
    page, _ = hosted
    page.get_by_test_id("latent-map-vae").focus()
    page.keyboard.press("r")
    until(lambda: "z=" in page.evaluate("location.hash"))
    before = state(page)["z"]
    page.reload()
    here(page)
    assert state(page)["z"][0] == pytest.approx(before[0], abs=1e-4)
