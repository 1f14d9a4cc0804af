"""The bar with which a visitor leafs through a book: previous, all its pages, next; by keys as well."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard import state

_PREVIOUS, _NEXT = ("Previous", "PageUp"), ("Next", "PageDown")  # the keys that a presenter's remote control sends
_PAGES = "Pages"


def bar(book: str, names: Sequence[str], labels: Sequence[str], place: int) -> None:
    """Draw the bar; what it does is in the address (state.turned_to)."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        _turn(book, names, place - 1, *_PREVIOUS)
        # A key of its own for each page, because the other buttons change the page as well.
        key = state.renewed(book, f"{book}-{names[place]}")
        st.segmented_control(
            _PAGES,
            range(len(names)),
            default=place,
            required=True,
            format_func=labels.__getitem__,
            label_visibility="collapsed",
            key=key,
            on_change=_chosen,
            args=(book, names, key),
        )
        _turn(book, names, place + 1, *_NEXT)


def _turn(book: str, names: Sequence[str], to: int, label: str, shortcut: str) -> None:
    exists = 0 <= to < len(names)
    target = names[to] if exists else ""
    st.button(label, disabled=not exists, shortcut=shortcut, on_click=state.turn_to, args=(book, target), key=f"{book} {label}")


def _chosen(book: str, names: Sequence[str], key: str) -> None:
    if state.on_screen(book, key):
        state.turn_to(book, names[state.widget(key)])
