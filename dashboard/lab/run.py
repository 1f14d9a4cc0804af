"""Doing an experiment here: asking for it, watching it, choosing between what it found and the bundled result."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.jobs import jobs
from dashboard.jobs.experiment_view import ExperimentView
from dashboard.jobs.run_view import LIVE, State
from dashboard.lab import wording
from dashboard.shared import state
from dashboard.shared.numbers import NumberError, read_seed
from vae_engine.base.errors import EngineError
from vae_engine.experiments import folder as experiment_run
from vae_engine.experiments.folder import Asked

PAGE = "lab"
_SCALE, _SEED, _DELETED, _WHICH = "lab-scale", "lab-seed", "lab-deleted", "lab-which"
_POLL_SECONDS = 0.5
_LISTED = 4  # runs to choose from
_WAITING = LIVE | {State.QUEUED}


def runs_of(name: str) -> list[ExperimentView]:
    """The runs of an experiment in this folder of runs, the newest first; the one in the address among them."""
    found = [view for view in jobs.shared(state.asking()).experiments() if view.asked and view.asked.name == name]
    asked = state.watched(PAGE)
    return found[:_LISTED] + [view for view in found[_LISTED:] if view.id == asked]


def choice(runs: Sequence[ExperimentView], bundled: bool) -> ExperimentView | None:
    """Choose between the bundled result and runs; the run chosen, or None for the bundled result."""
    asked = state.watched(PAGE)
    ids = ["", *(view.id for view in runs)]
    if asked not in ids:
        st.info(wording.UNKNOWN_RUN)
        asked = ""
        state.watch("", PAGE)
    if not runs:
        return None
    named = {"": wording.BUNDLED if bundled else wording.NOTHING, **{view.id: wording.of_run(view) for view in runs}}
    key = state.renewed(_WHICH, f"lab-which-{asked}")  # a key of its own for each, because a new run changes the choice as well
    chosen = next((view for view in runs if view.id == asked), None)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.segmented_control(
            wording.WHICH, ids, default=asked, required=True, format_func=named.__getitem__, label_visibility="collapsed",
            key=key, on_change=_chosen, args=(key,),
        )  # fmt: skip
        if chosen and chosen.state is State.FINISHED:
            _delete_button(chosen.id)
    return chosen


def _chosen(key: str) -> None:
    if state.on_screen(_WHICH, key):
        state.watch(state.widget(key) or "", PAGE)


def ask(name: str, first: bool, seconds: float | None) -> None:
    """A button that unfolds how an experiment is to be done."""
    if jobs.shared(state.asking()).read_only:
        st.caption(jobs.shared(state.asking()).why_not())
        return
    label = wording.RUN_FIRST if first else wording.RUN_HERE
    # With a key of its own for each run, so that it folds up when one was started.
    key = f"lab-ask-{name}-{state.watched(PAGE)}"
    with st.popover(label, icon=":material/play_arrow:", type="primary" if first else "secondary", key=key):
        st.radio(wording.SCALE, wording.SCALES, format_func=wording.SCALES.__getitem__, key=_SCALE)
        if seconds is not None:
            st.caption(wording.took(seconds))
        st.text_input(wording.SEED, "0", max_chars=40, key=_SEED, help=wording.SEED_HELP)
        complaint = ""
        try:
            _seed()
        except EngineError as error:
            complaint = str(error)
            st.error(complaint)
        if why_not := jobs.shared(state.asking()).why_not():
            st.info(why_not)
        st.button(
            wording.START, type="primary", on_click=state.attempt, args=(_start, name), width="stretch",
            disabled=bool(complaint or why_not), help=complaint or why_not or None, key=f"lab-start-{name}",
        )  # fmt: skip


def _seed() -> int:
    """The seed that is typed. Raises EngineError."""
    try:
        return read_seed(state.widget(_SEED) or "", experiment_run.MAX_SEED)
    except NumberError as error:
        raise EngineError(str(error)) from None


def _start(name: str) -> None:
    run = jobs.shared(state.asking()).submit_experiment(Asked(name, state.widget(_SCALE), _seed()), state.visitor())
    forget()
    state.watch(run, PAGE)


def forget() -> None:
    """Offer no longer to bring back what was deleted."""
    state.keep(_DELETED, None)


def trouble() -> None:
    """What could not be done, and what was deleted and can be brought back."""
    if message := state.kept(state.COMPLAINT):
        st.error(message)
        state.keep(state.COMPLAINT, None)
    if run := state.kept(_DELETED):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(wording.DELETED, width="content")
            st.button(wording.UNDO, on_click=state.attempt, args=(_undo, run), icon=":material/undo:")


def watch(view: ExperimentView) -> None:
    """How far a run is, with a button that ends it; the page runs anew when it has ended."""
    under_way = view.state in _WAITING
    st.fragment(_watched, run_every=_POLL_SECONDS if under_way else None)(view.id, under_way)


def _watched(run: str, was_under_way: bool) -> None:
    try:
        view = jobs.shared(state.asking()).experiment(run)
    except EngineError:
        st.rerun()  # it was deleted, here or elsewhere; the page says so
    if state.kept(state.COMPLAINT) or (was_under_way and view.state not in _WAITING):
        st.rerun()
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        if view.state in _WAITING:
            st.progress(view.progress.share, wording.told(view))
            if jobs.shared(state.asking()).why_not_change(run):
                return
            queued = view.state is State.QUEUED
            label, doing = (wording.CANCEL, _delete) if queued else (wording.STOP, _stop)
            st.button(label, on_click=state.attempt, args=(doing, run), icon=":material/stop:", key=f"lab-stop-{run}")
        else:
            st.markdown(wording.told(view), width="stretch")
            _delete_button(run)


def _delete_button(run: str) -> None:
    if jobs.shared(state.asking()).why_not_change(run):
        return
    icon, key = ":material/delete:", f"lab-delete-{run}"
    st.button(wording.REMOVE, on_click=state.attempt, args=(_delete, run), icon=icon, type="tertiary", key=key)


def _stop(run: str) -> None:
    jobs.shared(state.asking()).stop(run)


def _delete(run: str) -> None:
    jobs.shared(state.asking()).delete(run)
    state.keep(_DELETED, run)
    state.watch("", PAGE)


def _undo(run: str) -> None:
    forget()
    jobs.shared(state.asking()).undo_delete(run)
    state.watch(run, PAGE)
