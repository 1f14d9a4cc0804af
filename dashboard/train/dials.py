"""The knobs of a run that trains, beside the keys that drive it: each acts from the next step on, and is marked as a turn."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from dashboard.jobs.jobs import Jobs
from dashboard.jobs.run_view import RunView, standing
from dashboard.shared import state
from dashboard.train import knob_words as wording
from vae_engine.stored import knobs
from vae_engine.stored.config import ModelConfig, TrainConfig
from vae_engine.stored.knobs import Value

_LADDERS: dict[str, tuple[float, ...]] = {
    "beta": (0.0, 0.1, 0.2, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 20.0, 50.0, 100.0),
    "noise": (0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.7, 1.0, 2.0),
    "learning_rate": (1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 4e-3, 1e-2, 2e-2, 5e-2, 1e-1),
    "samples": (1, 2, 3, 5, 10, 20, 50),
}
_WIDTHS = {"beta": 200, "noise": 230, "learning_rate": 280, "samples": 230}
"""Pixels of a slider with its label."""


def show(jobs: Jobs, view: RunView, model: ModelConfig, train: TrainConfig) -> None:
    """A slider for each number and a switch for the KL; where no noise is given, in place of its slider why not."""
    stands = standing(view, train)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="train-knobs"):
        for knob in _LADDERS:
            why_not = knobs.why_not(knob, model, train)
            if knob == "noise" and why_not:
                st.markdown(wording.NO_NOISE, help=why_not, width="content")
            else:
                _slider(jobs, view.id, knob, stands[knob], train, why_not)
        _switch(jobs, view.id, stands["kl"], knobs.why_not("kl", model, train))
        untouched = "" if stands != knobs.at_first(train) else wording.AS_IT_BEGAN_ALREADY
        back = partial(state.attempt, jobs.turn_back, view.id)
        st.button(
            wording.AS_IT_BEGAN, icon=":material/undo:", key="train-as-it-began", on_click=back,
            disabled=bool(untouched), help=untouched or wording.AS_IT_BEGAN_HELP,
        )  # fmt: skip


def options(knob: str, *present: Value) -> Sequence[Value]:
    """The values that a slider stops at, ascending: a ladder, and those that the run has or began with."""
    return sorted({*_LADDERS[knob], *present})


def _slider(jobs: Jobs, run: str, knob: str, value: Value, train: TrainConfig, why_not: str) -> None:
    key, default = _standing_at(run, knob, value)
    help, label = why_not or wording.KNOB_HELP[knob], wording.KNOBS[knob]
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", width=_WIDTHS[knob], wrap=False):
        st.markdown(label, help=help, width="content")
        st.select_slider(
            label, options(knob, value, default, knobs.at_first(train)[knob]), default, wording.knob_value, key, help,
            on_change=partial(_turned, jobs, run, knob, key), disabled=bool(why_not), label_visibility="collapsed",
        )  # fmt: skip


def _switch(jobs: Jobs, run: str, value: Value, why_not: str) -> None:
    key, default = _standing_at(run, "kl", value)
    st.toggle(
        wording.KNOBS["kl"], bool(default), key, why_not or wording.KNOB_HELP["kl"],
        on_change=partial(_turned, jobs, run, "kl", key), disabled=bool(why_not), width="content",
    )  # fmt: skip


def _standing_at(run: str, knob: str, value: Value) -> tuple[str, Value]:
    """The key of a knob's widget and where it stood first; another widget whenever the knob was turned elsewhere.

    (A widget that is told to stand elsewhere may miss it while the page is drawn several times a second.)
    """
    slot = f"train-knob-{knob}-{run}"
    turn, first = state.kept(slot, (0, value))
    key = f"{slot}-{turn}"
    if (state.widget(key) if state.is_seen(key) else first) != value:
        turn, first = turn + 1, value
    state.keep(slot, (turn, first))
    return f"{slot}-{turn}", first


def _turned(jobs: Jobs, run: str, knob: str, key: str) -> None:
    state.attempt(jobs.turn, run, knob, state.widget(key))
