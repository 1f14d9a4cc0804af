"""What a visitor has chosen: the only file that touches the session and the address of the page."""

from __future__ import annotations

import math
import secrets
import time
from collections.abc import Sequence
from typing import Any

import streamlit as st

from dashboard.explore_link import state_of, to_explore
from dashboard.explorer import ExplorerResult

_MODELS = "models"
STEP, TASK, EXPERIMENT = "step", "task", "experiment"
"""The books that a visitor leafs through: the lecture, the worksheet and the lab."""
_KEPT, _VISITOR = "kept", "visitor"
_EXPLORED = "explored"
_SETTLING = 2.0  # seconds


def chosen_models(choices: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """The models on the Explore page, one of each list of choices: those in the address, or the first."""
    asked = st.query_params.get(_MODELS, "").split(",")
    return tuple(next((name for name in asked if name in names), names[0]) for names in choices)


def choose_models(names: Sequence[str]) -> None:
    """Put the models into the address, so that a reload or a shared link shows them again."""
    st.query_params[_MODELS] = ",".join(names)


def turned_to(book: str, names: Sequence[str]) -> tuple[str, bool]:
    """The page a visitor has a book open at, and whether the address made sense: its own, the last one seen, or the first."""
    asked = st.query_params.get(book)
    last, turned = kept(book, ("", -math.inf))
    # A rerun that was already under way when the page was turned still carries the address from before.
    if asked is None or (asked != last and time.monotonic() - turned < _SETTLING):
        asked = last or names[0]
        st.query_params[book] = asked
    if asked not in names:
        return names[0], False
    keep(book, (asked, turned))
    return asked, True


def turn_to(book: str, name: str) -> None:
    """Turn to a page of a book, in the address as well."""
    keep(book, (name, time.monotonic()))
    st.query_params[book] = name


def in_address(key: str) -> str:
    """What the address of the page says under a key; nothing where it says nothing."""
    return st.query_params.get(key, "")


def to_address(key: str, value: str) -> None:
    """Let the address of the page say something under a key, or nothing any more."""
    if value:
        st.query_params[key] = value
    else:
        st.query_params.pop(key, None)


def visitor() -> str:
    """An id of whoever looks, for this session."""
    if not kept(_VISITOR):
        keep(_VISITOR, secrets.token_hex(8))
    return kept(_VISITOR)


def kept(key: str, default: Any = None) -> Any:
    """What was kept under a key in this session."""
    return _kept().get(key, default)


def keep(key: str, value: Any) -> None:
    """Keep a value for the rest of the session."""
    _kept()[key] = value


def widget(key: str) -> Any:
    """What a widget says, or said when it was last seen; None before that."""
    return st.session_state.get(key)


def fill_in(key: str, value: Any) -> None:
    """As a callback: make a widget say something."""
    st.session_state[key] = value


def keep_explored(names: Sequence[str], result: ExplorerResult) -> None:
    """Remember what the visitor settled on at Explore, as a link."""
    if result.z:
        places = [result.z[kind] for kind in ("vae", "ae") if kind in result.z]
        keep(_EXPLORED, to_explore(state_of(mode=result.mode, z=places, image=result.selection), names))


def explored() -> str:
    """The link to what the visitor last settled on at Explore in this session, or nothing."""
    return kept(_EXPLORED, "")


def _kept() -> dict[str, Any]:
    if _KEPT not in st.session_state:
        st.session_state[_KEPT] = {}
    return st.session_state[_KEPT]
