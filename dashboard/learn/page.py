"""Learn: the lectures as steps, each one screen with one thing to move. The browser lays them out (browser/learn/course.js)."""

from __future__ import annotations

import streamlit as st

from dashboard.learn import routes, wording
from dashboard.learn.component import course
from dashboard.stock import catalogue
from dashboard.stock.material import LESSON_MODELS
from vae_engine.base.errors import EngineError

# One screen: the view has its own margin.
_STYLE = "<style>.stMainBlockContainer { padding: 3.75rem 0 0; }</style>"


def show() -> None:
    """Lay the page out."""
    st.html(_STYLE)
    try:
        rungs = [(one.train.beta, one.name) for one in catalogue.ladder()]
        with st.spinner(wording.WORKING):
            steps = routes.address()
        pair = catalogue.library(LESSON_MODELS)
        ladder = catalogue.library(tuple(name for _, name in rungs)) if rungs else None
    except EngineError as error:
        st.error(str(error))
        return
    course(steps, pair, ladder, rungs, LESSON_MODELS[1])
