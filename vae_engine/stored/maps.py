"""What the layers of images do, in numpy: convolutions, pooling, upsampling, edges. Maps are [b, maps, height, width]."""

from __future__ import annotations

import numpy as np

from vae_engine.stored.records import Layer, pair


def convolve(layer: Layer, h: np.ndarray, weight: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """A convolution with zeros around: weight [out, in, k, k]."""
    high, wide = pair(layer["padding"])
    windows = _windows(edged(h, [high, wide, high, wide]), weight.shape[2:], pair(layer["stride"]))
    return np.einsum("bcyxij,ocij->boyx", windows, weight, optimize=True) + bias[:, None, None]


def convolve_transposed(layer: Layer, h: np.ndarray, weight: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """A transposed convolution, its first and last rows cut off and others of its bias alone added: weight [in, out, k, k]."""
    count, _, rows, columns = h.shape
    (down, right), kernel = pair(layer["stride"]), weight.shape[2:]
    out = np.zeros((count, weight.shape[1], (rows - 1) * down + kernel[0], (columns - 1) * right + kernel[1]), h.dtype)
    parts = np.einsum("bcyx,coij->boyxij", h, weight, optimize=True)
    for i in range(kernel[0]):
        for j in range(kernel[1]):
            out[:, :, i : i + rows * down : down, j : j + columns * right : right] += parts[..., i, j]
    (high, wide), (more_high, more_wide) = pair(layer["padding"]), pair(layer.get("output_padding", 0))
    return edged(out, [-high, -wide, more_high - high, more_wide - wide]) + bias[:, None, None]


def pool(layer: Layer, h: np.ndarray) -> np.ndarray:
    """The largest number, or the mean, of each window; the edges are −∞ to the one, and zeros, counted or not, to the other."""
    kernel, stride, edges = pair(layer["kernel"]), pair(layer["stride"]), layer["edges"]
    if layer["op"] == "max_pool":
        return _windows(edged(h, edges, -np.inf), kernel, stride).max((-2, -1))
    sums = _windows(edged(h, edges), kernel, stride).sum((-2, -1))
    ones = edged(np.ones((1, 1, *h.shape[2:]), h.dtype), edges, float(layer["counting"]))
    return sums / _windows(ones, kernel, stride).sum((-2, -1))


def upsample(layer: Layer, h: np.ndarray) -> np.ndarray:
    """Maps of another size: each number the nearest one, or the bilinear mean of four."""
    for axis, to in zip((2, 3), layer["to"], strict=True):
        h = _resize(h, axis, to, layer["mode"], layer["corners"])
    return h


def edged(h: np.ndarray, edges: list[int], value: float = 0.0) -> np.ndarray:
    """`edges` [top, left, bottom, right] rows and columns of `value` added; where negative, as many taken away."""
    top, left, bottom, right = edges
    more = [max(edge, 0) for edge in edges]
    padded = np.pad(h, ((0, 0), (0, 0), (more[0], more[2]), (more[1], more[3])), constant_values=value) if any(more) else h
    rows, columns = padded.shape[2] + min(bottom, 0), padded.shape[3] + min(right, 0)
    return padded[:, :, max(-top, 0) : rows, max(-left, 0) : columns]


def _windows(h: np.ndarray, kernel: tuple[int, ...], stride: tuple[int, int]) -> np.ndarray:
    windows = np.lib.stride_tricks.sliding_window_view(h, kernel, axis=(2, 3))
    return windows[:, :, :: stride[0], :: stride[1]]


def _resize(h: np.ndarray, axis: int, to: int, mode: str, corners: bool) -> np.ndarray:
    size = h.shape[axis]
    if mode == "nearest":
        return h.take(np.arange(to) * size // to, axis)
    place = np.arange(to) * ((size - 1) / max(to - 1, 1)) if corners else ((np.arange(to) + 0.5) * size / to - 0.5).clip(0)
    first = place.astype(int).clip(0, size - 1)
    share = (place - first).astype(h.dtype).reshape(-1, *[1] * (3 - axis))
    return h.take(first, axis) * (1 - share) + h.take((first + 1).clip(max=size - 1), axis) * share
