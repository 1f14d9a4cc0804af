"""States of the Explore page that show what a step is about, as the part of a link after the `#`."""

from __future__ import annotations

import numpy as np

from dashboard.shared.links import state_of
from dashboard.stock.material import Material


def sampled(material: Material) -> str:
    """Draws from the prior through both decoders."""
    return state_of(mode="sample")


def whole_map(*layers: str) -> str:
    """Both maps with some layers."""
    return state_of(mode="move", layers=("points", *layers))


def first_image(material: Material) -> str:
    """The first test image with its posterior."""
    return posterior_of(material, 0)


def ambiguous_image(material: Material) -> str:
    """The first test image whose posterior has two modes."""
    return posterior_of(material, int((material.truths.modes >= 2).argmax()))


def misjudged_image(material: Material) -> str:
    """The image with one mode that the encoder's q misses by most."""
    return posterior_of(material, int(np.where(material.truths.modes == 1, material.truths.gap, -np.inf).argmax()))


def posterior_of(material: Material, image: int) -> str:
    """A test image, chosen in both maps, with its posterior."""
    places = (material.mu[image], material.codes[image])
    return state_of(mode="inspect", z=places, layers=("points", "posterior"), image=image)
