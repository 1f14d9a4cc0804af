"""The task at hand above Explore, Train and Runs, and what is sent from there, without a browser."""

from __future__ import annotations

from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboard.shared.wording import number
from dashboard.stock import catalogue
from dashboard.worksheet import TASKS, keys
from dashboard.worksheet import wording as worksheet_wording
from dashboard.worksheet.page import answer_of
from vae_engine.stored import registry

WORKSHEET = """
import streamlit as st
from dashboard.worksheet import page as worksheet
worksheet.show(st.Page(print), st.Page(repr))
"""


def run(app: AppTest) -> AppTest:
    app.run()
    assert not app.exception
    return app


def button(app: AppTest, label: str):
    return next(one for one in app.button if one.label == label)


def explore(explored: str = "", is_held: bool = True, **query: str) -> AppTest:
    """The bar that stands above Explore, at an address, with the point held or following the pointer."""

    def page() -> None:
        import streamlit as st

        from dashboard.worksheet import bar

        bar.above_explore(st.Page(lambda: None, title="Worksheet", url_path="worksheet"))

    app = AppTest.from_function(page, default_timeout=60)
    if explored:
        app.session_state["kept"] = {"explored": explored, "held": is_held}
    for key, value in query.items():
        app.query_params[key] = value
    return run(app)


def test_a_task_stays_in_sight_above_explore_until_it_is_put_away() -> None:
    task = next(task for task in TASKS if task.form == "place")
    app = explore(task=task.name)
    assert task.title in app.markdown[0].value
    assert task.text(catalogue.material()) in app.markdown[0].value
    assert button(app, worksheet_wording.SEND).disabled, "nothing was settled on yet"
    app.button[-1].click()
    run(app)
    assert not app.button


def test_above_explore_stands_no_task_that_is_not_done_there() -> None:
    for query in ({}, {"task": "nonsense"}, {"task": "loss"}):
        assert not explore(**query).button


def test_what_does_not_answer_the_task_is_not_sent_and_it_is_said_why() -> None:
    for query, link, why in (
        ({"task": "two-modes"}, "./?models=vae-mnist,ae-mnist#z=1%2C2%3B0%2C0", "no chosen image"),
        ({"task": "between"}, "./?models=a,b#z=1%2C2%3B0%2C0", "the tasks are about"),
    ):
        app = explore(link, **query)
        key = button(app, worksheet_wording.SEND)
        assert key.disabled
        assert why in key.help
        assert key.help in [one.value for one in app.caption]


def test_a_place_where_the_pointer_left_the_map_is_not_sent_and_what_was_chosen_otherwise_is() -> None:
    link = "./?models=vae-mnist,ae-mnist#z=1%2C2%3B0%2C0&mode=inspect&image=3"
    for task, is_held, refused in (
        ("between", False, True),
        ("between", True, False),
        ("hole", False, True),
        ("two-modes", False, False),
    ):
        app = explore(link, is_held, task=task)
        assert button(app, worksheet_wording.SEND).disabled is refused
        assert (worksheet_wording.HOLD_FIRST in [one.value for one in app.caption]) is refused


def test_where_the_pointer_left_the_map_is_no_state_to_carry_over_on_the_sheet_either() -> None:
    for is_held in (False, True):
        app = AppTest.from_string(WORKSHEET, default_timeout=60)
        app.query_params["task"] = "between"
        app.session_state["kept"] = {"explored": "./?models=vae-mnist,ae-mnist#z=1%2C2%3B0%2C0", "held": is_held}
        assert (worksheet_wording.CARRY in [one.label for one in run(app).button]) is is_held


def test_an_answer_that_is_right_is_not_replaced_by_one_that_is_not() -> None:
    wrong = "./?models=vae-mnist,ae-mnist#z=9%2C9%3B0%2C0"
    app = explore(wrong, task="between")
    assert not button(app, worksheet_wording.SEND).disabled
    app.session_state["answer-between"] = answer_of("between").given
    run(app)
    key = button(app, worksheet_wording.SEND)
    assert key.disabled
    assert "right already" in key.help


def test_what_stands_on_explore_is_sent_to_the_worksheet(monkeypatch: pytest.MonkeyPatch) -> None:
    turned: list[Any] = []
    monkeypatch.setattr(st, "switch_page", lambda page, query_params: turned.append(query_params))
    app = explore("./?models=vae-mnist,ae-mnist#z=1%2C2%3B0%2C0", task="between")
    button(app, worksheet_wording.SEND).click()
    run(app)
    assert app.session_state["answer-between"] == "./?models=vae-mnist,ae-mnist#z=1%2C2%3B0%2C0"
    assert turned == [{"task": "between"}]
    reading = explore("#", task="gap")
    assert worksheet_wording.SEND not in [one.label for one in reading.button], "a number is typed"
    button(reading, worksheet_wording.BACK).click()
    run(reading)
    assert turned[1:] == [{"task": "gap"}]


def above_runs(chosen: str, **kept: Any) -> AppTest:
    """The bar that stands above Train and Runs."""

    def page(chosen: list[str]) -> None:
        import streamlit as st

        from dashboard.worksheet import bar

        bar.above_runs(st.Page(lambda: None, title="Worksheet", url_path="worksheet"), chosen)

    app = AppTest.from_function(page, default_timeout=60, kwargs={"chosen": chosen.split()})
    app.session_state["kept"] = kept
    return run(app)


def test_a_task_is_taken_along_to_other_pages_only_when_that_is_asked_for() -> None:
    app = AppTest.from_string(WORKSHEET, default_timeout=60)
    app.query_params["task"] = "loss"
    run(app)
    looked_at = app.session_state["kept"]
    assert not above_runs("", **looked_at).button
    button(app, worksheet_wording.KEEP_IN_SIGHT).click()
    run(app)
    assert above_runs("", **app.session_state["kept"]).button
    button(app, worksheet_wording.PUT_AWAY).click()
    run(app)
    assert not above_runs("", **app.session_state["kept"]).button
    assert button(app, worksheet_wording.KEEP_IN_SIGHT)


def test_runs_are_sent_with_name_numbers_and_link_to_the_words_on_the_task_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    turned: list[Any] = []
    monkeypatch.setattr(st, "switch_page", lambda page, query_params: turned.append(query_params))
    assert not above_runs("vae-beta-4").button, "no task was at hand yet"
    for none in ("", "run:gone"):
        app = above_runs(none, **{"at hand": "loss"})
        assert button(app, worksheet_wording.SEND).disabled
        assert [one.value for one in app.caption] == [worksheet_wording.NO_RUN_YET], "in sight, not on hovering alone"
        task = next(task for task in TASKS if task.name == "loss")
        assert task.text(catalogue.material()) in app.markdown[0].value, "what is to be done, as above Explore"
    app = above_runs("vae-beta-4 vae-beta-8", **{"at hand": "loss"})
    button(app, worksheet_wording.SEND).click()
    run(app)
    assert turned == [{"task": "loss"}]
    sent = app.session_state["kept"][keys.SENT]
    metrics = registry.find("vae-beta-4").metrics
    assert sent[1][0].startswith("vae-beta-4, ELBO ")
    assert number(metrics["elbo"]) in sent[1][0]
    assert "nats per image" in sent[1][0]
    assert [line.rpartition("/runs?pin=")[2] for line in sent[1]] == ["vae-beta-4", "vae-beta-8"]


def test_a_run_is_sent_as_the_answer_to_the_task_that_asks_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    turned: list[Any] = []
    monkeypatch.setattr(st, "switch_page", lambda page, query_params: turned.append(query_params))
    app = above_runs("vae-beta-4 vae-beta-8", **{"at hand": "own-run"})
    button(app, worksheet_wording.SEND).click()
    run(app)
    assert turned == [{"task": "own-run"}]
    assert app.session_state["answer-own-run"].endswith("/runs?pin=vae-beta-4")
    assert keys.SENT not in app.session_state["kept"]
