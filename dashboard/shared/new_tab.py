"""Links that leave the page where it is: each says so in its own words, since a hint is seen by a pointer alone."""

from __future__ import annotations

import streamlit as st

from dashboard.shared.wording import in_new_tab


def link(
    label: str, address: str, *, help: str | None = None, icon: str = ":material/open_in_new:", key: str | None = None
) -> None:
    """A button that opens an address in a new tab, as Streamlit opens all that it is given."""
    st.link_button(in_new_tab(label), address, help=help, icon=icon, key=key)
