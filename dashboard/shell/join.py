"""Join: the address of this server as a QR code, to project for those who are to open it."""

from __future__ import annotations

import html

import segno
import streamlit as st

from dashboard.shell import wording
from dashboard.shell.serving import join_address


def show(given: str) -> None:
    """Lay the page out; `given` is the address by which others reach the server, as far as it knows."""
    address = join_address(st.context.url or "", given).removesuffix(f"/{wording.JOIN_PATH}")
    st.html(_page(address))


def _page(address: str) -> str:
    # Dark on white whatever the theme, with the quiet zone that readers need.
    # A picture, since Streamlit takes drawings out of its pages.
    code = segno.make(address, error="m").png_data_uri(scale=12, border=4)
    return (
        f'<div style="text-align: center"><img src="{code}" alt="{wording.qr_alt(html.escape(address))}" '
        f'style="width: min(70vh, 90vw); image-rendering: pixelated">'
        f'<p style="font-size: clamp(1.2rem, 3vw, 3rem); overflow-wrap: anywhere">{html.escape(address)}</p></div>'
    )
