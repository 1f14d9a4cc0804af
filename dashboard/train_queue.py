"""What trains now and what waits for its turn, with a way out of the queue."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import streamlit as st

from dashboard import state
from dashboard import train_wording as wording
from dashboard.experiment_view import ExperimentView
from dashboard.jobs import Jobs
from dashboard.run_kind import EXPERIMENT, kind_of
from dashboard.run_view import RunView
from vae_engine.errors import EngineError

_POLL_SECONDS = 1.0


def queue(jobs: Jobs, without: str = "") -> None:
    """All that is going on but one run; looked at again and again while there is any."""
    going = [run for run in jobs.going() if run != without]
    st.fragment(_queue, run_every=_POLL_SECONDS if going else None)(jobs, without, bool(going))


def _queue(jobs: Jobs, without: str, polling: bool) -> None:
    going = [run for run in jobs.going() if run != without]
    if bool(going) != polling:
        st.rerun()
    if not going:
        return
    st.markdown(f"**{wording.QUEUE}**")
    for run in going:
        try:
            _row(jobs, jobs.folder / run, run)
        except EngineError:
            continue  # gone meanwhile


def _row(jobs: Jobs, folder: Path, run: str) -> None:
    is_experiment = kind_of(folder) is EXPERIMENT
    view: RunView | ExperimentView = jobs.experiment(run) if is_experiment else jobs.view(run)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(wording.queued(view), width="stretch")
        if not is_experiment and st.button(wording.WATCH, key=f"watch-{run}", icon=":material/visibility:"):
            state.watch(run)
            st.rerun()  # the whole page
        label = wording.CANCEL if view.position else wording.STOP
        st.button(label, on_click=partial(state.attempt, jobs.stop, run), key=f"cancel-{run}", icon=":material/close:")
