"""One layer of a Keras model as layer records. Images are channels last there, and "same" padding is lopsided: what is left
over of an odd number goes to the end.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from vae_engine.base.errors import EngineError
from vae_engine.exchange.imports.built import Built, layer, linear, records, weighted, weights
from vae_engine.exchange.imports.keras_files import Network, Shape, refused
from vae_engine.exchange.imports.nodes import scaled, view
from vae_engine.stored.records import shape_after, weight_shapes

ACTIVATIONS: dict[str, list[dict[str, Any]]] = {
    "linear": [], "relu": [{"op": "relu"}], "tanh": [{"op": "tanh"}], "sigmoid": [{"op": "sigmoid"}],
    "elu": [{"op": "elu", "alpha": 1.0}], "softplus": [{"op": "softplus"}], "silu": [{"op": "silu"}],
    "swish": [{"op": "silu"}], "gelu": [{"op": "gelu_erf"}], "leaky_relu": [{"op": "leaky_relu", "slope": 0.2}],
}  # fmt: skip


def layers_of(network: Network, names: list[str], shape: Shape) -> tuple[list[Built], Shape]:
    """What some layers are, and the shape that they make of another. Raises EngineError, naming the layer that is unknown."""
    found: list[Built] = []
    for name in names:
        with refused(f"{network.name}, its layer {name!r},"):
            made = _Reader(network, name, shape).layers()
            shape = shape_after(records(made), shape, name)
            fits = {key: one.shape for key, one in weights(made, name).items()} == weight_shapes(records(made), name)
        if not fits:
            raise EngineError(f"{network.name}: the weights of the layer {name!r} do not fit its settings.")
        found += made
    return found, shape


class _Reader:
    def __init__(self, file: Network, name: str, shape: Shape) -> None:
        self.file, self.name, self.shape = file, name, shape
        self.kind: str = file.known[name]["class_name"]
        self.says: dict[str, Any] = file.known[name]["config"]
        self.weights = file.weights.get(name, [])

    def refuse(self, why: str) -> EngineError:
        return EngineError(f"{self.file.name}: the layer {self.name!r} ({self.kind}) {why}.")

    def layers(self) -> list[Built]:
        if self.file.known[self.name].get("module") != "keras.layers" or self.kind == "Lambda":
            raise self.refuse("is code of somebody's own, which is not run")
        if self.says.get("data_format", "channels_last") != "channels_last":
            raise self.refuse("has its channels first")
        if self.kind not in KNOWN:
            raise self.refuse("is of a kind that is not known here")
        return KNOWN[self.kind][1](self)

    def only(self, plain: bool, what: str) -> None:
        """Refuse a setting that has no counterpart among our layers."""
        if not plain:
            raise self.refuse(f"has {what}, which is not known here")

    def dense(self) -> list[Built]:
        if len(self.shape) != 1:
            raise self.refuse("is over several rows of an image")
        bias = self.weights[1] if self.says["use_bias"] else None
        return [linear(self.weights[0].T, bias), *self.activation()]

    def view(self) -> list[Built]:
        after = (math.prod(self.shape),) if self.kind == "Flatten" else tuple(self.says["target_shape"])
        return view(self.shape, tuple(side if side != -1 else -math.prod(self.shape) // math.prod(after) for side in after))

    def nothing(self) -> list[Built]:
        return []

    def relu(self) -> list[Built]:
        says = self.says
        self.only(says.get("max_value") is None and not says.get("negative_slope") and not says.get("threshold"), "a bound")
        return [layer("relu")]

    def leaky_relu(self) -> list[Built]:
        return [layer("leaky_relu", slope=self.says.get("negative_slope", self.says.get("alpha", 0.3)))]

    def elu(self) -> list[Built]:
        return [layer("elu", alpha=self.says.get("alpha", 1.0))]

    def layer_norm(self) -> list[Built]:
        says, size, given = self.says, self.shape[-1], iter(self.weights)
        self.only(says["axis"] in (-1, [-1], len(self.shape), [len(self.shape)]), "another axis than the last")
        gain = next(given) if says["scale"] else np.ones(size)
        bias = next(given) if says["center"] else np.zeros(size)
        return [weighted("layer_norm", gain, bias, size=size, eps=says["epsilon"])]

    def convolution(self) -> list[Built]:
        return [*_over_maps(self._convolution()), *self.activation()]

    def pool(self) -> list[Built]:
        return _over_maps([self._pool()])

    def mean(self) -> list[Built]:
        self.only(not self.says.get("keepdims"), "kept dimensions")
        whole = layer("avg_pool", kernel=list(self.shape[:2]), stride=[1, 1], edges=[0, 0, 0, 0], counting=False)
        return [*_over_maps([whole]), layer("flatten")]

    def upsample(self) -> list[Built]:
        mode = self.says["interpolation"]
        self.only(mode in ("nearest", "bilinear"), f"the interpolation {mode!r}")
        to = [side * times for side, times in zip(self.shape, self.says["size"], strict=False)]
        return _over_maps([layer("upsample", to=to, mode=mode, corners=False)])

    def edges(self) -> list[Built]:
        sign = 1 if self.kind == "ZeroPadding2D" else -1
        (top, bottom), (left, right) = self.says["padding" if sign > 0 else "cropping"]
        return _over_maps([layer("pad", edges=[sign * one for one in (top, left, bottom, right)])])

    def activation(self) -> list[Built]:
        name = self.says.get("activation", "linear")
        if not isinstance(name, str) or name not in ACTIVATIONS:
            raise self.refuse(
                f"has the nonlinearity {name if isinstance(name, str) else 'of somebody’s own'}, which is not known here"
            )
        return [Built(dict(record)) for record in ACTIVATIONS[name]]

    def batch_norm(self) -> list[Built]:
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


KNOWN: dict[str, tuple[str, Callable[[_Reader], list[Built]]]] = {
    **dict.fromkeys(("Dropout", "ActivityRegularization"), ("", _Reader.nothing)),
    **dict.fromkeys(("ZeroPadding2D", "Cropping2D"), ("pad", _Reader.edges)),
    "Dense": ("linear", _Reader.dense),
    "Flatten": ("flatten", _Reader.view),
    "Reshape": ("reshape", _Reader.view),
    "Activation": ("nonlinearity", _Reader.activation),
    "ReLU": ("relu", _Reader.relu),
    "LeakyReLU": ("leaky_relu", _Reader.leaky_relu),
    "ELU": ("elu", _Reader.elu),
    "BatchNormalization": ("affine", _Reader.batch_norm),
    "LayerNormalization": ("layer_norm", _Reader.layer_norm),
    "Conv2D": ("conv", _Reader.convolution),
    "Conv2DTranspose": ("conv_transpose", _Reader.convolution),
    "MaxPooling2D": ("max_pool", _Reader.pool),
    "AveragePooling2D": ("avg_pool", _Reader.pool),
    "GlobalAveragePooling2D": ("avg_pool", _Reader.mean),
    "UpSampling2D": ("upsample", _Reader.upsample),
}
"""For each class of Keras' the kind of layer that it becomes, and how it is read; without a kind none of its own."""


def _over_maps(inside: list[Built]) -> list[Built]:
    """Layers over [maps, height, width] for an image whose maps come last."""
    return [layer("permute", order=[2, 0, 1]), *inside, layer("permute", order=[1, 2, 0])]


def _edges(amounts: list[int], sign: int) -> list[Built]:
    """So many rows and columns more, or fewer, at both ends, the odd one at the end."""
    high, wide = amounts
    edges = [high // 2, wide // 2, high - high // 2, wide - wide // 2]
    return [layer("pad", edges=[sign * edge for edge in edges])] if any(edges) else []
