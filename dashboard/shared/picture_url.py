"""A picture as part of the page that shows it."""

from __future__ import annotations

import base64


def picture_url(png: bytes) -> str:
    """A PNG as a data URL.

    Not a file on the server: Streamlit forgets those of the last run of a page, perhaps before a browser asks for them.
    """
    return "data:image/png;base64," + base64.b64encode(png).decode()
