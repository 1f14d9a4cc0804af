"""Where the plane is laid on which a model of more than two latent dimensions is shown: `pca`, `axes:I,J` or `images:A,B,C`."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np

from vae_engine.base.errors import EngineError
from vae_engine.data import datasets, mnist
from vae_engine.stored import forward, plane
from vae_engine.stored.architecture import layers
from vae_engine.stored.checkpoints import Stored
from vae_engine.stored.config import ListedConfig
from vae_engine.stored.plane import Plane

PCA = "pca"
COUNT = 2000
"""The images by whose codes it is laid: enough for directions and means, and soon encoded."""
_FORM = re.compile(r"pca|axes:(\d{1,9}),(\d{1,9})|images:(\d{1,9}),(\d{1,9}),(\d{1,9})")
_LINE = 1e-3
"""The sine of the least angle between two directions that span a plane."""


def lay(stored: Stored, said: str = "") -> dict[str, Any]:
    """The record of the plane that is meant, `pca` where nothing is said; an empty one of a model with two dimensions or one.

    By the means of q(z|x), or the codes, of the images that a map shows, or the first COUNT of them. Raises EngineError, one
    sentence, for what is no plane through the model.
    """
    dimensions = stored.model.latent_dim
    if dimensions < 3:
        if said:
            raise EngineError(
                "A model of two latent dimensions is shown whole: give no plane." if dimensions == 2
                else "No plane lies in one latent dimension: give none."
            )  # fmt: skip
        return {}
    way, numbers = _parsed(said or PCA)
    codes = _codes(stored, np.arange(min(COUNT, _shown(stored))))
    if way == "axes":
        found = by_axes(codes, numbers)
    elif way == "images":
        found = by_images(stored, numbers)
    else:
        found = by_pca(codes)
    return plane.record(found, codes, said or PCA)


def laid(stored: Stored, said: str = "") -> Stored:
    """A model with the plane that is meant, as `lay` finds it; where nothing is said, one that a map can show stays as it is."""
    model = stored.model
    if not said and (model.has_map or model.latent_dim < 3):
        return stored
    if not isinstance(model, ListedConfig):
        model = ListedConfig(
            kind=model.kind,
            latent_dim=model.latent_dim,
            likelihood=model.likelihood,
            spread=model.spread,
            side=model.side,
            layers=layers(model),
        )
    return replace(stored, model=replace(model, plane=lay(stored, said)))


def by_pca(codes: np.ndarray) -> Plane:
    """The plane through the mean of codes [n, d] along the two directions of most variance, their largest numbers positive."""
    centred = codes - codes.mean(0)
    _, directions = np.linalg.eigh(centred.T @ centred)
    along = directions[:, :-3:-1]
    signs = np.sign(np.take_along_axis(along, np.abs(along).argmax(0)[None], 0))
    return plane.through(codes.mean(0), along * signs)


def by_axes(codes: np.ndarray, axes: list[int]) -> Plane:
    """The plane along two axes of z, all other numbers those of the mean of codes [n, d]. Raises EngineError for other axes."""
    dimensions = codes.shape[1]
    if max(axes) >= dimensions:
        raise EngineError(f"There is no axis {max(axes)}: the latent axes are 0 to {dimensions - 1}.")
    if axes[0] == axes[1]:
        raise EngineError(f"Axis {axes[0]} twice spans no plane: give two axes.")
    return plane.through(codes.mean(0), np.eye(dimensions)[:, axes])


def by_images(stored: Stored, images: list[int]) -> Plane:
    """The plane through the codes of three images that a map shows. Raises EngineError where there are no such, or on a line."""
    if max(images) >= (count := _shown(stored)):
        raise EngineError(f"There is no image {max(images)}: the images are 0 to {count - 1:,}.")
    first, second, third = _codes(stored, np.array(images))
    along = np.stack([second - first, third - first], 1)
    lengths = np.linalg.norm(along, axis=0)
    if not lengths.all() or np.linalg.svd(along / lengths, compute_uv=False)[1] < _LINE:
        raise EngineError(f"The codes of images {images[0]}, {images[1]} and {images[2]} lie on a line: choose others.")
    return plane.through(first, along)


def _parsed(said: str) -> tuple[str, list[int]]:
    match = _FORM.fullmatch(said)
    if match is None:
        raise EngineError(f"A plane is pca, axes:0,3 or images:5,17,99, not {said!r}.")
    return said.partition(":")[0], [int(one) for one in match.groups() if one is not None]


def _shown(stored: Stored) -> int:
    return len(datasets.shown(stored.train.data, datasets.SHOWN)[0])


def _codes(stored: Stored, places: np.ndarray) -> np.ndarray:
    """The codes of the images at some places [n, d], as float64."""
    images = datasets.shown(stored.train.data, datasets.SHOWN)[0].images[places]
    codes = forward.encode(stored, mnist.observe_fixed(images, stored.train.protocol, 0, places))[0].astype(np.float64)
    if not np.isfinite(codes).all():
        raise EngineError("The encoder gives codes that are not finite, so no plane can be laid through them.")
    return codes
