"""An imported model as a model folder, which everything else opens like any other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save as pack

from vae_engine.base.errors import EngineError
from vae_engine.base.files import write_atomically
from vae_engine.data import datasets, mnist
from vae_engine.exchange.imports import keras_model, listed_model, onnx_model, planes, proof, pythae_model
from vae_engine.exchange.imports.assumed import NOTHING, Said
from vae_engine.exchange.imports.built import records, weights
from vae_engine.exchange.imports.parts import Found, Part, Trials
from vae_engine.exchange.imports.proof import Runner
from vae_engine.exchange.imports.roles import Wishes
from vae_engine.stored import checkpoints, nats
from vae_engine.stored import plane as stored_plane
from vae_engine.stored.checkpoints import Stored
from vae_engine.stored.config import SIDE, ListedConfig, TrainConfig
from vae_engine.stored.weights import NOISE

Others = Callable[[ListedConfig, dict[str, np.ndarray]], Mapping[str, dict[str, Runner]]]
"""For a model its networks in other languages: name → part → runner."""
_PIXELS = {"grey": "grey in [0, 1]", "dynamic": "0 or 1, drawn by their grey", "threshold": "0 or 1, by whether grey is above ½"}


def import_model(
    paths: Sequence[Path],
    folder: Path,
    *,
    data: str,
    protocol: str,
    wishes: Wishes,
    said: Said = NOTHING,
    others: Others = lambda config, found: {},
    plane: str = "",
) -> dict[str, Any]:
    """Read a model, prove it, and write its folder; what is known of it. Raises EngineError where any of that fails.

    `data` are the images that it is of, those of one's own at the size that it takes, `protocol` what it sees of a pixel and
    `said` its p(x|z): hardly any file tells these. `plane` is the one on which a map shows more than two latent dimensions, as
    `planes.lay` takes it; nothing is lost to it.
    """
    if (folder / checkpoints.METRICS).exists():
        raise EngineError(f"{folder} holds a model already; name another folder.")

    def images(side: int) -> np.ndarray:
        return mnist.observe_fixed(datasets.shown(_of_side(data, side, paths[0].name), proof.COUNT)[0].images, protocol, 0)

    found = _read(paths, wishes, images, said)
    x, noise, data = images(found.side), found.noise, datasets.of_side(data, found.side)
    train = TrainConfig(data=datasets.pinned(data), classes=datasets.classes(data), protocol=protocol)
    train = train if noise is None else replace(train, noise=noise)
    config, tensors = _config(found), weights(found.encoder.layers, "encoder") | weights(found.decoder.layers, "decoder")
    if noise is not None:
        tensors[NOISE] = np.array(noise, np.float32)
    runners = others(config, tensors)

    def off(name: str, part: Part, rows: np.ndarray) -> float:
        return proof.prove(name, part, rows, {which: own[name] for which, own in runners.items()})

    z = proof.points(found.latent_dim)
    proved = {"encoder": off("encoder", found.encoder, x), "decoder": off("decoder", found.decoder, z)}
    config = replace(config, plane=planes.lay(Stored("", folder, config, train, tensors, "", {}), plane))
    if config.plane:  # the points that a browser is asked about (probe.py)
        on_plane = stored_plane.read(config.plane).at(proof.points(2)).astype(np.float32)
        proved["decoder"] = max(proved["decoder"], off("decoder", found.decoder, on_plane))
    about = {
        "files": [path.name for path in paths], "encoder": found.encoder.told, "decoder": found.decoder.told,
        "likelihood": found.said.told(found.likelihood, found.given),
        "images": f"{_called(data)}, its training split taken for what the model was trained on, assumed",
        "pixels": f"{found.side} × {found.side}, {_PIXELS[protocol]}, bright on dark, assumed{found.scales}",
        "plane": stored_plane.told(config.plane, config.kind) if config.plane else "",
        "nats": nats.caveat(found.likelihood, protocol),
        "differs_by": {name: float(f"{most:.2g}") for name, most in proved.items()}, "proved_in": ["numpy", *runners],
        "against": found.runtime,
        "inputs": len(x),
    }  # fmt: skip
    checkpoints.write_config(folder, config, train)
    write_atomically(folder / checkpoints.WEIGHTS, pack(tensors))
    checkpoints.write_metrics(folder, {"imported": about})
    return about


def _called(data: str) -> str:
    """Images in words: a set by its title, and of one's own whether they were made larger or smaller."""
    if not datasets.is_own(data):
        return datasets.TITLES[data]
    found, read = datasets.known(data).report.size, " × ".join([str(datasets.side(data))] * 2)
    return "your own" if found == read else f"your own, of {found} pixels made {read}"


def _of_side(data: str, side: int, file: str) -> str:
    """A data set at the size that a model takes. Raises EngineError where it has no such, with what may help instead."""
    try:
        return datasets.of_side(data, side)
    except EngineError as error:
        border, odd = divmod(side - SIDE, 2)
        way = ""
        if border > 0 and not odd:
            way = (
                f" Or, if it saw these in a border of zeros, put ZeroPad2d({border}) before the encoder and ZeroPad2d(-{border}) "
                f"behind the decoder, in Keras ZeroPadding2D({border}) and Cropping2D({border}), as layers of theirs."
            )
        raise EngineError(
            f"{file} takes images of {side} × {side} pixels. {error} Name images of your own, which are read at that size.{way}"
        ) from None


def _read(paths: Sequence[Path], wishes: Wishes, images: Trials, said: Said) -> Found:
    kinds = sorted(path.suffix.lower() for path in paths)
    if kinds in ([".keras"], [".keras", ".keras"], [".h5", ".json", ".json"], [".h5", ".h5", ".json", ".json"]):
        return keras_model.read(paths, said)
    if kinds in ([".onnx"], [".onnx", ".onnx"]):
        return onnx_model.read(paths, wishes, images, said)
    if kinds == [".json", ".safetensors"]:
        return listed_model.read(paths, said)
    if len(paths) == 1 and paths[0].is_dir():
        return pythae_model.read(paths[0], said)
    raise EngineError(
        "Give an encoder's and a decoder's file, both .onnx or both .keras; one .onnx or .keras file that holds both; two "
        ".json files and their .weights.h5; a .safetensors file and a .json list of its layers; or the folder of a pythae model."
    )


def _config(found: Found) -> ListedConfig:
    described = {"encoder": records(found.encoder.layers), "decoder": records(found.decoder.layers)}
    return ListedConfig(
        kind=found.kind, latent_dim=found.latent_dim, likelihood=found.likelihood, side=found.side, layers=described
    )
