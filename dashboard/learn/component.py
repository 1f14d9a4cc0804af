"""The steps of Learn as a Streamlit component: where they and their models are in, nothing out. The browser does all of it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.shared import browser
from dashboard.stock.library import Library

_course = st.components.v2.component(
    "latent_course",
    html='<div id="latent-course"></div>\n',
    css=browser.styles(*browser.LEARN),
    js=browser.loaded("streamlit/learn"),
)


def course(steps: str, pair: Library, ladder: Library | None, rungs: Sequence[tuple[float, str]], second: str) -> None:
    """Show the steps, of which the address names the open one.

    `steps` is the address of what is said in them (dashboard/learn/routes.py), `pair` the library of the VAE and the
    autoencoder that they are about, `ladder` that of the models that differ in β, if there are any; `rungs` are their
    values of β, ascending, with their names, `second` is the name of the autoencoder.
    """
    about = {"steps": steps, "pair": pair.told(), "ladder": ladder and ladder.told(), "rungs": list(rungs), "second": second}
    _course(key="course", data=browser.told(about))
