"""Weights in safetensors files: every check before a byte is believed. Numpy only, nothing unpickles."""

from __future__ import annotations

import hashlib
import json
import math
import struct
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load as load_safetensors

from vae_engine.base.errors import EngineError
from vae_engine.stored import records
from vae_engine.stored.architecture import layers
from vae_engine.stored.config import ModelConfig

MAX_BYTES = 256 * 2**20
NOISE = "noise"
"""The σ of a p(x|z) whose noise is given: a single number, and no weight that is trained."""
_MAX_HEADER = 2**18

Weights = dict[str, np.ndarray]


def expected_shapes(config: ModelConfig) -> dict[str, tuple[int, ...]]:
    """The name and shape of every tensor that a model of this config has."""
    shapes: dict[str, tuple[int, ...]] = {}
    for part, described in layers(config).items():
        shapes |= records.weight_shapes(described, part)
    return shapes | ({NOISE: ()} if config.noise_is_given else {})


def parameter_count(config: ModelConfig) -> int:
    """Number of trained weights of a model of this config; fixed Fourier frequencies and given noise do not count."""
    shapes = expected_shapes(config)
    shapes.pop(NOISE, None)
    if config.decoder == "fourier":
        del shapes["decoder.0.weight"]
    return sum(math.prod(shape) for shape in shapes.values())


def read(path: Path, sha256: str | None = None) -> tuple[Weights, str]:
    """The tensors of a safetensors file and the SHA-256 of its bytes.

    Raises EngineError when the file is missing, too large, malformed, not finite, or has another hash.
    """
    raw = read_raw(path)
    digest = hashlib.sha256(raw).hexdigest()
    if sha256 is not None and digest != sha256:
        raise EngineError(f"{path} does not have the SHA-256 recorded beside it: it is damaged or was altered.")
    return parse(raw, str(path)), digest


def read_raw(path: Path) -> bytes:
    """The bytes of a file that may be one of ours. Raises EngineError when it is missing or too large."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise EngineError(f"{path} is larger than {MAX_BYTES >> 20} MiB, which none of our files is.")
        return path.read_bytes()
    except OSError as error:
        raise EngineError(f"Cannot read {path}: {error.strerror or error}.") from None


def notes(raw: bytes) -> dict[str, str]:
    """The text notes in the header of safetensors bytes that `parse` has accepted."""
    length = struct.unpack("<Q", raw[:8])[0]
    return json.loads(raw[8 : 8 + length]).get("__metadata__") or {}


def parse(raw: bytes, name: str) -> Weights:
    """The tensors of safetensors bytes, checked for form and finiteness. Raises EngineError."""
    header = struct.unpack("<Q", raw[:8])[0] if len(raw) >= 8 else math.inf
    if header > min(_MAX_HEADER, len(raw) - 8):
        raise EngineError(f"{name} is not a safetensors file, or was cut short.")
    _refuse_duplicates(raw[8 : 8 + int(header)], name)
    try:
        tensors = load_safetensors(raw)
    except (SafetensorError, ValueError, TypeError, KeyError, OverflowError) as error:
        raise EngineError(f"{name} is not a readable safetensors file ({error}).") from None
    for key, tensor in tensors.items():
        if tensor.dtype.kind == "f" and not np.isfinite(tensor).all():
            raise EngineError(f"{name} holds numbers in {key!r} that are not finite.")
    return tensors


def _refuse_duplicates(header: bytes, name: str) -> None:
    def unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
        keys = [key for key, _ in pairs]
        if len(set(keys)) != len(keys):
            raise EngineError(f"{name} names a tensor twice.")
        return dict(pairs)

    try:
        json.loads(header, object_pairs_hook=unique)
    except (ValueError, RecursionError):
        raise EngineError(f"{name} has an unreadable safetensors header.") from None


def check(weights: Weights, config: ModelConfig, name: str) -> None:
    """Raise EngineError unless these are exactly the float32 or float16 tensors of a model of this config."""
    shapes = expected_shapes(config)
    for key in sorted(shapes.keys() ^ weights.keys()):
        raise EngineError(f"{name} {'lacks' if key in shapes else 'has an unexpected'} tensor {key!r}.")
    for key, shape in shapes.items():
        if weights[key].shape != shape:
            raise EngineError(f"{name}: {key!r} has shape {weights[key].shape} where its config needs {shape}.")
        if weights[key].dtype not in (np.float32, np.float16):
            raise EngineError(f"{name}: {key!r} is {weights[key].dtype}, not float32 or float16.")
    if NOISE in weights and not weights[NOISE] > 0:
        raise EngineError(f"{name}: the noise of p(x|z) must be above 0.")
