"""Values kept in the browser: what Python believes of it, and who is right when two tabs differ."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.shared.device import UNSEEN, Registers, Report, changed, checked, later

A: Registers = {"one": ("old", 1), "two": ("two", 5)}
B: Registers = {"one": ("new", 2), "three": (None, 3)}


def told(**registers: Any) -> str:
    return json.dumps({"registers": registers})


@pytest.mark.parametrize(
    "report",
    [None, 7, [], {"registers": {"a": ["b", 1]}}, "", "{", "[]", "null", "[" * 5000, "1" * 5000, '{"registers": []}',
     "x" * 300_000,
     *(told(a=one) for one in ("b", ["b"], ["b", -1], ["b", 2**53], ["b", True], ["b", 1.5], [["b"], 1], [{}, 1], ["x" * 5001, 1],
                               ["\0", 1], [float("nan"), 1], [float("inf"), 1])),
     told(**{"x" * 101: ["b", 1]})],
)  # fmt: skip
def test_nonsense_counts_as_nothing(report: object) -> None:
    assert checked(report) == Report({})


def test_what_makes_sense_is_believed_and_not_too_much_of_it() -> None:
    assert checked(told(a=["b", 1], c=[{}, 1], d=["", 2], e=[2.5, 3])) == Report({"a": ("b", 1), "d": (None, 2), "e": (2.5, 3)})
    assert checked('{"refused": true}') == Report({}, refused=True)
    assert len(checked(told(**{f"n{i}": [i, i] for i in range(1000)})).registers) == 500


def test_tabs_agree_in_whatever_order_they_hear_of_each_other() -> None:
    third: Registers = {"one": ("last", 9), "three": ("back", 4)}
    joined = {"one": ("last", 9), "two": ("two", 5), "three": ("back", 4)}
    for first, second, last in itertools.permutations((A, B, third)):
        assert later(later(first, second), last) == joined
        assert later(first, later(second, last)) == joined
    assert later({"a": ("kept", 1)}, {"a": ("told", 1)}) == {"a": ("kept", 1)}


def test_a_change_is_later_than_what_it_replaces_whatever_the_clock_says() -> None:
    assert changed(A, {"one": "old", "two": "two", "three": None, "four": ""}, now=3) == A
    assert changed(A, {"one": "new", "two": None}, now=3) == {"one": ("new", 3), "two": (None, 6)}


def test_a_field_that_the_session_lost_is_not_taken_for_emptied() -> None:
    assert changed(A, {"one": UNSEEN, "two": UNSEEN}, now=3) == A


def page() -> None:
    import streamlit as st

    from dashboard.shared import device, state

    kept = device.mirror("book", {key: state.widget(key) for key in ("a", "b")})
    st.text_input("A", key="a")
    st.text_input("B", key="b")
    st.text(str(kept))


def hear(app: AppTest, report: str) -> AppTest:
    app.session_state["device-book"] = {"report": report}
    return app.run()


def registers(app: AppTest) -> dict[str, Any]:
    """What the browser is told."""
    (component,) = app.get("bidi_component")
    return json.loads(json.loads(component.proto.json)["json"])["registers"]


def test_an_earlier_visit_and_another_tab_fill_the_fields_in_and_a_later_change_stays() -> None:
    app = AppTest.from_function(page).run()
    assert registers(app) == {}
    hear(app, told(a=["earlier", 1]))
    assert (app.text_input(key="a").value, app.text_input(key="b").value) == ("earlier", "")
    app.text_input(key="a").set_value("mine").run()
    assert app.text_input(key="a").value == "mine", "the browser's last report is older"
    value, when = registers(app)["a"]
    assert (value, when > 1) == ("mine", True)
    hear(app, told(a=["earlier", 1], b=["from elsewhere", 2]))
    assert (app.text_input(key="a").value, app.text_input(key="b").value) == ("mine", "from elsewhere")
    hear(app, told(a=[None, when + 1], b=["from elsewhere", 2]))
    assert not app.text_input(key="a").value, "emptied elsewhere"
    assert registers(app) == {"a": [None, when + 1], "b": ["from elsewhere", 2]}
    assert not app.exception


def test_a_browser_that_keeps_nothing_says_so() -> None:
    app = AppTest.from_function(page).run()
    assert app.text[0].value == "True"
    hear(app, '{"refused": true}')
    assert app.text[0].value == "False"
    app.text_input(key="a").set_value("mine").run()
    assert app.text_input(key="a").value == "mine"
