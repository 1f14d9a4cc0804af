"""From one value of a graph to another: the layers between them.

A walk back from the end. Where several ways meet, the layers since they parted (at the value through which all of them go)
become a residual, parallel parts, or, if all is done number by number, the nonlinearity that has the same curve.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from vae_engine.base.errors import EngineError
from vae_engine.exchange.imports import graph as graphs
from vae_engine.exchange.imports import nodes
from vae_engine.exchange.imports.built import Built, affine, layer, parallel, residual
from vae_engine.exchange.imports.graph import Graph, Node
from vae_engine.stored import forward

_BY_NUMBER = frozenset((
    "Abs", "Add", "And", "Cast", "Clip", "Div", "Elu", "Erf", "Exp", "Gelu", "Greater", "GreaterOrEqual", "HardSigmoid",
    "Identity", "LeakyRelu", "Less", "LessOrEqual", "Log", "Max", "Min", "Mul", "Neg", "Not", "Or", "Pow", "Reciprocal", "Relu",
    "Sigmoid", "Sign", "Softplus", "Sqrt", "Sub", "Tanh", "Where",
))  # fmt: skip
CURVES: tuple[dict[str, Any], ...] = (
    {"op": "gelu_erf"}, {"op": "gelu"}, {"op": "silu"}, {"op": "softplus"}, {"op": "elu", "alpha": 1.0}, {"op": "sigmoid"},
    {"op": "tanh"}, {"op": "relu"},
)  # fmt: skip
JOINS = {"Add": "residual", "Sub": "residual", "Sum": "residual", "Concat": "parallel"}
_SAME_CURVE = 2e-6
_MOST_JOINS = 500


class Match:
    """What lies after one value of a graph, its source."""

    def __init__(self, graph: Graph, source: str) -> None:
        self.graph, self.source = graph, source
        self.reached = graph.varying(source)
        self.varying = graph.varying(graph.source)
        self._through, self._depth = {source: source}, {source: 0}
        self._joins = 0
        self._dominators()

    def layers(self, end: str, start: str = "") -> list[Built]:
        """The layers from `start` (or the source) to `end`. Raises EngineError, naming the node, where there are none."""
        start = start or self.source
        found: list[Built] = []
        while end != start:
            node = self.graph.makers.get(end)
            if node is None or end not in self.reached:
                raise EngineError(f"{self.graph.path.name}: {end!r} does not follow from {start!r}.")
            inputs = self._ways(node)
            parted = inputs[0] if len(inputs) == 1 else self.parting(end)
            found = [
                *(nodes.layers_of(self.graph, node, parted, end) if len(inputs) == 1 else self._joined(node, parted, end)),
                *found,
            ]
            end = parted
        return found

    def parting(self, *ends: str) -> str:
        """The last value through which every way to `ends` goes; of one end, before it."""
        if len(ends) == 1:
            return self._through[ends[0]]
        common = ends[0]
        for other in ends[1:]:
            common = self._meet(common, other)
        return common

    def _dominators(self) -> None:
        """For each value the last before it through which every way from the source to it goes."""
        for node in self.graph.nodes:
            inputs = [name for name in dict.fromkeys(node.inputs) if name in self._through]
            if inputs and node.op not in ("Shape", "Size"):
                common = self.parting(*inputs) if len(inputs) > 1 else inputs[0]
                for name in node.outputs:
                    self._through[name], self._depth[name] = common, self._depth[common] + 1

    def _meet(self, one: str, other: str) -> str:
        while one != other:
            if self._depth[one] >= self._depth[other]:
                one = self._through[one]
            else:
                other = self._through[other]
        return one

    def _ways(self, node: Node) -> list[str]:
        """The inputs of a node that follow from the source. Raises EngineError where others vary with the images, too."""
        strange = [name for name in node.inputs if name in self.varying and name not in self.reached]
        if strange and self.source != self.graph.source:
            raise nodes.refuse(self.graph, node, f"sees {strange[0]!r}, which comes from the image and not from {self.source!r}")
        return [name for name in dict.fromkeys(node.inputs) if name in self.reached]

    def _joined(self, node: Node, start: str, end: str) -> list[Built]:
        self._joins += 1  # where ways meet that met before, each way back is walked again: twice as many with each meeting
        if self._joins > _MOST_JOINS:
            raise nodes.refuse(self.graph, node, "joins more ways than a small VAE has")
        if curve := self._curve(start, end):
            return curve
        if node.op not in JOINS or any(name not in self.reached for name in node.inputs):
            raise nodes.refuse(self.graph, node, "joins several ways in a manner that is not known here")
        parts = [self.layers(name, start) for name in node.inputs]
        if node.op == "Concat":
            rank = self.graph.values[end].ndim
            if node.says["axis"] % rank != 1:
                raise nodes.refuse(self.graph, node, "puts numbers together along another axis than the first")
            return [parallel(parts, end)]
        if node.op == "Sub":
            parts[1].append(affine(-np.ones(1), np.zeros(1)))
        while len(parts) > 2:
            parts[:2] = [[residual(parts[0], parts[1])]]
        return [residual(parts[0], parts[1], end)]

    def _curve(self, start: str, end: str) -> list[Built]:
        """The nonlinearity that has the curve of all nodes between two values; nothing where there is none."""
        inside: list[Node] = []
        wanted = {end}
        for node in reversed(self.graph.nodes):
            if wanted.intersection(node.outputs):
                if node.op not in _BY_NUMBER or any(
                    name and name not in self.reached and self.graph.values[name].size != 1 for name in node.inputs
                ):
                    return []
                inside.append(node)
                wanted.update(name for name in node.inputs if name in self.reached and name != start)
        onnx, _ = graphs.packages()
        helper = onnx.helper
        fixed = {name for node in inside for name in node.inputs if name and name not in self.reached}
        points = np.linspace(-8, 8, 401, dtype=np.float32)
        model = helper.make_model(
            helper.make_graph(
                [node.proto for node in reversed(inside)], "curve",
                [helper.make_tensor_value_info(start, onnx.TensorProto.FLOAT, [len(points)])],
                [helper.make_empty_tensor_value_info(end)],
                [onnx.numpy_helper.from_array(self.graph.values[name].reshape(()), name) for name in sorted(fixed)],
            ),
            opset_imports=self.graph.model.opset_import, ir_version=8,
        )  # fmt: skip
        session = graphs.runner(self.graph.path, model)
        with graphs.refused(self.graph.path):
            curve = session.run(None, {start: points})[0]
        for record in CURVES:
            own = forward.pointwise(record, points.astype(np.float64))
            scale = float(own @ curve) / float(own @ own)
            if np.abs(curve - scale * own).max() < _SAME_CURVE * max(1.0, np.abs(curve).max()):
                found = layer(record["op"], end, **{key: value for key, value in record.items() if key != "op"})
                return [found] if abs(scale - 1) < 1e-5 else [found, affine(np.array([scale]), np.zeros(1), end)]
        return []
