"""One layer of a Keras model as layer records. Images are channels last there, and "same" padding is lopsided: what is left
over of an odd number goes to the end.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from vae_engine.base.errors import EngineError
from vae_engine.exchange.imports.built import Built, layer, linear, records, weighted
from vae_engine.exchange.imports.keras_files import Network, Shape
from vae_engine.exchange.imports.nodes import scaled, view
from vae_engine.stored.records import shape_after

_ACTIVATIONS: dict[str, list[dict[str, Any]]] = {
    "linear": [], "relu": [{"op": "relu"}], "tanh": [{"op": "tanh"}], "sigmoid": [{"op": "sigmoid"}],
    "elu": [{"op": "elu", "alpha": 1.0}], "softplus": [{"op": "softplus"}], "silu": [{"op": "silu"}],
    "swish": [{"op": "silu"}], "gelu": [{"op": "gelu_erf"}], "leaky_relu": [{"op": "leaky_relu", "slope": 0.2}],
}  # fmt: skip


def layers_of(network: Network, names: list[str], shape: Shape) -> tuple[list[Built], Shape]:
    """What some layers are, and the shape that they make of another. Raises EngineError, naming the layer that is unknown."""
    found: list[Built] = []
    for name in names:
        made = _Reader(network, name, shape).layers()
        shape = shape_after(records(made), shape, name)
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
