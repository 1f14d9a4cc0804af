"""A VAE in two `.keras` files, an encoder's and a decoder's, as layer records: config JSON and HDF5, read as data.

Nothing of a file is executed: a Lambda or a layer of somebody's own is refused by its name, but for one that only draws z
beside a mean and a spread. Images are channels last there, and "same" padding is lopsided: what is left over of an odd
number goes to the end.
"""

from __future__ import annotations

import io
import json
import math
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from vae_engine.base import remedies
from vae_engine.base.errors import EngineError
from vae_engine.exchange.imports.built import Built, layer, linear, parallel, records, weighted, weights
from vae_engine.exchange.imports.nodes import scaled, view
from vae_engine.exchange.imports.onnx_model import Found, Part, without_sigmoid
from vae_engine.exchange.imports.tidy import tidy
from vae_engine.stored import forward
from vae_engine.stored.architecture import PIXELS
from vae_engine.stored.records import shape_after

LARGEST = 256 * 2**20
_ACTIVATIONS: dict[str, list[dict[str, Any]]] = {
    "linear": [], "relu": [{"op": "relu"}], "tanh": [{"op": "tanh"}], "sigmoid": [{"op": "sigmoid"}],
    "elu": [{"op": "elu", "alpha": 1.0}], "softplus": [{"op": "softplus"}], "silu": [{"op": "silu"}],
    "swish": [{"op": "silu"}], "gelu": [{"op": "gelu_erf"}], "leaky_relu": [{"op": "leaky_relu", "slope": 0.2}],
}  # fmt: skip
Shape = tuple[int, ...]


def read(paths: Sequence[Path]) -> Found:
    """The model of an encoder's file and a decoder's. Raises EngineError, naming the layer that is not understood."""
    encoder, decoder = (_File(path) for path in paths)
    ends = [name for name in encoder.outputs if not encoder.draws(name)]
    chains = [encoder.chain(name) for name in ends]
    if len(chains) not in (1, 2):
        raise EngineError(f"{encoder.path.name} has {len(chains)} outputs; an encoder gives a mean and a log-variance.")
    # Keras' own example, and whoever follows it, gives the mean first.
    shared = 0
    while len(chains) == 2 and chains[0][shared : shared + 1] == chains[1][shared : shared + 1] != []:
        shared += 1
    body, shape = encoder.layers(chains[0][:shared] if len(chains) == 2 else chains[0], encoder.shape)
    if len(chains) == 2:
        body.append(parallel([encoder.layers(chain[shared:], shape)[0] for chain in chains]))
    first = view((math.prod(encoder.shape),), encoder.shape)
    if math.prod(encoder.shape) != PIXELS:
        raise EngineError(
            f"{encoder.path.name} takes images of shape {list(encoder.shape)}; here they are 28 × 28, of one grey map."
        )
    found = tidy([*first, *body], (PIXELS,))
    latent = math.prod(decoder.shape)
    width = math.prod(shape_after(records(found), (PIXELS,), "encoder"))
    if width not in (latent, 2 * latent):
        raise EngineError(f"The encoder gives {width} numbers, and the decoder takes {latent}.")
    told = f"mean {ends[0]!r} and log-variance {ends[1]!r}, by their order" if len(ends) == 2 else "one output"
    end = decoder.outputs[0]
    after = decoder.layers(decoder.chain(end), decoder.shape)[0]
    pixels = tidy([*view((latent,), decoder.shape), *after, layer("flatten")], (latent,))
    logits = without_sigmoid(pixels, (latent,))
    if logits is None:
        raise EngineError(f"{decoder.path.name} does not end in a sigmoid: it has no likelihood that is known here.")
    return Found(
        "ae" if width == latent else "vae", latent, _part(encoder, "encoder", found, told),
        _part(decoder, "decoder", logits, f"logits before the sigmoid of {end!r}"), runtime="",
    )  # fmt: skip


def _part(file: _File, name: str, found: list[Built], told: str) -> Part:
    def reference(rows: np.ndarray) -> np.ndarray:
        return forward.run(records(found), name, weights(found, name), rows.astype(np.float32))

    return Part(found, reference, {"": np.zeros((1, 1), np.float32)}, file.path.name, told)


class _File:
    """A functional or sequential model: its layers by name, where each comes from, and its weights."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            import h5py
        except ImportError:
            raise EngineError(f"Keras files need the package h5py: add it {remedies.missing('h5py')}.") from None
        try:
            with zipfile.ZipFile(path) as packed:
                if sum(one.file_size for one in packed.infolist()) > LARGEST:
                    raise EngineError(f"{path.name} unpacks to more than {LARGEST >> 20} MiB.")
                model = json.loads(packed.read("config.json"))
                content = packed.read("model.weights.h5")
            with h5py.File(io.BytesIO(content), "r") as file:
                groups = (group["vars"] for group in file["layers"].values() if "vars" in group)
                self.weights = {
                    str(group.attrs["name"]): [np.array(group[key], np.float32) for key in sorted(group, key=int)]
                    for group in groups
                }
            self._read(model)
        except EngineError:
            raise
        except Exception as error:
            # zipfile, json and h5py raise a dozen kinds for damaged files, and a config may lack anything.
            raise EngineError(f"{path} is not a .keras file that can be read ({type(error).__name__}).") from None

    def _read(self, model: dict[str, Any]) -> None:
        config, self.before = model["config"], dict[str, str]()
        self.known = {one["config"]["name"]: one for one in config["layers"]}
        if model["class_name"] == "Sequential":
            names = list(self.known)
            self.before = dict(zip(names[1:], names, strict=False))
            self.outputs, self.source = names[-1:], names[0]
        elif model["class_name"] in ("Functional", "Model"):
            for name, one in self.known.items():
                origins = _origins(one["inbound_nodes"])
                if len(origins) == 1:
                    self.before[name] = origins[0]
            ends = config["output_layers"]
            self.outputs = [ends[0]] if isinstance(ends[0], str) else [end[0] for end in ends]
            given = config["input_layers"]
            self.source = given[0] if isinstance(given[0], str) else given[0][0]
        else:
            raise EngineError(f"{self.path.name} is a {model['class_name']}, not a functional or sequential model.")
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
                raise EngineError(
                    f"{self.path.name}: the layer {end!r} ({self.known[end]['class_name']}) joins several; that is not read."
                )
            names.insert(0, end)
            end = self.before[end]
        return names

    def layers(self, names: list[str], shape: Shape) -> tuple[list[Built], Shape]:
        """What layers are, and the shape that they make of another."""
        found: list[Built] = []
        for name in names:
            made = _Reader(self, name, shape).layers()
            shape = shape_after(records(made), shape, name)
            found += made
        return found, shape


def _origins(nodes: Any) -> list[str]:
    """The layers whose outputs a layer takes."""
    if isinstance(nodes, dict):
        history = nodes.get("config", {}).get("keras_history") if nodes.get("class_name") == "__keras_tensor__" else None
        return [history[0]] if history else [one for value in nodes.values() for one in _origins(value)]
    return [one for value in nodes for one in _origins(value)] if isinstance(nodes, list) else []


class _Reader:
    def __init__(self, file: _File, name: str, shape: Shape) -> None:
        self.file, self.name, self.shape = file, name, shape
        self.kind: str = file.known[name]["class_name"]
        self.says: dict[str, Any] = file.known[name]["config"]
        self.weights = file.weights.get(name, [])

    def refuse(self, why: str) -> EngineError:
        return EngineError(f"{self.file.path.name}: the layer {self.name!r} ({self.kind}) {why}.")

    def layers(self) -> list[Built]:
        says = self.says
        if self.file.known[self.name].get("module") != "keras.layers" or self.kind == "Lambda":
            raise self.refuse("is code of somebody's own, which is not run")
        if says.get("data_format", "channels_last") != "channels_last":
            raise self.refuse("has its channels first")
        match self.kind:
            case "Dense":
                if len(self.shape) != 1:
                    raise self.refuse("is over several rows of an image")
                bias = self.weights[1] if says["use_bias"] else None
                return [linear(self.weights[0].T, bias), *self._activation()]
            case "Flatten" | "Reshape":
                after = (math.prod(self.shape),) if self.kind == "Flatten" else tuple(says["target_shape"])
                return view(
                    self.shape, tuple(side if side != -1 else -math.prod(self.shape) // math.prod(after) for side in after)
                )
            case "Dropout" | "ActivityRegularization":
                return []
            case "Activation":
                return self._activation()
            case "ReLU" if says.get("max_value") is None and not says.get("negative_slope") and not says.get("threshold"):
                return [layer("relu")]
            case "LeakyReLU":
                return [layer("leaky_relu", slope=says.get("negative_slope", says.get("alpha", 0.3)))]
            case "ELU":
                return [layer("elu", alpha=says.get("alpha", 1.0))]
            case "BatchNormalization":
                return self._batch_norm()
            case "LayerNormalization" if says["axis"] in (-1, [-1], len(self.shape), [len(self.shape)]):
                size = self.shape[-1]
                given = iter(self.weights)
                gain = next(given) if says["scale"] else np.ones(size)
                return [
                    weighted(
                        "layer_norm", gain, next(given) if says["center"] else np.zeros(size), size=size, eps=says["epsilon"]
                    )
                ]
            case "Conv2D" | "Conv2DTranspose":
                return [*_over_maps(self._convolution()), *self._activation()]
            case "MaxPooling2D" | "AveragePooling2D":
                return _over_maps([self._pool()])
            case "GlobalAveragePooling2D" if not says.get("keepdims"):
                return [*_over_maps([self._mean()]), layer("flatten")]
            case "UpSampling2D" if says["interpolation"] in ("nearest", "bilinear"):
                to = [side * times for side, times in zip(self.shape, says["size"], strict=False)]
                return _over_maps([layer("upsample", to=to, mode=says["interpolation"], corners=False)])
            case "ZeroPadding2D" | "Cropping2D":
                sign = 1 if self.kind == "ZeroPadding2D" else -1
                (top, bottom), (left, right) = says["padding" if sign > 0 else "cropping"]
                return _over_maps([layer("pad", edges=[sign * one for one in (top, left, bottom, right)])])
        raise self.refuse("is of a kind, or has settings, that are not known here")

    def _activation(self) -> list[Built]:
        name = self.says.get("activation", "linear")
        if not isinstance(name, str) or name not in _ACTIVATIONS:
            raise self.refuse(
                f"has the nonlinearity {name if isinstance(name, str) else 'of somebody’s own'}, which is not known here"
            )
        return [Built(dict(record)) for record in _ACTIVATIONS[name]]

    def _batch_norm(self) -> list[Built]:
        if self.says["axis"] not in (-1, [-1], len(self.shape), [len(self.shape)]):
            raise self.refuse("normalises along another axis than the last")
        given = iter(self.weights)
        size = self.shape[-1]
        gain = next(given) if self.says["scale"] else np.ones(size)
        bias = next(given) if self.says["center"] else np.zeros(size)
        mean, variance = next(given).astype(np.float64), next(given).astype(np.float64)
        weight = gain / np.sqrt(variance + self.says["epsilon"])
        return scaled(weight, bias - mean * weight, self.shape, "")

    def _convolution(self) -> list[Built]:
        says = self.says
        kernel, stride, same = says["kernel_size"], says["strides"], says["padding"] == "same"
        plain = says["dilation_rate"] == [1, 1] and says.get("groups", 1) == 1 and not says.get("output_padding")
        if not plain or says["padding"] not in ("same", "valid"):
            raise self.refuse("has gaps, groups or a padding that are not read")
        weight = self.weights[0]
        ends = [{"in": weight.shape[2], "out": weight.shape[3]}, {"in": weight.shape[3], "out": weight.shape[2]}]
        transposed = self.kind == "Conv2DTranspose"
        record = {**ends[transposed], "kernel": list(kernel), "stride": list(stride), "padding": 0}
        bias = self.weights[1] if says["use_bias"] else np.zeros(record["out"])
        if transposed:
            if same and any(side < step for side, step in zip(kernel, stride, strict=True)):
                raise self.refuse("has a kernel that is smaller than its stride")
            left_over = [side - step if same else 0 for side, step in zip(kernel, stride, strict=True)]
            return [weighted("conv_transpose", weight.transpose(3, 2, 0, 1), bias, **record), *_edges(left_over, -1)]
        return [
            *(_edges(self._missing(kernel, stride), 1) if same else []),
            weighted("conv", weight.transpose(3, 2, 0, 1), bias, **record),
        ]

    def _missing(self, kernel: list[int], stride: list[int]) -> list[int]:
        """Rows and columns that "same" adds."""
        sides = zip(self.shape, kernel, stride, strict=False)
        return [max((-(-side // step) - 1) * step + size - side, 0) for side, size, step in sides]

    def _pool(self) -> Built:
        kernel, stride = self.says["pool_size"], self.says["strides"]
        high, wide = self._missing(kernel, stride) if self.says["padding"] == "same" else (0, 0)
        edges = [high // 2, wide // 2, high - high // 2, wide - wide // 2]
        op, counts = ("max_pool", {}) if self.kind == "MaxPooling2D" else ("avg_pool", {"counting": False})
        return Built({"op": op, "kernel": list(kernel), "stride": list(stride), "edges": edges, **counts})

    def _mean(self) -> Built:
        return layer("avg_pool", kernel=list(self.shape[:2]), stride=[1, 1], edges=[0, 0, 0, 0], counting=False)


def _over_maps(inside: list[Built]) -> list[Built]:
    """Layers over [maps, height, width] for an image whose maps come last."""
    return [layer("permute", order=[2, 0, 1]), *inside, layer("permute", order=[1, 2, 0])]


def _edges(amounts: list[int], sign: int) -> list[Built]:
    """So many rows and columns more, or fewer, at both ends, the odd one at the end."""
    high, wide = amounts
    edges = [high // 2, wide // 2, high - high // 2, wide - wide // 2]
    return [layer("pad", edges=[sign * edge for edge in edges])] if any(edges) else []
