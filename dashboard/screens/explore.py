"""Explore: two models' latent maps side by side, decoded in the browser."""

from __future__ import annotations

import streamlit as st

from dashboard import catalogue, state, wording
from dashboard.explorer import explorer
from vae_engine.errors import EngineError


def show() -> None:
    """Lay the page out."""
    # An instrument, not a text: it takes the room that Streamlit keeps for margins.
    st.html("<style>.stMainBlockContainer { padding: 3.75rem 0 0; }</style>")
    choices = catalogue.choices()
    names = state.chosen_models(choices)
    try:
        bundles = catalogue.bundles(names)
    except EngineError as error:
        st.error(str(error))
        return
    if not bundles:
        st.info(wording.NO_MODELS)
        return
    result = explorer(bundles, choices=choices, key="explorer")
    state.keep_explored(names, result)
    if result.models and result.models != names:
        state.choose_models(result.models)
        st.rerun()
