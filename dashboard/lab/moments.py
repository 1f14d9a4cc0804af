"""The moments of an experiment, stepped through one at a time."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence

import streamlit as st
from PIL import Image

from dashboard.lab import places as lab_places
from dashboard.lab import style as lab_style
from dashboard.lab import wording
from dashboard.shared import state
from dashboard.shared.picture_url import picture_url
from dashboard.shared.wording import FIRST, LAST, NEXT, PREVIOUS
from vae_engine.experiments.result import Moment, Picture

_SCALE = 4  # pixels of the screen that one of an image takes along a side, where there is room
_BESIDE, _HALF, _ALONE, _PAGE = 3, 4, 5, 9  # images that fit side by side: beside points, on half of, on most of, on the page
_STACKED = 2  # pictures that fit beside points
_KEYS = ("PageUp", "PageDown")  # those that a presenter's remote control sends, as on Learn


def steps(moments: Sequence[Moment], key: str, dark: bool) -> None:
    """A slider and two buttons, and the moment they stand at."""
    last = len(moments) - 1
    at = min(state.widget(key) or 0, last)
    if last:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            _turn(PREVIOUS, key, at - 1, last, _KEYS[0])
            _turn(NEXT, key, at + 1, last, _KEYS[1])
            # A rerun that a run cut short may have left it out: what it stood at is given again.
            state.fill_in(key, at)
            at = st.select_slider(
                wording.MOMENT, range(last + 1), format_func=lambda i: moments[i].label, key=key, label_visibility="collapsed"
            )
    _moment(moments, at, key, dark)


def _turn(label: str, key: str, to: int, last: int, shortcut: str) -> None:
    out = not 0 <= to <= last
    help = None if not out else FIRST if to < 0 else LAST
    st.button(label, disabled=out, shortcut=shortcut, on_click=state.fill_in, args=(key, to), key=f"{key} {label}", help=help)


def _moment(moments: Sequence[Moment], at: int, key: str, dark: bool) -> None:
    moment = moments[at]
    st.markdown(f"**{wording.stands(at, len(moments), moment.label)}** {moment.text}")
    if moment.points:
        left, right = st.columns([1.25, 1], gap="medium")
        with left:
            alt = wording.places_alt(moment)
            figure = lab_places.figure(moments, at, dark)
            st.plotly_chart(figure, key=f"{key} places", alt=alt, config=lab_style.settings(f"moment-{at + 1}", "png"))
            if at > lab_places.together(moments, at)[0]:
                st.caption(wording.BEFORE)
    else:
        left, right = st.columns([1.8, 1], gap="medium")
    with right:
        if moment.numbers:
            st.markdown(wording.beside(moment.numbers[: wording.SEEN]))
            if folded := moment.numbers[wording.SEEN :]:
                with st.expander(wording.more(len(folded))):
                    st.markdown(wording.beside(folded))
    if not moment.points:
        with left:
            pictures(moment.pictures, _ALONE)
    elif len(moment.pictures) <= _STACKED:
        with right:
            pictures(moment.pictures, _BESIDE)
    else:
        for place, column in enumerate(st.columns(2, gap="medium")):
            with column:
                pictures(moment.pictures[place::2], _HALF)


def pictures(shown: Sequence[Picture], room: int = _PAGE) -> None:
    """Pictures, each pixel a square, those of more than `room` images side by side as wide as there is room for."""
    for picture in shown:
        width = 28 * picture.columns * _SCALE
        st.image(
            _enlarged(picture.png, width), caption=picture.caption, alt=picture.caption,
            width=width if picture.columns <= room else "stretch",
        )  # fmt: skip


@st.cache_data(show_spinner=False, max_entries=100)
def _enlarged(png: str, width: int) -> str:
    with Image.open(io.BytesIO(base64.b64decode(png)), formats=("PNG",)) as image:
        large = image.resize((width, image.height * width // image.width), Image.Resampling.NEAREST)
    packed = io.BytesIO()
    large.save(packed, "PNG")
    return picture_url(packed.getvalue())
