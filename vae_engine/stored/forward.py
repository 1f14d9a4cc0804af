"""Forward passes in numpy, for where importing torch would take longer than the work itself.

Runs the same layer records with the same weights as torch; a test holds them together.
"""

from __future__ import annotations

import numpy as np

from vae_engine.stored.architecture import Layer, layers
from vae_engine.stored.checkpoints import Stored

_CHUNK = 250  # images at a time: what stays in the processor's cache


def encode(stored: Stored, x: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
    """Codes of x [n, 784]: (mu [n, d], std [n, d]) for a VAE, (code [n, d], None) for an autoencoder."""
    raw = _run(stored, "encoder", x)
    if stored.model.kind == "ae":
        return raw, None
    mu, spread = np.split(raw, 2, axis=1)
    return mu, np.logaddexp(0, spread) if stored.model.spread == "softplus" else np.exp(0.5 * spread)


def decode_raw(stored: Stored, z: np.ndarray) -> np.ndarray:
    """The likelihood's raw parameters (logits for Bernoulli): z [n, d] → [n, 784 or 1568]."""
    return _run(stored, "decoder", np.asarray(z, np.float32))


def decode(stored: Stored, z: np.ndarray) -> np.ndarray:
    """E[x|z] in [0, 1]: z [n, d] → [n, 28, 28]."""
    return _sigmoid(decode_raw(stored, z)[:, : 28 * 28]).reshape(-1, 28, 28)


def _run(stored: Stored, part: str, inputs: np.ndarray) -> np.ndarray:
    described = layers(stored.model)[part]
    chunks = [inputs[start : start + _CHUNK] for start in range(0, len(inputs), _CHUNK)] or [inputs]
    return np.concatenate([_stack(described, part, stored.weights, chunk) for chunk in chunks])


def _stack(described: list[Layer], path: str, weights: dict[str, np.ndarray], h: np.ndarray) -> np.ndarray:
    for index, layer in enumerate(described):
        h = _apply(layer, f"{path}.{index}", weights, h)
    return h


def _apply(layer: Layer, name: str, weights: dict[str, np.ndarray], h: np.ndarray) -> np.ndarray:
    match layer["op"]:
        case "linear":
            return h @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]
        case "fourier":
            angle = h @ weights[f"{name}.weight"]
            return np.concatenate([h, np.sin(angle), np.cos(angle)], axis=-1)
        case "layer_norm":
            centred = h - h.mean(-1, keepdims=True)
            spread = np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-5)
            return centred / spread * weights[f"{name}.weight"] + weights[f"{name}.bias"]
        case "residual":
            return h + _stack(layer["layers"], f"{name}.layers", weights, h)
        case "conv":
            return _conv(h, weights[f"{name}.weight"], weights[f"{name}.bias"], layer["stride"], layer["padding"])
        case "conv_transpose":
            return _conv_transpose(h, weights[f"{name}.weight"], weights[f"{name}.bias"], layer["stride"], layer["padding"])
        case "reshape":
            return h.reshape(len(h), *layer["shape"])
        case "flatten":
            return h.reshape(len(h), -1)
        case "dropout":
            return h  # only training drops units
        case "gelu":
            cube = h * h * h  # h**3 takes ten times as long
            return 0.5 * h * (1 + np.tanh(0.7978845608 * (h + 0.044715 * cube)))
        case "relu":
            return np.maximum(h, 0)
        case "silu":
            return h * _sigmoid(h)
        case "tanh":
            return np.tanh(h)
    raise ValueError(f"unknown layer {layer!r}")


def _sigmoid(h: np.ndarray) -> np.ndarray:
    return 0.5 * (1 + np.tanh(0.5 * h))


def _conv(h: np.ndarray, weight: np.ndarray, bias: np.ndarray, stride: int, padding: int) -> np.ndarray:
    kernel = weight.shape[-1]
    padded = np.pad(h, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (kernel, kernel), axis=(2, 3))[:, :, ::stride, ::stride]
    return np.einsum("bcyxij,ocij->boyx", windows, weight, optimize=True) + bias[:, None, None]


def _conv_transpose(h: np.ndarray, weight: np.ndarray, bias: np.ndarray, stride: int, padding: int) -> np.ndarray:
    count, _, rows, columns = h.shape
    kernel = weight.shape[-1]
    out = np.zeros((count, weight.shape[1], (rows - 1) * stride + kernel, (columns - 1) * stride + kernel), h.dtype)
    parts = np.einsum("bcyx,coij->boyxij", h, weight, optimize=True)
    for i in range(kernel):
        for j in range(kernel):
            out[:, :, i : i + rows * stride : stride, j : j + columns * stride : stride] += parts[..., i, j]
    cropped = out[:, :, padding : out.shape[2] - padding, padding : out.shape[3] - padding]
    return cropped + bias[:, None, None]
