"""What Keras saved, as data: the layers of a network, where each comes from, and its weights. Nothing is executed.

    two .keras files          an encoder's and a decoder's: config JSON and HDF5 in a zip
    one .keras file           a model of somebody's own class, whose config holds both as its arguments
    two .json, .weights.h5    `encoder.to_json()`, `decoder.to_json()` and the weights of the whole, or of each

Weights are found by the names of the layers, which Keras writes beside them.
"""

from __future__ import annotations

import contextlib
import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from vae_engine.base import remedies
from vae_engine.base.errors import EngineError

LARGEST, _LARGEST_CONFIG = 256 * 2**20, 4 * 2**20
_PARTS = ("encoder", "decoder")
_MODELS = ("Sequential", "Functional", "Model")
_WEIGHTED = ("Dense", "Conv2D", "Conv2DTranspose", "BatchNormalization", "LayerNormalization")
_DEEPEST = 6
_BY_THEMSELVES = "save its networks by themselves: encoder.save('encoder.keras') and decoder.save('decoder.keras')"
Shape = tuple[int, ...]
Weights = dict[str, list[np.ndarray]]
"""Of each layer by its name."""


def networks(paths: Sequence[Path]) -> tuple[Network, Network]:
    """The encoder and the decoder that files hold. Raises EngineError, saying what is wrong."""
    if missing := next((path for path in paths if not path.is_file()), None):
        raise EngineError(f"{missing} is not a file.")
    if sum(path.stat().st_size for path in paths) > LARGEST:
        raise EngineError(f"{paths[0].name} is larger than {LARGEST >> 20} MiB.")
    configs = [path for path in paths if path.suffix.lower() == ".json"]
    if configs:
        stores = [store for path in paths if path not in configs for store in _stores(path, path.read_bytes())]
        encoder, decoder = (_by_names(path, part, stores) for path, part in zip(configs, _PARTS, strict=True))
        return encoder, decoder
    if len(paths) == 1:
        return _inside(paths[0])
    encoder, decoder = (Network(path.name, *_keras(path)) for path in paths)
    return encoder, decoder


def _by_names(path: Path, part: str, stores: list[tuple[str, Weights]]) -> Network:
    """The network of a file of JSON, with those weights in which all its layers have theirs."""
    model = _parsed(path, path.read_bytes())
    network = Network(path.name, model, {})
    wanted = {name for name, one in network.known.items() if one["class_name"] in _WEIGHTED}
    fitting = [(place, weights) for place, weights in stores if wanted <= weights.keys()]
    if len(fitting) > 1:
        fitting = [(place, weights) for place, weights in fitting if part in place.split("/")]
    if len(fitting) != 1:
        lacking = sorted(wanted - {name for _, weights in stores for name in weights})
        why = f"they have none for its layer {lacking[0]!r}" if lacking else "they have several for the same layers"
        raise EngineError(f"It is unclear which of the weights are those of {path.name}: {why}; {_BY_THEMSELVES}.")
    network.weights = fitting[0][1]
    return network


def _inside(path: Path) -> tuple[Network, Network]:
    """The two networks that a model of somebody's own class was made of, where its file tells them."""
    model, stores = _unpacked(path)
    config = model.get("config")
    parts: list[Any] = [config.get(part) for part in _PARTS] if isinstance(config, dict) else []
    if len([one for one in parts if isinstance(one, dict) and one.get("class_name") in _MODELS]) < len(_PARTS):
        name = str(model.get("class_name"))[:60]
        raise EngineError(f"{path.name} is a {name}, a class of somebody's own, which is not run; {_BY_THEMSELVES}.")
    found = []
    for part, one in zip(_PARTS, parts, strict=True):
        weights = next((weights for place, weights in stores if part in place.split("/")), {})
        found.append(Network(f"{path.name}, its {part}", one, weights))
    return found[0], found[1]


def _keras(path: Path) -> tuple[dict[str, Any], Weights]:
    """The config of a functional or sequential model, and its weights."""
    model, stores = _unpacked(path)
    return model, next((weights for place, weights in stores if place == "layers"), {})


def _unpacked(path: Path) -> tuple[dict[str, Any], list[tuple[str, Weights]]]:
    with refused(path.name), zipfile.ZipFile(path) as packed:
        if sum(one.file_size for one in packed.infolist()) > LARGEST:
            raise EngineError(f"{path.name} unpacks to more than {LARGEST >> 20} MiB.")
        config, content = packed.read("config.json"), packed.read("model.weights.h5")
    return _parsed(path, config), _stores(path, content)


def _parsed(path: Path, content: bytes) -> dict[str, Any]:
    if len(content) > _LARGEST_CONFIG:
        raise EngineError(f"{path.name} says more than {_LARGEST_CONFIG >> 20} MiB of its layers.")
    with refused(path.name):
        model = json.loads(content)
        if isinstance(model, str):  # to_json(), kept by json.dump
            model = json.loads(model)
    if not isinstance(model, dict) or "class_name" not in model:
        raise EngineError(f"{path.name} is not the architecture of a Keras model, as model.to_json() gives it.")
    return model


def _stores(path: Path, content: bytes) -> list[tuple[str, Weights]]:
    """The weights in HDF5: of each group of layers its place and the weights by the layers' names."""
    try:
        import h5py
    except ImportError:
        raise EngineError(f"Keras files need the package h5py: add it {remedies.optional('h5py')}.") from None
    with refused(path.name), h5py.File(io.BytesIO(content), "r") as file:
        found = [(place, dict(_arrays(group))) for place, group in _groups(file, "", 0)]
        arrays = [one for _, layers in found for kept in layers.values() for one in kept]
        lies_elsewhere = any(one.external or one.is_virtual or one.chunks for one in arrays)
        if lies_elsewhere or sum(one.nbytes for one in arrays) > len(content):
            raise ValueError  # Keras writes arrays as they are, one after the other: all of them are no larger than the file
        return [
            (place, {name: [np.array(one, np.float32) for one in kept] for name, kept in layers.items()})
            for place, layers in found
        ]


def _groups(group: Any, place: str, depth: int) -> Iterator[tuple[str, Any]]:
    """Every group called `layers`, with its place."""
    for name, inner in _own(group) if depth < _DEEPEST else ():
        path = f"{place}/{name}".strip("/")
        if hasattr(inner, "keys") and name != "vars":
            if name == "layers":
                yield path, inner
            yield from _groups(inner, path, depth + 1)


def _arrays(group: Any) -> Iterator[tuple[str, list[Any]]]:
    """The arrays of each layer of a group in their order, as yet unread, by the layer's name."""
    for _, inner in _own(group):
        if "vars" in inner:
            kept = dict(_own(inner["vars"]))
            yield str(inner["vars"].attrs["name"]), [kept[key] for key in sorted(kept, key=int)]


def _own(group: Any) -> Iterator[tuple[str, Any]]:
    """What a group holds itself: a link may lead into any file."""
    for name in group:
        if type(group.get(name, getlink=True)).__name__ == "HardLink":
            yield name, group[name]


@contextlib.contextmanager
def refused(name: str) -> Iterator[None]:
    """Whatever a stranger's file raises as an EngineError: zipfile, json and h5py have dozens, and a config may lack anything."""
    try:
        yield
    except EngineError:
        raise
    except Exception as error:
        kind = ".keras file" if name.endswith(".keras") else "Keras model"
        raise EngineError(f"{name} is not a {kind} that can be read ({type(error).__name__}).") from None


class Network:
    """A functional or sequential model: its layers by name, where each comes from, and its weights."""

    def __init__(self, name: str, model: dict[str, Any], weights: Weights) -> None:
        self.name, self.weights = name, weights
        with refused(name):
            self._read(model)

    def _read(self, model: dict[str, Any]) -> None:
        config, self.before = model["config"], dict[str, str]()
        if model["class_name"] not in _MODELS:
            raise EngineError(f"{self.name} is a {str(model['class_name'])[:60]}, not a functional or sequential model.")
        # A layer of somebody's own may tell its name beside its config only, one of a sequential model only in it.
        self.known = {one.get("name") or one["config"]["name"]: one for one in config["layers"]}
        if model["class_name"] == "Sequential":
            names = list(self.known)
            self.before = dict(zip(names[1:], names, strict=False))
            self.outputs, self.source = names[-1:], names[0]
        else:
            for name, one in self.known.items():
                origins = _origins(one["inbound_nodes"])
                if len(origins) == 1:
                    self.before[name] = origins[0]
            ends = config["output_layers"]
            self.outputs = [ends[0]] if isinstance(ends[0], str) else [end[0] for end in ends]
            given = config["input_layers"]
            self.source = given[0] if isinstance(given[0], str) else given[0][0]
        self.shape: Shape = tuple(self.known[self.source]["config"]["batch_shape"][1:])

    def draws(self, name: str) -> bool:
        """Whether an output is of a layer of somebody's own over a mean and a spread, both outputs too."""
        one = self.known[name]
        return one.get("module") != "keras.layers" and set(_origins(one["inbound_nodes"])) <= set(self.outputs) - {name}

    def chain(self, end: str) -> list[str]:
        """The layers from the input to one of them."""
        names: list[str] = []
        while end != self.source:
            if end not in self.before or len(names) > len(self.known):
                kind = self.known[end]["class_name"]
                raise EngineError(f"{self.name}: the layer {end!r} ({kind}) joins several; that is not read.")
            names.insert(0, end)
            end = self.before[end]
        return names


def _origins(nodes: Any) -> list[str]:
    """The layers whose outputs a layer takes."""
    if isinstance(nodes, dict):
        history = nodes.get("config", {}).get("keras_history") if nodes.get("class_name") == "__keras_tensor__" else None
        return [history[0]] if history else [one for value in nodes.values() for one in _origins(value)]
    return [one for value in nodes for one in _origins(value)] if isinstance(nodes, list) else []
