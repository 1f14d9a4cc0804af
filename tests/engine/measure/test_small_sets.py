"""The smallest sets of one's own images: training, measuring, bundle and film give finite numbers."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.builders import short, tiny

from vae_engine.data import mnist as data
from vae_engine.data import own
from vae_engine.exchange import bundle, film
from vae_engine.measure.evaluation import evaluate
from vae_engine.model import loading
from vae_engine.runs import runs
from vae_engine.stored import checkpoints
from vae_engine.training.events import Epoch, Finished


def numbers(value: Any) -> list[float]:
    """All numbers in nested lists and dictionaries."""
    if isinstance(value, dict):
        return [one for item in value.values() for one in numbers(item)]
    if isinstance(value, list):
        return [one for item in value for one in numbers(item)]
    return [value] if isinstance(value, (int, float)) else []


@pytest.mark.parametrize("kind", ["vae", "ae"])
@pytest.mark.parametrize("count", [own.FEWEST, 2 * own.FEWEST])
def test_everything_measured_of_a_handful_of_images_is_finite(count: int, kind: str, digits: data.Images, tmp_path: Path) -> None:
    place = tmp_path / "mine.npz"
    np.savez(place, images=digits.images[:count], labels=digits.labels[:count])
    settings = short(data=str(place), classes=own.classes(place), steps=3)
    events = list(runs.start(tmp_path / "run", tiny(kind=kind), settings))
    terms = [event.terms for event in events if isinstance(event, (Epoch, Finished))]
    assert terms
    assert all(map(math.isfinite, numbers(terms)))
    for split in own.counts(place):
        found = evaluate(loading.load_model(str(tmp_path / "run")), "mine", split=split, data_set=str(place), is_samples=5)
        assert all(map(math.isfinite, numbers(found))), found
    stored = checkpoints.read(tmp_path / "run")
    tensors, header = bundle.encode_all(stored)
    assert header["points"]["splits"] == own.counts(place)
    assert len(tensors["points.codes"]) == count
    assert all(np.isfinite(tensor.astype(float)).all() for tensor in tensors.values())
    assert film.frame(tmp_path / "run", 3)
    assert film.cast(str(place))
