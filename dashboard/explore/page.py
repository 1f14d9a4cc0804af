"""Explore: two models' latent maps side by side, decoded in the browser."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import streamlit as st

from dashboard.explore.component import ExplorerResult, answers, checked, explorer
from dashboard.shared import state, wording
from dashboard.shared.links import LESSONS, state_of, to_explore
from dashboard.shared.model_choice import MAPS, Choice, Pair, offered, side_by_side
from dashboard.stock import catalogue, own_runs
from dashboard.stock.catalogue import Shelf
from vae_engine.base.errors import EngineError

_KEY = "explorer"


def show() -> None:
    """Lay the page out."""
    # An instrument, not a text: it takes the room that Streamlit keeps for margins.
    st.html("<style>.stMainBlockContainer { padding: 3.75rem 0 0; }</style>")
    try:
        choices = catalogue.choices()
        pair, shelf = _shown(choices, state.chosen_models(choices))
    except EngineError as error:
        st.error(str(error))
        return
    if not pair.shown:
        st.info(wording.NO_MODELS)
        return
    link, visit = state.visiting()
    result = explorer(
        shelf.library, shown=shelf.shown, ladder=shelf.ladder, choices=offered(choices, pair.shown), notice=pair.notice,
        link=link, visit=visit, lesson=LESSONS, turn=state.choosing(), on_settle=partial(_settle, pair),
        on_choose=partial(_choose, choices, pair), on_answer=partial(_answer, choices, pair), key=_KEY,
    )  # fmt: skip
    remember(pair.names, result)


def remember(names: Sequence[str], result: ExplorerResult) -> None:
    """Keep what the visitor settled on, if anything, for the pages that ask for it."""
    if result.z:
        places = [result.z[name] for name in MAPS if name in result.z]
        link = result.link or state_of(mode=result.mode, z=places, image=result.selection)
        state.keep_explored(to_explore(link, names), result.held)


def _settle(pair: Pair) -> None:
    remember(pair.names, checked((state.widget(_KEY) or {}).get("report"), None, []))


def _choose(choices: Sequence[Choice], pair: Pair) -> None:
    names = [[one.name for one in group] for group in offered(choices, pair.shown)]
    models = checked(None, (state.widget(_KEY) or {}).get("models"), names).models
    if models and models != pair.names:
        chosen = next(new for new, old in zip(models, pair.names, strict=True) if new != old)
        state.choose_models(side_by_side(choices, models, chosen))


def _answer(choices: Sequence[Choice], pair: Pair) -> None:
    """Keep that a browser gives the numbers of a model, or show others where it does not."""
    for one in answers((state.widget(_KEY) or {}).get("asked"), pair.names):
        if one.complaint:
            title = next(choice.title for choice in pair.shown if choice.name == one.model)
            state.choose_models(replace(side_by_side(choices), notice=wording.refused(title, one.complaint)))
        else:
            own_runs.keep_answer(one.model, one.answer, state.asking())


def _shown(choices: Sequence[Choice], pair: Pair) -> tuple[Pair, Shelf]:
    """The models that can be shown: those wanted, or the first ones with the reason. Raises EngineError when none can."""
    try:
        with st.spinner(wording.READING_MODELS):
            return pair, catalogue.shelf(pair.names)
    except EngineError as error:
        first = side_by_side(choices)
        if first.names == pair.names:
            raise
        return replace(first, notice=str(error)), catalogue.shelf(first.names)
