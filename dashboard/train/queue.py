"""What trains now and what waits for its turn, with a way out of the queue."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from functools import partial

import streamlit as st

from dashboard.jobs.experiment_view import ExperimentView
from dashboard.jobs.jobs import Jobs
from dashboard.jobs.kind import EXPERIMENT, kind_of
from dashboard.jobs.run_view import RunView
from dashboard.shared import state
from dashboard.train import wording
from vae_engine.base.errors import EngineError

_POLL_SECONDS = 1.0


def queue(jobs: Jobs) -> None:
    """All that is going on; looked at again and again while there is any."""
    going = bool(jobs.going())
    st.fragment(_queue, run_every=_POLL_SECONDS if going else None)(jobs, going)


def _queue(jobs: Jobs, polling: bool) -> None:
    going = jobs.going()
    if bool(going) != polling:
        st.rerun()
    if going:
        st.markdown(f"**{wording.QUEUE}**")
        rows(jobs, going)


def rows(jobs: Jobs, runs: Sequence[str]) -> None:
    """A line for each run, with its keys."""
    for run in runs:
        with contextlib.suppress(EngineError):  # gone meanwhile
            _row(jobs, run)


def _row(jobs: Jobs, run: str) -> None:
    is_experiment = kind_of(jobs.folder / run) is EXPERIMENT
    view: RunView | ExperimentView = jobs.experiment(run) if is_experiment else jobs.view(run)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(wording.queued(view), width="stretch")
        if not is_experiment and st.button(wording.WATCH, key=f"watch-{run}", icon=":material/visibility:"):
            state.watch(run)
            st.rerun()  # the whole page
        if jobs.why_not_change(run):
            return
        label = wording.CANCEL if view.position else wording.STOP
        st.button(label, on_click=partial(state.attempt, jobs.stop, run), key=f"cancel-{run}", icon=":material/close:")
