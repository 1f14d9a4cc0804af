"""The kinds of layer record: what each says, the weights that it has, and the shape that it makes of another.

    op                            says                                     weights
    linear                        in, out                                  weight [out, in], bias [out]
    fourier                       in, out, scale                           weight [in, out]; [z, sin zW, cos zW]
    layer_norm                    size, eps (1e-5)                         weight, bias [size]; over the last axis
    affine                        size (of the first axis, or 1)           weight, bias [size]; a batch norm at rest
    conv                          in, out, kernel, stride, padding         weight [out, in, k, k], bias [out]
    conv_transpose                likewise, and output_padding             weight [in, out, k, k], bias [out]
    pad                           edges [top, left, bottom, right]         adds zeros; where negative, takes rows away
    max_pool, avg_pool            kernel, stride, edges, counting          a mean may count the zeros of its edges
    upsample                      to [high, wide], mode, corners           nearest, or bilinear, with or without corners kept
    reshape, flatten, permute     shape, of [width]; nothing; order        another order of the axes
    residual                      layers, shortcut (nothing: h itself)     h' + f(h)
    parallel                      parts, put together along the first axis
    dropout                       share; only training drops
    leaky_relu, elu, clamp        slope; alpha; low, high
    gelu, gelu_erf, relu, silu, tanh, sigmoid, softplus, sin, cos, log     number by number; gelu is the tanh form

A shape is that of one row: [width], or [maps, height, width]. `kernel`, `stride`, `padding` and `output_padding` of a
convolution are a number or a pair [high, wide]. Records may come from a stranger's file, so nothing in them is believed.
"""

from __future__ import annotations

import math
import reprlib
from collections.abc import Callable, Iterator
from typing import Any

from vae_engine.base.errors import EngineError

Layer = dict[str, Any]
Shape = tuple[int, ...]

POINTWISE = ("gelu", "gelu_erf", "relu", "silu", "tanh", "sigmoid", "softplus", "sin", "cos", "log")
_MOST_NUMBERS, _MOST_LAYERS, _DEEPEST = 2**22, 500, 8
"""The largest row, the longest list and the deepest nesting that anybody's small VAE needs."""


def pair(value: Any) -> tuple[int, int]:
    """A number, or a pair [high, wide], as a pair."""
    return (value, value) if isinstance(value, int) else (value[0], value[1])


def shape_after(described: Any, shape: Shape, path: str) -> Shape:
    """The shape that a list of records makes of another. Raises EngineError, naming the layer, for records that fit not."""
    return _after(described, shape, path, 0)


def _after(described: Any, shape: Shape, path: str, depth: int) -> Shape:
    if not isinstance(described, list) or len(described) > _MOST_LAYERS or depth > _DEEPEST:
        raise EngineError(f"{path} must be a list of at most {_MOST_LAYERS} layers, not nested deeper than {_DEEPEST}.")
    for index, layer in enumerate(described):
        name = f"{path}.{index}"
        if not isinstance(layer, dict) or layer.get("op") not in KINDS:
            op = layer.get("op") if isinstance(layer, dict) else layer
            raise EngineError(f"{name}: there is no layer {reprlib.repr(op)}; known are {', '.join(KINDS)}.")
        says, after = _KINDS[layer["op"]]
        for key in layer.keys() ^ {"op", *says}:
            if key not in says or key not in _OPTIONAL:
                raise EngineError(f"{name} ({layer['op']}) {'lacks' if key in says else 'has an unknown setting'} {key!r}.")
        for key in layer.keys() - {"op"}:
            if not _SETTINGS[key](layer[key]):
                raise EngineError(f"{name} ({layer['op']}): {key} cannot be {reprlib.repr(layer[key])}.")
        made = after(layer, shape, name, depth + 1)
        if made is None or not all(side > 0 for side in made) or math.prod(made) > _MOST_NUMBERS:
            raise EngineError(f"{name} ({layer['op']}) does not fit the shape {list(shape)} before it.")
        shape = made
    return shape


def inner_lists(layer: Layer, name: str) -> Iterator[tuple[str, list[Layer]]]:
    """The lists of layers within a layer, each with its path."""
    match layer["op"]:
        case "residual":
            yield f"{name}.layers", layer["layers"]
            if "shortcut" in layer:
                yield f"{name}.shortcut", layer["shortcut"]
        case "parallel":
            for index, part in enumerate(layer["parts"]):
                yield f"{name}.parts.{index}", part


def weight_shapes(described: list[Layer], path: str) -> dict[str, Shape]:
    """The name and shape of every weight of a list of records that `shape_after` has accepted."""
    shapes: dict[str, Shape] = {}
    for index, layer in enumerate(described):
        name = f"{path}.{index}"
        match layer["op"]:
            case "linear":
                shapes |= {f"{name}.weight": (layer["out"], layer["in"]), f"{name}.bias": (layer["out"],)}
            case "fourier":
                shapes[f"{name}.weight"] = (layer["in"], layer["out"])
            case "layer_norm" | "affine":
                shapes |= {f"{name}.weight": (layer["size"],), f"{name}.bias": (layer["size"],)}
            case "conv" | "conv_transpose":
                ends = (layer["out"], layer["in"]) if layer["op"] == "conv" else (layer["in"], layer["out"])
                shapes |= {f"{name}.weight": (*ends, *pair(layer["kernel"])), f"{name}.bias": (layer["out"],)}
        for inner, layers in inner_lists(layer, name):
            shapes |= weight_shapes(layers, inner)
    return shapes


def _linear(layer: Layer, shape: Shape, name: str, depth: int) -> Shape | None:
    return (layer["out"],) if shape == (layer["in"],) else None


def _fourier(layer: Layer, shape: Shape, name: str, depth: int) -> Shape | None:
    return (layer["in"] + 2 * layer["out"],) if shape == (layer["in"],) else None


def _same(layer: Layer, shape: Shape, name: str, depth: int) -> Shape | None:
    return shape


def _layer_norm(layer: Layer, shape: Shape, name: str, depth: int) -> Shape | None:
    return shape if shape[-1] == layer["size"] else None


def _affine(layer: Layer, shape: Shape, name: str, depth: int) -> Shape | None:
    return shape if layer["size"] in (1, shape[0]) else None


def _conv(layer: Layer, shape: Shape, name: str, depth: int) -> Shape | None:
    if len(shape) != 3 or shape[0] != layer["in"]:
        return None
    sides = zip(shape[1:], *(pair(layer[key]) for key in ("kernel", "stride", "padding")), strict=True)
    return (layer["out"], *((side + 2 * padding - kernel) // stride + 1 for side, kernel, stride, padding in sides))


def _conv_transpose(layer: Layer, shape: Shape, name: str, depth: int) -> Shape | None:
    if len(shape) != 3 or shape[0] != layer["in"]:
        return None
    more = pair(layer.get("output_padding", 0))
    if any(extra >= stride for extra, stride in zip(more, pair(layer["stride"]), strict=True) if extra):
        return None
    sides = zip(shape[1:], *(pair(layer[key]) for key in ("kernel", "stride", "padding")), more, strict=True)
    return (layer["out"], *((side - 1) * stride + kernel - 2 * cut + extra for side, kernel, stride, cut, extra in sides))


def _padded(shape: Shape, edges: list[int]) -> Shape:
    top, left, bottom, right = edges
    return (shape[0], shape[1] + top + bottom, shape[2] + left + right)


def _pad(layer: Layer, shape: Shape, name: str, depth: int) -> Shape | None:
    return _padded(shape, layer["edges"]) if len(shape) == 3 else None


def _pool(layer: Layer, shape: Shape, name: str, depth: int) -> Shape | None:
    edges, kernel, stride = layer["edges"], pair(layer["kernel"]), pair(layer["stride"])
    # A window that lies in the padding alone would have no largest number and no mean.
    if len(shape) != 3 or min(edges) < 0 or max(edges[0], edges[2]) >= kernel[0] or max(edges[1], edges[3]) >= kernel[1]:
        return None
    sides = _padded(shape, edges)[1:]
    return (shape[0], *((side - k) // s + 1 for side, k, s in zip(sides, kernel, stride, strict=True)))


def _upsample(layer: Layer, shape: Shape, name: str, depth: int) -> Shape | None:
    return (shape[0], *layer["to"]) if len(shape) == 3 else None


def _reshape(layer: Layer, shape: Shape, name: str, depth: int) -> Shape | None:
    return tuple(layer["shape"]) if shape == (math.prod(layer["shape"]),) else None


def _flatten(layer: Layer, shape: Shape, name: str, depth: int) -> Shape | None:
    return (math.prod(shape),)


def _permute(layer: Layer, shape: Shape, name: str, depth: int) -> Shape | None:
    order = layer["order"]
    return tuple(shape[axis] for axis in order) if sorted(order) == list(range(len(shape))) else None


def _residual(layer: Layer, shape: Shape, name: str, depth: int) -> Shape | None:
    made = _after(layer["layers"], shape, f"{name}.layers", depth)
    kept = _after(layer["shortcut"], shape, f"{name}.shortcut", depth) if "shortcut" in layer else shape
    return made if made == kept else None


def _parallel(layer: Layer, shape: Shape, name: str, depth: int) -> Shape | None:
    made = [_after(part, shape, f"{name}.parts.{index}", depth) for index, part in enumerate(layer["parts"])]
    return (sum(one[0] for one in made), *made[0][1:]) if len({one[1:] for one in made}) == 1 else None


def _whole(low: int, high: int = 10**6) -> Callable[[Any], bool]:
    return lambda value: type(value) is int and low <= value <= high


def _wholes(low: int, shortest: int, longest: int) -> Callable[[Any], bool]:
    each = _whole(low)
    return lambda value: isinstance(value, list) and shortest <= len(value) <= longest and all(map(each, value))


def _either(one: Callable[[Any], bool], other: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: one(value) or other(value)


def _number(value: Any) -> bool:
    return type(value) in (int, float) and math.isfinite(value) and abs(value) < 1e30


def _list(value: Any) -> bool:
    return isinstance(value, list)


_SETTINGS: dict[str, Callable[[Any], bool]] = {
    "in": _whole(1), "out": _whole(1), "size": _whole(1), "to": _wholes(1, 2, 2), "scale": _number,
    "eps": lambda value: _number(value) and value > 0, "kernel": _either(_whole(1), _wholes(1, 2, 2)),
    "stride": _either(_whole(1), _wholes(1, 2, 2)), "padding": _either(_whole(0), _wholes(0, 2, 2)),
    "edges": _wholes(-(10**6), 4, 4), "output_padding": _either(_whole(0), _wholes(0, 2, 2)),
    "counting": lambda value: type(value) is bool, "corners": lambda value: type(value) is bool,
    "mode": lambda value: value in ("nearest", "bilinear"),
    "shape": _wholes(1, 1, 6), "order": _wholes(0, 1, 6), "layers": _list, "shortcut": _list,
    "parts": lambda value: isinstance(value, list) and 1 <= len(value) <= 16,
    "share": lambda value: _number(value) and 0 <= value < 1,
    "slope": _number, "alpha": _number, "low": _number, "high": _number,
}  # fmt: skip
_OPTIONAL = {"eps", "output_padding", "shortcut"}
_KINDS: dict[str, tuple[tuple[str, ...], Callable[[Layer, Shape, str, int], Shape | None]]] = {
    "linear": (("in", "out"), _linear),
    "fourier": (("in", "out", "scale"), _fourier),
    "layer_norm": (("size", "eps"), _layer_norm),
    "affine": (("size",), _affine),
    "conv": (("in", "out", "kernel", "stride", "padding"), _conv),
    "conv_transpose": (("in", "out", "kernel", "stride", "padding", "output_padding"), _conv_transpose),
    "pad": (("edges",), _pad),
    "max_pool": (("kernel", "stride", "edges"), _pool),
    "avg_pool": (("kernel", "stride", "edges", "counting"), _pool),
    "upsample": (("to", "mode", "corners"), _upsample),
    "reshape": (("shape",), _reshape),
    "flatten": ((), _flatten),
    "permute": (("order",), _permute),
    "residual": (("layers", "shortcut"), _residual),
    "parallel": (("parts",), _parallel),
    "dropout": (("share",), _same),
    "leaky_relu": (("slope",), _same),
    "elu": (("alpha",), _same),
    "clamp": (("low", "high"), _same),
    **dict.fromkeys(POINTWISE, ((), _same)),
}
KINDS = tuple(_KINDS)
"""Every op that there is."""
