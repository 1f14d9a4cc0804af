"""The images that are written and read back."""

from __future__ import annotations

import pytest
from support.image_files import COUNT

from vae_engine.data.mnist import Images


@pytest.fixture
def some(digits: Images) -> Images:
    """As many as are written."""
    return digits.head(COUNT)
