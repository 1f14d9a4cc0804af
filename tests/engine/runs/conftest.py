"""What runs are trained on here."""

from __future__ import annotations

import pytest

from vae_engine.data import mnist as data


@pytest.fixture(scope="module")
def images(digits: data.Images) -> dict[str, data.Images]:
    """Three batches to train on, and the rest to hold out."""
    return {"train_images": digits.head(48), "validation_images": data.Images(digits.images[48:], digits.labels[48:])}
