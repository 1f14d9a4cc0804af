"""A state_dict in safetensors, and in JSON which layers its weights are of: two networks without the code that made them.

    {"encoder": [{"op": "linear", "weights": "fc1"}, {"op": "relu"},
                 {"op": "parallel", "parts": [[{"op": "linear", "weights": "mu"}], [{"op": "linear", "weights": "logvar"}]]}],
     "decoder": [{"op": "linear", "weights": "fc3"}, {"op": "sigmoid"}]}

Layers are called as in records.py. One that has weights names them, `fc1` for `fc1.weight` and `fc1.bias`, and its sizes are
theirs; what else is left out is as torch has it. An `affine` whose weights have running means is a batch norm at rest.
"""

from __future__ import annotations

import contextlib
import math
import reprlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from vae_engine.base.errors import EngineError
from vae_engine.base.files import read_json
from vae_engine.exchange.imports.assumed import NoSigmoidError, Said
from vae_engine.exchange.imports.built import Built, layer, parallel, records, residual
from vae_engine.exchange.imports.parts import Found, ending, unasked
from vae_engine.exchange.imports.tidy import tidy
from vae_engine.stored import weights
from vae_engine.stored.config import LARGEST_SIDE, SIDE, SMALLEST_SIDE
from vae_engine.stored.records import KINDS, Shape, pair, shape_after

_PARTS = ("encoder", "decoder")
_SIDES: dict[str, tuple[str, ...]] = {
    "linear": ("out", "in"), "layer_norm": ("size",), "affine": ("size",), "conv": ("out", "in", "kernel", "kernel"),
    "conv_transpose": ("in", "out", "kernel", "kernel"),
}  # fmt: skip
"""What the sides of a weight are, by the kind of layer."""
_AS_TORCH: dict[str, dict[str, Any]] = {
    "conv": {"stride": 1, "padding": 0}, "conv_transpose": {"stride": 1, "padding": 0}, "leaky_relu": {"slope": 0.01},
    "elu": {"alpha": 1.0}, "upsample": {"mode": "nearest", "corners": False}, "max_pool": {"edges": [0, 0, 0, 0]},
    "avg_pool": {"edges": [0, 0, 0, 0], "counting": True},
}  # fmt: skip
_DEEPEST, _MOST_BYTES = 8, 1_000_000


def read(paths: Sequence[Path], said: Said) -> Found:
    """The model of a file of weights and a list of layers. Raises EngineError, naming the layer or the weight that is wrong."""
    with np.errstate(all="ignore"):  # weights of a stranger's may overflow; what they give is looked at
        return _read(paths, said)


def _read(paths: Sequence[Path], said: Said) -> Found:
    listed, kept = sorted(paths, key=lambda path: path.suffix.lower() != ".json")
    described = read_json(listed, _MOST_BYTES)
    if not isinstance(described, dict) or described.keys() != set(_PARTS):
        raise EngineError(f'{listed.name} must be a JSON object of two lists of layers, {{"encoder": […], "decoder": […]}}.')
    store = _Store(listed.name, kept.name, weights.read(kept)[0])
    found, after = (store.layers(described[part], part, 0) for part in _PARTS)
    store.check()
    side = _side(found)
    width = math.prod(shape_after(records(found), (side**2,), f"{listed.name}: encoder"))
    latent, made = _latent(after, width, f"{listed.name}: decoder")
    if math.prod(made) != side**2:
        raise EngineError(
            f"{listed.name}: its decoder gives {list(made)}, and not the {side**2} numbers of {side} × {side} pixels."
        )
    try:
        end = ending(tidy([*after, layer("flatten")], (latent,)), (latent,), said, listed.name)
    except NoSigmoidError:
        raise NoSigmoidError(
            f'{listed.name}: its decoder does not end in a sigmoid. If it gives logits, add {{"op": "sigmoid"}} to its list; '
            "if it gives means, its likelihood must be said to be gaussian."
        ) from None
    first = tidy([*end.seen.before, *found, layer("flatten")], (side**2,))
    told = "a code: an autoencoder" if width == latent else "mean and log-variance, as listed"
    return Found(
        "ae" if width == latent else "vae", side, latent, unasked("encoder", listed.name, first, told),
        unasked("decoder", listed.name, end.layers, end.told("its last layer")), end.likelihood, end.said, end.seen, end.given,
    )  # fmt: skip


def _side(encoder: list[Built]) -> int:
    """The pixels along a side of the images that the layers of an encoder take; 28 where they take none, which then tell why."""
    for side in range(SMALLEST_SIDE, LARGEST_SIDE + 1):
        with contextlib.suppress(EngineError):
            shape_after(records(encoder), (side**2,), "")
            return side
    return SIDE


def _latent(decoder: list[Built], width: int, path: str) -> tuple[int, Shape]:
    """The latent dimensions of a decoder behind an encoder of so many numbers, half of which are spreads, and what it gives."""
    complaints = []
    for size in ([] if width % 2 else [width // 2]) + [width]:
        try:
            return size, shape_after(records(decoder), (size,), path)
        except EngineError as error:
            complaints.append(error)
    raise EngineError(f"The encoder gives {width} numbers, and the decoder takes neither these nor half of them: {complaints[0]}")


class _Store:
    """The weights of a state_dict, and which of them a list has used."""

    def __init__(self, listed: str, file: str, tensors: dict[str, np.ndarray]) -> None:
        self.listed, self.file, self.tensors, self.used = listed, file, tensors, set[str]()

    def layers(self, listed: Any, path: str, depth: int) -> list[Built]:
        """The layers of a list, with their weights."""
        if not isinstance(listed, list) or depth > _DEEPEST:
            raise EngineError(f"{self.listed}: {path} must be a list of layers, not nested deeper than {_DEEPEST}.")
        return [self._layer(one, f"{path}.{index}", depth) for index, one in enumerate(listed)]

    def check(self) -> None:
        """Raise EngineError where weights are left over: a layer was forgotten."""
        left = sorted(key for key in self.tensors.keys() - self.used if not key.endswith(".num_batches_tracked"))
        if left:
            more = f" and {len(left) - 1} more" if len(left) > 1 else ""
            raise EngineError(f"{self.listed} has no layer for {left[0][:60]!r}{more} of {self.file}.")

    def _layer(self, says: Any, path: str, depth: int) -> Built:
        op = says.get("op") if isinstance(says, dict) else says
        if not isinstance(says, dict) or op not in KINDS or op == "fourier":
            raise EngineError(f"{self.listed}: {path}: there is no layer {reprlib.repr(op)}; known are {', '.join(KINDS)}.")
        says = _AS_TORCH.get(op, {}) | says
        if op in ("max_pool", "avg_pool") and "kernel" in says:
            says.setdefault("stride", says["kernel"])
        if op == "residual":
            inner = [self.layers(says[key], f"{path}.{key}", depth + 1) for key in ("layers", "shortcut") if key in says]
            return residual(inner[0] if inner else [], inner[1] if inner[1:] else [])
        if op == "parallel":
            parts = says.get("parts")
            listed = parts if isinstance(parts, list) else [parts]
            return parallel([self.layers(part, f"{path}.parts.{index}", depth + 1) for index, part in enumerate(listed)])
        return self._weighted(says, f"{path} ({op})") if op in _SIDES else Built(says)

    def _weighted(self, says: dict[str, Any], where: str) -> Built:
        op, name = says["op"], says.pop("weights", None)  # `says` is a copy
        if not isinstance(name, str):
            raise EngineError(f'{self.listed}: {where} must name its weights, as in "weights": "encoder.0".')
        known = {part: f"{name}.{part}" for part in ("weight", "bias", "running_mean", "running_var")}
        rests = op == "affine" and known["running_var"] in self.tensors
        weight = self._tensor(known["weight"], where, known["running_var"] if rests else "")
        if weight.ndim != len(_SIDES[op]):
            raise EngineError(
                f"{self.listed}: {where} takes weights of {len(_SIDES[op])} sides, and {known['weight']!r} has {weight.ndim}."
            )
        for key in dict.fromkeys(_SIDES[op]):
            sides = [side for side, one in zip(weight.shape, _SIDES[op], strict=True) if one == key]
            own = sides if len(sides) > 1 else sides[0]
            if key in says and (own if key != "kernel" else tuple(own)) != (says[key] if key != "kernel" else _pair(says[key])):
                raise EngineError(f"{self.listed}: {where} has {key} {reprlib.repr(says[key])}, and its weights {own}.")
            says[key] = own
        size = says["out"] if "out" in says else says["size"]
        bias = self._tensor(known["bias"], where) if known["bias"] in self.tensors else np.zeros(size)
        extra = [self._tensor(known[part], where) for part in ("running_mean", "running_var")] if rests else []
        if any(one.shape != (size,) for one in (bias, *extra)):
            raise EngineError(f"{self.listed}: {where} has {size} outputs, and its weights {name!r} another number of biases.")
        if rests:
            eps = says.pop("eps", 1e-5)
            if type(eps) not in (int, float) or not eps > 0:
                raise EngineError(f"{self.listed}: {where}: eps cannot be {reprlib.repr(eps)}.")
            weight = weight / np.sqrt(np.maximum(extra[1], 0) + eps)
            bias = bias - extra[0] * weight
        return Built(says, {"weight": weight.astype(np.float32), "bias": bias.astype(np.float32)})

    def _tensor(self, name: str, where: str, instead: str = "") -> np.ndarray:
        """A tensor by its name, or ones in the shape of another in its stead."""
        if name not in self.tensors and instead:
            return np.ones(self.tensors[instead].shape)
        if name not in self.tensors:
            near = ", ".join(sorted(self.tensors)[:6])
            raise EngineError(f"{self.listed}: {where} wants {name[:60]!r}, which is not in {self.file}; that has {near[:200]} …")
        self.used.add(name)
        if self.tensors[name].dtype.kind != "f":
            raise EngineError(f"{self.file}: {name!r} is {self.tensors[name].dtype}; weights are floating-point numbers.")
        return self.tensors[name].astype(np.float64)


def _pair(value: Any) -> Any:
    """A kernel in a list as a pair; what is none, as it is."""
    return tuple(value) if isinstance(value, list) else pair(value) if isinstance(value, int) else value
