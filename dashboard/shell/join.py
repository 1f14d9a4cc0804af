"""Join: the address of this server as a QR code, to project for those who are to open it."""

from __future__ import annotations

import html
import io

import segno
import streamlit as st

from dashboard.shell import wording
from dashboard.shell.serving import join_address

_WIDTH = 540  # with the address below it fits a screen of 768
_STYLE = "text-align: center; font-size: clamp(1.2rem, 3vw, 3rem); overflow-wrap: anywhere; margin: 0"


def show(given: str) -> None:
    """Lay the page out; `given` is the address by which others reach the server, as far as it knows."""
    address = join_address(st.context.url or "", given).removesuffix(f"/{wording.JOIN_PATH}")
    code = io.BytesIO()
    segno.make(address, error="m").save(code, kind="png", scale=16, border=4)
    with st.container(horizontal_alignment="center"):
        st.image(code.getvalue(), width=_WIDTH, alt=wording.qr_alt(address), output_format="PNG")
        st.html(f'<p style="{_STYLE}">{html.escape(address)}</p>')
