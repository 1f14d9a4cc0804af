"""Join: the address of this server as a QR code, to project for those who are to open it."""

from __future__ import annotations

import html
import io

import segno
import streamlit as st

from dashboard.shared.picture_url import picture_url
from dashboard.shell import wording
from dashboard.shell.serving import join_address, leads_here

# As large as fits a screen with the address below it.
_CODE = "<style>.st-key-code { width: min(70vh, 100%); margin: 0 auto; }</style>"
_STYLE = "text-align: center; font-size: clamp(1.2rem, 3vw, 3rem); overflow-wrap: anywhere; margin: 0"


def address(given: str) -> str:
    """The address by which others reach the server; `given` is that by which it believes to be reached."""
    return join_address(st.context.url or "", given)


def show(given: str) -> None:
    """Lay the page out."""
    found = address(given)
    code = io.BytesIO()
    segno.make(found, error="m").save(code, kind="png", scale=16, border=4)
    if leads_here(found):
        st.warning(wording.ONLY_HERE)
    st.html(_CODE)
    with st.container(key="code"):
        st.image(picture_url(code.getvalue()), width="stretch", alt=wording.qr_alt(found))
    st.html(f'<p style="{_STYLE}">{html.escape(found)}</p>')
