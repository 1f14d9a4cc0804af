"""Named values of a page kept in the visitor's own browser: a reload and another tab have them. The server keeps nothing.

Each value carries the time of its last change, and of two the later one holds; so tabs agree in whatever order they hear
of each other. The counterpart of browser/base/registers.js.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from dashboard.shared import browser, state

Value = str | int | float | bool | None
"""None: nothing, as an empty text."""
Registers = dict[str, tuple[Value, int]]
"""By name a value and when it was given, in milliseconds."""

UNSEEN = object()
"""In place of the value of a widget that the session knows nothing of: not yet drawn, or lost with a run that was cut short.
What the browser keeps of it holds."""
_LONGEST_REPORT = 200_000
_LONGEST_TEXT = 5000
_LONGEST_NAME = 100
_MOST = 500
_LATEST = 2**53

_component = st.components.v2.component("latent_device", js=browser.loaded("streamlit/device"))


@dataclass(frozen=True)
class Report:
    """What the browser says that it keeps."""

    registers: Registers
    refused: bool = False
    """Whether it keeps nothing at all, as some do in a private window."""


def mirror(
    book: str, values: Mapping[str, Any], take: Callable[[str, Value], None] = state.fill_in, is_asking: bool = False
) -> bool:
    """Keep the values of a book in the browser, take over those given later elsewhere, and say whether the browser keeps any.

    Call it before the widgets whose values these are. `take` is called with the name and the value of each that another
    tab or an earlier visit gave; by default names are keys of widgets. What was taken back is None, what nobody gave None or
    UNSEEN: a default that counted as given would replace what the browser keeps. `is_asking`: the browser is to say what it keeps
    even if that is what the page has, so that `has_told` becomes true.
    """
    key = f"device-{book}"
    report = checked((state.widget(key) or {}).get("report"))
    own = changed(state.kept(key, {}), values, time.time_ns() // 1_000_000)
    registers = later(report.registers, own)
    for name, (value, _) in registers.items():
        if name in values and value != (None if values[name] is UNSEEN else _plain(values[name])):
            take(name, value)
    # Only now: a run that was cut short before takes over the rest next time.
    state.keep(key, registers)
    data = {"book": book, "registers": registers, "asking": is_asking}
    _component(key=key, data=browser.told(data), default={"report": None}, on_report_change=_nothing, height=1)
    return not report.refused


def has_told(book: str) -> bool:
    """Whether the browser has said what it keeps of a book, which stands on the page."""
    return (state.widget(f"device-{book}") or {}).get("report") is not None


def _nothing() -> None:
    """Streamlit wants a callback for each value; the rerun itself is enough."""


def later(kept: Registers, told: Registers) -> Registers:
    """Of each name the later value, of equally late ones the first argument's."""
    return kept | {name: one for name, one in told.items() if name not in kept or one[1] > kept[name][1]}


def changed(registers: Registers, values: Mapping[str, Any], now: int) -> Registers:
    """The registers once `values` hold: what differs is given now, and in any case after what it replaces."""
    found = dict(registers)
    for name, value in values.items():
        old, then = registers.get(name, (None, -1))
        if value is not UNSEEN and _plain(value) != old:
            found[name] = (_plain(value), max(now, then + 1))
    return found


def checked(report: Any) -> Report:
    """A report from what the browser sent, which may be anything."""
    if not isinstance(report, str) or len(report) > _LONGEST_REPORT:
        return Report({})
    try:
        sent = json.loads(report)
    except (ValueError, RecursionError):
        return Report({})
    if not isinstance(sent, dict):
        return Report({})
    registers = sent.get("registers")
    found = list(registers.items())[:_MOST] if isinstance(registers, dict) else []
    return Report(
        {name: (_plain(one[0]), one[1]) for name, one in found if len(name) <= _LONGEST_NAME and _is_register(one)},
        sent.get("refused") is True,
    )


def _plain(value: Value) -> Value:
    return None if value == "" else value


def _is_register(one: Any) -> bool:
    return isinstance(one, list) and len(one) == 2 and _is_value(one[0]) and type(one[1]) is int and 0 <= one[1] < _LATEST


def _is_value(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) <= _LONGEST_TEXT and "\0" not in value
    return value is None or type(value) in (bool, int) or (type(value) is float and math.isfinite(value))
