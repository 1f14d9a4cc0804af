"""The browser's bundle: everything in it can be read back as what it was."""

from __future__ import annotations

import gzip
import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import load
from support.builders import listed, save_model, short, tiny

from vae_engine import EngineError, build_model
from vae_engine.data import datasets, own
from vae_engine.data import mnist as data
from vae_engine.exchange import bundle as export
from vae_engine.model import loading
from vae_engine.stored import checkpoints, forward, weights
from vae_engine.stored.architecture import layers
from vae_engine.stored.weights import expected_shapes, notes

SPEC = {
    "format",
    "version",
    "name",
    "kind",
    "config",
    "layers",
    "metrics",
    "beta",
    "sha256",
    "classes",
    "paper",
    "points",
    "train",
}


COUNT = 3000
"""Of the images of a split; the rest would be encoded in the same way."""


def first_images(split: str) -> data.Images:
    return load_split(split).head(COUNT)


load_split = data.load


class Bundle:
    """A bundle taken apart."""

    def __init__(self, folder: Path, with_images: bool = True) -> None:
        self.stored = checkpoints.read(folder)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(data, "load", first_images)
            patch.setattr(data, "packed_test_images", lambda: gzip.compress(bytes(16) + first_images("test").images.tobytes()))
            raw = export.bundle(self.stored, with_images)
        length = struct.unpack("<Q", raw[:8])[0]
        self.header: dict[str, Any] = json.loads(json.loads(raw[8 : 8 + length])["__metadata__"]["bundle"])
        self.tensors = load(raw)


@pytest.fixture(scope="module")
def vae(tiny_vae: Path) -> Bundle:
    """The bundle of a VAE."""
    return Bundle(tiny_vae)


@pytest.fixture(scope="module")
def ae(tiny_ae: Path) -> Bundle:
    """The bundle of an autoencoder."""
    return Bundle(tiny_ae)


def test_header_has_the_keys_of_its_specification(vae: Bundle, ae: Bundle) -> None:
    for bundle, kind in ((vae, "vae"), (ae, "ae")):
        header, stored = bundle.header, bundle.stored
        assert header.keys() >= SPEC
        assert (header["format"], header["version"], header["kind"]) == ("latent-explorer-bundle", 1, kind)
        assert (header["name"], header["sha256"]) == (stored.name, stored.sha256)
        assert header["config"] == stored.model.to_dict()
        assert header["layers"] == layers(stored.model)
        assert header["beta"] == (stored.train.beta if kind == "vae" else None)
        settings = stored.train.to_dict()
        assert header["training"].items() <= settings.items()
        assert settings.keys() - header["training"].keys() == {"data", "classes", "seed", "held_out"}
        assert header["points"].keys() >= {"count", "protocol", "seed", "low", "high"}


def test_weights_are_half_precision_under_the_names_of_their_layers(vae: Bundle) -> None:
    for name, shape in expected_shapes(vae.stored.model).items():
        assert vae.tensors[name].dtype == np.float16
        assert vae.tensors[name].shape == shape
        np.testing.assert_array_equal(vae.tensors[name], vae.stored.weights[name].astype(np.float16))


@pytest.mark.parametrize(("part", "split"), [("points", "test"), ("train", "train")])
def test_codes_are_restored_to_a_step_of_their_quantisation(part: str, split: str, vae: Bundle) -> None:
    header, quantised = vae.header[part], vae.tensors[f"{part}.codes"]
    low, high = np.array(header["low"]), np.array(header["high"])
    images = first_images(split).images
    assert quantised.dtype == np.uint16
    assert len(quantised) == header["count"] == len(images)
    x = data.observe_fixed(images, header["protocol"], header["seed"])
    restored = low + quantised / 65535 * (high - low)
    assert (np.abs(restored - forward.encode(vae.stored, x)[0]) <= (high - low) / 65535).all()
    assert quantised.min(0).tolist() == [0, 0]
    assert quantised.max(0).tolist() == [65535, 65535]


def test_posterior_spreads_are_there_for_a_vae_only(vae: Bundle, ae: Bundle) -> None:
    x = data.observe_fixed(data.load("test").images[:100], "dynamic", 0)
    std = forward.encode(vae.stored, x)[1]
    np.testing.assert_allclose(vae.tensors["points.std"][:100], std, rtol=1e-3)
    assert "points.std" not in ae.tensors


def test_images_and_labels_are_those_of_the_test_split(vae: Bundle) -> None:
    pixels = np.frombuffer(gzip.decompress(vae.tensors["points.images"].tobytes()), np.uint8)
    test = first_images("test")
    assert np.array_equal(pixels[16:].reshape(-1, 28, 28), test.images)
    assert np.array_equal(vae.tensors["points.labels"], test.labels)


def test_bundle_without_images_has_everything_else(vae: Bundle) -> None:
    assert Bundle(vae.stored.folder, with_images=False).tensors.keys() == vae.tensors.keys() - {"points.images"}


def test_a_parted_bundle_and_its_encoder_are_the_whole_without_images(tiny_vae: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data, "load", first_images)
    stored = checkpoints.read(tiny_vae)
    whole, *parts = export.bundle(stored, with_images=False), *export.parted(stored)
    tensors = [load(one) for one in (whole, *parts)]
    assert {name for name in tensors[0] if name.startswith("encoder.")} == tensors[2].keys() != set()
    assert tensors[0].keys() == tensors[1].keys() | tensors[2].keys()
    assert all(np.array_equal(tensors[0][name], one) for part in tensors[1:] for name, one in part.items())
    header, front = (json.loads(notes(one)["bundle"]) for one in (whole, parts[0]))
    front["layers"]["encoder"] = json.loads(notes(parts[1])["encoder"])
    assert front == header


def test_points_may_be_images_at_hand(tiny_vae: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data, "load", first_images)
    stored = checkpoints.read(tiny_vae)
    shown = data.Images(first_images("test").images[5:9], np.array([1, 0, 1, 1], np.uint8))
    content, encoder = export.parted(stored, at_hand=export.AtHand(shown, ("odd", "even"), first_images("train").images[:3]))
    tensors, header = load(content), json.loads(notes(content)["bundle"])
    x = data.observe_fixed(shown.images, stored.train.protocol, export.SEED)
    low, high = (np.array(header["points"][end]) for end in ("low", "high"))
    codes = low + tensors["points.codes"] / 65535 * (high - low)
    np.testing.assert_allclose(codes, forward.encode(stored, x)[0], atol=1e-4)
    assert tensors["points.labels"].tolist() == [1, 0, 1, 1]
    assert header["classes"] == ["odd", "even"]
    assert header["points"]["splits"] == {"test": 4}
    assert len(tensors["train.codes"]) == header["train"]["count"] == 3
    assert encoder == export.parted(stored)[1]
    assert "of" not in header["train"]


def test_training_images_may_be_a_sample_of_which_the_header_says_so(tiny_vae: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data, "load", first_images)
    stored = checkpoints.read(tiny_vae)
    for given in (export.AtHand(first_images("test").head(4), stored.train.classes), None):
        content = export.parted(stored, at_hand=given, train=7)[0]
        train = json.loads(notes(content)["bundle"])["train"]
        assert (train["count"], train["of"]["train"]) == (7, 50_000)
        assert len(load(content)["train.codes"]) == 7


def test_of_convolutions_that_others_made_fewer_training_images_are_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data, "load", lambda split: load_split(split).head(9))
    monkeypatch.setattr(export, "_MAPS_TRAIN", 5)
    dense = [{"op": "linear", "in": 784, "out": 4}]
    within = [{"op": "reshape", "shape": [1, 28, 28]}, {"op": "conv", "in": 1, "out": 1, "kernel": 3, "stride": 1, "padding": 1}]
    residual = [{"op": "residual", "layers": [*within, {"op": "flatten"}]}, *dense]
    for name, encoder, count in (("dense", dense, 9), ("maps", [*within, {"op": "flatten"}, *dense], 5), ("within", residual, 5)):
        layers = {"encoder": encoder, "decoder": [{"op": "linear", "in": 2, "out": 784}]}
        stored = checkpoints.read(save_model(tmp_path / name, listed(layers=layers)))
        codes, places = export.encode_all(stored)
        assert (len(codes["train.codes"]), places["train"]["count"], len(codes["points.codes"])) == (count, count, 9)
    assert export.encode_all(checkpoints.read(save_model(tmp_path / "ours", tiny("conv"))))[1]["train"]["count"] == 9


def test_quantisation_of_constant_codes_restores_the_constant() -> None:
    quantised, where = export.quantise(np.full((5, 2), 3.25, np.float32))
    low, high = np.array(where["low"]), np.array(where["high"])
    np.testing.assert_allclose(low + quantised / 65535 * (high - low), 3.25)


def test_other_latent_dimensions_are_refused(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="3 latent dimensions"):
        export.bundle(checkpoints.read(save_model(tmp_path / "m", tiny(latent_dim=3))))


def test_images_of_ones_own_have_the_names_of_their_files_in_bundles_and_packed_runs(tmp_path: Path) -> None:
    images = data.load("test").images[:24]
    for place, image in enumerate(images):
        path = tmp_path / "own" / "ab"[place % 2] / f"{place:02}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(path)
    place = str(tmp_path / "own")
    folder = tmp_path / "model"
    loading.save(folder, build_model(tiny(), 0), short(data=place, classes=("a", "b")), {"elbo": -1.0, "protocol": "dynamic"})
    tensors = weights.parse(export.parted(checkpoints.read(folder))[0], "bundle")
    names = gzip.decompress(tensors["points.names"].tobytes()).decode().split("\n")
    shown, _ = datasets.shown(place)
    assert len(names) == len(shown) == 24
    for name, image in zip(names, shown.images, strict=True):
        assert np.array_equal(np.asarray(Image.open(tmp_path / "own" / name)), image)

    packed = tmp_path / "images.safetensors"
    packed.write_bytes(own.packed(place))
    assert datasets.names(str(packed)) == names
    assert own.packed(place) == own.packed(place)
    assert datasets.names("mnist") == []


def test_columns_of_ones_own_stand_beside_their_images_in_bundles_and_go_with_a_run(tmp_path: Path) -> None:
    images = data.load("test").head(24)
    ages = np.where(np.arange(24) % 5, np.linspace(20, 60, 24), np.nan)
    hands = np.array(["left", "right"])[np.arange(24) % 2]
    np.savez(tmp_path / "own.npz", images=images.images, labels=images.labels, age=ages, hand=hands)
    np.savez(tmp_path / "plain.npz", images=images.images, labels=images.labels)

    def bundled(place: Path) -> dict[str, np.ndarray]:
        classes = datasets.classes(str(place))
        folder = tmp_path / f"model-{place.stem}"
        loading.save(
            folder, build_model(tiny(), 0), short(data=str(place), classes=classes), {"elbo": -1.0, "protocol": "dynamic"}
        )
        return weights.parse(export.parted(checkpoints.read(folder))[0], "bundle")

    packed = tmp_path / "packed.safetensors"
    packed.write_bytes(own.packed(str(tmp_path / "own.npz")))
    for place in (tmp_path / "own.npz", packed):
        tensors = bundled(place)
        assert json.loads(tensors["points.columns"].tobytes()) == [
            {"name": "age", "words": None},
            {"name": "hand", "words": ["left", "right"]},
        ]
        for i, image in enumerate(datasets.shown(str(place))[0].images):
            row = next(row for row in range(24) if np.array_equal(images.images[row], image))
            assert tensors["points.column.0.absent"][i] == np.isnan(ages[row])
            assert tensors["points.column.0"][i] == np.float32(np.nan_to_num(ages[row]))
            assert ("left", "right")[tensors["points.column.1"][i]] == hands[row]
    assert not [name for name in bundled(tmp_path / "plain.npz") if "column" in name], "as they were before there were columns"
