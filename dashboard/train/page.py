"""Train: a new run from a form, or the run in the address as it trains."""

from __future__ import annotations

import contextlib

import streamlit as st

from dashboard.jobs import jobs as all_jobs
from dashboard.jobs.jobs import Jobs
from dashboard.shared import state
from dashboard.train import form as train_form
from dashboard.train import panel as run_panel
from dashboard.train import queue as train_queue
from dashboard.train import wording
from vae_engine.base.errors import EngineError

_STYLE = """<style>
.stMainBlockContainer { padding: 3.75rem 1.25rem .5rem; }
.stMainBlockContainer h3 { padding: 0; font-size: 1.4rem; }
.st-key-train-readings { gap: 0 clamp(.4rem, .7vw, 1rem) !important; }
.st-key-train-readings [data-testid=stCaptionContainer] { margin-bottom: -.9rem; }
.st-key-train-readings [data-testid=stMetricValue] { font-size: clamp(1rem, 1.15vw, 1.4rem); }
.st-key-train-ahead { position: absolute; visibility: hidden; height: 0; overflow: hidden; }
[data-testid=stLayoutWrapper]:has(> .st-key-train-images-in-sight) { position: absolute; width: 0; }
.st-key-train-source { scroll-margin-top: 9rem; }
.st-key-train-knobs { gap: .9rem 1.1rem !important; margin: -.35rem 0 -.6rem; }
.st-key-train-knobs p { font-size: .875rem; white-space: nowrap; }
.stMainBlockContainer:has(.st-key-train-knobs) { --lf-above: 40px; }
.stMainBlockContainer [data-testid=stElementToolbar] { top: 0 !important; }
.stMainBlockContainer [data-testid=stCaptionContainer] { opacity: 0.8; }
</style>"""
# The keys of a chart, which Streamlit hangs above it by a style of the element, would hide the numbers there.
# White, which Streamlit writes on its chief buttons, does not stand out from the light blue of the dark theme.
_DARK = "<style>.stMainBlockContainer button[kind=primary] { color: #0e1a26; }</style>"


def show() -> None:
    """Lay the page out."""
    st.html(_STYLE + (_DARK if state.is_dark() else ""))
    jobs = all_jobs.shared(state.asking())
    with contextlib.suppress(EngineError):  # told when it matters
        jobs.keep_spare()
    if complaint := state.kept(state.COMPLAINT):
        state.keep(state.COMPLAINT, None)
        st.error(wording.told(complaint))
    run = state.watched()
    if not (run and run_panel.show(jobs, run)):
        _new_run(jobs)


def _new_run(jobs: Jobs) -> None:
    if jobs.read_only:
        st.info(jobs.why_not())
        train_queue.queue(jobs)
        return
    choice, start = st.columns([1.2, 1], gap="large")
    with choice:
        train_form.choose_preset()
    with start, st.container(border=True):
        _start(jobs)
    with start:
        train_queue.queue(jobs)
    train_form.all_settings(jobs)
    run_panel.load_ahead()


def _start(jobs: Jobs) -> None:
    name, budget = st.columns([1.2, 1], vertical_alignment="bottom")
    name.text_input(
        wording.NAME, placeholder=train_form.default_name(), key=train_form.NAME, max_chars=80, persist_state="session"
    )
    with budget:
        train_form.budget()
    try:
        asked = train_form.asked()
        train_form.amounts(jobs, asked)
    except EngineError as error:
        # What is wrong with one's own images is no mistake in a setting; where they are chosen may be out of sight.
        show = st.info if isinstance(error, train_form.NoImagesError) else st.error
        show(wording.told(wording.refusal(str(error))))
        asked = None
    if why_not := jobs.why_not():
        st.info(why_not)
    st.button(
        wording.START, type="primary", icon=":material/model_training:", width="stretch", disabled=asked is None or bool(why_not),
        key="train-start", help=why_not or (wording.START_HELP if asked else wording.START_NOT_YET),
        on_click=_submit, args=(jobs, asked),
    )  # fmt: skip


def _submit(jobs: Jobs, asked: train_form.Asked) -> None:
    def submit() -> None:
        state.watch(jobs.submit(asked.model, asked.train, asked.name, state.visitor()))
        state.fill_in(train_form.NAME, "")  # a name is of one run

    state.attempt(submit)
