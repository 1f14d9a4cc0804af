"""The knobs of a run that trains, on the Train page without a browser; nothing is trained here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest
from support.builders import one_line, short, tiny
from support.train_page import jobs, page, ran

from dashboard.jobs.jobs import Jobs
from dashboard.jobs.run_view import State, read_run
from dashboard.jobs.run_view import standing as where
from dashboard.shared import charts as run_charts
from dashboard.train import dials, knob_words, live_chart
from vae_engine.base.errors import EngineError
from vae_engine.runs import control as run_control
from vae_engine.runs import log as run_log
from vae_engine.runs.control import Pace
from vae_engine.stored import knobs
from vae_engine.stored.knobs import Turned

__all__ = ["jobs", "page"]

TURN = {"type": "turned", "step": 5, "knob": "beta", "old": 1.0, "new": 4.0}
STEP = {"epoch": 0.1, "progress": 0.1, "seconds": 1.0, "loss": 153.0, "nll": 150.0, "kl": 3.0, "learning_rate": 0.1}


@pytest.fixture
def training(jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Makes runs that are seen to train, though no process does."""

    def made(state: State = State.RUNNING, **settings: Any) -> str:
        network = {name: settings.pop(name) for name in ("kind", "likelihood") if name in settings}
        run = jobs.submit(tiny(**network), short(**settings), "demo")
        seen = lambda run, earlier=None: replace(read_run(jobs.folder / run), state=state)  # noqa: E731
        monkeypatch.setattr(jobs, "view", seen)
        return run

    return made


def noted(jobs: Jobs, run: str, *events: dict[str, Any]) -> None:
    with (jobs.folder / run / run_log.EVENTS).open("ab") as log:
        for event in events:
            run_log.append(log, event)


def standing(jobs: Jobs, run: str) -> dict[str, Any]:
    return dict(run_control.asked(jobs.folder / run).knobs)


def slider(app: AppTest, knob: str, run: str, turn: int = 0) -> Any:
    return app.select_slider(key=f"train-knob-{knob}-{run}-{turn}")


@pytest.mark.parametrize("state", [State.STARTING, State.RUNNING, State.PAUSED])
def test_knobs_are_turned_and_set_back(
    state: State, page: Callable[..., AppTest], jobs: Jobs, training: Callable[..., str]
) -> None:
    run = training(state, likelihood="gaussian-fixed")
    app = page(run=run)
    assert app.button(key="train-as-it-began").disabled
    assert [slider(app, knob, run).value for knob in ("beta", "noise", "learning_rate", "samples")] == [1.0, 0.2, 4e-3, 1]
    ran(slider(app, "beta", run).set_value(4.0))
    ran(slider(app, "noise", run).set_value(0.5))
    ran(slider(app, "samples", run).set_value(5))
    ran(app.toggle(key=f"train-knob-kl-{run}-0").set_value(False))
    assert standing(jobs, run) == {"beta": 4.0, "noise": 0.5, "samples": 5, "kl": False}
    assert slider(app, "beta", run).value == 4.0
    ran(app.button(key="train-as-it-began").click())
    assert standing(jobs, run) == knobs.at_first(short())
    assert slider(app, "beta", run, 1).value == 1.0


def test_pausing_slowing_and_going_on_leave_knobs_where_they_are(jobs: Jobs, training: Callable[..., str]) -> None:
    run = training()
    jobs.turn(run, "beta", 4.0)
    jobs.pause(run)
    jobs.slow_down(run, 0.25)
    jobs.go_on(run, 3, 0.25)
    assert run_control.asked(jobs.folder / run) == Pace(3, 0.25, {"beta": 4.0})


@pytest.mark.parametrize(("knob", "value"), [("beta", -1.0), ("learning_rate", 0.0), ("samples", 0), ("noise", 1.0), ("x", 1)])
def test_a_value_out_of_range_is_refused_in_one_sentence_and_changes_nothing(
    knob: str, value: float, jobs: Jobs, training: Callable[..., str]
) -> None:
    run = training()
    with pytest.raises(EngineError) as refused:
        jobs.turn(run, knob, value)
    assert one_line(refused.value)
    assert not (jobs.folder / run / run_control.CONTROL).exists()


def test_a_run_that_does_not_train_has_no_knobs_and_tells_what_was_turned(
    page: Callable[..., AppTest], jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = jobs.submit(tiny(), short(), "demo")
    jobs.stop(run)
    noted(jobs, run, TURN, {**TURN, "step": 9, "old": 4.0, "new": 0.5})
    app = page(run=run)
    assert not app.select_slider
    assert "Turned while it trained: β 1 → 4 at step 5; β 4 → 0.5 at step 9." in [one.value for one in app.caption]
    noted(jobs, run, *({**TURN, "step": step, "knob": "noise", "old": 0.2, "new": new} for step, new in ((11, 0.5), (12, 0.3))))
    assert "are of the noise 0.3, where it stood at last." in knob_words.turned(jobs.view(run))
    monkeypatch.setattr(jobs, "view", lambda run, read=jobs.view: replace(read(run), configs=(tiny(), short(patience=2))))
    assert "are of the noise of the weights that it keeps." in knob_words.turned(jobs.view(run))
    monkeypatch.undo()
    with pytest.raises(EngineError, match="while a run trains"):
        jobs.turn(run, "beta", 2.0)


def test_who_may_only_look_sees_no_knobs(
    page: Callable[..., AppTest], jobs: Jobs, training: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = training()
    assert page(run=run).select_slider
    monkeypatch.setattr(jobs, "why_not_change", lambda run: "demo was not begun in this browser.")
    assert not page(run=run).select_slider


def test_what_an_autoencoder_has_not_is_disabled_and_says_why(page: Callable[..., AppTest], training: Callable[..., str]) -> None:
    run = training(kind="ae")
    app = page(run=run)
    assert [one.disabled for one in app.select_slider] == ["rate" not in one.label for one in app.select_slider]
    assert len({one.help for one in (*app.select_slider, *app.toggle) if one.disabled and "autoencoder" in one.help}) == 1


@pytest.mark.parametrize(("likelihood", "why"), list(knobs.NO_NOISE.items()))
def test_of_noise_that_is_not_given_the_page_says_why_there_is_none(
    likelihood: str, why: str, page: Callable[..., AppTest], training: Callable[..., str]
) -> None:
    app = page(run=training(likelihood=likelihood))
    assert [one.help for one in app.markdown if one.value == knob_words.NO_NOISE] == [why]
    assert not any("σ" in one.label for one in app.select_slider)


def test_a_knob_turned_elsewhere_is_seen_to_stand_there(
    page: Callable[..., AppTest], jobs: Jobs, training: Callable[..., str]
) -> None:
    run = training()
    app = page(run=run)
    jobs.turn(run, "beta", 7.5)
    ran(app)
    assert slider(app, "beta", run, 1).value == 7.5
    assert standing(jobs, run) == {"beta": 7.5}


def test_the_objective_says_which_beta_is_in_force_and_which_comes(jobs: Jobs, training: Callable[..., str]) -> None:
    run = training(State.PAUSED)
    view = lambda: jobs.view(run)  # noqa: E731
    said = lambda: knob_words.objective(view(), tiny(), short(), where(view(), short()))  # noqa: E731
    assert said() == "minimises nll + KL"
    jobs.turn(run, "beta", 4.0)
    assert said() == "minimises nll + KL, from the next step on β 1 → 4"
    noted(jobs, run, TURN)
    assert said() == "minimises nll + 4 · KL"
    noted(jobs, run, {**TURN, "knob": "kl", "old": True, "new": False})
    assert said() == "minimises nll, without KL"


@pytest.mark.parametrize(("settings", "said"), [
    ({}, "nll at σ = 0.3 + KL"), ({"beta": 4.0}, "nll at σ = 0.3 + 4 · KL"), ({"beta": 0.0}, "nll at σ = 0.3, without KL"),
    ({"objective": "iwae", "samples": 5}, "−IWAE bound at σ = 0.3, K = 5"),
])  # fmt: skip
def test_given_noise_is_told_with_the_objective(settings: dict[str, Any], said: str) -> None:
    train = short(noise=0.3, **settings)
    assert knob_words.minimised(tiny(likelihood="gaussian-fixed"), train, train.beta) == said
    assert "σ" not in knob_words.minimised(tiny(), train, train.beta)
    if not settings:
        assert knob_words.minimised(tiny(kind="ae", likelihood="gaussian-fixed"), train, train.beta) == "nll at σ = 0.3"


@pytest.mark.parametrize(("epoch", "said"), [(0, "nll, without KL"), (1, "nll + 0.5 · KL"), (2, "nll + KL"), (5, "nll + KL")])
def test_a_beta_that_still_grows_is_told_as_far_as_it_has_grown(
    epoch: int, said: str, jobs: Jobs, training: Callable[..., str]
) -> None:
    settings: dict[str, Any] = {"kl_warmup_epochs": 2.0, "train_size": 64}
    run = training(**settings)
    noted(jobs, run, {"type": "step", "step": 4 * epoch, **STEP})
    assert knob_words.objective(jobs.view(run), tiny(), short(**settings), knobs.at_first(short())) == f"minimises {said}"


def test_a_slider_stops_where_the_run_began_and_stands() -> None:
    for knob in ("beta", "noise", "learning_rate", "samples"):
        found = dials.options(knob, 7, 0.0123)
        assert {7, 0.0123} <= set(found)
        assert list(found) == sorted(set(found))


def test_turns_are_marked_in_the_curves(jobs: Jobs) -> None:
    events = [{"type": "step", "step": step, **STEP, "seconds": step / 10} for step in (1, 4, 8, 12)]
    events[2:2] = [TURN, {**TURN, "knob": "kl", "old": True, "new": False}]
    assert run_charts.turns(events) == {5: "β 1 → 4, KL on → off"}
    assert run_charts.turns(events, "seconds") == {0.8: "β 1 → 4, KL on → off"}
    rows = [row for row in live_chart.table(events, "nll").to_pylist() if row["of"] == run_charts.TURNED]
    assert [(row["step"], row["told"]) for row in rows] == [(5, "β 1 → 4, KL on → off")]
    figure = run_charts.losses([("one", events)])
    (mark,) = (one for one in figure.data if one.name == run_charts.TURNED and one.yaxis == "y2")
    assert (mark.x, mark.text, mark.y) == ((5,), ("β 1 → 4, KL on → off",), (150.0,))
    assert {shape.x0 for shape in figure.layout.shapes} == {5}
    assert not [one for one in run_charts.losses([("one", events[:2])]).data if one.name == run_charts.TURNED]


def test_turns_of_one_step_are_one_mark() -> None:
    turns = [Turned(3, "beta", 1.0, 2.0), Turned(3, "samples", 1, 5), Turned(8, "learning_rate", 4e-3, 1e-5)]
    assert knobs.marks(turns) == {3: "β 1 → 2, samples of z 1 → 5", 8: "learning rate 0.004 → 1e-05"}
