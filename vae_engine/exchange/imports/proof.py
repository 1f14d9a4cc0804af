"""The proof of an import: on 256 inputs ours gives what the original gives, to 1e-4, or the layer where they part is named."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np

from vae_engine.base.errors import EngineError
from vae_engine.exchange.imports.built import Built, records, weights
from vae_engine.exchange.imports.parts import Part
from vae_engine.stored import forward

COUNT, TOLERANCE = 256, 1e-4
_AT_ONCE = 32  # and so many rows are a batch of the browser's (model/machine.js)
_SPREAD_OF_Z = 1.5
Runner = Callable[[np.ndarray], np.ndarray]
"""Rows through one of our networks: [n, width] → [n, width]."""


def points(dimensions: int) -> np.ndarray:
    """The points of a latent space on which a decoder is proved, the same each time: float32 [256, d]."""
    return np.random.default_rng(0).normal(size=(COUNT, dimensions)).astype(np.float32) * _SPREAD_OF_Z


def pieces(rows: np.ndarray) -> Iterator[np.ndarray]:
    """Rows, so many at once as a network of maps has room for."""
    return (rows[at : at + _AT_ONCE] for at in range(0, len(rows), _AT_ONCE))


def prove(name: str, part: Part, rows: np.ndarray, others: Mapping[str, Runner]) -> float:
    """The largest difference between the original's numbers and ours, in numpy and in the `others`, relative beyond 1.

    Raises EngineError, naming the layer where they part, where it is more than 1e-4.
    """
    with np.errstate(all="ignore"):
        return _prove(name, part, rows, others)


def _prove(name: str, part: Part, rows: np.ndarray, others: Mapping[str, Runner]) -> float:
    want = part.reference(rows)
    if not np.isfinite(want).all():
        raise EngineError(f"{part.file} gives numbers that are not finite.")
    runners: dict[str, Runner] = {"numpy": lambda x: _run(part.layers, name, x), **others}
    worst = 0.0
    for which, run in runners.items():
        off = difference(np.concatenate([run(piece) for piece in pieces(rows)]), want)
        if not off <= TOLERANCE:
            raise EngineError(
                f"{part.file} was read, but in {which} gives other numbers than its own, by {off:.2g}{_where(name, part)}. "
                "It is not used."
            )
        worst = max(worst, off)
    return worst


def difference(found: np.ndarray, want: np.ndarray) -> float:
    """The largest difference, relative where numbers exceed 1; infinite for other shapes."""
    if found.shape != want.shape:
        return float("inf")
    return float((np.abs(found - want) / np.maximum(1, np.abs(want))).max())


def _run(layers: list[Built], name: str, rows: np.ndarray) -> np.ndarray:
    return forward.run(records(layers), name, weights(layers, name), rows.astype(np.float32))


def _where(name: str, part: Part) -> str:
    """The first layer whose numbers are not the original's, of those that have a value there."""
    h = part.trial[""].reshape(len(part.trial[""]), -1).astype(np.float32)
    for index, one in enumerate(part.layers):
        h = _run([one], name, h)
        want = part.trial.get(one.value) if one.value else None
        if want is not None and want.shape == h.shape and difference(h, want) > TOLERANCE:
            return f", first at layer {index} ({one.record['op']}, {one.value!r})"
    return ""
