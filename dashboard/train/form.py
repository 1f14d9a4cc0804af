"""The form of a new training: presets to choose from, every setting below them, and what these settings amount to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from dashboard.jobs import estimates, fetching
from dashboard.jobs.jobs import Jobs
from dashboard.shared import state
from dashboard.train import own_images, wording
from dashboard.train import settings as run_settings
from dashboard.train.presets import Preset, presets
from dashboard.train.settings import AMOUNT, GROUPS, SPECS, UNIT, UNITS, Values
from vae_engine.base.errors import EngineError
from vae_engine.data import datasets
from vae_engine.data.sets.catalogue import SETS, DataSet
from vae_engine.stored import nats, weights
from vae_engine.stored.config import ModelConfig, TrainConfig

_KEY = "train-{}"
PRESET, NAME = (_KEY.format(name) for name in ("preset", "name"))
SOURCE = own_images.SOURCE
_OPEN, _TAB = _KEY.format("all-settings"), _KEY.format("settings-tab")
_OWN = "own"
_SPLITS = {"train_size": "train", "held_out": "validation"}
"""The settings that count images, and of which split."""
_COLUMNS = 4
_NUMBER_LENGTH, _PLACE_LENGTH = 40, 1000


class NoImagesError(EngineError):
    """There are no images of one's own to train on yet, which the settings of Data say more of."""


@dataclass(frozen=True)
class Asked:
    """A training that could be started."""

    name: str
    model: ModelConfig
    train: TrainConfig


def choose_preset() -> None:
    """The presets, each with what to watch for."""
    offered = presets()
    state.begin_with(PRESET, offered[0].name)
    _begin_with(offered[0])
    titles = {preset.name: preset.title for preset in offered}
    st.radio(
        wording.PRESETS,
        list(titles),
        format_func=titles.__getitem__,
        captions=[preset.watch for preset in offered],
        key=PRESET,
        on_change=_fill_in_chosen,
        persist_state="session",
    )
    help, key = wording.OWN_IMAGES_HELP, "train-own-images"
    st.button(wording.OWN_IMAGES, on_click=_to_own_images, icon=":material/upload:", key=key, help=help)


def _to_own_images() -> None:
    """As a callback: open the settings where one's own images are chosen."""
    state.fill_in(SOURCE, _OWN)
    state.fill_in(_OPEN, True)
    state.fill_in(_TAB, wording.DATA)
    own_images.seek()


def chosen() -> Preset:
    """The preset that is chosen."""
    offered = presets()
    return next((preset for preset in offered if preset.name == state.widget(PRESET)), offered[0])


def _begin_with(preset: Preset) -> None:
    for name, value in run_settings.shown(preset.model, preset.train).items():
        if name != "data":
            state.begin_with(_KEY.format(name), value)
    state.begin_with(SOURCE, preset.train.data)


def _fill_in_chosen() -> None:
    """As a callback: let every widget say what the chosen preset says; the images stay."""
    preset = chosen()
    _fill_in(preset.model, preset.train)


def _fill_in(model: ModelConfig, train: TrainConfig) -> None:
    for name, value in run_settings.shown(model, train).items():
        if name != "data":
            state.fill_in(_KEY.format(name), value)


def fill_in(model: ModelConfig, train: TrainConfig) -> None:
    """While the form is not on the page: let every widget say these settings, the images, too."""
    _fill_in(model, train)
    is_own = datasets.is_own(train.data)
    state.fill_in(SOURCE, _OWN if is_own else train.data)
    own_images.take_over(train.data if is_own else "")


def all_settings(jobs: Jobs) -> None:
    """Every setting, folded."""
    values = _values()
    senseless = run_settings.senseless(values)
    with st.expander(wording.SETTINGS, icon=":material/tune:", key=_OPEN, on_change="rerun"):
        for tab, (title, names) in zip(st.tabs(list(GROUPS), key=_TAB, on_change="rerun"), GROUPS.items(), strict=True):
            with tab:
                if title == wording.DATA:
                    _images(jobs)
                for start in range(0, len(names), _COLUMNS):
                    columns = st.columns(_COLUMNS, vertical_alignment="bottom")
                    for column, name in zip(columns, names[start : start + _COLUMNS], strict=False):
                        with column:
                            _setting(name, senseless.get(name, ""))


def _setting(name: str, why_not: str) -> None:
    """The widget of a setting, by the type, range and choices that its config declares; disabled where there is a reason."""
    spec, key, label = SPECS[name], _key(name), wording.LABELS[name]
    if name in _SPLITS and not _is_counted():
        st.text_input(label, key=f"{key}-unknown", placeholder="–", disabled=True, help=wording.NOT_COUNTED)
        return
    default: Any = spec.default
    meta = spec.metadata
    help = f"{meta['help']}. {why_not}" if why_not else meta["help"]
    shared: dict[str, Any] = {"key": key, "help": help, "disabled": bool(why_not), "persist_state": "session"}
    if isinstance(default, bool):
        st.toggle(label, **shared)
    elif meta["choices"]:
        st.selectbox(label, meta["choices"], format_func=lambda one: wording.CHOICES.get(one, one), **shared)
    elif isinstance(default, tuple):
        st.text_input(label, max_chars=80, **shared)
    # A number is typed as text: a browser's own number field drops a decimal comma without a word, so that 0,004 is 4.
    else:
        longest = _NUMBER_LENGTH if run_settings.is_number(name) else _PLACE_LENGTH
        st.text_input(label, max_chars=longest, **shared)


def _key(name: str) -> str:
    """Of the widget of a setting. How many images there are is asked for anew where there are not as many as of MNIST."""
    here = _counts_here().get(_SPLITS[name]) if name in _SPLITS else None
    if here is None:
        return _KEY.format(name)
    key = _KEY.format(f"{name}-of-{here}")
    default: Any = SPECS[name].default
    state.begin_with(key, str(min(here, default)))
    return key


def _counts_here() -> dict[str, int]:
    """How many images are in each split where these are not as many as of MNIST; nothing of images that cannot be read."""
    place = _place()
    try:
        counts = _counts(place) if place else {}
    except EngineError:
        return {}  # told below
    return {} if counts == _counts(datasets.MNIST) else counts


def _is_counted() -> bool:
    """Whether it is known how many images there are to train on."""
    return state.widget(SOURCE) != _OWN or bool(_place() and not own_images.problem())


def _counts(place: str) -> dict[str, int]:
    return {split: datasets.count(place, split) for split in ("train", "validation", "test")}


def budget() -> None:
    """How long to train."""
    amount, unit = st.columns([1, 1], vertical_alignment="bottom")
    amount.text_input(wording.BUDGET, max_chars=_NUMBER_LENGTH, key=_KEY.format(AMOUNT), persist_state="session")
    unit.selectbox(
        wording.BUDGET_UNIT, UNITS, format_func=wording.UNITS.__getitem__, key=_KEY.format(UNIT), persist_state="session"
    )


def _values() -> Values:
    """What all widgets say."""
    preset = chosen()
    values = run_settings.shown(preset.model, preset.train)
    given = {name: state.widget(_key(name)) for name in values if name != "data"}
    return {**given, "data": _place()}


def _place() -> str:
    """The data set that is asked for; images of one's own by their path."""
    source = state.widget(SOURCE)
    return own_images.place() if source == _OWN else source


def asked() -> Asked:
    """What the form asks for. Raises EngineError, one sentence, where that is impossible, NoImagesError where none are given."""
    values = _values()
    if state.widget(SOURCE) == _OWN:
        if not values["data"]:
            refusal = own_images.refused()
            raise NoImagesError(wording.unused(refusal) if refusal else wording.NO_OWN_DATA)
        if problem := own_images.problem():
            raise NoImagesError(wording.unused(problem))
    model, train = run_settings.read(values)
    classes = datasets.classes(train.data)
    sizes = {name: min(getattr(train, name), datasets.count(train.data, split)) for name, split in _SPLITS.items()}
    model = replace(model, side=datasets.side(train.data))
    train = replace(train, data=datasets.pinned(train.data), classes=classes, **sizes)
    return Asked((state.widget(NAME) or "").strip() or default_name(), model, train)


def default_name() -> str:
    """What a run is called that is given no name: after its preset, and after its images where those are others."""
    preset, place = chosen(), _place()
    if place in ("", preset.train.data):
        return preset.title
    return wording.default_name(preset.title, wording.SOURCES[place] if place in wording.SOURCES else own_images.name())


def amounts(jobs: Jobs, asked: Asked) -> None:
    """What a training amounts to: weights, time, command line."""
    preset = chosen()
    now = run_settings.shown(asked.model, asked.train)
    here = _counts_here()
    counted = _SPLITS if here else ()  # not a choice where there are no more
    different = [
        name
        for name in run_settings.differing(now, run_settings.shown(preset.model, preset.train))
        if name not in counted or getattr(asked.train, name) < here[_SPLITS[name]]
    ]
    if different:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(wording.changed(different), width="content")
            st.button(wording.RESET, on_click=_reset, type="tertiary", icon=":material/undo:", key="train-reset")
    estimate = estimates.estimate(asked.model, asked.train, estimates.speeds(jobs.folder))
    st.markdown(wording.summary(asked.model.kind, weights.parameter_count(asked.model), estimate))
    st.caption(wording.ending(str(now[AMOUNT]), str(now[UNIT]), asked.train.patience > 0))
    if said := nats.caveat(asked.model.likelihood, asked.train.protocol):
        st.caption(said)
    st.caption(wording.COMMAND)
    st.code(run_settings.command(asked.model, asked.train), language=None, wrap_lines=True)


def _reset() -> None:
    _fill_in_chosen()
    state.fill_in(SOURCE, chosen().train.data)


def _images(jobs: Jobs) -> None:
    """Which images to train on, and what they look like where they are the visitor's own."""
    source = st.selectbox(
        wording.LABELS["data"], wording.SOURCES, key=SOURCE, persist_state="session",
        format_func=lambda name: wording.source(name, fetching.is_here(name)),
    )  # fmt: skip
    if source in SETS:
        _fetchable(SETS[source])
    elif source == _OWN:
        own_images.choose(jobs)


def _fetchable(one: DataSet) -> None:
    """A way to get a data set where it is not."""
    if fetching.is_here(one.name):
        return
    st.caption(wording.plain(wording.terms(one)))
    under_way = fetching.shared(one.name).running
    st.fragment(_fetching, run_every=0.5 if under_way else None)(one, under_way)


def _fetching(one: DataSet, under_way: bool) -> None:
    fetch = fetching.shared(one.name)
    if fetch.running != under_way:
        st.rerun()
    if under_way:
        st.progress(fetch.step.share if fetch.step else 0.0, wording.fetching(one, fetch.step))
        return
    st.button(wording.fetch(one), on_click=fetch.start, icon=":material/download:", key="train-fetch")
    if fetch.complaint:
        st.error(wording.told(fetch.complaint))
