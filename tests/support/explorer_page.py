"""What a visitor does with the explorer and what is seen of it, for all tests that drive one."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Locator, Page
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

RERUN = 300
"""Milliseconds within which one run of a page's script brings about the next."""
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
"""A context of a phone held upright."""
BUSY = "globalThis.waiting = []; globalThis.requestIdleCallback = (go) => globalThis.waiting.push(go);"
"""Run first in the one-file page, it puts off what is read when the page is idle: encoders and images."""
IDLE = "globalThis.requestIdleCallback = (go) => setTimeout(go); globalThis.waiting.forEach((go) => go());"
"""Now it may."""
DRAWN = "new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))"
"""Resolves when what was done until now has been drawn, and what that brought about as well."""
READ = """(canvas => {
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d", {willReadFrequently: true});
    copy.drawImage(canvas, 0, 0);
    return copy.getImageData(0, 0, canvas.width, canvas.height).data;
})"""
"""The colours on a canvas, read from a copy: Chromium warns of a canvas that is often read, and then draws it another way."""


def in_short(first: Any, *others: Any) -> list[Any]:
    """The values of a test's parameter: the first each time, the others by `make test-long`."""
    return [first, *(pytest.param(*(one if isinstance(one, tuple) else (one,)), marks=pytest.mark.long) for one in others)]


def state(page: Page) -> dict[str, Any]:
    """The state of the explorer once what was done is drawn."""
    return page.evaluate(f"{DRAWN}.then(() => window.__latentExplorer.state())")


def stats(page: Page) -> dict[str, Any]:
    """The explorer's own measurements."""
    return page.evaluate("window.__latentExplorer.stats()")


def place(page: Page, testid: str, across: float, down: float) -> tuple[float, float]:
    """The point of the window at these shares of an element."""
    element = page.get_by_test_id(testid)
    element.scroll_into_view_if_needed()
    box = element.bounding_box()
    assert box
    return box["x"] + across * box["width"], box["y"] + down * box["height"]


def pixels(page: Page, canvas: str | Locator) -> list[int]:
    """The colours on a canvas, by its test id, once what was done is drawn."""
    read = f"Array.from({READ}(canvas))"
    found = page.get_by_test_id(canvas) if isinstance(canvas, str) else canvas
    return found.evaluate(f"canvas => {DRAWN}.then(() => {read})")


def here(page: Page) -> None:
    """Wait until the explorer is on the page with all its parts and has nothing left to do."""
    page.get_by_test_id("explorer").wait_for(timeout=60_000)
    until(lambda: page.evaluate("window.__latentExplorer.pending()") == [])


def settle(page: Page) -> None:
    """Wait until what was done is drawn and the address says so."""
    page.evaluate(DRAWN)  # it may set off something else
    until(lambda: not {"frame", "rest"} & set(page.evaluate("window.__latentExplorer?.pending() ?? ['frame']")))


def at_rest(page: Page) -> None:
    """Wait until the server has sent all of a page: a button that moves between press and release is not clicked."""
    page.locator("[data-test-script-state=notRunning]").wait_for(timeout=60_000)


@contextmanager
def heard(page: Page, by_address: bool = False) -> Iterator[None]:
    """Do something, and wait until the server has been told and has run the page again.

    The wire says when a run ended; of a short one, a page that is busy never shows that it goes on.
    What is done on Explore is told some time after it was done, and has changed the address by then (`by_address`).
    """
    at_rest(page)
    page.wait_for_timeout(RERUN)  # one run may call for another
    at_rest(page)
    seen = ["address"] if not by_address else []
    wire = page.context.new_cdp_session(page)
    wire.on("Page.navigatedWithinDocument", lambda _: seen.append("address"))
    wire.on("Network.webSocketFrameReceived", lambda frame: seen.append(_said(frame["response"]["payloadData"])))
    wire.send("Page.enable")
    wire.send("Network.enable")
    yield
    # Playwright hears the wire while it waits for an answer of the page.
    until(lambda: page.evaluate("true") and "address" in seen and "script_finished" in seen[seen.index("address") :])
    wire.detach()
    at_rest(page)


def parts_of_models(page: Page) -> dict[str, int]:
    """The bytes of each part of a model as it comes over the network from now on; what the browser kept counts nothing."""
    parts, came = {}, {}
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.on(
        "Network.requestWillBeSent",
        lambda sent: parts.update({sent["requestId"]: sent["request"]["url"].partition("/model/")[2]}),
    )
    session.on(
        "Network.loadingFinished", lambda done: came.update({parts.get(done["requestId"], ""): int(done["encodedDataLength"])})
    )
    return came


def _said(frame: str) -> str:
    return ForwardMsg.FromString(base64.b64decode(frame)).WhichOneof("type") or ""


def until(holds: Callable[[], Any], seconds: float = 60) -> None:
    """Wait until something holds. The page's own policy forbids the strings that Playwright's waiting would evaluate."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "this did not come about in time"
        time.sleep(0.05)


def press(page: Page, testid: str, key: str) -> None:
    """Press a key on an element once it is in sight: a hidden one takes no focus, and the key would go elsewhere."""
    element = page.get_by_test_id(testid)
    element.wait_for()
    element.press(key)


def choose_image(page: Page) -> int:
    """Inspect the test image nearest to the middle of the VAE's map, by keyboard."""
    page.get_by_test_id("mode-inspect").click()
    page.get_by_test_id("latent-map-vae").focus()
    page.keyboard.press("0")
    page.keyboard.press("Enter")
    settle(page)
    return state(page)["selected"]


def draw_seven(page: Page) -> None:
    """Draw a seven on the pad."""
    page.mouse.move(*place(page, "draw-pad", 0.3, 0.25))
    page.mouse.down()
    page.mouse.move(*place(page, "draw-pad", 0.7, 0.25), steps=5)
    page.mouse.move(*place(page, "draw-pad", 0.45, 0.8), steps=5)
    page.mouse.up()
