"""Forward passes in numpy, for where importing torch would take longer than the work itself.

Runs the same layer records with the same weights as torch; a test holds them together.
"""

from __future__ import annotations

import numpy as np

from vae_engine.stored import maps
from vae_engine.stored.architecture import Layer, layers
from vae_engine.stored.checkpoints import Stored

_CHUNK = 250  # images at a time: what stays in the processor's cache


def encode(stored: Stored, x: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
    """Codes of x [n, side²]: (mu [n, d], std [n, d]) for a VAE, (code [n, d], None) for an autoencoder."""
    raw = _run(stored, "encoder", x)
    if stored.model.kind == "ae":
        return raw, None
    mu, spread = np.split(raw, 2, axis=1)
    return mu, np.logaddexp(0, spread) if stored.model.spread == "softplus" else np.exp(0.5 * spread)


def decode_raw(stored: Stored, z: np.ndarray) -> np.ndarray:
    """The likelihood's raw parameters (logits for Bernoulli): z [n, d] → [n, side² or 2·side²]."""
    return _run(stored, "decoder", np.asarray(z, np.float32))


def decode(stored: Stored, z: np.ndarray) -> np.ndarray:
    """E[x|z], but for gaussian-linear in [0, 1]: z [n, d] → [n, side, side]."""
    side = stored.model.side
    raw = decode_raw(stored, z)[:, : side**2]
    return (raw if stored.model.likelihood == "gaussian-linear" else _sigmoid(raw)).reshape(-1, side, side)


def _run(stored: Stored, part: str, inputs: np.ndarray) -> np.ndarray:
    described = layers(stored.model)[part]
    chunks = [inputs[start : start + _CHUNK] for start in range(0, len(inputs), _CHUNK)] or [inputs]
    return np.concatenate([run(described, part, stored.weights, chunk) for chunk in chunks])


def run(described: list[Layer], path: str, weights: dict[str, np.ndarray], h: np.ndarray, first: int = 0) -> np.ndarray:
    """A list of layer records, whose weights are called by its path, over rows h [b, …] → [b, …]; the first has that number."""
    for index, layer in enumerate(described, first):
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
            spread = np.sqrt((centred**2).mean(-1, keepdims=True) + layer.get("eps", 1e-5))
            return centred / spread * weights[f"{name}.weight"] + weights[f"{name}.bias"]
        case "affine":
            by_map = (-1, *[1] * (h.ndim - 2))
            return h * weights[f"{name}.weight"].reshape(by_map) + weights[f"{name}.bias"].reshape(by_map)
        case "residual":
            kept = run(layer.get("shortcut", []), f"{name}.shortcut", weights, h)
            return kept + run(layer["layers"], f"{name}.layers", weights, h)
        case "parallel":
            parts = [run(part, f"{name}.parts.{index}", weights, h) for index, part in enumerate(layer["parts"])]
            return np.concatenate(parts, axis=1)
        case "conv":
            return maps.convolve(layer, h, weights[f"{name}.weight"], weights[f"{name}.bias"])
        case "conv_transpose":
            return maps.convolve_transposed(layer, h, weights[f"{name}.weight"], weights[f"{name}.bias"])
        case "pad":
            return maps.edged(h, layer["edges"])
        case "max_pool" | "avg_pool":
            return maps.pool(layer, h)
        case "upsample":
            return maps.upsample(layer, h)
        case "reshape":
            return h.reshape(len(h), *layer["shape"])
        case "flatten":
            return h.reshape(len(h), -1)
        case "permute":
            return h.transpose(0, *(1 + axis for axis in layer["order"]))
        case "dropout":
            return h  # only training drops units
    return pointwise(layer, h)


def pointwise(layer: Layer, h: np.ndarray) -> np.ndarray:
    """A nonlinearity, number by number: an array of any shape → one like it. Raises ValueError for any other layer."""
    match layer["op"]:
        case "gelu":
            cube = h * h * h  # h**3 takes ten times as long
            return 0.5 * h * (1 + np.tanh(0.7978845608 * (h + 0.044715 * cube)))
        case "gelu_erf":
            return 0.5 * h * (1 + _erf(0.7071067812 * h))
        case "relu":
            return np.maximum(h, 0)
        case "leaky_relu":
            return np.where(h < 0, layer["slope"] * h, h)
        case "elu":
            return np.where(h < 0, layer["alpha"] * np.expm1(np.minimum(h, 0)), h)
        case "clamp":
            return h.clip(layer["low"], layer["high"])
        case "silu":
            return h * _sigmoid(h)
        case "tanh" | "sin" | "cos" | "log":
            return getattr(np, layer["op"])(h)
        case "sigmoid":
            return _sigmoid(h)
        case "softplus":
            return np.logaddexp(0, h)
    raise ValueError(f"unknown layer {layer!r}")


def _sigmoid(h: np.ndarray) -> np.ndarray:
    return 0.5 * (1 + np.tanh(0.5 * h))


def _erf(h: np.ndarray) -> np.ndarray:
    """The error function to 1.5e-7 (Abramowitz & Stegun, 7.1.26): numpy has none."""
    t = 1 / (1 + 0.3275911 * np.abs(h))
    series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    return np.sign(h) * (1 - series * np.exp(-h * h))
