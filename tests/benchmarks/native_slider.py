"""The yardstick: the same decoder behind Streamlit's own sliders and picture, with nothing of the explorer.

Run by explorer.py. The environment variable TUNED makes it as fast as Streamlit's own means allow: only the fragment
is run again, and what was loaded once is left out of the garbage collection.
"""

from __future__ import annotations

import gc
import os

import numpy as np
import streamlit as st

from vae_engine.stored import forward, registry
from vae_engine.stored.checkpoints import Stored


@st.cache_resource(show_spinner=False)
def model() -> Stored:
    """The model, read once."""
    found = registry.find("vae-mnist")
    if os.environ.get("TUNED"):
        gc.freeze()
    return found


def page() -> None:
    """Two sliders and the digit they decode to."""
    z1 = st.slider("z1", -4.0, 4.0, 0.0, 0.05)
    z2 = st.slider("z2", -4.0, 4.0, 0.0, 0.05)
    digit = forward.decode(model(), np.array([[z1, z2]]))[0]
    st.image(digit, width=280, clamp=True, output_format="PNG")


if os.environ.get("TUNED"):
    st.fragment(page)()
else:
    page()
