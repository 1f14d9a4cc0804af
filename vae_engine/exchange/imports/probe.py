"""What a browser is asked before it shows a model that others made, and what one answered. Made without torch.

    __metadata__.probe           JSON: within, by how much its numbers may differ from these
    x                            uint8 [n, side²]: 255 times what the encoder sees of the images that the import was proved on
    z                            float32 [n, 2]: the points of the map that the decoder was proved on
    encoder, decoder             float32 [n, …]: what our layers in numpy give for them
    encoder.<i>, decoder.<i>     float32 [at most 2039]: of what layer i gives for the first 32, in one row, evenly spread
                                 numbers: by them a layer is named

On the same inputs the import found numpy's numbers within some d of the original's. So a browser whose numbers are within
1e-4 − d of numpy's is within 1e-4 of the original. A model of more dimensions is asked as the plane that a map shows of it.
"""

from __future__ import annotations

import contextlib
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save as pack

from vae_engine.base.errors import EngineError
from vae_engine.base.files import read_json, write_json
from vae_engine.data import datasets, mnist
from vae_engine.exchange.imports import proof
from vae_engine.stored import forward, on_map
from vae_engine.stored.architecture import layers
from vae_engine.stored.checkpoints import Stored

ANSWER = "browser.json"
"""Beside a model: what a browser answered."""
_OF_A_LAYER = 2039  # a prime, so that other units are looked at for each input
_LONGEST_NAME = 40


def probe(stored: Stored) -> bytes:
    """What a browser is asked of a model that a map shows. Raises EngineError for one that none does."""
    seen = on_map.seen(stored)
    x = mnist.observe_fixed(datasets.shown(stored.train.data, proof.COUNT)[0].images, stored.train.protocol, 0)
    tensors = {"x": np.rint(255 * x).astype(np.uint8), "z": proof.points(2)}
    for part, rows in (("encoder", x), ("decoder", tensors["z"])):
        described = layers(seen.model)[part]
        pieces = list(proof.pieces(rows))
        tensors[part] = np.concatenate([forward.run(described, part, seen.weights, piece) for piece in pieces])
        h = pieces[0]
        for index, layer in enumerate(described):
            h = forward.run([layer], part, seen.weights, h, index)
            tensors[f"{part}.{index}"] = _spread(h.ravel())
    kept = {name: np.ascontiguousarray(tensor, None if name == "x" else np.float32) for name, tensor in tensors.items()}
    return pack(kept, {"probe": json.dumps({"within": within(stored)})})


def within(stored: Stored) -> float:
    """By how much a browser's numbers may differ from ours in numpy, to be within 1e-4 of the original's."""
    imported = stored.metrics.get("imported")
    off = imported.get("differs_by") if isinstance(imported, dict) else None
    known = [one for one in off.values() if _is_number(one)] if isinstance(off, dict) else []
    return proof.TOLERANCE - max(known, default=0.0)


def answered(folder: Path, sha256: str) -> dict[str, Any] | None:
    """What a browser answered of the weights with this hash: {browser, differs_by}; None where none was asked yet."""
    with contextlib.suppress(EngineError):
        kept = read_json(folder / ANSWER)
        if isinstance(kept, dict) and kept.get("sha256") == sha256:
            return _checked(kept, proof.TOLERANCE)
    return None


def keep(stored: Stored, answer: Any) -> None:
    """Keep beside a model what a browser answered of it, which may be anything. Raises EngineError where that is no agreement."""
    write_json(stored.folder / ANSWER, {"sha256": stored.sha256, **_checked(answer, within(stored))})


def _checked(answer: Any, most: float) -> dict[str, Any]:
    browser, off = (answer.get(key) for key in ("browser", "differs_by")) if isinstance(answer, dict) else (None, None)
    named = isinstance(browser, str) and 0 < len(browser) <= _LONGEST_NAME and browser.isprintable()
    if not (named and isinstance(off, dict) and off.keys() == {"encoder", "decoder"} and all(map(_is_number, off.values()))):
        raise EngineError("A browser's answer says its name and by how much its encoder and its decoder differ.")
    if not max(off.values()) <= most:
        raise EngineError(f"{browser} gives other numbers than the model's own.")
    return {"browser": browser, "differs_by": {part: float(f"{off[part]:.2g}") for part in ("encoder", "decoder")}}


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and math.isfinite(value) and value >= 0


def _spread(h: np.ndarray) -> np.ndarray:
    count = min(_OF_A_LAYER, len(h))
    return h[np.arange(count) * len(h) // count]
