"""Layers as they are found: records with their weights and where each came from."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from vae_engine.stored.records import Layer, inner_lists

Weights = dict[str, np.ndarray]


@dataclass
class Built:
    """One layer: its record, its own weights by name (`weight`, `bias`), and the value that it makes in the original."""

    record: Layer
    weights: Weights = field(default_factory=dict)
    value: str = ""
    inner: tuple[list[Built], ...] = ()
    """The lists of layers within it, in the order in which records.py has them."""


def layer(op: str, value: str = "", **says: object) -> Built:
    """A layer without weights."""
    return Built({"op": op, **says}, {}, value)


def weighted(op: str, weight: np.ndarray, bias: np.ndarray, value: str = "", **says: object) -> Built:
    """A layer with weights."""
    weights = {"weight": np.array(weight, np.float32, order="C"), "bias": np.array(bias, np.float32, order="C")}
    return Built({"op": op, **says}, weights, value)


def linear(weight: np.ndarray, bias: np.ndarray | None = None, value: str = "") -> Built:
    """W h + b: weight [out, in]."""
    out, inner = weight.shape
    return weighted("linear", weight, np.zeros(out) if bias is None else bias, value, **{"in": inner, "out": out})


def affine(weight: np.ndarray, bias: np.ndarray, value: str = "") -> Built:
    """w h + b along the first axis."""
    return weighted("affine", weight, bias, value, size=len(weight))


def residual(layers: list[Built], shortcut: list[Built], value: str = "") -> Built:
    """f(h) + g(h)."""
    if not layers:
        layers, shortcut = shortcut, layers
    return Built({"op": "residual"}, {}, value, (layers, shortcut) if shortcut else (layers,))


def parallel(parts: list[list[Built]], value: str = "") -> Built:
    """[f(h), g(h), …]."""
    return Built({"op": "parallel"}, {}, value, tuple(parts))


def records(found: list[Built]) -> list[Layer]:
    """The records of layers."""
    return [_record(one) for one in found]


def _record(one: Built) -> Layer:
    inner = [records(part) for part in one.inner]
    if one.record["op"] == "residual":
        return {**one.record, **dict(zip(("layers", "shortcut"), inner, strict=False))}
    return {**one.record, "parts": inner} if one.record["op"] == "parallel" else dict(one.record)


def weights(found: list[Built], path: str) -> Weights:
    """Their weights, by the names that they have in a model."""
    result: Weights = {}
    for index, one in enumerate(found):
        name = f"{path}.{index}"
        result |= {f"{name}.{key}": tensor for key, tensor in one.weights.items()}
        for (inner, _), part in zip(inner_lists(_record(one), name), one.inner, strict=True):
            result |= weights(part, inner)
    return result
