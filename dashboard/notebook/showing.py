"""What a widget shows, as the browser reads it: models from anywhere, on the images of a data set or on some at hand."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from dashboard.stock.library import BUNDLE, ENCODER, PROBE, packed
from vae_engine.base.errors import EngineError
from vae_engine.data import datasets
from vae_engine.data.mnist import Images
from vae_engine.exchange import bundle as export
from vae_engine.exchange.bundle import AtHand
from vae_engine.exchange.imports import planes
from vae_engine.exchange.imports.probe import probe
from vae_engine.stored import registry
from vae_engine.stored.checkpoints import Stored
from vae_engine.stored.config import MAX_CLASSES, ListedConfig
from vae_engine.stored.in_memory import in_memory

_IDX_HEADER = bytes(16)
"""Before the images, as in MNIST's files; nobody reads it."""
_TRAINED = 10_000
"""Training images whose codes a map knows at most: whoever waits for a cell does not wait for all 50,000."""


@dataclass(frozen=True)
class Showing:
    """One or two models with the images on their maps."""

    bundles: list[bytes]
    encoders: list[bytes]
    images: bytes
    count: int
    probes: list[bytes]
    """What the browser is asked before it shows each: of models that others' code made, nothing of ours."""


def showing(
    models: Sequence[Any], names: Sequence[str], images: Any = None, labels: Any = None, trained_on: Any = None, plane: str = ""
) -> Showing:
    """What a widget shows of one or two models; `images` and the rest as `Explorer` takes them. Raises as it does."""
    if len(names) < len(models):
        raise EngineError("Give a name for each model.")
    given = [_stored(model, name) for model, name in zip(models, names, strict=False)]
    found = _on_planes(given, plane)
    if len({model.train.data for model in found}) > 1 and images is None:
        raise EngineError("The models were trained on different data; give the images to show.")
    if len(sides := {model.model.side for model in found}) > 1:
        raise EngineError("The models take images of different sizes, and a page shows one set of images.")
    at_hand, side = None, sides.pop()
    if images is not None:
        own = None if trained_on is None else _pixels(trained_on, "trained_on", side)
        shown = _pixels(images, "images", side)[: datasets.SHOWN]
        at_hand = AtHand(*_labelled(shown, labels, found[0].train.classes), own)
        content = gzip.compress(_IDX_HEADER + shown.tobytes(), 1, mtime=0)
    elif labels is not None or trained_on is not None:
        raise EngineError("labels and trained_on go with images.")
    else:
        content = export.images_of(found[0].train.data)
    parts = [export.parted(model, at_hand=at_hand, train=_TRAINED) for model in found]
    bundles, encoders = ([packed(part, model[place]) for model in parts] for place, part in enumerate((BUNDLE, ENCODER)))
    count = len(at_hand.shown) if at_hand else len(datasets.shown(found[0].train.data)[0])
    others = [isinstance(model.model, ListedConfig) for model in given]
    probes = [packed(PROBE, probe(model)) if is_other else b"" for model, is_other in zip(found, others, strict=True)]
    return Showing(bundles, encoders, content, count, probes)


def _stored(model: Any, name: str) -> Stored:
    return registry.find(str(model)) if isinstance(model, (str, Path)) else in_memory(model, name)


def _on_planes(models: list[Stored], said: str) -> list[Stored]:
    """Those of more than two latent dimensions on the plane that is said, or that they have; another has none to be said."""
    deep = [model.model.latent_dim > 2 for model in models]
    return [planes.laid(model, said if is_deep or not any(deep) else "") for model, is_deep in zip(models, deep, strict=True)]


def _pixels(given: Any, what: str, side: int) -> np.ndarray:
    """Images as uint8 [n, side, side]: of whole numbers 0…255, or of others in [0, 1], however they are laid out."""
    images = np.asarray(given.detach().cpu() if hasattr(given, "detach") else given)
    if images.ndim < 2 or images[:1].size != side**2 or images.dtype.kind not in "uif":
        raise EngineError(f"{what} are numbers [n, {side}, {side}] or [n, {side**2}], not {images.dtype} {list(images.shape)}.")
    images = images.reshape(-1, side, side)
    most = 1 if images.dtype.kind == "f" else 255
    if not (images.min() >= 0 and images.max() <= most):
        raise EngineError(f"{what} of {images.dtype} are pixels from 0 to {most}, not from {images.min():g} to {images.max():g}.")
    return (images if most == 255 else np.rint(images * 255)).astype(np.uint8)


def _labelled(images: np.ndarray, labels: Any, classes: tuple[str, ...]) -> tuple[Images, tuple[str, ...]]:
    """Images with their labels, and what those mean: the model's classes where they are numbered so, else their own names."""
    if labels is None:
        return Images(images, np.zeros(len(images), np.uint8)), ("image",)
    given = np.asarray(labels.detach().cpu() if hasattr(labels, "detach") else labels)[: len(images)]
    if given.shape != (len(images),):
        raise EngineError(f"labels are one for each of the {len(images)} images, not {list(given.shape)}.")
    if given.dtype.kind in "ui" and given.min() >= 0 and given.max() < len(classes):
        return Images(images, given.astype(np.uint8)), classes
    found, places = np.unique(given.astype(str), return_inverse=True)
    if len(found) > MAX_CLASSES:
        raise EngineError(f"There are {len(found)} different labels; at most {MAX_CLASSES} classes can be shown.")
    return Images(images, places.astype(np.uint8)), tuple(found.tolist())
