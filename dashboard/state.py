"""What a visitor has chosen: the only file that touches the session and the address of the page."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

_MODELS = "models"


def chosen_models(choices: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """The models on the Explore page, one of each list of choices: those in the address, or the first."""
    asked = st.query_params.get(_MODELS, "").split(",")
    return tuple(next((name for name in asked if name in names), names[0]) for names in choices)


def choose_models(names: Sequence[str]) -> None:
    """Put the models into the address, so that a reload or a shared link shows them again."""
    st.query_params[_MODELS] = ",".join(names)
