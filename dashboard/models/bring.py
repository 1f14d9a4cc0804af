"""A form that takes in a model of somebody's own, says what was assumed of it and leads to Explore; and those taken in so far."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

import streamlit as st

from dashboard.jobs import brought, fetching, jobs
from dashboard.jobs.jobs import Jobs
from dashboard.jobs.run_view import NAME_LENGTH
from dashboard.models import wording
from dashboard.runs import table
from dashboard.runs import wording as runs_wording
from dashboard.shared import new_tab, state
from dashboard.shared.links import to_explore
from dashboard.shared.model_choice import Choice
from dashboard.stock import own_runs
from dashboard.train.wording import plain, told
from vae_engine.base import remedies
from vae_engine.base.errors import EngineError
from vae_engine.data import datasets

_KEY = "bring-{}"
_FILES, _NAME, _PATH, _DATA, _OWN_DATA, _PROTOCOL, _RANGE, _LIKELIHOOD, _NOISE, _PLANE = map(
    _KEY.format, ("files", "name", "path", "data", "own-data", "protocol", "range", "likelihood", "noise", "plane")
)
_DONE, _ASKS, _REFUSED = map(_KEY.format, ("done", "asks", "refused"))
_KINDS = ["onnx", "data", "keras", "json", "h5", "pt", "safetensors"]


def show() -> None:
    """Lay the form out."""
    shared = jobs.shared(state.asking())
    st.subheader(wording.BRING)
    st.markdown(f":small[{wording.BRING_HELP}]")
    for needs, kind in wording.NEEDS.items():
        if missing := [package for package in needs if not importlib.util.find_spec(package)]:
            st.warning(wording.unread(kind, missing, remedies.optional(" ".join(missing))), icon=":material/inventory_2:")
    if shared.read_only:
        st.caption(shared.why_not())
        return
    if state.has_no_cookies():
        st.warning(wording.NO_UPLOADS)
    if refused := state.kept(_REFUSED):
        st.error(wording.complaint(refused))
    with st.form("bring", border=True):
        _fields()
        if st.form_submit_button(wording.READ, icon=":material/input:"):
            _take_in(shared)
    if complaint := state.kept(state.COMPLAINT):
        state.keep(state.COMPLAINT, "")
        st.error(told(complaint))
    _yours(shared)


def _fields() -> None:
    files, place = st.columns(2)
    files.file_uploader(wording.FILES, accept_multiple_files=True, type=_KINDS, key=_FILES)
    files.text_input(wording.NAME, key=_NAME, max_chars=NAME_LENGTH, placeholder=wording.UNNAMED)
    place.text_input(wording.PATH, key=_PATH, max_chars=2000)
    data, protocol, scale = place.columns(3, vertical_alignment="bottom")
    place.text_input(wording.OWN_DATA, key=_OWN_DATA, max_chars=2000)
    likelihood, noise = place.columns(2, vertical_alignment="bottom")
    here = [name for name in datasets.TITLES if fetching.is_here(name)]
    data.selectbox(wording.DATA, here, format_func=wording.source, key=_DATA)
    protocol.selectbox(wording.PROTOCOL, wording.PROTOCOLS, format_func=wording.PROTOCOLS.__getitem__, key=_PROTOCOL)
    scale.selectbox(wording.NORMALISED, wording.RANGES, format_func=wording.RANGES.__getitem__, key=_RANGE)
    likelihood.selectbox(wording.LIKELIHOOD, wording.LIKELIHOODS, format_func=wording.LIKELIHOODS.__getitem__, key=_LIKELIHOOD)
    noise.text_input(wording.NOISE, key=_NOISE, placeholder="1", max_chars=20, help=wording.NOISE_HELP)
    place.text_input(wording.PLANE, key=_PLANE, placeholder=wording.PLANES, max_chars=60)
    if state.kept(_ASKS):
        st.caption(wording.NAMES_HELP)
        for column, (name, label) in zip(st.columns(len(wording.NAMES)), wording.NAMES.items(), strict=True):
            column.text_input(label, key=_KEY.format(name), max_chars=200)


def _take_in(shared: Jobs) -> None:
    """Read what the form says, and keep the complaint where that cannot be done: it may ask for more fields."""
    state.keep(_DONE, "")
    state.keep(_REFUSED, "")
    try:
        with st.spinner(wording.READING):
            state.keep(_DONE, _brought(shared))
        state.keep(_ASKS, False)
    except EngineError as error:
        state.keep(_REFUSED, str(error))
        state.keep(_ASKS, state.kept(_ASKS) or wording.asks_for_names(str(error)))
    st.rerun()


def _brought(shared: Jobs) -> str:
    """The id of the run that holds the model. Raises EngineError."""
    sent = {Path(file.name).name: file.getvalue() for file in state.widget(_FILES) or []}
    name = (state.widget(_NAME) or "").strip()
    typed = [Path(one.strip()) for one in (state.widget(_PATH) or "").split(",") if one.strip()]
    if not (sent or typed):
        raise EngineError(wording.NO_FILES)
    if not sent:
        return brought.bring(shared, typed, _options(), state.visitor(), name)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / wording.UNNAMED
        folder.mkdir()
        for file, content in sent.items():
            (folder / file).write_bytes(content)
        files = [path for path in sorted(folder.iterdir()) if path.suffix != ".data"]
        try:
            return brought.bring(shared, [folder] if "model_config.json" in sent else files, _options(), state.visitor(), name)
        except EngineError as error:
            inside = str(folder.resolve())  # which means nothing to who sent them
            raise EngineError(str(error).replace(f"{inside}{os.sep}", "").replace(inside, wording.UNNAMED)) from None


def _options() -> Mapping[str, str]:
    noise = (state.widget(_NOISE) or "").strip().replace(",", ".")
    if noise and not re.fullmatch(r"\d*\.?\d+(e-?\d+)?", noise):
        raise EngineError(wording.NO_NUMBER)
    said = {
        "data": (state.widget(_OWN_DATA) or "").strip() or state.widget(_DATA),
        "protocol": state.widget(_PROTOCOL),
        "normalised": state.widget(_RANGE),
        "likelihood": state.widget(_LIKELIHOOD),
        "noise": noise,
        "plane": (state.widget(_PLANE) or "").replace(" ", "").lower(),
    }
    names = {name: (state.widget(_KEY.format(name)) or "").strip() for name in wording.NAMES} if state.kept(_ASKS) else {}
    return {name: value for name, value in (said | names).items() if value}


def _yours(shared: Jobs) -> None:
    """What was taken in, the latest first, with the ways on."""
    found = [choice for choice in own_runs.choices() if choice.group == own_runs.BROUGHT]
    if found:
        st.markdown(f"**{wording.YOURS}**")
    for choice in found:
        with contextlib.suppress(EngineError), st.container(border=True):  # deleted meanwhile
            _one(shared, choice)


def _one(shared: Jobs, choice: Choice) -> None:
    run = choice.name.removeprefix(own_runs.PREFIX)
    row = table.of_run(shared.view(run))
    assumed = wording.assumed(brought.about(row.folder))
    lines = [f"**{plain(row.name)}**", runs_wording.summary(row), *([assumed] if run == state.kept(_DONE) else [])]
    st.markdown("  \n".join(filter(None, lines)))
    with st.container(horizontal=True, vertical_alignment="center"):
        new_tab.link(wording.IN_EXPLORE, to_explore("", (choice.name,)), icon=":material/explore:", key=f"explore {run}")
        new_tab.link(wording.IN_RUNS, f"./runs?pin={choice.name}", icon=":material/list_alt:", key=f"runs {run}")
        if run != state.kept(_DONE):
            with st.popover(wording.ASSUMED):
                st.markdown(assumed)
        why_not = shared.why_not_change(run) or remedies.without_torch()
        help = why_not or wording.MEASURE_HELP
        if st.button(wording.MEASURE, icon=":material/straighten:", disabled=bool(why_not), help=help, key=f"measure {run}"):
            with st.spinner(wording.MEASURING):
                state.attempt(brought.measure, row.folder)
            st.rerun()
