"""The same network with fewer layers: what exporters write around a layer is put into its weights, or cancels out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from vae_engine.exchange.imports.built import Built, affine, layer, linear, records, weighted
from vae_engine.stored.records import POINTWISE, Shape, shape_after

_BY_NUMBER = {*POINTWISE, "leaky_relu", "elu", "clamp"}


def tidy(found: list[Built], shape: Shape) -> list[Built]:
    """Layers that do the same to rows of a shape, as few as can be. Raises EngineError for layers that do not fit."""
    found = [_inside(one, before) for one, before in zip(found, _shapes(found, shape), strict=False)]
    while True:
        shapes = _shapes(found, shape)
        for index, before in enumerate(shapes[:-1]):
            instead = next((new for rule in _RULES if (new := rule(found[index : index + 2], before)) is not None), None)
            if instead is not None:
                found[index : index + 2] = instead
                break
        else:
            return found


def _shapes(found: list[Built], shape: Shape) -> list[Shape]:
    """The shape before each layer, and after the last."""
    shapes = [shape]
    for one in found:
        shapes.append(shape_after(records([one]), shapes[-1], one.value or one.record["op"]))
    return shapes


def _inside(one: Built, before: Shape) -> Built:
    return Built(one.record, one.weights, one.value, tuple(tidy(part, before) for part in one.inner))


def _nothing(pair: list[Built], before: Shape) -> list[Built] | None:
    """Layers that change no number."""
    one, rest = pair[0], pair[1:]
    same = one.record["op"] == "affine" and np.all(one.weights["weight"] == 1) and not np.any(one.weights["bias"])
    still = one.record["op"] == "permute" and one.record["order"] == sorted(one.record["order"])
    round_trip = one.record["op"] == "flatten" and len(before) == 1
    wide = one.record["op"] == "pad" and not any(one.record["edges"])
    alone = one.record["op"] == "parallel" and len(one.inner) == 1
    if alone:
        return [*one.inner[0], *rest]
    return rest if same or still or round_trip or wide else None


def _views(pair: list[Built], before: Shape) -> list[Built] | None:
    """Shapes that are taken back, and axes of length 1 that change places, which is another shape and no other order."""
    one = pair[0]
    if one.record["op"] == "permute" and _order_stays(before, one.record["order"]) and len(before) > 1:
        after = [before[axis] for axis in one.record["order"]]
        return [layer("flatten"), layer("reshape", one.value, shape=after), *pair[1:]]
    if len(pair) < 2:
        return None
    other = pair[1]
    match one.record["op"], other.record["op"]:
        case "reshape", "flatten":
            return []
        case "flatten", "reshape" if tuple(other.record["shape"]) == before:
            return []
        case "permute", "permute":
            return [layer("permute", other.value, order=[one.record["order"][axis] for axis in other.record["order"]])]
    return None


def _order_stays(shape: Shape, order: list[int]) -> bool:
    moved = [axis for axis in order if shape[axis] > 1]
    return moved == sorted(moved)


def _later(pair: list[Built], before: Shape) -> list[Built] | None:
    """Another order of the axes comes after what is done number by number, so that two of them may meet."""
    if len(pair) < 2 or pair[0].record["op"] not in ("permute", "reshape", "flatten"):
        return None
    other = pair[1].record
    by_number = other["op"] in _BY_NUMBER or (other["op"] == "affine" and other["size"] == 1)
    if not by_number:
        return None
    moved = Built(pair[1].record, pair[1].weights)  # its numbers are those of the original, in another order
    return [moved, Built(pair[0].record, pair[0].weights, pair[1].value)]


def _scales(pair: list[Built], before: Shape) -> list[Built] | None:
    """A scale after weights goes into them."""
    if len(pair) < 2 or pair[1].record["op"] != "affine":
        return None
    one, scale = pair
    gain, shift = (scale.weights[name].astype(np.float64) for name in ("weight", "bias"))
    op = one.record["op"]
    if op == "affine":
        size = max(len(gain), one.record["size"])
        weight, bias = (np.broadcast_to(one.weights[name].astype(np.float64), size) for name in ("weight", "bias"))
        return [affine(weight * gain, bias * gain + shift, scale.value)]
    if op in ("linear", "conv", "conv_transpose", "layer_norm"):
        if op == "layer_norm" and len(before) > 1:
            return None
        axis = 1 if op == "conv_transpose" else 0
        weight, bias = one.weights["weight"].astype(np.float64), one.weights["bias"].astype(np.float64)
        along = np.broadcast_to(gain, (len(bias),)).reshape([-1 if place == axis else 1 for place in range(weight.ndim)])
        says = {key: value for key, value in one.record.items() if key != "op"}
        return [weighted(op, weight * along, bias * gain + shift, scale.value, **says)]
    return None


def _before_weights(pair: list[Built], before: Shape) -> list[Built] | None:
    """A scale before a product goes into it. Not into a convolution, whose border of zeros comes after the scale."""
    if len(pair) < 2 or (pair[0].record["op"], pair[1].record["op"]) != ("affine", "linear"):
        return None
    (scale, product), doubles = pair, np.float64
    weight = product.weights["weight"].astype(doubles)
    gain, shift = (np.broadcast_to(scale.weights[name].astype(doubles), weight.shape[1]) for name in ("weight", "bias"))
    return [linear(weight * gain, product.weights["bias"] + weight @ shift, product.value)]


def _selections(pair: list[Built], before: Shape) -> list[Built] | None:
    """A product that only chooses among the numbers of another is put into it; parallel products are one."""
    one = pair[0]
    if one.record["op"] == "parallel" and all(len(part) == 1 and part[0].record["op"] == "linear" for part in one.inner):
        weights = [np.concatenate([part[0].weights[name] for part in one.inner]) for name in ("weight", "bias")]
        return [linear(weights[0], weights[1], one.value), *pair[1:]]
    if len(pair) < 2 or one.record["op"] != "linear" or pair[1].record["op"] != "linear":
        return None
    chooses = pair[1].weights["weight"]
    if not (np.all((chooses == 0) | (chooses == 1)) and np.all(chooses.sum(1) == 1)):
        return None
    rows = chooses.argmax(1)
    return [linear(one.weights["weight"][rows], one.weights["bias"][rows] + pair[1].weights["bias"], pair[1].value)]


_RULES: tuple[Callable[[list[Built], Shape], list[Built] | None], ...] = (
    _nothing, _views, _later, _scales, _before_weights, _selections,
)  # fmt: skip
