"""A bundle with the codes of the whole data set, test and training images, instead of the test images alone."""

from __future__ import annotations

import gzip
import json
import struct

import numpy as np
from safetensors.numpy import load, save

from vae_engine.data import mnist as data
from vae_engine.exchange import bundle as export
from vae_engine.stored import forward
from vae_engine.stored.checkpoints import Stored

SPLITS = ("test", "train")


def all_points(stored: Stored) -> bytes:
    """The bundle of a model with all 60,000 images of the test and training splits as points, without their pixels."""
    content = export.bundle(stored, with_images=False)
    header = _header(content)
    tensors = {name: tensor for name, tensor in load(content).items() if not name.startswith("points.")}
    splits = [data.load(split) for split in SPLITS]
    images = np.concatenate([split.images for split in splits])
    codes, std = forward.encode(stored, data.observe_fixed(images, header["points"]["protocol"], header["points"]["seed"]))
    tensors["points.codes"], place = export.quantise(codes)
    tensors["points.labels"] = np.concatenate([split.labels for split in splits])
    if std is not None:
        tensors["points.std"] = std.astype(np.float16)
    header["points"] |= place
    header["points"].pop("splits", None)  # drawn alike
    return save({name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}, {"bundle": json.dumps(header)})


def all_images() -> bytes:
    """Their pixels, as the images of a model travel."""
    images = np.concatenate([data.load(split).images for split in SPLITS])
    return gzip.compress(struct.pack(">HBB3I", 0, 8, 3, *images.shape) + images.tobytes(), 1, mtime=0)


def _header(content: bytes) -> dict:
    """What the bundle says of itself."""
    length = int.from_bytes(content[:8], "little")
    return json.loads(json.loads(content[8 : 8 + length])["__metadata__"]["bundle"])
