"""An imported model as a model folder, which everything else opens like any other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save as pack

from vae_engine.base.errors import EngineError
from vae_engine.base.files import write_atomically
from vae_engine.data import datasets, mnist
from vae_engine.exchange.imports import keras_model, onnx_model, proof
from vae_engine.exchange.imports.built import records, weights
from vae_engine.exchange.imports.onnx_model import Found
from vae_engine.exchange.imports.proof import Runner
from vae_engine.exchange.imports.roles import Wishes
from vae_engine.stored import checkpoints
from vae_engine.stored.config import ListedConfig, TrainConfig

Others = Callable[[ListedConfig, dict[str, np.ndarray]], Mapping[str, dict[str, Runner]]]
"""For a model its networks in other languages: name → part → runner."""
_SPREAD_OF_Z = 1.5


def import_model(
    paths: Sequence[Path], folder: Path, *, data: str, protocol: str, wishes: Wishes, others: Others = lambda config, found: {}
) -> dict[str, Any]:
    """Read a model, prove it, and write its folder; what is known of it. Raises EngineError where any of that fails.

    `data` are the images that it is of and `protocol` what it sees of a pixel: neither stands in the files.
    """
    if (folder / checkpoints.METRICS).exists():
        raise EngineError(f"{folder} holds a model already; name another folder.")
    images = datasets.shown(data, proof.COUNT)[0].images
    x = mnist.observe_fixed(images, protocol, 0)
    found = _read(paths, wishes, x)
    config, tensors = _config(found), weights(found.encoder.layers, "encoder") | weights(found.decoder.layers, "decoder")
    z = np.random.default_rng(0).normal(size=(proof.COUNT, found.latent_dim)).astype(np.float32) * _SPREAD_OF_Z
    runners = others(config, tensors)
    proved = {
        name: proof.prove(name, part, rows, {which: own[name] for which, own in runners.items()})
        for name, part, rows in (("encoder", found.encoder, x), ("decoder", found.decoder, z))
    }
    about = {
        "files": [path.name for path in paths], "encoder": found.encoder.told, "decoder": found.decoder.told,
        "likelihood": "bernoulli, assumed", "pixels": "28 × 28, grey in [0, 1], bright on dark, assumed",
        "differs_by": {name: float(f"{off:.2g}") for name, off in proved.items()}, "proved_in": ["numpy", *runners],
        "against": found.runtime,
        "inputs": proof.COUNT,
    }  # fmt: skip
    train = TrainConfig(data=datasets.pinned(data), classes=datasets.classes(data), protocol=protocol)
    checkpoints.write_config(folder, config, train)
    write_atomically(folder / checkpoints.WEIGHTS, pack(tensors))
    checkpoints.write_metrics(folder, {"imported": about})
    return about


def _read(paths: Sequence[Path], wishes: Wishes, images: np.ndarray) -> Found:
    kinds = {path.suffix.lower() for path in paths}
    if kinds == {".keras"} and len(paths) == 2:
        return keras_model.read(paths)
    if kinds == {".onnx"} and len(paths) <= 2:
        return onnx_model.read(paths, wishes, images)
    raise EngineError("Give an encoder's and a decoder's file, both .onnx or both .keras, or one .onnx file that holds both.")


def _config(found: Found) -> ListedConfig:
    described = {"encoder": records(found.encoder.layers), "decoder": records(found.decoder.layers)}
    return ListedConfig(kind=found.kind, latent_dim=found.latent_dim, layers=described)
