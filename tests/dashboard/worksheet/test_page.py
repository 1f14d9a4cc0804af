"""The Worksheet page as Streamlit runs it, without a browser."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.testing.v1 import AppTest
from support.own_run import OWN_RUN, write_run

from dashboard.jobs import jobs
from dashboard.shared import state
from dashboard.stock import catalogue
from dashboard.stock.material import LESSON_MODELS, Material
from dashboard.worksheet import TASKS, ModelAnswer, Task, judged, keys
from dashboard.worksheet import wording as worksheet_wording
from dashboard.worksheet.page import _sheet, answer_of

PROGRAM = """
import streamlit as st
from dashboard.worksheet import page as worksheet
worksheet.show(st.Page(print), st.Page(repr))
"""


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


def button_of(app: AppTest, task: Task):
    """The key of a task in the bar."""
    return app.button(key=f"task page {task.name}")


def teach(app: AppTest) -> None:
    """Say that one teaches."""
    app.toggle[0].set_value(True)
    run(app)


def give(app: AppTest, task: Task, answer: Any) -> AppTest:
    """Fill in an answer."""
    (app.radio if task.form == "choice" else app.text_input)(key=f"answer-{task.name}").set_value(answer)
    return run(app)


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_a_task_is_checked_and_its_answers_are_hidden_until_revealed(
    task: Task, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = worksheet(task=task.name)
    assert app.subheader[0].value.endswith(task.title)
    model = answer_of(task.name)
    assert not any(model.text in one.value for one in app.markdown)
    assert not app.success
    assert not app.expander[0].proto.expanded
    right = OWN_RUN if task.form == "run" else model.given
    if task.form == "run":
        monkeypatch.setenv(jobs.VARIABLE, str(tmp_path))
        write_run(tmp_path)
    verdict = judged(task, catalogue.material(), right)
    assert verdict is not None
    give(app, task, right)
    if task.asks_words:
        assert verdict.text in app.info[0].value
        assert worksheet_wording.WORDS_MISSING in app.info[0].value
        assert "✓" not in button_of(app, task).label
        app.text_area(key=f"words-{task.name}").set_value("because")
        run(app)
    assert verdict.text in app.success[0].value
    assert button_of(app, task).label.endswith(f"{task.short} ✓")
    assert app.get("progress")[0].proto.text == worksheet_wording.progress(["done", *[""] * (len(TASKS) - 1)])
    assert worksheet_wording.REVEAL not in [one.label for one in app.button], "not on the student's page"
    teach(app)
    button(app, worksheet_wording.REVEAL).click()
    run(app)
    for part in (model.text, model.because):
        assert any(part in one.value for one in app.markdown)


def test_the_list_marks_every_answer_that_was_given_and_says_what_each_mark_means() -> None:
    task, another = TASKS[0], next(task for task in TASKS if task.form == "image")
    app = give(worksheet(task=task.name), task, "#mode=move&z=30%2C30%3B300%2C300")
    assert button_of(app, task).label.endswith(f"{task.short} ✗")
    assert button_of(app, TASKS[1]).label.endswith(TASKS[1].short)
    button_of(app, another).click()
    run(app)
    give(app, another, "the one with the hook")
    assert button_of(app, another).label.endswith(f"{another.short} ?")
    assert worksheet_wording.STANDS["unread"] in app.warning[0].value
    told = app.get("progress")[0].proto.text
    assert told == worksheet_wording.progress(["not yet", "unread", *[""] * (len(TASKS) - 2)])
    assert "1 not right yet (✗)" in told
    assert "1 not understood (?)" in told
    give(app, another, "  ")
    assert button_of(app, another).label.endswith(another.short), "blanks are no answer"


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
    assert app.get("progress")[0].proto.text == worksheet_wording.progress(["done", *[""] * (len(TASKS) - 1)])


def test_an_unknown_task_is_the_first_with_a_notice() -> None:
    app = worksheet(task="nonsense")
    assert app.warning[0].value == worksheet_wording.UNKNOWN_TASK
    assert app.subheader[0].value.startswith("1. ")


def test_where_one_stood_on_explore_can_be_carried_over() -> None:
    app = AppTest.from_string(PROGRAM, default_timeout=60)
    app.query_params["task"] = "two-modes"
    app.session_state["kept"] = {"explored": f"./?models={','.join(LESSON_MODELS)}#mode=inspect&image=3"}
    run(app)
    button(app, worksheet_wording.CARRY).click()
    run(app)
    assert app.text_input(key="answer-two-modes").value.endswith("image=3")
    assert any("Test image 3 " in one.value for one in [*app.success, *app.warning])


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
        remember(("vae-mnist", "ae-mnist"), ExplorerResult({"vae": (0.5, -1.0)}, "walk", link="mode=walk&ends=i1%3Bi2"))
        st.text(state.explored())

    app = run(AppTest.from_function(page, default_timeout=60))
    nothing, link, whole = (one.value for one in app.text)
    assert whole == "./?models=vae-mnist,ae-mnist#mode=walk&ends=i1%3Bi2"
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


def test_a_class_gets_its_answers_and_a_blank_handout_and_a_teacher_one_more_version() -> None:
    app = worksheet()
    titles = {ending: title for ending, (title, _) in worksheet_wording.FORMATS.items()}
    students = [titles[ending] for ending in ("html", "md", "json", "html", "md")]
    assert [one.label for one in app.download_button] == students
    assert worksheet_wording.HAND_IN in [one.value for one in app.caption]
    assert len(app.toggle) == 1, "one switch, and nothing behind it"
    assert worksheet_wording.REVEALS_NOTE not in [one.value for one in app.caption]
    teach(app)
    assert worksheet_wording.REVEALS_NOTE in [one.value for one in app.caption]
    assert len(app.toggle) == 1
    assert [one.label for one in app.download_button] == [*students, titles["html"], titles["md"]]
    assert all(one.proto.ignore_rerun for one in app.download_button)


def kept(app: AppTest) -> dict[str, Any]:
    """What the browser is told to keep, by name without the time."""
    told = json.loads(json.loads(app.get("bidi_component")[0].proto.json)["json"])["registers"]
    return {name: value for name, (value, _) in told.items()}


def test_answers_are_kept_on_the_device_and_come_back_from_it() -> None:
    task, choice = TASKS[0], next(task for task in TASKS if task.form == "choice")
    app = worksheet()
    give(app, task, "first answer")
    assert kept(app) == {f"answer-{task.name}": "first answer"}
    another = worksheet()
    registers = {f"answer-{task.name}": ["first answer", 1], f"answer-{choice.name}": [1, 2], "words-between": ["why", 3]}
    another.session_state["device-worksheet"] = {"report": json.dumps({"registers": registers})}
    run(another)
    assert another.text_input(key=f"answer-{task.name}").value == "first answer"
    assert another.text_area(key=f"words-{task.name}").value == "why"
    assert any(one.value == worksheet_wording.KEPT for one in another.caption)
    button(another, worksheet_wording.AFRESH).click()
    run(another)
    assert another.text_input(key=f"answer-{task.name}").value == "first answer", "not before it was confirmed"
    button(another, worksheet_wording.AFRESH_YES).click()
    run(another)
    assert not another.text_input(key=f"answer-{task.name}").value
    assert {value for name, value in kept(another).items() if name in keys.ANSWERS} == {None}


def open_at(app: AppTest) -> str:
    """The task that the address names."""
    asked = app.query_params["task"]
    return asked if isinstance(asked, str) else asked[0]


def told(app: AppTest, **registers: list[Any]) -> AppTest:
    """The page once the browser has said what it keeps."""
    app.session_state["device-worksheet"] = {"report": json.dumps({"registers": registers})}
    return run(app)


def test_the_sheet_opens_at_the_task_that_was_open_last_unless_the_address_names_one() -> None:
    for last, found in (("gap", "gap"), ("nonsense", TASKS[0].name), (None, TASKS[0].name)):
        app = told(worksheet(), **({"worksheet-open": [last, 1]} if last else {}))
        assert open_at(app) == found
        assert app.subheader[0].value.endswith(next(task.title for task in TASKS if task.name == found))
    app = told(worksheet(task="loss"), **{"worksheet-open": ["gap", 1]})
    assert open_at(app) == "loss"
    assert kept(run(app))["worksheet-open"] == "loss"
    app = told(worksheet(), **{"worksheet-open": ["gap", 1]})
    button(app, "Next").click()
    run(app)
    there = open_at(app)
    told(app, **{"worksheet-open": ["between", 2**52]})
    assert open_at(app) == there, "another tab turns its own pages only"


def test_that_one_teaches_and_which_tasks_one_chose_are_kept_on_the_device() -> None:
    out = TASKS[2]
    app = worksheet()
    assert "worksheet-chosen" not in app.session_state, "not for a student"
    app.toggle[0].set_value(True)
    run(app)
    everything = worksheet_wording.chosen(len(TASKS), len(TASKS), sum(task.points for task in TASKS))
    assert everything in [one.value for one in app.caption]
    named = [one.label for one in app.expander]
    app.button_group(key="worksheet-chosen").set_value([task.name for task in TASKS if task is not out])
    run(app)
    assert [one.label for one in app.expander] == named, "a box that gets another name closes"
    assert kept(run(app)) == {"worksheet-teaches": True, "worksheet-left-out": out.name}
    again = told(worksheet(), **{"worksheet-teaches": [True, 1], "worksheet-left-out": [out.name, 1]})
    assert again.toggle[0].value
    assert out.name not in again.session_state["worksheet-chosen"]
    some = worksheet_wording.chosen(len(TASKS) - 1, len(TASKS), sum(task.points for task in TASKS) - out.points)
    assert some in [one.value for one in again.caption]
    button(again, worksheet_wording.ALL_TASKS).click()
    assert not kept(run(run(again)))["worksheet-left-out"]
    button(again, worksheet_wording.NO_TASKS).click()
    run(again)
    mine = len(worksheet_wording.FORMATS)
    assert [one.disabled for one in again.download_button] == [place >= mine for place in range(len(again.download_button))]


def test_the_sheets_for_a_class_hold_the_chosen_tasks_under_the_numbers_of_the_page() -> None:
    chosen = [TASKS[1], TASKS[4]]
    numbered = {TASKS[place].name: place + 1 for place in (1, 4)}
    for sheet in ("blank", "teacher"):
        text = _sheet(catalogue.material(), {}, chosen, "", sheet, "md").decode()
        assert re.findall(r"^## (\d+)\. (.+?) \(", text, re.MULTILINE) == [
            (str(numbered[task.name]), task.title) for task in chosen
        ]
    blank = _sheet(catalogue.material(), {}, chosen, "", "blank", "html").decode()
    assert worksheet_wording.points(sum(task.points for task in chosen), total=True) in blank


def test_what_a_browser_kept_and_no_field_can_hold_is_left_out() -> None:
    choice = next(task for task in TASKS if task.form == "choice")
    app = worksheet(task=choice.name)
    registers = {
        f"answer-{choice.name}": [7, 1],
        "words-between": [3, 1],
        "answer-nothing": ["x", 1],
        "worksheet-name": ["x" * 99, 1],
    }
    app.session_state["device-worksheet"] = {"report": json.dumps({"registers": registers})}
    run(app)
    assert app.radio[0].value is None
    assert app.text_input(key="worksheet-name").value == ""


def test_where_nothing_is_kept_the_page_says_so() -> None:
    app = worksheet()
    app.session_state["device-worksheet"] = {"report": '{"refused": true}'}
    run(app)
    assert any(one.value == worksheet_wording.NOT_KEPT for one in app.caption)


def test_a_task_leads_to_explore_in_this_tab_in_its_own_state_even_if_it_was_put_away(monkeypatch: pytest.MonkeyPatch) -> None:
    turned: list[Any] = []
    monkeypatch.setattr(st, "switch_page", lambda page, query_params: turned.append(query_params))
    task = next(task for task in TASKS if task.form == "image")
    app = AppTest.from_string(PROGRAM, default_timeout=60)
    app.query_params["task"] = task.name
    app.session_state["kept"] = {"put away": task.name, "explored": "#old", "models": ("vae-beta-4", "", 3)}
    run(app)
    for visit in (1, 2):
        button(app, worksheet_wording.DO_IN_EXPLORE).click()
        run(app)
        left = app.session_state["kept"]
        assert left["visit"] == (task.state(catalogue.material()), visit)  # type: ignore[misc]
        assert (left["task"], left["at hand"], left["put away"], left["explored"]) == (task.name, task.name, "", "")
        assert left["models"] == ("", "", 3 + visit), "the tasks are about the models that Explore opens on"
    assert turned == 2 * [{"task": task.name}]


def test_what_was_sent_is_added_to_the_words_that_the_browser_keeps_and_replaces_none() -> None:
    app = AppTest.from_string(PROGRAM, default_timeout=60)
    app.query_params["task"] = "loss"
    app.session_state["kept"] = {keys.SENT: ("loss", ["a run", "a sum"])}
    run(app)
    assert not app.text_area(key="words-loss").value, "what the browser keeps is not known yet"
    assert "words-loss" not in kept(app)
    report = {"registers": {"words-loss": ["earlier\na sum", 5]}}
    app.session_state["device-worksheet"] = {"report": json.dumps(report)}
    run(app)
    assert app.text_area(key="words-loss").value == "earlier\na sum\na run"
    assert kept(app)["words-loss"] == "earlier\na sum\na run"
    app.session_state["kept"] = app.session_state["kept"] | {keys.SENT: ("loss", ["x" * keys.LONGEST_WORDS])}
    run(app)
    assert "too long" in app.warning[0].value
    assert app.text_area(key="words-loss").value == "earlier\na sum\na run"


def test_a_field_takes_from_the_browser_only_what_could_have_been_typed_there() -> None:
    choice, place = "answer-quieter", "answer-between"
    allowed = [
        (keys.TEACHES, True),
        (keys.TEACHES, None),
        (keys.OPEN, "gap"),
        (keys.LEFT_OUT, "gap,loss"),
        (choice, 0),
        (choice, None),
        (place, "#z=1"),
        (place, None),
        ("words-between", "x" * 2000),
        ("worksheet-name", "Ann"),
    ]
    refused = [(keys.TEACHES, 1), (keys.TEACHES, "yes"), (keys.OPEN, "nonsense"), (keys.OPEN, "gap,loss"), (keys.OPEN, 3),
               (keys.LEFT_OUT, "gap,nonsense"), (keys.LEFT_OUT, 3),
               (choice, 7), (choice, -1), (choice, True), (choice, "0"), (place, 3), (place, "x" * 4001),
               ("words-between", "x" * 2001),
               ("worksheet-name", "x" * 81), ("worksheet-name", 3), ("answer-nothing", "x"), ("kept", "x")]  # fmt: skip
    assert all(keys.may_hold(*one) for one in allowed)
    assert not any(keys.may_hold(*one) for one in refused)


def test_a_teacher_sees_how_far_the_model_answers_are_and_waits_for_none_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[float, str]] = []
    monkeypatch.setattr(DeltaGenerator, "progress", lambda _, share, text: told.append((share, text)))
    app = worksheet()
    told.clear()
    teach(app)
    shares = [share for share, text in told if text.startswith("Working out")]
    assert shares == [done / len(TASKS) for done in range(len(TASKS))]
    monkeypatch.setattr("dashboard.worksheet.page.TASKS", [replace(task, answer=_refused) for task in TASKS])
    run(app)
    assert worksheet_wording.FORMATS["html"][0] in [one.label for one in app.download_button][-2:]


def _refused(material: Material) -> ModelAnswer:
    raise AssertionError("it was worked out before")
