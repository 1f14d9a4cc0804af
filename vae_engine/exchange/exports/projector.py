"""The codes of a model for the Embedding Projector: one folder that TensorBoard and the standalone page both take.

vectors.tsv             codes, one line an image; of two dimensions with a third number that is 0, since the projector looks for
                        three components and shows no point of fewer
metadata.tsv            its class; with images of one's own class, file and columns, and only then a first line that names them
sprite.png              the images, in a square of at most 8,192 pixels
config.json             for the standalone page
projector_config.pbtxt  for TensorBoard: `tensorboard --logdir FOLDER`
"""

from __future__ import annotations

import io
import math
from pathlib import Path

import numpy as np
from PIL import Image

from vae_engine.base.files import json_bytes, write_atomically
from vae_engine.data import datasets
from vae_engine.exchange.bundle import observed_shown
from vae_engine.stored import forward
from vae_engine.stored.checkpoints import Stored

LARGEST = 8192
"""Pixels along a side of the sprite, beyond which browsers show none."""
_FEWEST = 3


def write_projector(stored: Stored, folder: Path) -> int:
    """Write the folder; its size in bytes. Raises EngineError when the images are not there."""
    data_set, side = stored.train.data, stored.model.side
    images = datasets.shown(data_set)[0].head((LARGEST // side) ** 2)
    codes, _ = forward.encode(stored, observed_shown(data_set, datasets.SHOWN, stored.train.protocol)[: len(images)])
    codes = np.pad(codes, ((0, 0), (0, max(0, _FEWEST - codes.shape[1]))))
    meanings, names = datasets.classes(data_set), datasets.names(data_set)
    rows = [[_plain(meanings[label])] for label in images.labels]
    if names:
        # One column has no header, two must have one: so the page tells them apart.
        columns = datasets.columns(data_set)
        cells = zip(names, *(column.values() for column in columns), strict=True)
        told = [["" if cell is None else _plain(str(cell)) for cell in row] for row in cells]
        rows = [["class", "file", *(column.name for column in columns)], *(a + b for a, b in zip(rows, told, strict=False))]
    files = {
        "vectors.tsv": "".join("\t".join(f"{value:.6g}" for value in code) + "\n" for code in codes).encode(),
        "metadata.tsv": "".join("\t".join(row) + "\n" for row in rows).encode(),
        "sprite.png": _sprite(images.images),
        "config.json": json_bytes({"embeddings": [_described(stored, codes)]}),
        "projector_config.pbtxt": _PBTXT.format(name=_plain(stored.name).replace('"', ""), side=side).encode(),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        write_atomically(folder / name, content)
    return sum(map(len, files.values()))


_PBTXT = """embeddings {{
  tensor_name: "{name}"
  tensor_path: "vectors.tsv"
  metadata_path: "metadata.tsv"
  sprite {{
    image_path: "sprite.png"
    single_image_dim: {side}
    single_image_dim: {side}
  }}
}}
"""


def _described(stored: Stored, codes: np.ndarray) -> dict[str, object]:
    return {
        "tensorName": stored.name, "tensorShape": list(codes.shape), "tensorPath": "vectors.tsv", "metadataPath": "metadata.tsv",
        "sprite": {"imagePath": "sprite.png", "singleImageDim": [stored.model.side] * 2},
    }  # fmt: skip


def _plain(text: str) -> str:
    return " ".join(text.split())


def _sprite(images: np.ndarray) -> bytes:
    """Images [n, side, side], row by row into the smallest square that holds them."""
    across, side = math.isqrt(len(images) - 1) + 1, images.shape[1]
    tiles = np.zeros((across * across, side, side), np.uint8)
    tiles[: len(images)] = images
    square = tiles.reshape(across, across, side, side).swapaxes(1, 2).reshape(across * side, across * side)
    content = io.BytesIO()
    Image.fromarray(square).save(content, "PNG")
    return content.getvalue()
