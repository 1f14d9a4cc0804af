"""The two networks of a model as a reader found them, whatever the files were."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from vae_engine.exchange.imports.assumed import Said
from vae_engine.exchange.imports.built import Built, records, weights
from vae_engine.exchange.imports.tidy import tidy
from vae_engine.stored import forward

Reference = Callable[[np.ndarray], np.ndarray]
_VIEWS = ("reshape", "flatten", "permute")


@dataclass
class Part:
    """A network as found, and the numbers that its original gives: rows [n, width] → [n, width]."""

    layers: list[Built]
    reference: Reference
    trial: dict[str, np.ndarray]
    """The original's values for a few rows, by name; "" is its input."""
    file: str
    told: str


@dataclass
class Found:
    """A model as found."""

    kind: str
    latent_dim: int
    encoder: Part
    decoder: Part
    likelihood: str
    """As ListedConfig calls it."""
    said: Said
    """Why that one, and its σ."""
    runtime: str = ""
    """What gave the original's numbers; nothing where nobody was asked."""


def unasked(name: str, file: str, found: list[Built], told: str) -> Part:
    """A network whose original is not run: what it gives is what our layers give in numpy, which others are held to."""

    def reference(rows: np.ndarray) -> np.ndarray:
        return forward.run(records(found), name, weights(found, name), rows.astype(np.float32))

    return Part(found, reference, {"": np.zeros((1, 1), np.float32)}, file, told)


def without_sigmoid(found: list[Built], shape: tuple[int, ...]) -> list[Built] | None:
    """The layers before a last sigmoid, with whatever other shapes come after it; nothing where there is none."""
    last = max((index for index, one in enumerate(found) if one.record["op"] not in _VIEWS), default=-1)
    if last < 0 or found[last].record["op"] != "sigmoid":
        return None
    return tidy([*found[:last], *found[last + 1 :]], shape)
