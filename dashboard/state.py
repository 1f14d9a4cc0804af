"""What a visitor has chosen: the only file that touches the session and the address of the page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

_MODELS = "models"
_STEP = "step"
_KEPT = "kept"


def chosen_models(choices: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """The models on the Explore page, one of each list of choices: those in the address, or the first."""
    asked = st.query_params.get(_MODELS, "").split(",")
    return tuple(next((name for name in asked if name in names), names[0]) for names in choices)


def choose_models(names: Sequence[str]) -> None:
    """Put the models into the address, so that a reload or a shared link shows them again."""
    st.query_params[_MODELS] = ",".join(names)


def lesson_step(names: Sequence[str]) -> tuple[str, bool]:
    """The step on the Learn page, and whether the address made sense: its own, the last one seen, or the first."""
    asked = st.query_params.get(_STEP)
    if asked is None:
        asked = kept(_STEP, names[0])
        st.query_params[_STEP] = asked
    if asked not in names:
        return names[0], False
    keep(_STEP, asked)
    return asked, True


def go_to_step(name: str) -> None:
    """Put a step into the address."""
    st.query_params[_STEP] = name


def kept(key: str, default: Any = None) -> Any:
    """What was kept under a key in this session."""
    return _kept().get(key, default)


def keep(key: str, value: Any) -> None:
    """Keep a value for the rest of the session."""
    _kept()[key] = value


def widget(key: str) -> Any:
    """What a widget says, in its callback."""
    return st.session_state[key]


def _kept() -> dict[str, Any]:
    if _KEPT not in st.session_state:
        st.session_state[_KEPT] = {}
    return st.session_state[_KEPT]
