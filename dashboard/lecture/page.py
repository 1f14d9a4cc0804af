"""Lecture: scenes collected on any page, laid out, annotated and presented."""

from __future__ import annotations

import streamlit as st

from dashboard.lecture import lecture, wording
from dashboard.lecture.component import desk
from dashboard.stock import catalogue
from dashboard.stock.material import LESSON_MODELS
from vae_engine.base.errors import EngineError


def show(address: str) -> None:
    """Lay the page out; `address` is the one by which others open the dashboard, as far as that is known."""
    try:
        rungs = tuple(one.name for one in catalogue.ladder())
        names = (*LESSON_MODELS, *rungs)
        library = catalogue.library(names)
    except EngineError as error:
        st.error(str(error))
        return
    try:
        text = lecture.bundled()
    except OSError:
        st.error(wording.NO_LECTURE)
        return
    usual, first = range(len(LESSON_MODELS)), len(LESSON_MODELS)
    desk(library, names, usual=usual, ladder=range(first, len(names)), lecture=text, address=address)
