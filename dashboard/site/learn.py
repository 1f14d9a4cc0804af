"""The page Learn of the site: the steps about the models that its Explore opens on, every answer measured on them."""

from __future__ import annotations

from typing import Any

from dashboard.learn import content
from dashboard.learn.steps import STEPS
from dashboard.site.shelf import Shelf
from dashboard.stock.material import LESSON_MODELS, Material, gather, ladder_of
from vae_engine.base.errors import EngineError
from vae_engine.data import datasets


def material(shelf: Shelf) -> Material | None:
    """What the steps measure; None where the site has no VAE of digits, measured image by image, beside an autoencoder."""
    stored = {one.name: one for one in (*shelf.models, *shelf.runs)}
    pair = [stored[name] for name in shelf.usual]
    if [one.model.kind for one in pair] != ["vae", "ae"] or pair[0].train.data != datasets.MNIST:
        return None
    try:
        return gather(pair[0], pair[1], ladder_of(shelf.models))
    except EngineError:  # it has no per-image numbers
        return None


def told(measured: Material) -> dict[str, Any]:
    """What the browser is told of the page."""
    return {
        "course": content.told(measured),
        "pair": [measured.vae.name, measured.ae.name],
        "names": [measured.vae.name, measured.ae.name],
        "titles": {"learn": {step.name: step.title for step in STEPS}},
        "isUsual": (measured.vae.name, measured.ae.name) == LESSON_MODELS,
        "rungs": [(one.train.beta, one.name) for one in measured.ladder],
    }
