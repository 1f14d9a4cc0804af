"""The rounded weights of a model, kept beside it: finding them takes seconds, reading them milliseconds. Numpy only.

__metadata__   weights: SHA-256 of the full weights; data, protocol: what the rounding went by; version: of the way of
               rounding; within: JSON, how far the rounded model was found to be from the full one
*.weight       uint8 [bytes]: zlib of int16 [out, in], all low bytes first: 128 more than how many steps each weight is from
               the whole number of steps nearest to the full one; that is seldom many, so the file has a fifth of the bytes
*.weight.rows, *.weight.columns   float32: the steps
*.bias         float32: the biases, which make up for what the weights lost
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from safetensors.numpy import save as pack

from vae_engine.base.errors import EngineError
from vae_engine.base.files import write_atomically
from vae_engine.data import datasets
from vae_engine.exchange.rounding import Rounded
from vae_engine.stored import weights as weight_files
from vae_engine.stored.checkpoints import Stored
from vae_engine.stored.weights import Weights

FILE = "rounded.safetensors"
_VERSION = "1"
_MIDDLE = 128  # so that most high bytes are alike


@dataclass(frozen=True)
class Rounding:
    """The linear layers of a model by name, its biases, and how far it is from the full one: {p, codes}."""

    linear: dict[str, Rounded]
    biases: Weights
    within: dict[str, float]


def read(seen: Stored) -> Rounding | None:
    """What is kept beside a model (or the plane through it) of these weights, images and pixels; None of a damaged file."""
    path = seen.folder / FILE
    try:
        raw = path.read_bytes()
        tensors, notes = weight_files.parse(raw, str(path)), weight_files.notes(raw)
        if {key: notes.get(key) for key in _about(seen)} != _about(seen):
            return None
        linear = {name: _read(name, tensors, seen.weights[name]) for name in _named(tensors, ".weight")}
        return Rounding(linear, {name: tensors[name] for name in _named(tensors, ".bias")}, json.loads(notes["within"]))
    except (EngineError, OSError, KeyError, ValueError, zlib.error):
        return None


def keep(seen: Stored, rounding: Rounding) -> None:
    """Keep it beside the model, unless its images may change or its folder cannot be written to: then it is found anew."""
    if not datasets.is_fixed(seen.train.data):
        return
    tensors = dict(rounding.biases)
    for name, one in rounding.linear.items():
        tensors |= {name: _packed(one, seen.weights[name]), f"{name}.rows": one.rows, f"{name}.columns": one.columns}
    with contextlib.suppress(EngineError):
        write_atomically(seen.folder / FILE, pack(tensors, _about(seen) | {"within": json.dumps(rounding.within)}))


def _about(seen: Stored) -> dict[str, str]:
    digest = hashlib.sha256()
    for name, weight in sorted(seen.weights.items()):
        digest.update(name.encode() + np.ascontiguousarray(weight).tobytes())
    return {"weights": digest.hexdigest(), "data": seen.train.data, "protocol": seen.train.protocol, "version": _VERSION}


def _named(tensors: Iterable[str], end: str) -> list[str]:
    return [name for name in tensors if name.endswith(end)]


def _nearest(weight: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """The whole number of steps nearest to each weight: int32 [out, in]. In float32, which divides alike on every machine."""
    return np.rint(weight.astype(np.float32) / (rows[:, None] * columns)).astype(np.int32)


def _packed(one: Rounded, weight: np.ndarray) -> np.ndarray:
    beside = (one.steps - _nearest(weight, one.rows, one.columns) + _MIDDLE).astype("<i2")
    low_first = beside.reshape(-1, 1).view(np.uint8).T
    return np.frombuffer(zlib.compress(low_first.tobytes(), 9), np.uint8)


def _read(name: str, tensors: Weights, weight: np.ndarray) -> Rounded:
    rows, columns = tensors[f"{name}.rows"], tensors[f"{name}.columns"]
    low_first = np.frombuffer(zlib.decompress(tensors[name].tobytes()), np.uint8).reshape(2, weight.size)
    beside = np.ascontiguousarray(low_first.T).view("<i2").reshape(weight.shape)
    return Rounded(_nearest(weight, rows, columns) + beside - _MIDDLE, rows, columns)
