"""Of a set that is larger than the sample whose images travel, a bundle brings the codes of all others, as far as it has room."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load
from support.builders import attempt, short, tiny

from vae_engine import EngineError, build_model
from vae_engine.data import datasets, own
from vae_engine.data import mnist as data
from vae_engine.exchange import bundle as export
from vae_engine.model import loading
from vae_engine.stored import checkpoints, forward
from vae_engine.stored.checkpoints import Stored
from vae_engine.stored.weights import notes

MORE = 600


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Stored:
    """A model of images of one's own, 600 more than a bundle carries, with its codes kept."""
    place = tmp_path_factory.mktemp("many")
    digits = data.load("train").head(datasets.SHOWN + MORE)
    np.savez(place / "own.npz", images=digits.images, labels=digits.labels)
    address = own.address(place / "own.npz", pinned=True)
    loading.save(place / "run", build_model(tiny(), 0), short(data=address, classes=own.classes(address)), {"elbo": -1.0})
    found = checkpoints.read(place / "run")
    assert "rest.codes" not in load(export.bundle(found)), "they take long, and are there once they are kept"
    export.write_bundle(found, place / "exported")
    export.write_codes(found, {})
    assert (place / "exported").read_bytes() == export.bundle(found), "what is written for others has them anyway"
    return found


def test_the_codes_of_all_other_images_are_those_of_the_encoder(stored: Stored) -> None:
    raw = export.bundle(stored)
    tensors, header = load(raw), json.loads(notes(raw)["bundle"])
    whole = own.known(stored.train.data).images
    assert np.array_equal(np.concatenate([tensors["points.labels"], tensors["rest.labels"]]), whole.labels)
    x = data.observe_fixed(whole.images, stored.train.protocol, export.SEED)[datasets.SHOWN :]
    assert np.array_equal(tensors["rest.codes"], export.quantise(forward.encode(stored, x)[0])[0])
    assert (header["rest"]["count"], header["rest"]["of"]) == (MORE, MORE)
    assert sum(header["points"]["of"].values()) == datasets.SHOWN + MORE


def test_a_bundle_that_would_be_too_large_has_some_from_everywhere(stored: Stored, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = load(export.bundle(stored))
    room = sum(one.nbytes for name, one in whole.items() if not name.startswith("rest"))
    monkeypatch.setattr(export, "MOST_BYTES", room + 100_000 + 5 * MORE // 3)
    raw = export.bundle(stored)
    tensors, header = load(raw), json.loads(notes(raw)["bundle"])
    assert len(raw) <= export.MOST_BYTES
    assert (header["rest"]["count"], header["rest"]["of"]) == (MORE // 3, MORE)
    for name in ("rest.codes", "rest.labels"):
        assert np.array_equal(tensors[name], whole[name][::3])


def test_what_a_map_shows_whole_has_no_rest() -> None:
    for name in ("mnist", "fashion", "kmnist"):
        assert datasets.count(name, "test") == datasets.SHOWN
    assert len(datasets.rest("mnist")) == 0


def test_codes_are_kept_of_images_that_are_known_for_sure(stored: Stored, tmp_path: Path) -> None:
    place = tmp_path / "own.npz"
    few = data.load("test").head(30)
    np.savez(place, images=few.images, labels=few.labels)
    loading.save(tmp_path / "any", build_model(tiny(), 0), short(data=str(place), classes=own.classes(place)), {"elbo": -1.0})
    assert "does not say which images" in str(attempt(export.write_codes, checkpoints.read(tmp_path / "any"), {}))
    address = own.address(place, pinned=True)
    loading.save(tmp_path / "pinned", build_model(tiny(), 0), short(data=address, classes=own.classes(place)), {"elbo": -1.0})
    export.write_codes(pinned := checkpoints.read(tmp_path / "pinned"), {})
    assert export.read_codes(pinned) is not None
    np.savez(place, images=few.images[::-1], labels=few.labels)
    with pytest.raises(EngineError, match="no longer those that were trained on"):
        export.bundle(pinned)
