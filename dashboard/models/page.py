"""Models: every bundled model with its measured numbers and how it was made."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from dashboard.explore import one_file
from dashboard.jobs import files as run_files
from dashboard.learn.steps.reconstruction import compared
from dashboard.models import bring, charts
from dashboard.shared import wording
from dashboard.shared.model_choice import Choice, offered_beside, side_by_side
from dashboard.shared.tables import with_minus
from dashboard.stock import catalogue, own_runs
from dashboard.stock.catalogue import Stamp
from dashboard.stock.material import LESSON_MODELS
from vae_engine.base.errors import EngineError
from vae_engine.publish import tables
from vae_engine.stored import registry, weights
from vae_engine.stored.checkpoints import Stored


def show() -> None:
    """Lay the page out."""
    st.header(wording.MODELS)
    models = []
    for name in registry.names():
        try:
            models.append(catalogue.stored(name))
        except EngineError as error:
            st.error(str(error))
    if not models:
        st.info(wording.NO_MODELS)
        return
    models = tables.ranked(models)
    _numbers(tuple(m.name for m in models))
    _one_file(models)
    bring.show()
    st.subheader(wording.CARDS)
    for m in models:
        card = m.folder / "README.md"
        with st.expander(m.name):
            st.markdown(card.read_text(encoding="utf-8") if card.exists() else wording.NO_CARD)


# What is on the page for all: Streamlit keeps what a cached function shows, and to make table and chart takes most of a visit.
@st.cache_data(show_spinner=False, max_entries=4)
def _numbers(names: tuple[str, ...]) -> None:
    """The measured numbers of bundled models, which never change."""
    models = [catalogue.stored(name) for name in names]
    rows = [
        {"model": m.name, "kind": m.model.kind, "parameters": weights.parameter_count(m.model)}
        | {name: m.metrics.get(name) for key in wording.METRIC_COLUMNS for name in (key, f"{key}_se")}
        for m in models
    ]
    columns = {key: st.column_config.NumberColumn(label) for key, label in wording.METRIC_COLUMNS.items()}
    beside = st.column_config.NumberColumn(wording.ERROR, help=wording.ERROR_HELP, width=50)
    columns |= {f"{key}_se": beside for key in wording.METRIC_COLUMNS}
    digits = {"parameters": 0} | {name: 2 for key in wording.METRIC_COLUMNS for name in (key, f"{key}_se")}
    st.dataframe(with_minus(rows, digits), hide_index=True, column_config=columns, placeholder="–", height="content")
    st.plotly_chart(charts.bounds({m.name: m.metrics for m in models}), key="bounds", alt=wording.BOUNDS_ALT)
    st.markdown(f":small[{wording.protocol_of([m.metrics for m in models])}]")
    if trusted := wording.trust_table({m.name: m.metrics for m in models}):
        with st.expander(wording.TRUST):
            st.markdown(trusted)
    pair = {m.name: m for m in models if m.name in LESSON_MODELS}
    if len(pair) == len(LESSON_MODELS):
        st.markdown(f":small[{compared(*(pair[name] for name in LESSON_MODELS))}]")


def _one_file(bundled: Sequence[Stored]) -> None:
    """The Explore page of one or two models, to take away: bundled ones, finished runs, and those that were brought."""
    flat = [Choice(m.name, m.name, "", m.model.kind, m.train.data) for m in bundled if m.model.latent_dim == 2]
    known = {choice.name: choice for choice in (*flat, *own_runs.finished())}
    if not known:
        return
    st.subheader(wording.ONE_FILE)
    st.markdown(f":small[{wording.ONE_FILE_HELP}]")
    columns = st.columns([2, 2, 1], vertical_alignment="bottom")
    first = columns[0].selectbox(wording.ONE_FILE_MODEL, known, format_func=lambda name: _called(known[name]))
    others = offered_beside(list(known.values()), known[first])
    usual = side_by_side(list(known.values()), (first,)).names
    second = columns[1].selectbox(
        wording.ONE_FILE_BESIDE, ["", *(one.name for one in others)],
        index=next((place for place, one in enumerate(others, 1) if one.name in usual), 0),
        format_func=lambda name: _called(known[name]) if name else wording.ONE_FILE_ALONE,
    )  # fmt: skip
    chosen = (first, second) if second else (first,)
    columns[-1].download_button(
        wording.ONE_FILE_BUTTON,
        data=partial(_html_page, chosen),
        file_name=f"explorer-{run_files.file_name('-'.join(known[name].title for name in chosen))}.html",
        mime="text/html",
        on_click="ignore",
        icon=":material/download:",
        width="stretch",
    )


def _called(choice: Choice) -> str:
    """A run may be called as a bundled model is."""
    return f"{choice.title} ({choice.group})" if choice.group else choice.title


def _html_page(names: tuple[str, ...]) -> bytes:
    """The Explore page of these models as one file; a class that asks for the same one waits once. Raises EngineError."""
    return _html_page_of(names, tuple(map(catalogue.stamp_of, names)))


@st.cache_resource(show_spinner=False, max_entries=4)
def _html_page_of(names: tuple[str, ...], stamps: tuple[Stamp, ...]) -> bytes:
    pairs = zip(names, stamps, strict=True)
    return one_file.page([str(own_runs.folder_of(name)) if stamp else name for name, stamp in pairs])
