"""The contact sheet of what was found."""

from __future__ import annotations

import io
import string

import numpy as np
import pytest
from PIL import Image

from vae_engine.data import report

PHONE = 358  # pixels of the page that a picture has on a phone


@pytest.mark.parametrize(
    "names", [list("0123456789"), list(string.ascii_letters + string.digits), [f"class no. {i}" for i in range(100)]]
)
def test_names_on_a_contact_sheet_are_read_on_a_phone(names: list[str]) -> None:
    labels = np.arange(len(names), dtype=np.uint8).repeat(9)
    raw = report.sheet(np.zeros((len(labels), 28, 28), np.uint8), labels, tuple(names), inverted=False)
    shown = PHONE / Image.open(io.BytesIO(raw)).width
    assert report._TEXT * shown >= 10
