"""The Worksheet page as Streamlit runs it, without a browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboard.shared import state
from dashboard.stock import catalogue
from dashboard.worksheet import TASKS, Task, judged
from dashboard.worksheet import wording as worksheet_wording
from dashboard.worksheet.page import answer_of

PROGRAM = "from dashboard.worksheet import page as worksheet\nworksheet.show()"


def worksheet(**query: str) -> AppTest:
    """The page run once at an address."""
    app = AppTest.from_string(PROGRAM, default_timeout=60)
    for key, value in query.items():
        app.query_params[key] = value
    return run(app)


def run(app: AppTest) -> AppTest:
    app.run()
    assert not app.exception
    return app


def button(app: AppTest, label: str):
    return next(one for one in app.button if one.label == label)


def give(app: AppTest, task: Task, answer: Any) -> AppTest:
    """Fill in an answer."""
    key = f"answer-{task.name}"
    {"number": app.number_input, "choice": app.radio}.get(task.form, app.text_input)(key=key).set_value(answer)
    return run(app)


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_a_task_is_checked_and_its_answers_are_hidden_until_revealed(task: Task) -> None:
    app = worksheet(task=task.name)
    assert app.subheader[0].value.endswith(task.title)
    model = answer_of(task.name)
    assert not any(model.text in one.value for one in app.markdown)
    assert not app.success
    assert not app.expander[0].proto.expanded
    verdict = judged(task, catalogue.material(), model.given)
    assert verdict is not None
    give(app, task, model.given)
    assert verdict.text in app.success[0].value
    button(app, worksheet_wording.REVEAL).click()
    run(app)
    assert any(model.text in one.value for one in app.markdown)


def test_answers_stay_when_one_leafs_on_and_comes_back() -> None:
    first, second = TASKS[0], TASKS[1]
    app = worksheet()
    give(app, first, answer_of(first.name).given)
    app.text_area(key=f"words-{first.name}").set_value("because I looked")
    run(app)
    button(app, "Next").click()
    run(app)
    assert app.subheader[0].value.endswith(second.title)
    button(app, "Previous").click()
    run(app)
    assert app.text_input(key=f"answer-{first.name}").value == answer_of(first.name).given
    assert app.text_area(key=f"words-{first.name}").value == "because I looked"
    assert app.get("progress")[0].proto.text == worksheet_wording.progress(1, len(TASKS))


def test_an_unknown_task_is_the_first_with_a_notice() -> None:
    app = worksheet(task="nonsense")
    assert app.warning[0].value == worksheet_wording.UNKNOWN_TASK
    assert app.subheader[0].value.startswith("1. ")


def test_where_one_stood_on_explore_can_be_carried_over() -> None:
    app = AppTest.from_string("from dashboard.worksheet import page as worksheet\nworksheet.show()", default_timeout=60)
    app.query_params["task"] = "two-modes"
    app.session_state["kept"] = {"explored": f"./?models={','.join(catalogue.LESSON_MODELS)}#mode=inspect&image=3"}
    run(app)
    button(app, worksheet_wording.CARRY).click()
    run(app)
    assert app.text_input(key="answer-two-modes").value.endswith("image=3")
    assert any("Image 3" in one.value for one in [*app.success, *app.warning])


def test_explore_is_remembered_as_a_link_once_something_was_settled_on() -> None:
    def page() -> None:
        import streamlit as st

        from dashboard.explore.component import ExplorerResult
        from dashboard.explore.page import remember
        from dashboard.shared import state

        remember(("vae-mnist", "ae-mnist"), ExplorerResult())
        st.text(state.explored())
        result = ExplorerResult({"vae": (0.5, -1.0), "ae": (3.0, 4.0)}, "inspect", 12)
        remember(("vae-mnist", "ae-mnist"), result)
        st.text(state.explored())

    app = run(AppTest.from_function(page, default_timeout=60))
    nothing, link = (one.value for one in app.text)
    assert nothing == ""
    assert link == "./?models=vae-mnist,ae-mnist#mode=inspect&z=0.5%2C-1%3B3%2C4&image=12"


def test_explore_is_remembered_when_its_page_is_left_before_it_has_run_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def left_at_once(*_: object, on_settle: Callable[[], None], key: str, **__: object) -> None:
        st.session_state[key] = {"report": {"z": {"vae": [0.5, -1.0]}, "mode": "move"}}
        on_settle()
        st.text(state.explored())
        st.stop()

    monkeypatch.setattr("dashboard.explore.page.explorer", left_at_once)
    app = run(AppTest.from_string("from dashboard.explore import page as explore\nexplore.show()", default_timeout=60))
    assert app.text[0].value.endswith("#mode=move&z=0.5%2C-1")


def test_there_are_two_versions_to_take_away_in_two_formats() -> None:
    app = worksheet()
    names = [one.label for one in app.download_button]
    assert names == [title for title, _ in worksheet_wording.FORMATS.values()] * 2
    assert all(one.proto.ignore_rerun for one in app.download_button)
