"""Keras' weights alone, with the architecture beside them or in a model of somebody's own class: read by the names of layers."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import torch
from support.builders import attempt

from vae_engine import load_model
from vae_engine.exchange.imports import keras_model

Command = Callable[..., tuple[int, str, str]]
PARTS = ("encoder", "decoder")


def parts(foreign: Path, encoder: str = "sampling") -> dict[str, tuple[dict[str, Any], bytes]]:
    """The config and the weights of each network, as Keras saved them."""
    found = {}
    for part, name in zip(PARTS, (encoder, "decoder"), strict=True):
        with zipfile.ZipFile(foreign / "keras" / f"{name}.keras") as packed:
            found[part] = json.loads(packed.read("config.json")), packed.read("model.weights.h5")
    return found


def together(found: dict[str, tuple[dict[str, Any], bytes]]) -> bytes:
    """The weights of both as `vae.save_weights` writes them: the parts under the names of their attributes."""
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as whole:
        for part, (_, content) in found.items():
            with h5py.File(io.BytesIO(content)) as file:
                for name in file:
                    file.copy(name, whole.require_group(part))
        whole.create_group("vars").attrs["name"] = "vae"
    return buffer.getvalue()


def beside(place: Path, found: dict[str, tuple[dict[str, Any], bytes]]) -> list[Path]:
    """encoder.json, decoder.json and vae.weights.h5; the layer that draws tells no name, as that of Keras' example does not."""
    for part, (config, _) in found.items():
        for one in config["config"]["layers"]:
            if one["module"] != "keras.layers":
                one["config"].pop("name")
        (place / f"{part}.json").write_text(json.dumps(config))
    (place / "vae.weights.h5").write_bytes(together(found))
    return [*(place / f"{part}.json" for part in PARTS), place / "vae.weights.h5"]


def by_each(place: Path, found: dict[str, tuple[dict[str, Any], bytes]]) -> list[Path]:
    """The weights of each in a file of its own."""
    paths = beside(place, found)[:2]
    for part, (_, content) in found.items():
        (place / f"{part}.weights.h5").write_bytes(content)
        paths.append(place / f"{part}.weights.h5")
    return paths


def inside(place: Path, found: dict[str, tuple[dict[str, Any], bytes]]) -> list[Path]:
    """A model of somebody's own class, whose config holds both."""
    config = {"module": None, "class_name": "VAE", "config": {part: config for part, (config, _) in found.items()}}
    with zipfile.ZipFile(place / "vae.keras", "w") as packed:
        packed.writestr("config.json", json.dumps(config))
        packed.writestr("model.weights.h5", together(found))
    return [place / "vae.keras"]


@pytest.mark.parametrize("way", [beside, by_each, inside])
def test_weights_find_their_layers(way: Callable[..., list[Path]], foreign: Path, tmp_path: Path, command: Command) -> None:
    code, _, error = command("import", *way(tmp_path, parts(foreign)), "-o", tmp_path / "mine")
    assert code == 0, error
    model = load_model(str(tmp_path / "mine"))
    with np.load(foreign / "keras" / "expected.npz") as expected:
        q = model.encode(torch.from_numpy(expected["x"]).reshape(-1, 784))
        np.testing.assert_allclose(np.concatenate([q.mu, q.logvar], 1), expected["codes"], rtol=0, atol=1e-5)
        np.testing.assert_allclose(model.decode(torch.from_numpy(expected["z"])), expected["pixels"], rtol=0, atol=1e-5)


def _without(paths: list[Path], name: str) -> None:
    with h5py.File(paths[-1], "r+") as file:
        del file[name]


def _elsewhere(paths: list[Path]) -> None:
    with h5py.File(paths[-1], "r+") as file:
        del file["decoder/layers"]
        file["decoder/layers"] = h5py.ExternalLink(str(paths[-1].with_name("other.h5")), "/layers")


def _of_a_file(paths: list[Path]) -> None:
    kept = "encoder/layers/dense/vars/1"
    with h5py.File(paths[-1], "r+") as file:
        shape = file[kept].shape
        del file[kept]
        file.create_dataset(kept, shape, "f4", external=[(str(paths[0]), 0, 4 * shape[0])])


def _huge(paths: list[Path]) -> None:
    kept = "encoder/layers/dense/vars/1"
    with h5py.File(paths[-1], "r+") as file:
        del file[kept]
        file.create_dataset(kept, (10**9,), "f4", chunks=(10**6,), compression="gzip")


REFUSED: dict[str, tuple[Callable[[list[Path]], object], str]] = {
    "weights that are missing": (lambda paths: _without(paths, "decoder"), "decoder.json: they have none for its layer"),
    "weights that lie in another file": (_elsewhere, "decoder.json: they have none for its layer"),
    "numbers that lie in another file": (_of_a_file, "vae.weights.h5 is not a Keras model that can be read"),
    "more than there is room for": (_huge, "vae.weights.h5 is not a Keras model that can be read"),
    "no architecture": (lambda paths: paths[0].write_text("[1]"), "encoder.json is not the architecture of a Keras model"),
    "a setting that is missing": (
        lambda paths: paths[0].write_text(paths[0].read_text().replace('"use_bias"', '"use"')), "can be read (KeyError)"
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_unclear_is_refused_in_a_line(case: str, foreign: Path, tmp_path: Path) -> None:
    change, said = REFUSED[case]
    paths = beside(tmp_path, parts(foreign))
    change(paths)
    found = attempt(keras_model.read, paths)
    assert isinstance(found, str)
    assert said in found


def test_a_class_of_somebodys_own_that_tells_nothing_is_refused_with_the_way_out(foreign: Path, tmp_path: Path) -> None:
    found = parts(foreign)
    with zipfile.ZipFile(tmp_path / "vae.keras", "w") as packed:
        packed.writestr("config.json", json.dumps({"module": "mine", "class_name": "VAE", "config": {"name": "vae"}}))
        packed.writestr("model.weights.h5", together(found))
    told = attempt(keras_model.read, [tmp_path / "vae.keras"])
    assert isinstance(told, str)
    assert "is a VAE, a class of somebody's own, which is not run; save its networks by themselves: encoder.save(" in told


def test_damaged_files_are_refused_in_a_line(foreign: Path, tmp_path: Path) -> None:
    paths = beside(tmp_path, parts(foreign))
    sound = {path: path.read_bytes() for path in paths}
    rng, refused = np.random.default_rng(19), 0
    for index in range(150):
        path = paths[index % 3]
        content = bytearray(sound[path])
        for place in rng.integers(0, len(content), 1 + index % 9):
            content[place] = rng.integers(256)
        path.write_bytes(content[: rng.integers(len(content))] if index % 5 == 0 else content)
        refused += isinstance(attempt(keras_model.read, paths), str)
        path.write_bytes(sound[path])
    assert refused > 50
