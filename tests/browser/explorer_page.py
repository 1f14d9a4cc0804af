"""What a visitor does with the explorer and what is seen of it, for all tests that drive one."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page


def state(page: Page) -> dict[str, Any]:
    """The state of the explorer."""
    return page.evaluate("window.__latentExplorer.state()")


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


def pixels(page: Page, testid: str) -> list[int]:
    """The colours on a canvas."""
    script = "canvas => Array.from(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data)"
    return page.get_by_test_id(testid).evaluate(script)


def settle(page: Page) -> None:
    """Wait until what was done is drawn and the address says so."""
    page.wait_for_timeout(400)


def until(holds: Callable[[], Any], seconds: float = 20) -> None:
    """Wait until something holds. The page's own policy forbids the strings that Playwright's waiting would evaluate."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "this did not come about in time"
        time.sleep(0.05)
