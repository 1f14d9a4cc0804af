"""A watched run on the Train page, without a browser; nothing is trained here."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from safetensors.numpy import save
from streamlit.testing.v1 import AppTest
from support.builders import short, tiny
from support.train_page import complaints, jobs, page, ran, start

from dashboard.jobs.jobs import Jobs
from dashboard.jobs.run_view import State
from dashboard.train import wording
from vae_engine.runs import extension
from vae_engine.runs import log as run_log
from vae_engine.stored import checkpoints

__all__ = ["jobs", "page"]


def test_keys_that_make_no_sense_are_disabled(page: Callable[..., AppTest], jobs: Jobs) -> None:
    run = jobs.submit(tiny(), short(), "demo")
    app = page(run=run)
    assert app.button(key="train-cancel").disabled is False
    assert all(app.button(key=f"train-{key}").disabled for key in ("pause", "one-step", "one-epoch"))
    jobs.stop(run)
    app = page(run=run)
    assert not app.button(key="train-resume").disabled
    assert "Interrupted" in app.warning[0].value


@pytest.mark.parametrize("state", list(State))
def test_whatever_can_not_be_pressed_says_why(page: Callable[..., AppTest], jobs: Jobs, in_state: str, state: State) -> None:
    app = page(run=in_state)
    assert [one.label for one in (*app.button, *app.toggle) if one.disabled and not one.help] == []
    assert any(one.disabled for one in app.button)


@pytest.fixture
def in_state(jobs: Jobs, monkeypatch: pytest.MonkeyPatch, state: State) -> str:
    """A run that is seen in a state."""
    run = jobs.submit(tiny(), short(), "demo")
    seen = replace(jobs.view(run), state=state, position=1 if state is State.QUEUED else None)
    monkeypatch.setattr(jobs, "view", lambda run, earlier=None: seen)
    return run


@pytest.mark.parametrize("state", [State.RUNNING, State.PAUSED])
def test_a_run_that_trains_is_deleted_at_the_second_click(
    page: Callable[..., AppTest], jobs: Jobs, in_state: str, state: State
) -> None:
    app = page(run=in_state)
    button = app.button(key="train-delete")
    assert button.label == wording.STOP_AND_DELETE
    assert wording.DELETE_SURE in [one.value for one in app.markdown]
    assert not [one for one in app.button if one.label == wording.DELETE]


def test_a_stopped_run_opens_in_explore_once_it_has_weights(page: Callable[..., AppTest], jobs: Jobs) -> None:
    run = jobs.submit(tiny(), short(), "demo")
    jobs.stop(run)
    refused = page(run=run).button(key="train-explore")
    assert refused.disabled
    assert "no weights yet" in refused.help
    with (jobs.folder / run / run_log.EVENTS).open("ab") as log:
        run_log.append(log, {"type": "snapshot", "step": 7})
        run_log.append(log, {"type": "finished", "step": 9, "seconds": 1.0, "reason": "stopped", "terms": {}})
    app = page(run=run)
    assert jobs.view(run).state is State.STOPPED
    assert not [one for one in app.button if one.key == "train-explore"]
    assert any(f"run:{run}" in one.proto.url or f"run%3A{run}" in one.proto.url for one in app.get("link_button"))


def test_in_a_frame_a_run_that_has_ended_is_its_film_alone(
    page: Callable[..., AppTest], jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.shared.state.is_embedded", lambda: True)
    run = jobs.submit(tiny(), short(), "demo")
    assert page(run=run).button, "one that goes on is driven from there, too"
    jobs.stop(run)
    with (jobs.folder / run / run_log.EVENTS).open("ab") as log:
        run_log.append(log, {"type": "snapshot", "step": 7})
        run_log.append(log, {"type": "finished", "step": 9, "seconds": 1.0, "reason": "stopped", "terms": {}})
    app = page(run=run)
    assert [*app.button, *app.metric, *app.caption, *app.subheader] == []
    assert [one for one in app.get("bidi_component") if "reels" in one.proto.json]


def test_what_helps_against_overfitting_can_be_set_at_a_click(page: Callable[..., AppTest], jobs: Jobs) -> None:
    run = finished(jobs, "budget", train_size=64, batch_size=16)
    with (jobs.folder / run / run_log.EVENTS).open("ab") as log:
        run_log.append(log, {"type": "step", "step": 12, "nll": 100.0, "kl": 1.0, "seconds": 1.0, "progress": 1.0})
        run_log.append(log, {"type": "epoch", "step": 12, "seconds": 1.0, "terms": {"nll": 190.0, "elbo": -191.0}, "n": 5})
    app = page(run=run)
    assert any("**Overfitting**" in one.value and "What helps" in one.value for one in app.markdown)
    ran(app.button(key="train-stop-early").click())
    assert "run" not in app.query_params
    words = app.code[0].value.split()
    assert (words[words.index("--patience") + 1], words[words.index("--batch-size") + 1]) == ("5", "16")
    assert not start(app).disabled


def test_the_film_is_told_the_numbers_that_stand_beside_it_so_that_both_change_at_once(
    page: Callable[..., AppTest], jobs: Jobs
) -> None:
    run = finished(jobs, "budget")
    with (jobs.folder / run / run_log.EVENTS).open("ab") as log:
        run_log.append(log, {"type": "snapshot", "step": 7})
        run_log.append(log, {"type": "step", "step": 12, "nll": 100.25, "kl": 1.5, "seconds": 1.0, "progress": 1.0})
        run_log.append(log, {"type": "epoch", "step": 10, "seconds": 1.0, "terms": {"nll": 190.0, "kl": 1.0, "elbo": -191.0}})
    app = page(run=run)
    told = [json.loads(json.loads(one.proto.json)["json"]) for one in app.get("bidi_component") if "reels" in one.proto.json]
    (reel,) = told[-1]["reels"]
    assert reel["moment"]["held_out"] == {"step": 10, "nll": 190.0, "kl": 1.0, "elbo": -191.0}
    assert reel["moment"]["training"]["step"] == 12
    beside = {one.label: one.value for one in app.metric}
    assert beside["Held-out ELBO"].startswith("−191.0")
    assert beside["nll"].startswith("100.2")


def test_a_run_whose_batches_blew_up_is_shown_with_readable_curves(page: Callable[..., AppTest], jobs: Jobs) -> None:
    run = finished(jobs, "budget")
    with (jobs.folder / run / run_log.EVENTS).open("ab") as log:
        for step in range(12, 60):
            odd = {"kl": 3.8e27, "nll": 6.8e13, "kl_se": math.inf, "nll_se": math.inf} if step == 50 else {}
            event = {"type": "step", "step": step, "epoch": 1.0, "nll": 100.0, "kl": 1.0, "seconds": 1.0, "progress": 1.0, **odd}
            run_log.append(log, event | ({"nll": 1e300, "kl_se": math.nan} if step == 59 else {}))
    app = page(run=run)
    assert not app.exception
    assert any("KL (1 point, 3.80 · 10²⁷ at step 50)" in one.value for one in app.caption)


def ended(jobs: Jobs, event: dict[str, Any]) -> str:
    """A run that is over, with a last word in its log."""
    run = jobs.submit(tiny(latent_dim=3), short(), "demo")
    jobs.stop(run)
    (jobs.folder / run / run_log.EVENTS).write_text("")
    with (jobs.folder / run / run_log.EVENTS).open("ab") as log:
        run_log.append(log, event)
    return run


def test_a_failed_run_says_why(page: Callable[..., AppTest], jobs: Jobs) -> None:
    run = ended(jobs, {"type": "failed", "step": 7, "message": "The disk is full: make room."})
    app = page(run=run)
    assert complaints(app) == ["The disk is full: make room."]
    assert not app.button(key="train-resume").disabled


def test_a_damaged_run_can_only_be_deleted(page: Callable[..., AppTest], jobs: Jobs) -> None:
    run = jobs.submit(tiny(), short(), "demo")
    (jobs.folder / run / checkpoints.CONFIG).write_text("{")
    app = page(run=run)
    assert checkpoints.CONFIG in complaints(app)[0]
    assert app.button(key="train-resume").disabled
    assert not app.button(key="train-delete").disabled


def test_a_run_is_resumed_renamed_deleted_and_brought_back(page: Callable[..., AppTest], jobs: Jobs) -> None:
    run = jobs.submit(tiny(), short(), "demo")
    jobs.stop(run)
    app = page(run=run)
    ran(app.button(key="train-resume").click())
    assert jobs.view(run).state is State.QUEUED
    app.text_input(key=f"train-rename-{run}").set_value("better")
    ran(app.button(key="train-keep-name").click())
    assert jobs.view(run).about.name == "better"
    ran(app.button(key="train-delete").click())
    assert jobs.views() == []
    other_window = page(run=run)
    assert any(wording.DELETED in one.value for one in other_window.markdown)
    ran(other_window.button(key="train-undo").click())
    assert jobs.view(run).about.name == "better"
    assert other_window.subheader[0].value == "better"


def finished(jobs: Jobs, reason: str, **settings: Any) -> str:
    """A run that ended after 12 steps."""
    run = jobs.submit(tiny(), short(**settings), "demo")
    jobs.stop(run)
    for name in (checkpoints.METRICS, checkpoints.WEIGHTS):
        (jobs.folder / run / name).write_text("{}")
    (jobs.folder / run / extension.STATE).write_bytes(save({}, {"numbers": '{"step": 12, "seconds": 1.5}'}))
    with (jobs.folder / run / run_log.EVENTS).open("ab") as log:
        run_log.append(log, {"type": "finished", "step": 12, "seconds": 1.5, "reason": reason, "terms": {}})
    return run


def test_a_finished_run_is_trained_on_by_as_much_as_is_typed(page: Callable[..., AppTest], jobs: Jobs) -> None:
    run = finished(jobs, "budget")
    app = page(run=run)
    amount = f"train-on-budget-amount-{run}"
    assert app.text_input(key=amount).value == "12", "as much again"
    for typed in ("", "0", "1,5", "many"):
        ran(app.text_input(key=amount).set_value(typed))
        assert complaints(app)[0].startswith(wording.MORE)
        assert app.button(key="train-on").disabled
    app.selectbox(key=f"train-on-budget-unit-{run}").set_value("seconds")
    ran(app.text_input(key=amount).set_value("2,5"))
    assert not complaints(app)
    ran(app.button(key="train-on").click())
    view = jobs.view(run)
    assert view.state is State.QUEUED
    assert view.configs == (tiny(), short(steps=0, epochs=0.0, seconds=4.0))
    assert all(one.key != "train-on" for one in app.button)


@pytest.mark.parametrize(
    ("reason", "schedule", "said"),
    [("budget", "linear", "rises again"), ("patience", "linear", "whole new budget is by then."), ("budget", "constant", "")],
)
def test_what_becomes_of_the_rate_is_told_of_the_run_at_hand(
    reason: str, schedule: str, said: str, page: Callable[..., AppTest], jobs: Jobs
) -> None:
    (told,) = (one.value for one in page(run=finished(jobs, reason, schedule=schedule)).caption if "Explore cannot" in one.value)
    assert said in told
    assert ("rises" in told) == (said == "rises again")
    assert ("learning rate" in told) == (schedule != "constant")


@pytest.mark.parametrize("run", ["nowhere", "../..", "x" * 300])
def test_an_address_that_names_no_run_says_so_and_offers_a_new_one(page: Callable[..., AppTest], run: str) -> None:
    app = page(run=run)
    assert "no run called" in app.warning[0].value
    assert start(app)


def test_the_queue_is_there_for_everyone_and_can_be_left(page: Callable[..., AppTest], jobs: Jobs) -> None:
    first, second = (jobs.submit(tiny(), short(), name) for name in ("first", "second"))
    app = page()
    texts = [one.value for one in app.markdown]
    assert any("first" in text and "next" in text for text in texts)
    assert any("second" in text and "place 2" in text for text in texts)
    ran(app.button(key=f"cancel-{first}").click())
    assert jobs.view(second).position == 1
    ran(app.button(key=f"watch-{second}").click())
    assert app.query_params["run"] == second


def test_a_run_with_other_than_two_dimensions_has_curves_and_no_map(page: Callable[..., AppTest], jobs: Jobs) -> None:
    step = {"type": "step", "step": 1, "epoch": 0.1, "progress": 0.1, "seconds": 1.0, "nll": 150.0, "kl": 3.0}
    app = page(run=ended(jobs, {**step, "loss": 153.0, "learning_rate": 0.1, "images_per_second": 10.0}))
    assert "has 3" in app.info[0].value
    assert len(app.get("vega_lite_chart")) == 3
    assert [metric.label for metric in app.metric][:3] == ["Step", "nll", "KL"]
