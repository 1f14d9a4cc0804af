"""A visitor's hand: circles over a map, strokes on a pad, sliders and keys at a steady pace."""

from __future__ import annotations

import math
import time

from playwright.sync_api import Page

TURN_SECONDS = 1.7


def place(page: Page, test_id: str, across: float, down: float) -> tuple[float, float]:
    """The point of the window at these shares of an element."""
    box = page.get_by_test_id(test_id).first.bounding_box()
    assert box
    return box["x"] + across * box["width"], box["y"] + down * box["height"]


def circling(page: Page, test_id: str, seconds: float) -> float:
    """Move over an element without pause; the seconds it took."""
    (left, top), (right, bottom) = place(page, test_id, 0, 0), place(page, test_id, 1, 1)
    began = time.perf_counter()
    while (elapsed := time.perf_counter() - began) < seconds:
        angle = 2 * math.pi * elapsed / TURN_SECONDS
        radius = 0.15 + 0.25 * abs(math.sin(elapsed))
        across, down = 0.5 + radius * math.cos(angle), 0.5 + radius * math.sin(angle)
        page.mouse.move(left + across * (right - left), top + down * (bottom - top))
    return elapsed


def drawing(page: Page, test_id: str) -> None:
    """Write a two."""
    points = [(0.3, 0.3), (0.5, 0.18), (0.7, 0.3), (0.65, 0.5), (0.3, 0.8), (0.72, 0.8)]
    page.mouse.move(*place(page, test_id, *points[0]))
    page.mouse.down()
    for across, down in points[1:]:
        page.mouse.move(*place(page, test_id, across, down), steps=15)
    page.mouse.up()


def sliding(page: Page, start: tuple[float, float], pixels: float, seconds: float) -> None:
    """Take hold at a point of the window, move sideways at a steady pace, let go."""
    x, y = start
    page.mouse.move(x, y)
    page.mouse.down()
    began = time.perf_counter()
    while (elapsed := time.perf_counter() - began) < seconds:
        page.mouse.move(x + pixels * elapsed / seconds, y)
    page.mouse.up()


def pressing(page: Page, key: str, count: int) -> None:
    """A key again and again, slowly enough that each is answered before the next."""
    for _ in range(count):
        page.keyboard.press(key)
        page.wait_for_timeout(307)
