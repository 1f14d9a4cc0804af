"""One ONNX node after a value that varies with the images: the layers that it is."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from vae_engine.base.errors import EngineError
from vae_engine.exchange.imports.built import Built, affine, layer, linear, weighted
from vae_engine.exchange.imports.graph import Graph, Node

_POINTWISE = {
    "Relu": "relu", "Tanh": "tanh", "Sigmoid": "sigmoid", "Softplus": "softplus", "Sin": "sin", "Cos": "cos", "Log": "log",
}  # fmt: skip
_MOST_WEIGHTS = 2**24
Shape = tuple[int, ...]


def refuse(graph: Graph, node: Node, why: str) -> EngineError:
    """The complaint about a node."""
    return EngineError(f"{graph.path.name}: the layer {node} {why}.")


def layers_of(graph: Graph, node: Node, given: str, made: str) -> list[Built]:
    """The layers by which `node` makes one value of another. Raises EngineError, naming the node, for what is unknown."""
    if not node.op.startswith("Random"):
        for name in (given, made):
            if graph.values[name].ndim < 2 or len(graph.values[name]) != graph.rows:
                raise refuse(graph, node, "mixes the images of a batch, or has none")
    return _Reader(graph, node, given, made).layers()


class _Reader:
    def __init__(self, graph: Graph, node: Node, given: str, made: str) -> None:
        self.graph, self.node, self.given, self.made = graph, node, given, made
        self.before: Shape = graph.values[given].shape[1:]
        self.after: Shape = graph.values[made].shape[1:]

    def constant(self, index: int) -> Any:
        """An input that does not vary; nothing where it was left out."""
        name = self.node.inputs[index] if index < len(self.node.inputs) else ""
        return self.graph.values[name] if name else None

    def refuse(self, why: str) -> EngineError:
        return refuse(self.graph, self.node, why)

    def layers(self) -> list[Built]:
        if self.node.op not in KNOWN:
            raise self.refuse("is of a kind that is not known here")
        return KNOWN[self.node.op][1](self)

    def pointwise(self) -> list[Built]:
        return [layer(_POINTWISE[self.node.op], self.made)]

    def view(self) -> list[Built]:
        return view(self.before, self.after, self.made)

    def leaky_relu(self) -> list[Built]:
        slope = self.constant(1) if self.node.op == "PRelu" else np.array(self.node.says.get("alpha", 0.01))
        if slope is None or slope.size != 1:
            raise self.refuse("has a slope for each map, or one that varies")
        return [layer("leaky_relu", self.made, slope=float(np.ravel(slope)[0]))]

    def elu(self) -> list[Built]:
        return [layer("elu", self.made, alpha=self.node.says.get("alpha", 1.0))]

    def selu(self) -> list[Built]:
        scale, alpha = self.node.says.get("gamma", 1.0507009873554805), self.node.says.get("alpha", 1.6732632423543772)
        return [layer("elu", alpha=alpha), affine(np.array([scale]), np.zeros(1), self.made)]

    def gelu(self) -> list[Built]:
        return [layer("gelu" if self.node.says.get("approximate") == "tanh" else "gelu_erf", self.made)]

    def permute(self) -> list[Built]:
        order = self.node.says.get("perm") or list(range(len(self.before), -1, -1))
        if order[0] != 0:
            raise self.refuse("moves the axis of the images")
        return [layer("permute", self.made, order=[axis - 1 for axis in order[1:]])]

    def clamp(self) -> list[Built]:
        if self.node.op == "Clip":
            low, high = self.constant(1), self.constant(2)
            bounds = [self.node.says.get("min", low), self.node.says.get("max", high)]
        else:
            bound = self.constant(1 if self.node.inputs[0] == self.given else 0)
            bounds = [bound, None] if self.node.op == "Max" else [None, bound]
        if len(self.node.inputs) > 3 or any(one is not None and np.size(one) != 1 for one in bounds):
            raise self.refuse("does not bound all numbers alike")
        lowest, highest = (
            end if one is None else float(np.ravel(one)[0]) for one, end in zip(bounds, (-1e29, 1e29), strict=True)
        )
        if (lowest, highest) == (0.0, 1e29):
            return [layer("relu", self.made)]
        return [layer("clamp", self.made, low=max(lowest, -1e29), high=min(highest, 1e29))]

    def arithmetic(self) -> list[Built]:
        if self.node.op == "Neg":
            return scaled(-np.ones(1), np.zeros(1), self.before, self.made)
        first = self.node.inputs[0] == self.given
        other = self.constant(1 if first else 0)
        if other is None or other.ndim > len(self.before) + 1 or (other.ndim == len(self.before) + 1 and other.shape[0] != 1):
            raise self.refuse("adds or multiplies what differs from image to image of a batch")
        other = other.reshape(other.shape[1:]) if other.ndim == len(self.before) + 1 else other
        if np.broadcast_shapes(other.shape, self.before) != self.before:
            raise self.refuse("changes the shape of its numbers")
        other = other.astype(np.float64)
        one, zero = np.ones(()), np.zeros(())
        match self.node.op, first:
            case "Add", _:
                return scaled(one, other, self.before, self.made)
            case "Sub", True:
                return scaled(one, -other, self.before, self.made)
            case "Sub", False:
                return scaled(-one, other, self.before, self.made)
            case "Mul", _:
                return scaled(other, zero, self.before, self.made)
            case "Div", True:
                return scaled(1 / other, zero, self.before, self.made)
        raise self.refuse("divides by what varies")

    def linear(self) -> list[Built]:
        says = self.node.says
        matrix = self.constant(1)
        if self.node.inputs[0] != self.given or matrix is None or matrix.ndim != 2 or says.get("transA"):
            raise self.refuse("is no product with a matrix of weights")
        weight = matrix if says.get("transB") else matrix.T
        bias = self.constant(2) if self.node.op == "Gemm" else None
        bias = np.zeros(len(weight)) if bias is None else np.broadcast_to(bias, (1, len(weight)))[0] * says.get("beta", 1.0)
        if math.prod(self.before) != weight.shape[1]:
            raise self.refuse("multiplies each of several rows of an image by the same matrix")
        return [
            *view(self.before, (weight.shape[1],)),
            linear(weight * says.get("alpha", 1.0), bias, "" if len(self.after) > 1 else self.made),
            *view((len(weight),), self.after, self.made),
        ]

    def batch_norm(self) -> list[Built]:
        gain, bias, mean, variance = (self.graph.values[name].astype(np.float64) for name in self.node.inputs[1:5])
        if self.node.says.get("training_mode"):
            raise self.refuse("normalises by the batch, as in training: export the model at rest, after eval()")
        weight = gain / np.sqrt(variance + self.node.says.get("epsilon", 1e-5))
        return [affine(weight, bias - mean * weight, self.made)]

    def layer_norm(self) -> list[Built]:
        axis, rank = self.node.says.get("axis", -1), len(self.before)
        over = self.before[(axis if axis < 0 else axis - 1 - rank) :]
        size = math.prod(over)
        gain, bias = self.constant(1), self.constant(2)
        gain = np.ones(size) if gain is None else np.broadcast_to(gain, over).ravel()
        bias = np.zeros(size) if bias is None else np.broadcast_to(bias, over).ravel()
        flat = (*self.before[: rank - len(over)], size) if len(over) > 1 else self.before
        norm = weighted("layer_norm", gain, bias, self.made, size=size, eps=self.node.says.get("epsilon", 1e-5))
        return [*view(self.before, flat), norm, *view(flat, self.before, self.made)]

    def _sides(self, kernel: Any) -> tuple[list[int], list[int], list[int], list[int]]:
        """Kernel, stride, dilation and edges [top, left, bottom, right], as the shapes have them."""
        says = self.node.says
        if len(self.before) != 3:
            raise self.refuse("is not over images of two dimensions")
        stride, dilation = says.get("strides", [1, 1]), says.get("dilations", [1, 1])
        edges = list(says.get("pads", [0, 0, 0, 0]))
        auto = says.get("auto_pad", "NOTSET")
        spread = [(side - 1) * gap + 1 for side, gap in zip(kernel, dilation, strict=True)]
        if auto.startswith("SAME") or "output_shape" in says:
            for axis in (0, 1):
                before, after = self.before[1 + axis], self.after[1 + axis]
                if self.node.op == "ConvTranspose":
                    more = says.get("output_padding", [0, 0])[axis]
                    total = (before - 1) * stride[axis] + spread[axis] + more - after
                else:
                    total = max((after - 1) * stride[axis] + spread[axis] - before, 0)
                first = total // 2 if auto == "SAME_UPPER" else total - total // 2
                edges[axis], edges[axis + 2] = first, total - first
        return list(kernel), list(stride), list(dilation), edges

    def convolution(self) -> list[Built]:
        weight = self.constant(1)
        if weight is None or self.node.inputs[0] != self.given or weight.ndim != 4:
            raise self.refuse("has weights that vary, or is not over images of two dimensions")
        transposed = self.node.op == "ConvTranspose"
        _, stride, dilation, (top, left, bottom, right) = self._sides(weight.shape[2:])
        groups = self.node.says.get("group", 1)
        spread = math.prod((side - 1) * gap + 1 for side, gap in zip(weight.shape[2:], dilation, strict=True))
        if math.prod(weight.shape[:2]) * groups * spread > _MOST_WEIGHTS:
            raise self.refuse("has more groups of maps, or wider gaps, than a small VAE has")
        weight = _dilated(_dense(weight, groups), dilation)
        inner, outer = (weight.shape[0], weight.shape[1]) if transposed else (weight.shape[1], weight.shape[0])
        bias = self.constant(2)
        says = {"in": inner, "out": outer, "kernel": list(weight.shape[2:]), "stride": stride}
        bias = np.zeros(outer) if bias is None else bias
        cut = [min(top, bottom), min(left, right)]
        rest = [top - cut[0], left - cut[1], bottom - cut[0], right - cut[1]]
        if transposed:
            more = list(self.node.says.get("output_padding", [0, 0]))
            found = weighted(
                "conv_transpose", weight, bias, "" if any(rest) else self.made, **says, padding=cut, output_padding=more
            )
            return [found, *([layer("pad", self.made, edges=[-one for one in rest])] if any(rest) else [])]
        found = weighted("conv", weight, bias, self.made, **says, padding=cut)
        return [*([layer("pad", edges=rest)] if any(rest) else []), found]

    def pool(self) -> list[Built]:
        op, says, largest = self.node.op, self.node.says, "Max" in self.node.op
        if op.startswith("Global") or op == "ReduceMean":
            axes = self.constant(1)
            axes = says.get("axes") if axes is None else axes.tolist()
            if len(self.before) != 3 or (op == "ReduceMean" and sorted(axis % 4 for axis in axes or ()) != [2, 3]):
                raise self.refuse("takes a mean over other axes than those of the image")
            kernel = list(self.before[1:])
            counts: dict[str, Any] = {} if largest else {"counting": True}
            found = layer("max_pool" if largest else "avg_pool", kernel=kernel, stride=[1, 1], edges=[0, 0, 0, 0], **counts)
            return [found, *view((self.before[0], 1, 1), self.after, self.made)]
        kernel, stride, dilation, edges = self._sides(says["kernel_shape"])
        if any(one != 1 for one in dilation):
            raise self.refuse("pools over places with gaps between them")
        counting = bool(says.get("count_include_pad", 0))
        for axis in (0, 1):  # rounded up, there are windows over the end
            beyond = (
                (self.after[1 + axis] - 1) * stride[axis] + kernel[axis] - self.before[1 + axis] - edges[axis] - edges[axis + 2]
            )
            if beyond > 0 and counting and not largest:
                raise self.refuse("counts some of its edges and others not")
            edges[axis + 2] += max(beyond, 0)
        counts = {} if largest else {"counting": counting and any(edges)}
        return [layer("max_pool" if largest else "avg_pool", self.made, kernel=kernel, stride=stride, edges=edges, **counts)]

    def resize(self) -> list[Built]:
        says = self.node.says
        mode, places = says.get("mode", "nearest"), says.get("coordinate_transformation_mode", "half_pixel")
        if self.node.op == "Upsample":
            places = "asymmetric"
        if len(self.before) != 3 or self.before[0] != self.after[0]:
            raise self.refuse("does not resize images")
        whole = all(after % before == 0 for before, after in zip(self.before[1:], self.after[1:], strict=True))
        floored = places == "asymmetric" and says.get("nearest_mode", "floor") == "floor"
        if mode == "nearest" and (floored or (whole and places in ("half_pixel", "asymmetric", "pytorch_half_pixel"))):
            return [layer("upsample", self.made, to=list(self.after[1:]), mode="nearest", corners=False)]
        if mode == "linear" and places in ("half_pixel", "pytorch_half_pixel", "align_corners") and not says.get("antialias"):
            return [layer("upsample", self.made, to=list(self.after[1:]), mode="bilinear", corners=places == "align_corners")]
        raise self.refuse(f"resizes in a way that is not known here ({mode}, {places})")

    def pad(self) -> list[Built]:
        pads, value = self.constant(1), self.constant(2)
        pads = list(self.node.says.get("pads", []) if pads is None else pads.tolist())
        axes = self.constant(3)
        rank = len(self.before) + 1
        if axes is not None:
            full = [0] * (2 * rank)
            for index, axis in enumerate(axes.tolist()):
                full[axis % rank], full[axis % rank + rank] = pads[index], pads[index + len(axes)]
            pads = full
        plain = self.node.says.get("mode", "constant") == "constant" and (value is None or not np.any(value))
        if not pads or not plain or rank != 4 or pads[0] or pads[4]:
            raise self.refuse("pads otherwise than with zeros around an image")
        return self._edges([[pads[axis], pads[axis + 4]] for axis in (1, 2, 3)])

    def _edges(self, ends: list[list[int]]) -> list[Built]:
        """Rows added or, negative, taken away at both ends of each axis: of an image, wherever its maps stand."""
        still = next((axis for axis in (0, 2) if not any(ends[axis])), None)
        if still is None:
            raise self.refuse("changes the number of maps and their size at once")
        (top, bottom), (left, right) = ends[1:] if still == 0 else ends[:2]
        if still == 0:
            return [layer("pad", self.made, edges=[top, left, bottom, right])]
        inside = layer("pad", edges=[top, left, bottom, right])
        return [layer("permute", order=[2, 0, 1]), inside, layer("permute", self.made, order=[1, 2, 0])]

    def part(self) -> list[Built]:
        """Some of the numbers, found by running the node over their places."""
        index = self.node.outputs.index(self.made)
        if len(self.before) == 1 and len(self.after) == 1:
            starts = self._starts(index)
            if len(starts) * self.before[0] > _MOST_WEIGHTS:
                raise self.refuse("takes a part of more numbers than a small VAE has")
            chooses = np.zeros((len(starts), self.before[0]), np.float32)
            chooses[np.arange(len(starts)), starts] = 1
            return [linear(chooses, None, self.made)]
        if len(self.before) == 3 and len(self.after) == 3 and self.node.op == "Slice":
            start, end, axes, step = (self.constant(place) for place in (1, 2, 3, 4))
            if start is None or end is None or (step is not None and any(np.ravel(step) != 1)):
                raise self.refuse("takes every other row of an image")
            ends = [[0, 0] for _ in range(3)]
            for axis, first, last in zip(
                range(len(start)) if axes is None else axes.tolist(), start.tolist(), end.tolist(), strict=True
            ):
                if axis % 4 == 0:
                    raise self.refuse("takes some of the images of a batch")
                first, last, _ = slice(first, last).indices(self.before[axis % 4 - 1])
                ends[axis % 4 - 1] = [-first, last - self.before[axis % 4 - 1]]
            return self._edges(ends)
        raise self.refuse("takes a part of its numbers that is not known here")

    def _starts(self, index: int) -> list[int]:
        """Which numbers of a row a part holds."""
        size = self.before[0]
        if self.node.op == "Split":
            sizes = [self.graph.values[name].shape[1] for name in self.node.outputs]
            if self.node.says.get("axis", 0) not in (1, -1):
                raise self.refuse("takes some of the images of a batch")
            return list(range(sum(sizes[:index]), sum(sizes[: index + 1])))
        if self.node.op == "Gather":
            if self.node.says.get("axis", 0) not in (1, -1):
                raise self.refuse("takes some of the images of a batch")
            return np.ravel(self.constant(1)).astype(int).tolist()
        start, end, axes, step = (self.constant(place) for place in (1, 2, 3, 4))
        if start is None or end is None or axes is None or [axis % 2 for axis in axes.tolist()] != [1]:
            raise self.refuse("takes some of the images of a batch")
        return list(range(size))[slice(int(start[0]), int(end[0]), 1 if step is None else int(step[0]))]


KNOWN: dict[str, tuple[str, Callable[[_Reader], list[Built]]]] = {
    **{op: (kind, _Reader.pointwise) for op, kind in _POINTWISE.items()},
    **dict.fromkeys(("Reshape", "Squeeze", "Unsqueeze", "Expand"), ("reshape", _Reader.view)),
    **dict.fromkeys(("Identity", "Cast", "Dropout"), ("", _Reader.view)),
    **dict.fromkeys(("LeakyRelu", "PRelu"), ("leaky_relu", _Reader.leaky_relu)),
    **dict.fromkeys(("Clip", "Max", "Min"), ("clamp relu", _Reader.clamp)),
    **dict.fromkeys(("Add", "Sub", "Mul", "Div", "Neg"), ("affine", _Reader.arithmetic)),
    **dict.fromkeys(("Gemm", "MatMul"), ("linear", _Reader.linear)),
    **dict.fromkeys(("MaxPool", "GlobalMaxPool"), ("max_pool", _Reader.pool)),
    **dict.fromkeys(("AveragePool", "GlobalAveragePool", "ReduceMean"), ("avg_pool", _Reader.pool)),
    **dict.fromkeys(("Resize", "Upsample"), ("upsample", _Reader.resize)),
    **dict.fromkeys(("Slice", "Split", "Gather"), ("pad linear", _Reader.part)),
    "Flatten": ("flatten", _Reader.view),
    "Elu": ("elu", _Reader.elu),
    "Selu": ("elu", _Reader.selu),
    "Gelu": ("gelu gelu_erf", _Reader.gelu),
    "BatchNormalization": ("affine", _Reader.batch_norm),
    "LayerNormalization": ("layer_norm", _Reader.layer_norm),
    "Conv": ("conv", _Reader.convolution),
    "ConvTranspose": ("conv_transpose", _Reader.convolution),
    "Transpose": ("permute", _Reader.permute),
    "Pad": ("pad", _Reader.pad),
}
"""For each operator the kinds of layer that it may become, and how it is read; without a kind none."""


def view(before: Shape, after: Shape, value: str = "") -> list[Built]:
    """The same numbers in another shape."""
    if before == after:
        return []
    flat = [layer("flatten", value if len(after) == 1 else "")] if len(before) > 1 else []
    return [*flat, *([layer("reshape", value, shape=list(after))] if len(after) > 1 else [])]


def scaled(weight: np.ndarray, bias: np.ndarray, shape: Shape, value: str) -> list[Built]:
    """w h + b for w and b that broadcast over a row: along one axis where they vary along one, else number by number."""
    both = [np.broadcast_to(one, np.broadcast_shapes(one.shape, (1,) * len(shape))) for one in (weight, bias)]
    axes = {axis for one in both for axis in range(len(shape)) if one.shape[axis] > 1}
    if not axes:
        return [affine(both[0].reshape(1), both[1].reshape(1), value)]
    if len(axes) == 1:
        axis = axes.pop()
        found = [np.broadcast_to(one.reshape(-1), (shape[axis],)) for one in both]
        if axis == 0:
            return [affine(found[0], found[1], value)]
        order = [axis, *(other for other in range(len(shape)) if other != axis)]
        back = [order.index(other) for other in range(len(shape))]
        return [layer("permute", order=order), affine(found[0], found[1]), layer("permute", value, order=back)]
    full = [np.broadcast_to(one, shape).ravel() for one in both]
    return [*view(shape, (math.prod(shape),)), affine(full[0], full[1]), *view((math.prod(shape),), shape, value)]


def _dense(weight: np.ndarray, groups: int) -> np.ndarray:
    """The weights of groups of maps as those of all maps, zero between groups."""
    if groups == 1:
        return weight
    rows, columns = weight.shape[:2]
    across = rows // groups
    dense = np.zeros((rows, columns * groups, *weight.shape[2:]), weight.dtype)
    for group in range(groups):
        dense[group * across : (group + 1) * across, group * columns : (group + 1) * columns] = weight[
            group * across : (group + 1) * across
        ]
    return dense


def _dilated(weight: np.ndarray, gaps: list[int]) -> np.ndarray:
    """A kernel with gaps as a larger one with zeros."""
    if gaps == [1, 1]:
        return weight
    high, wide = ((side - 1) * gap + 1 for side, gap in zip(weight.shape[2:], gaps, strict=True))
    spread = np.zeros((*weight.shape[:2], high, wide), weight.dtype)
    spread[:, :, :: gaps[0], :: gaps[1]] = weight
    return spread
