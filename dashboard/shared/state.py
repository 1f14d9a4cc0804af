"""What a visitor has chosen: the only file that touches the session and the address of the page."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dashboard.shared import visitors
from dashboard.shared.model_choice import Choice, Pair, side_by_side
from vae_engine.base.errors import EngineError

_MODELS = "models"
TASK, EXPERIMENT = "task", "experiment"
"""The books that a visitor leafs through: the lecture, the worksheet and the lab."""
CHART = "chart"
"""In the address of the Lab: the chart of the experiment that a scene of a lecture is about."""
_KEPT, _VISITOR = "kept", "visitor"
PIN = "pin"
"""In the address of Runs: the runs that stand side by side."""
_PINNINGS = "pinnings"
_WATCHED = "run"
COMPLAINT, DELETED, UPLOADS = "complaint", "deleted", "uploads"
"""Kept by the Runs page: what went wrong in a callback, the run deleted last, how many were uploaded."""
_EXPLORED, _HELD, _AT_HAND, _PUT_AWAY, _VISIT = "explored", "held", "at hand", "put away", "visit"


def _asked(key: str, left: str | None) -> str | None:
    """What an address asks for under a key: what it says on arrival and after Back or Forward, otherwise what was `left`.

    Any other rerun may have been under way when something was chosen, and then carries the address from before.
    """
    asked, context = st.query_params.get(key), get_script_run_ctx()
    # No public name of Streamlit's: without it Back leaves a page's choices as they are.
    if left is None or getattr(context, "is_history_navigation", False):
        return asked
    if (asked or "") != left:
        to_address(key, left)
    return left


def chosen_models(choices: Sequence[Choice]) -> Pair:
    """The models on the Explore page: those in the address as far as that goes, the last ones seen, or the first ones."""
    last, notice, turn = kept(_MODELS, (None, "", 0))
    asked = _asked(_MODELS, last) or ""
    pair = side_by_side(choices, asked.split(","))
    if asked == last:
        pair = replace(pair, notice=pair.notice or notice)
    # An address that made no sense stays as it is: to change it would take away the state that follows its `#`.
    keep(_MODELS, (asked, notice if asked == last else "", turn))
    return pair


def choose_models(pair: Pair) -> None:
    """Put the models into the address, so that a reload or a shared link shows them again; their notice is kept with them."""
    names = ",".join(pair.names)
    keep(_MODELS, (names, pair.notice, choosing() + 1))
    to_address(_MODELS, names)


def choosing() -> int:
    """Changes whenever models were chosen on the Explore page."""
    return kept(_MODELS, (None, "", 0))[2]


def turned_to(book: str, names: Sequence[str]) -> tuple[str, bool]:
    """The page a visitor has a book open at, and whether the address made sense: its own, the last one seen, or the first."""
    asked = _asked(book, kept(book))
    if asked is None:
        asked = names[0]
        to_address(book, asked)
    if asked not in names:
        return names[0], False
    keep(book, asked)
    return asked, True


def chart() -> str:
    """The name of the chart that the address asks for; nothing for none."""
    return st.query_params.get(CHART, "")


def is_unopened(book: str) -> bool:
    """Whether nothing says yet at which page a visitor has a book open: neither the address nor this session."""
    return kept(book) is None and st.query_params.get(book) is None


def turn_to(book: str, name: str) -> None:
    """Turn to a page of a book, in the address as well."""
    keep(book, name)
    to_address(book, name)


def at_hand(names: Sequence[str]) -> str:
    """The task that a visitor works on away from the worksheet: the one in the address, else the one taken up last; nothing
    for none of these names, and for one that was put away. Merely to look at a task takes up none.
    """
    asked = st.query_params.get(TASK) or kept(_AT_HAND)
    if asked not in names or asked == kept(_PUT_AWAY):
        return ""
    keep(_AT_HAND, asked)
    keep(TASK, asked)
    return asked


def is_taken_up(task: str) -> bool:
    """Whether a task stands above the pages on which it is worked on."""
    return kept(_AT_HAND) == task != kept(_PUT_AWAY)


def take_up(task: str) -> None:
    """As a callback: have a task at hand on other pages, until it is put away or another one is taken up."""
    keep(_AT_HAND, task)
    keep(_PUT_AWAY, "")


def put_away(task: str) -> None:
    """As a callback: have a task at hand no longer, until another one is."""
    keep(_PUT_AWAY, task)


def pinned() -> list[str]:
    """The runs that stand side by side: those in the address, or the last ones of this session."""
    last = kept(PIN)
    asked = _asked(PIN, last) or ""
    if asked != last:
        keep(PIN, asked)
        keep(_PINNINGS, pinnings() + 1)
    return list(dict.fromkeys(one for one in asked.split(",") if one))


def pin(ids: Sequence[str], by_table: bool = False) -> None:
    """Let runs stand side by side, in the address as well."""
    asked = ",".join(ids)
    keep(PIN, asked)
    to_address(PIN, asked)
    if not by_table:
        keep(_PINNINGS, pinnings() + 1)


def pinnings() -> int:
    """Changes whenever runs were pinned otherwise than by ticking them in the table, which must then be told."""
    return kept(_PINNINGS, 0)


def watched(page: str = "") -> str:
    """The run on the Train page, or on another: the one in the address, or the last one of this session; nothing for none."""
    key = f"{_WATCHED} {page}"
    asked = _asked(_WATCHED, kept(key)) or ""
    keep(key, asked)
    return asked


def watch(run: str, page: str = "") -> None:
    """Have a run on the Train page, or on another, in the address as well; nothing for none."""
    keep(f"{_WATCHED} {page}", run)
    to_address(_WATCHED, run)


def to_address(key: str, value: str) -> None:
    """Let the address of the page say something under a key, or nothing any more."""
    if value:
        st.query_params[key] = value
    else:
        st.query_params.pop(key, None)


def visitor() -> str:
    """Under which name the runs of whoever looks are kept: that of their browser, or, without cookies, of this session."""
    if owner := visitors.owner(dict(st.context.cookies)):
        return owner
    if not kept(_VISITOR):
        keep(_VISITOR, secrets.token_hex(16))
    return kept(_VISITOR)


def has_no_cookies() -> bool:
    """Whether the cookie of the first page did not come back: the browser takes none, or something in between drops them."""
    return not visitors.owner(dict(st.context.cookies))


def asking() -> str | None:
    """As whom the visitor asks for a change of a run; None where every run is theirs to change."""
    return None if visitors.may_change_all(dict(st.context.cookies), os.environ) else visitor()


def kept(key: str, default: Any = None) -> Any:
    """What was kept under a key in this session."""
    return _kept().get(key, default)


def keep(key: str, value: Any) -> None:
    """Keep a value for the rest of the session."""
    _kept()[key] = value


def widget(key: str) -> Any:
    """What a widget says, or said when it was last seen; None before that."""
    return st.session_state.get(key)


def is_seen(key: str) -> bool:
    """Whether the session knows what a widget says."""
    return key in st.session_state


def begin_with(key: str, value: Any) -> None:
    """What a widget says before anyone touched it."""
    st.session_state.setdefault(key, value)


def fill_in(key: str, value: Any) -> None:
    """As a callback: make a widget say something."""
    st.session_state[key] = value


def renewed(slot: str, key: str) -> str:
    """The key of a widget that becomes another one when what it says is changed elsewhere; from now on it is on screen."""
    keep(f"on screen: {slot}", key)
    return key


def on_screen(slot: str, key: str) -> bool:
    """Whether a widget is still on screen: a rerun that was under way when it was renewed reports once more what it said."""
    return kept(f"on screen: {slot}") == key


def attempt(action: Callable[..., Any], *arguments: Any) -> None:
    """As a callback: do something, and keep the complaint if it cannot be done."""
    try:
        action(*arguments)
    except EngineError as error:
        keep(COMPLAINT, str(error))


def roll(key: str) -> None:
    """As a callback: give the text field of a seed a fresh one."""
    fill_in(key, str(secrets.randbelow(10_000)))


def is_dark() -> bool:
    """Whether the visitor's theme is dark."""
    return st.context.theme.type == "dark"


def is_embedded() -> bool:
    """Whether the page stands in a frame that asks for no bars, as a lecture's does."""
    return bool(st.context.is_embedded)


def keep_explored(link: str, is_held: bool = False) -> None:
    """Remember what the visitor settled on at Explore, as a link, and whether its point was held or followed the pointer."""
    keep(_EXPLORED, link)
    keep(_HELD, is_held)


def visit(link: str, task: str) -> None:
    """Before Explore is shown: have it open the models it opens on, in the state of a link, with a task at hand."""
    keep(_MODELS, ("", "", choosing() + 1))
    keep(TASK, task)
    take_up(task)
    keep_explored("")
    keep(_VISIT, (link, visiting()[1] + 1))


def visiting() -> tuple[str, int]:
    """The state in which Explore was asked for last in this session, and how often that was done."""
    return kept(_VISIT, ("", 0))


def explored() -> str:
    """The link to what the visitor last settled on at Explore in this session, or nothing."""
    return kept(_EXPLORED, "")


def is_point_held() -> bool:
    """Whether the point in `explored` was chosen, and is not merely where the pointer left the map."""
    return kept(_HELD, False)


def _kept() -> dict[str, Any]:
    if _KEPT not in st.session_state:
        st.session_state[_KEPT] = {}
    return st.session_state[_KEPT]
