"""Links that leave the page where it is: each says so in its own words, since a hint is seen by a pointer alone."""

from __future__ import annotations

import streamlit as st

_SAID = ", new tab"


def link(
    label: str, address: str, *, help: str | None = None, icon: str = ":material/open_in_new:", key: str | None = None
) -> None:
    """A button that opens an address in a new tab, as Streamlit opens all that it is given."""
    st.link_button(label + _SAID, address, help=help, icon=icon, key=key)
