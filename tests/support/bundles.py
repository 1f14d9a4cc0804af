"""What bundles carry, those of the pretrained models for one, read without the browser."""

from __future__ import annotations

import gzip
import json
from functools import cache
from typing import Any

import numpy as np
from safetensors.numpy import load

from vae_engine.exchange import bundle as export
from vae_engine.stored import registry


@cache
def _tensors(name: str) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    content = export.bundle(registry.find(name), with_images=False)
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    return load(content), json.loads(header["__metadata__"]["bundle"])["points"]


def unpacked(part: bytes) -> bytes:
    """A part of a model as dashboard/stock/library.py packs it for its way."""
    planes = np.frombuffer(gzip.decompress(part), np.uint8)
    half = -(-len(planes) // 2)
    content = np.empty_like(planes)
    content[0::2], content[1::2] = planes[:half], planes[half:]
    return content.tobytes()


def points(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Codes [n, 2] and labels [n] of the test images."""
    tensors, place = _tensors(name)
    low, high = np.array(place["low"]), np.array(place["high"])
    return low + tensors["points.codes"] / 65535 * (high - low), tensors["points.labels"]


def log_px(name: str) -> np.ndarray:
    """Exact log p(x) of the test images [n], nats."""
    return _tensors(name)[0]["points.log_px"]
