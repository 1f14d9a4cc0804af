"""A model as ONNX: `encoder.onnx` and `decoder.onnx` in a folder, opset 20, any number of images at once.

Two files and not one, because a runtime asks for every input of a graph: who decodes has no image at hand.

    encoder.onnx    x [batch, side²] → mu, logvar, each [batch, d]; of an autoencoder code [batch, d]
    decoder.onnx    z [batch, d] → logits, mean [batch, side²]; of a learned spread mean, std; of means as they are mean alone

Written from the layer records, without torch, and checked in onnxruntime before a file is kept.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from vae_engine.base import remedies
from vae_engine.base.errors import EngineError
from vae_engine.base.files import write_atomically
from vae_engine.stored import forward
from vae_engine.stored.architecture import layers
from vae_engine.stored.checkpoints import Stored
from vae_engine.stored.records import Layer, Shape, pair, shape_after

OPSET = 20  # the first with GELU
_IR = 10  # what onnxruntime of two years reads
_TOLERANCE = 1e-5
_SMALLEST_SPREAD, _SMALLEST_STD = 0.01, 1e-6  # as model/likelihoods.py and model/models.py have them
_SAME_NAME = {
    "relu": "Relu", "tanh": "Tanh", "sigmoid": "Sigmoid", "softplus": "Softplus", "sin": "Sin", "cos": "Cos", "log": "Log",
}  # fmt: skip


def write_onnx(stored: Stored, folder: Path) -> int:
    """Write both files; their size in bytes. Raises EngineError without onnx and onnxruntime, or where the check fails."""
    try:
        import onnx
        import onnxruntime
    except ImportError:
        raise EngineError(
            f"ONNX needs the packages onnx and onnxruntime: add them {remedies.optional('onnx onnxruntime')}."
        ) from None
    described = layers(stored.model)
    rng = np.random.default_rng(0)
    inputs = {
        "encoder": rng.random((3, stored.model.pixels), np.float32),
        "decoder": rng.normal(size=(3, stored.model.latent_dim)).astype(np.float32),
    }
    packed = {}
    for part, given in inputs.items():
        graph = Graph(stored.weights, "x" if part == "encoder" else "z", given.shape[1:])
        raw = graph.add_all(described[part], part, graph.source, graph.shape)
        outputs = _encoded(graph, stored, raw) if part == "encoder" else _decoded(graph, stored, raw)
        packed[part] = graph.packed(onnx, outputs, _notes(stored))
        session = onnxruntime.InferenceSession(packed[part], providers=["CPUExecutionProvider"])
        found = dict(zip(outputs, session.run(list(outputs), {graph.source: given}), strict=True))
        _check(stored, part, given, found)
    folder.mkdir(parents=True, exist_ok=True)
    for part, content in packed.items():
        write_atomically(folder / f"{part}.onnx", content)
    return sum(map(len, packed.values()))


def _notes(stored: Stored) -> dict[str, str]:
    model, train = stored.model, stored.train
    return {"likelihood": model.likelihood, "kind": model.kind, "protocol": train.protocol, "sha256": stored.sha256}


def _encoded(graph: Graph, stored: Stored, raw: str) -> dict[str, int]:
    """The outputs of an encoder, and how many numbers each has."""
    d = stored.model.latent_dim
    if stored.model.kind == "ae":
        graph.add("Identity", [raw], name="code")
        return {"code": d}
    spread = "logvar" if stored.model.spread == "logvar" else "spread"
    graph.split(raw, ["mu", spread], [d, d])
    if spread == "spread":
        std = graph.add("Max", [graph.add("Softplus", [spread]), graph.constant(_SMALLEST_STD)])
        graph.add("Mul", [graph.constant(2.0), graph.add("Log", [std])], name="logvar")
    return {"mu": d, "logvar": d}


def _decoded(graph: Graph, stored: Stored, raw: str) -> dict[str, int]:
    pixels = stored.model.pixels
    if stored.model.likelihood == "gaussian":
        graph.split(raw, ["logits", "spread"], [pixels, pixels])
        graph.add("Sigmoid", ["logits"], name="mean")
        graph.add("Add", [graph.constant(_SMALLEST_SPREAD), graph.add("Softplus", ["spread"])], name="std")
        return {"mean": pixels, "std": pixels}
    if stored.model.likelihood == "gaussian-linear":
        graph.add("Identity", [raw], name="mean")
        return {"mean": pixels}
    graph.add("Identity", [raw], name="logits")
    graph.add("Sigmoid", ["logits"], name="mean")
    return {"logits": pixels, "mean": pixels}


def _check(stored: Stored, part: str, given: np.ndarray, found: dict[str, np.ndarray]) -> None:
    """Raise EngineError unless onnxruntime makes of an input what numpy makes of it."""
    if part == "encoder":
        codes, std = forward.encode(stored, given)
        wanted = {"code": codes} if std is None else {"mu": codes, "logvar": 2 * np.log(std.clip(_SMALLEST_STD))}
    else:
        wanted = {"mean": forward.decode(stored, given).reshape(len(given), -1)}
    for name, want in wanted.items():
        off = np.abs(found[name] - want) / np.maximum(1, np.abs(want))
        if not off.max() <= _TOLERANCE:
            raise EngineError(f"onnxruntime's {name} of {stored.name} is off by {off.max():.2g}; nothing was written.")


class Graph:
    """An ONNX graph as it grows; each `add` gives the name of what was added."""

    def __init__(self, weights: dict[str, np.ndarray], source: str, shape: Shape) -> None:
        self.weights, self.source, self.shape = weights, source, shape
        self.nodes: list[tuple[str, list[str], list[str], dict[str, Any]]] = []
        self.constants: dict[str, np.ndarray] = {}

    def constant(self, value: Any, name: str = "") -> str:
        """Numbers that the graph carries."""
        name = name or f"constant_{len(self.constants)}"
        self.constants[name] = np.asarray(value, np.float32 if np.asarray(value).dtype.kind == "f" else np.int64)
        return name

    def weight(self, name: str, shape: tuple[int, ...] | None = None) -> str:
        """A weight of the model, in another shape where one is given."""
        tensor = self.weights[name]
        return self.constant(tensor if shape is None else tensor.reshape(shape), name)

    def add(self, op: str, inputs: list[str], name: str = "", **attributes: Any) -> str:
        """An operation of one output."""
        name = name or f"value_{len(self.nodes)}"
        self.nodes.append((op, inputs, [name], attributes))
        return name

    def split(self, raw: str, names: list[str], sizes: list[int]) -> None:
        """An array's parts along its first axis."""
        self.nodes.append(("Split", [raw, self.constant(sizes)], names, {"axis": 1}))

    def add_all(self, described: list[Layer], path: str, h: str, shape: Shape) -> str:
        """A list of layer records after `h`, whose rows have that shape."""
        for index, layer in enumerate(described):
            h = self._layer(layer, f"{path}.{index}", h, shape)
            shape = shape_after([layer], shape, path)
        return h

    def _layer(self, layer: Layer, name: str, h: str, shape: Shape) -> str:
        op = layer["op"]
        if op in _SAME_NAME:
            return self.add(_SAME_NAME[op], [h])
        match op:
            case "linear":
                return self.add("Gemm", [h, self.weight(f"{name}.weight"), self.weight(f"{name}.bias")], transB=1)
            case "fourier":
                angle = self.add("MatMul", [h, self.weight(f"{name}.weight")])
                return self.add("Concat", [h, self.add("Sin", [angle]), self.add("Cos", [angle])], axis=1)
            case "layer_norm":
                weights = [self.weight(f"{name}.weight"), self.weight(f"{name}.bias")]
                return self.add("LayerNormalization", [h, *weights], axis=-1, epsilon=layer.get("eps", 1e-5))
            case "affine":
                by_map = (-1, *[1] * (len(shape) - 1))
                scaled = self.add("Mul", [h, self.weight(f"{name}.weight", by_map)])
                return self.add("Add", [scaled, self.weight(f"{name}.bias", by_map)])
            case "residual":
                inner = self.add_all(layer["layers"], f"{name}.layers", h, shape)
                return self.add("Add", [self.add_all(layer.get("shortcut", []), f"{name}.shortcut", h, shape), inner])
            case "parallel":
                parts = [self.add_all(part, f"{name}.parts.{index}", h, shape) for index, part in enumerate(layer["parts"])]
                return self.add("Concat", parts, axis=1)
            case "conv" | "conv_transpose":
                return self._convolution(layer, name, h)
            case "pad":
                top, left, bottom, right = layer["edges"]
                return self.add("Pad", [h, self.constant([0, 0, top, left, 0, 0, bottom, right])])
            case "max_pool" | "avg_pool":
                sides: dict[str, Any] = {
                    "kernel_shape": pair(layer["kernel"]),
                    "strides": pair(layer["stride"]),
                    "pads": layer["edges"],
                }
                if op == "max_pool":
                    return self.add("MaxPool", [h], **sides)
                return self.add("AveragePool", [h], **sides, count_include_pad=int(layer["counting"]))
            case "upsample":
                return self._upsample(layer, h)
            case "reshape":
                return self.add("Reshape", [h, self.constant([-1, *layer["shape"]])])
            case "flatten":
                return self.add("Flatten", [h], axis=1)
            case "permute":
                return self.add("Transpose", [h], perm=[0, *(1 + axis for axis in layer["order"])])
            case "dropout":
                return h
            case "gelu" | "gelu_erf":
                return self.add("Gelu", [h], approximate="tanh" if op == "gelu" else "none")
            case "silu":
                return self.add("Mul", [h, self.add("Sigmoid", [h])])
            case "leaky_relu":
                return self.add("LeakyRelu", [h], alpha=float(layer["slope"]))
            case "elu":
                return self.add("Elu", [h], alpha=float(layer["alpha"]))
            case "clamp":
                return self.add("Clip", [h, self.constant(float(layer["low"])), self.constant(float(layer["high"]))])
        raise ValueError(f"unknown layer {layer!r}")

    def _convolution(self, layer: Layer, name: str, h: str) -> str:
        high, wide = pair(layer["padding"])
        sides: dict[str, Any] = {
            "kernel_shape": pair(layer["kernel"]),
            "strides": pair(layer["stride"]),
            "pads": [high, wide, high, wide],
        }
        inputs = [h, self.weight(f"{name}.weight"), self.weight(f"{name}.bias")]
        if layer["op"] == "conv":
            return self.add("Conv", inputs, **sides)
        return self.add("ConvTranspose", inputs, **sides, output_padding=pair(layer.get("output_padding", 0)))

    def _upsample(self, layer: Layer, h: str) -> str:
        bilinear = layer["mode"] == "bilinear"
        places = ("align_corners" if layer["corners"] else "half_pixel") if bilinear else "asymmetric"
        kind = {"mode": "linear"} if bilinear else {"mode": "nearest", "nearest_mode": "floor"}
        return self.add(
            "Resize", [h, "", "", self.constant(layer["to"])], **kind, coordinate_transformation_mode=places, axes=[2, 3]
        )

    def packed(self, onnx: Any, outputs: dict[str, Any], notes: dict[str, str]) -> bytes:
        """The bytes of the file."""
        helper, number = onnx.helper, onnx.TensorProto.FLOAT
        graph = helper.make_graph(
            [helper.make_node(op, inputs, made, **attributes) for op, inputs, made, attributes in self.nodes],
            "latent-explorer",
            [helper.make_tensor_value_info(self.source, number, ["batch", *self.shape])],
            [helper.make_tensor_value_info(name, number, ["batch", width]) for name, width in outputs.items()],
            [onnx.numpy_helper.from_array(tensor, name) for name, tensor in self.constants.items()],
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="latent-explorer")
        model.ir_version = _IR
        helper.set_model_props(model, notes)
        onnx.checker.check_model(model)
        return model.SerializeToString()
