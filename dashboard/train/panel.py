"""One run on the Train page: where it stands, its film and curves, and the keys that drive it."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import replace
from functools import partial

import streamlit as st

from dashboard.films.component import Reel, film, prepare
from dashboard.jobs import estimates
from dashboard.jobs.jobs import Jobs
from dashboard.jobs.run_view import LIVE, NAME_LENGTH, RESUMABLE, RunView, State, standing
from dashboard.shared import charts as run_charts
from dashboard.shared import links as explore_link
from dashboard.shared import new_tab, state
from dashboard.train import dials, knob_words, live_chart, wording
from dashboard.train import form as train_form
from dashboard.train import queue as train_queue
from dashboard.train import settings as run_settings
from dashboard.train.settings import AMOUNT, UNIT, UNITS
from vae_engine.base.errors import EngineError
from vae_engine.exchange import film as film_files
from vae_engine.runs import control as run_control
from vae_engine.stored import knobs
from vae_engine.stored.config import ModelConfig, TrainConfig

_POLL_SECONDS, _SOON_SECONDS = 1.0, 0.15
_SLOW_SECONDS = 0.25
_HEIGHTS = {1: [300], 3: [188, 136, 156]}  # of one curve, or of three; the first has a legend, the last names the axis
_LOWER = 18  # by so much below a row of knobs
_STOP_SECONDS = 0.2
_PATIENCE = 5  # evaluations without a better one: enough for an nll that wavers
_PRESENTED = "<style>.stMainBlockContainer { --lf-around: 240px; --lf-digit: 35vh; padding-bottom: 0; }</style>"
_VIEW, _STOPPING = "train-view", "train-stopping"


def show(jobs: Jobs, run: str) -> bool:
    """Lay a run out, and look at it again and again while it lives; whether there is such a run."""
    try:
        view = _look(jobs, run)
    except EngineError as error:
        _gone(jobs, run, error)
        return False
    pace = _pace(jobs, view)
    st.fragment(_watch, run_every=pace)(jobs, run, pace)
    return True


def load_ahead() -> None:
    """Let the browser load the parts of this page, unseen, so that a press of Train finds them there."""
    with st.container(key="train-ahead"):
        prepare(key="train-film-ahead")
        st.metric(wording.STEP, "", label_visibility="hidden")
        chart = live_chart.chart(live_chart.ahead(), "kl", _HEIGHTS[3][-1], is_first=False, is_last=True)
        st.vega_lite_chart(chart, key="train-kl-ahead")


def _pace(jobs: Jobs, view: RunView) -> float | None:
    """After how many seconds to look again: soon while the first picture or the end is awaited, never where nothing goes on."""
    if _is_stopping(view) or (view.state is State.STARTING and not view.snapshots):
        return _SOON_SECONDS
    return _POLL_SECONDS if jobs.going() else None


def _look(jobs: Jobs, run: str) -> RunView:
    """The run as it stands; only what is new since the last look is read."""
    earlier: RunView | None = state.kept(_VIEW)
    view = jobs.view(run, earlier if earlier and earlier.id == run else None)
    state.keep(_VIEW, view)
    return view


def _gone(jobs: Jobs, run: str, error: EngineError) -> None:
    """Say that there is no such run, and offer to bring it back where that is possible."""
    if not jobs.is_deleted(run):
        st.warning(wording.told(str(error)))
        return
    with st.container(horizontal=True, vertical_alignment="center", border=True):
        st.markdown(wording.DELETED, width="content")
        undo = partial(state.attempt, jobs.undo_delete, run)
        st.button(wording.UNDO, on_click=undo, icon=":material/undo:", key="train-undo", type="primary")


def _watch(jobs: Jobs, run: str, pace: float | None) -> None:
    """Everything of a run; called anew again and again while anything is going on."""
    try:
        view = _look(jobs, run)
    except EngineError:
        st.rerun()  # deleted meanwhile, perhaps in another window
    if _pace(jobs, view) != pace or state.kept(state.COMPLAINT):
        st.rerun()
    if state.is_embedded() and view.state not in LIVE and view.configs and view.snapshots:
        # On a slide nobody drives a run that has ended, and as it plays two counts of its steps would not agree.
        st.html(_PRESENTED)
        _film(view, view.configs[0])
        return
    others = [one for one in jobs.going() if one != run]
    _head(jobs, view, others)
    if view.is_brought:
        st.caption(wording.BROUGHT)
        return
    _keys(jobs, view)
    _knobs(jobs, view)
    if message := wording.trouble(view):
        (st.warning if view.state is State.INTERRUPTED else st.error)(wording.told(message))
    if view.state is State.QUEUED:
        train_queue.rows(jobs, others)
    if view.log.events or view.state in LIVE:
        _pictures(view)


def _head(jobs: Jobs, view: RunView, others: list[str]) -> None:
    label, colour, icon = wording.STOPPING if _is_stopping(view) else wording.STATES[view.state]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.subheader(wording.plain(view.about.name), anchor=False, width="content")
        st.badge(label, color=colour, icon=icon)  # type: ignore[arg-type]  # one of its colours
        st.space("stretch")
        if others and view.state is not State.QUEUED:
            with st.popover(wording.also_going(len(others)), icon=":material/hourglass_empty:", key="train-others"):
                train_queue.rows(jobs, others)
        is_changeable = not jobs.why_not_change(view.id)
        if is_changeable:
            _rename(jobs, view)
        _to_explore(view)
        if is_changeable:
            _delete(jobs, view)
        leave, icon = (wording.CLOSE, ":material/close:") if jobs.read_only else (wording.NEW, ":material/add:")
        if st.button(leave, icon=icon, key="train-new"):
            state.watch("")
            st.rerun()


def _delete(jobs: Jobs, view: RunView) -> None:
    """Delete a run at a click, or one that trains at a second one: what it would still have learnt cannot be brought back."""
    button, icon = partial(st.button, key="train-delete", help=wording.DELETE_HELP), ":material/delete:"
    if view.state not in LIVE:
        is_deleted = button(wording.DELETE, icon=icon)
    else:
        with st.popover(wording.DELETE, icon=icon, key=f"train-delete-{view.id}"):
            st.markdown(wording.DELETE_SURE)
            is_deleted = button(wording.STOP_AND_DELETE, type="primary")
    if is_deleted:
        state.attempt(jobs.delete, view.id)
        st.rerun()


def _rename(jobs: Jobs, view: RunView) -> None:
    key = f"train-rename-{view.id}"
    # A key of its own for each name, so that it is closed once there is a new one.
    with st.popover(wording.RENAME, icon=":material/edit:", key=f"{key}-{view.about.name}"):
        state.begin_with(key, view.about.name)
        st.text_input(wording.NEW_NAME, key=key, max_chars=NAME_LENGTH)
        if st.button(wording.KEEP_NAME, key="train-keep-name", type="primary"):
            state.attempt(jobs.rename, view.id, state.widget(key))
            st.rerun()


def _to_explore(view: RunView) -> None:
    icon, key = ":material/explore:", "train-explore"
    if refusal := wording.why_not_in_explore(view.configs, view):
        st.button(wording.EXPLORE, disabled=True, help=refusal, icon=icon, key=key)
    else:
        link = explore_link.to_explore(explore_link.state_of(mode="move"), (f"run:{view.id}",))
        new_tab.link(wording.EXPLORE, link, help=wording.EXPLORE_HELP, icon=icon, key=key)


def _keys(jobs: Jobs, view: RunView) -> None:
    """The keys that drive a run; those that make no sense now are disabled and say why."""
    live, paused, queued = view.state in LIVE, view.state is State.PAUSED, view.state is State.QUEUED
    idle = "" if live else wording.why_idle(view)
    unpaused = idle or ("" if paused else wording.PAUSE_FIRST)
    pace = run_control.asked(view.folder)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="train-keys"):
        if why_not := jobs.why_not_change(view.id):
            _progress(view, pace.delay)
            st.caption(wording.told(why_not), width="content")
            return
        if paused:
            _key(wording.GO_ON, "play_arrow", jobs.go_on, view.id, None, pace.delay)
        else:
            _key(wording.PAUSE, "pause", jobs.pause, view.id, why_not=idle)
        _key(wording.ONE_STEP, "skip_next", jobs.go_on, view.id, 1, why_not=unpaused, help=wording.ONE_STEP_HELP)
        _key(wording.ONE_EPOCH, "fast_forward", _one_epoch, jobs, view, why_not=unpaused, help=wording.ONE_EPOCH_HELP)
        key = f"train-slow-{view.id}"
        state.fill_in(key, live and pace.delay > 0)
        change = partial(state.attempt, jobs.slow_down, view.id, 0.0 if pace.delay else _SLOW_SECONDS)
        st.toggle(wording.SLOW, key=key, on_change=change, disabled=not live, help=idle or wording.SLOW_HELP)
        if live or queued:
            stopping = wording.STOP_NOT_YET if _is_stopping(view) else ""
            label = wording.CANCEL if queued else wording.STOP
            _key(label, "stop", _stop, jobs, view.id, why_not=stopping, help=wording.STOP_HELP)
        elif view.state is State.FINISHED and view.configs:
            _train_on(jobs, view, view.configs[1])
        else:
            refusal = "" if view.state in RESUMABLE else wording.RESUME_DAMAGED
            _key(wording.RESUME, "resume", jobs.resume, view.id, why_not=refusal, help=wording.RESUME_HELP)
        _progress(view, pace.delay)


def _knobs(jobs: Jobs, view: RunView) -> None:
    """The knobs of a run that trains; of any other what was turned while it did."""
    if view.state in LIVE and view.configs and not jobs.why_not_change(view.id):
        dials.show(jobs, view, *view.configs)
    elif said := knob_words.turned(view):
        st.caption(said)


def _progress(view: RunView, delay: float) -> None:
    said = wording.progress(view, estimates.remaining(view.log.events), slow=delay > 0)
    if view.state in LIVE and view.configs:
        said += f" · {knob_words.objective(view, *view.configs, standing(view, view.configs[1]))}"
    st.progress(view.progress, said, width="stretch")


def _train_on(jobs: Jobs, view: RunView, train: TrainConfig) -> None:
    """More budget for a finished run."""
    keys = {name: f"train-on-{name}-{view.id}" for name in (AMOUNT, UNIT)}
    # With a key of its own for each end, so that it is closed once training goes on.
    with st.popover(wording.TRAIN_ON, icon=":material/forward:", key=f"train-on-{view.id}-{view.step}"):
        for name, value in run_settings.as_much_again(train).items():
            state.begin_with(keys[name], value)
        amount, unit = st.columns(2, vertical_alignment="bottom")
        amount.text_input(wording.MORE, max_chars=40, key=keys[AMOUNT])
        unit.selectbox(wording.BUDGET_UNIT, UNITS, format_func=wording.UNITS.__getitem__, key=keys[UNIT])
        st.caption(wording.training_on(view))

        def more() -> tuple[str, float]:
            chosen = state.widget(keys[UNIT])
            return chosen, run_settings.read_amount(wording.MORE, chosen, state.widget(keys[AMOUNT]))

        impossible = False
        try:
            more()
        except EngineError as error:
            impossible = True
            st.error(wording.told(str(error)))
        pressed = partial(state.attempt, lambda: jobs.train_on(view.id, *more()))
        st.button(
            wording.TRAIN_ON, on_click=pressed, type="primary", disabled=impossible, key="train-on", width="stretch",
            help=wording.MORE_NOT_YET if impossible else None,
        )  # fmt: skip


def _key(label: str, icon: str, action: object, *arguments: object, why_not: str = "", help: str | None = None) -> None:
    """A key that does something, or, disabled, says why it does nothing."""
    pressed = partial(state.attempt, action, *arguments)  # type: ignore[arg-type]
    key = f"train-{label.lower().replace(' ', '-')}"
    st.button(label, on_click=pressed, icon=f":material/{icon}:", disabled=bool(why_not), help=why_not or help, key=key)


def _stop(jobs: Jobs, run: str) -> None:
    """Stop a run without waiting for the numbers that it still measures."""

    def stop() -> None:
        with contextlib.suppress(EngineError):  # it goes on, as is seen
            jobs.stop(run)

    stopping = threading.Thread(target=stop, daemon=True)
    stopping.start()
    stopping.join(_STOP_SECONDS)
    state.keep(_STOPPING, (run, stopping))


def _is_stopping(view: RunView) -> bool:
    run, stopping = state.kept(_STOPPING, ("", None))
    return run == view.id and stopping.is_alive()


def _one_epoch(jobs: Jobs, view: RunView) -> None:
    if view.configs:
        jobs.go_on(view.id, estimates.steps_per_epoch(view.configs[1]))


def _pictures(view: RunView) -> None:
    """The film beside the curves."""
    if view.configs is None:
        return
    pictures, curves = st.columns([2, 1], gap="medium")
    with pictures:
        step = _film(view, view.configs[0])
    held_out = estimates.held_out(view.configs[1])
    with pictures:
        if sentence := wording.overfitting(view, held_out, step):
            st.markdown(f":small[{sentence}]")
            _stop_early(view, *view.configs)
    with curves:
        with st.container(horizontal=True, gap="small", key="train-readings"):
            for label, value, help in wording.readings(view, held_out, step):
                st.metric(label, value, help=help, width="content")
            st.caption(wording.steps_of(view, step))
        _curves(view, step)


def _film(view: RunView, model: ModelConfig) -> int | None:
    """The film of a run, or why there is none; the step that it was moved to."""
    if model.latent_dim != 2:
        st.info(wording.NO_MAP.format(dimensions=model.latent_dim))
        return None
    if not view.snapshots and view.state not in LIVE:
        st.caption(wording.WAITING_FOR_MAP)
        return None
    # The film asks for the weights of the moment by itself; that there are some is all it must be told.
    latest = None if view.latest is None else 0
    turns = tuple(knobs.marks(view.turned).items())
    told = film_files.moment(view.log.events, model.kind)
    reel = Reel(view.id, view.about.name, model.kind, view.snapshots, latest, view.state in LIVE, turns, told)
    return film([reel], key="train-film").step


def _stop_early(view: RunView, model: ModelConfig, train: TrainConfig) -> None:
    """A way to the form with what helps against overfitting filled in."""
    if train.patience or view.state in LIVE:
        return
    help = wording.STOP_EARLY_HELP
    if st.button(wording.STOP_EARLY, icon=":material/timer_off:", key="train-stop-early", help=help, type="tertiary"):
        train_form.fill_in(model, replace(train, patience=_PATIENCE))
        state.watch("")
        st.rerun()


def _curves(view: RunView, step: int | None) -> None:
    """The curves from the first logged step on; `step` is the one that the film was moved to."""
    terms = run_charts.terms_of(view.log.events)[: max(_HEIGHTS)]  # no more fit; the readings above tell all
    for term, height in zip(terms, _HEIGHTS[len(terms)], strict=True):
        table = live_chart.table(view.log.events, term, step)
        if not table.num_rows:
            continue
        height -= _LOWER if view.state in LIVE else 0
        chart = live_chart.chart(table, term, height, is_first=term == terms[0], is_last=term == terms[-1])
        st.vega_lite_chart(chart, key=f"train-{term}", alt=wording.curve_alt(view, term), width="stretch")
    if said := live_chart.beyond_axes(view.log.events):
        st.caption(said)
