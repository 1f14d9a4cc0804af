"""Models are shown on the pixels they were trained on, and images on the ground that their files have."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load
from support.builders import short, tiny

from vae_engine import build_model
from vae_engine.data import datasets, own
from vae_engine.data import mnist as data
from vae_engine.exchange import bundle as export
from vae_engine.exchange import film
from vae_engine.model import loading
from vae_engine.runs import runs
from vae_engine.stored import checkpoints, forward, registry
from vae_engine.stored.weights import notes


@pytest.mark.parametrize("protocol", data.PROTOCOLS)
def test_a_model_is_shown_on_the_pixels_that_it_was_trained_on(protocol: str, digits: data.Images, tmp_path: Path) -> None:
    """Codes in bundle and film are those of the run's own pixels, and `evaluate` measures on them."""
    np.savez(tmp_path / "own.npz", images=digits.images[:60], labels=digits.labels[:60])
    settings = short(data=str(tmp_path / "own.npz"), protocol=protocol, steps=2)
    list(runs.start(tmp_path / "run", tiny(), settings))
    stored = registry.find(str(tmp_path / "run"))
    header = json.loads(notes(export.bundle(stored))["bundle"])
    assert (header["points"]["protocol"], header["train"]["protocol"]) == (protocol, protocol)
    shown = datasets.shown(stored.train.data)[0].images
    expected, _ = forward.encode(stored, data.observe_fixed(shown, protocol, header["points"]["seed"]))
    tensors, _ = export.encode_all(stored)
    assert np.array_equal(tensors["points.codes"], export.quantise(expected)[0])
    assert json.loads(notes(film.frame(tmp_path / "run", 2))["frame"])["points"]["protocol"] == protocol


def test_images_that_were_replaced_are_never_paired_with_old_codes(digits: data.Images, tmp_path: Path) -> None:
    place, folder = tmp_path / "own.npz", tmp_path / "run"
    np.savez(place, images=digits.images[:30], labels=digits.labels[:30])
    loading.save(folder, build_model(tiny(), 0), short(data=str(place), classes=own.classes(place)), {"elbo": -1.0})
    stored = checkpoints.read(folder)
    old = load(export.bundle(stored))
    np.savez(place, images=digits.images[30:60], labels=digits.labels[30:60])
    new = load(export.bundle(stored))
    images = np.frombuffer(gzip.decompress(new["points.images"].tobytes())[16:], np.uint8).reshape(-1, 28, 28)
    assert np.array_equal(images, datasets.shown(str(place))[0].images)
    x = data.observe_fixed(images, stored.train.protocol, export.SEED)
    assert np.array_equal(new["points.codes"], export.quantise(forward.encode(stored, x)[0])[0])
    assert not np.array_equal(new["points.codes"], old["points.codes"])


def test_kept_codes_of_other_pixels_are_not_used(tmp_path: Path) -> None:
    stored = registry.find("vae-mnist-small")
    assert export.read_codes(stored) is not None
    assert export.read_codes(replace(stored, train=replace(stored.train, protocol="grey"))) is None


@pytest.mark.parametrize(("dark", "paper"), [(True, "light"), (False, "dark")])
def test_it_says_on_which_ground_images_look_as_their_files(dark: bool, paper: str, digits: data.Images, tmp_path: Path) -> None:
    np.savez(tmp_path / "own.npz", images=255 - digits.images[:60] if dark else digits.images[:60])
    place = str(tmp_path / "own.npz")
    assert datasets.paper(place) == paper
    seen = np.sort(datasets.load(place, "test").images, axis=None)
    assert seen[seen.size // 2] == 0, "the network sees bright ink on dark ground either way"
    assert json.loads(notes(film.cast(place))["cast"])["paper"] == paper
    assert datasets.paper("mnist") is None
