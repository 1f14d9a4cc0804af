"""Checks of places and walks as data: numbers measured there, the limits between which they must lie, and what is said of them.

Python and the sheet of a site measure the same by the same names, each by its own models (browser/worksheet/places.js).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from dashboard.shared.links import ExploreLink, LinkError
from dashboard.shared.wording import number, one_of, share_text
from dashboard.stock import measures
from dashboard.stock.material import Material
from dashboard.worksheet.task import place_of
from dashboard.worksheet.verdict import Verdict
from vae_engine.stored import terms

Limits = Mapping[str, tuple[float, float]]
"""The least and the greatest value that each measured number may have, by its name."""
Found = Mapping[str, float]

NO_WALK = "This link has no walk between two test images. Choose both ends in Walk, then copy the link."
STEPS = 41
"""Places of a walk that are looked at, both ends among them."""
_SLOT = re.compile(r"\{(\w+):([^}]+)\}")


@dataclass(frozen=True)
class Said:
    """A part of a sentence that is said where the limits hold: `{name:.2}` is a number with two decimals, `{name:d}` a whole one,
    `{name:%}` a share, `{name:a}` a digit with its article.
    """

    text: str
    where: Limits = field(default_factory=dict)


Says = Sequence[Sequence[Said]]
"""Parts of what is said; of each the first alternative whose limits hold."""


@dataclass(frozen=True)
class ByPlace:
    """A check of a place on the map of a model, or of a walk, by what is measured there."""

    kind: Literal["vae", "ae", "walk"]
    limits: Callable[[Material], Limits]
    says: Callable[[Material], Says]
    reach: Callable[[Material], float] = field(default=lambda material: 0.0)
    """How far around a place codes are counted, quarter by quarter."""

    def __call__(self, material: Material, link: ExploreLink) -> Verdict:
        """Right when every number lies within its limits. Raises LinkError for a link that shows no such place."""
        if self.kind == "walk":
            found = of_walk(material, link)
        else:
            found = of_place(material, self.kind, np.array(place_of(link, self.kind)), self.reach(material))
        parts = (next(one for one in part if _hold(one.where, found)) for part in self.says(material))
        text = "".join(_SLOT.sub(lambda slot: _written(found[slot[1]], slot[2]), one.text) for one in parts)
        return Verdict(_hold(self.limits(material), found), text)

    def told(self, material: Material) -> dict[str, Any]:
        """The check as the browser is told it."""
        says = [[[one.text, _told(one.where)] for one in part] for part in self.says(material)]
        usual = {kind: measures.usual_distance(material, kind) for kind in ("vae", "ae")}
        about = {"kind": self.kind, "reach": self.reach(material), "usual": usual, "near": measures.NEAREST, "steps": STEPS}
        return about | {"limits": _told(self.limits(material)), "says": says, "noWalk": NO_WALK}


def of_place(material: Material, kind: str, z: np.ndarray, reach: float) -> Found:
    """What is measured at a place z [2] on the map of a kind of model."""
    distance = float(measures.nearest_training_code(material, kind, z[None])[0])
    radius, near = float(np.hypot(*z)), measures.neighbours(material, kind, z)
    return {
        "radius": radius,
        "beyond": 1 - measures.prior_within(radius),
        "log_prior": float(terms.log_prior(z)),
        "distance": distance,
        "times": distance / measures.usual_distance(material, kind),
        "undecided": int(measures.unsure_pixels(material.model(kind), z[None])[0]),
        "fewest": _fewest_around(material.places(kind), z, reach),
        "near": near.total,
        **{f"near_{digit}": count for digit, count in enumerate(near.counts)},
    }


def of_walk(material: Material, link: ExploreLink) -> Found:
    """What is measured on the straight path between two test images. Raises LinkError for a link without one."""
    images = [end.image for end in link.ends if end is not None and end.image is not None]
    if len(images) != 2 or max(images) >= len(material.x):
        raise LinkError(NO_WALK)
    start, end = (int(material.labels[image]) for image in images)
    found: dict[str, float] = {"from": start, "to": end, "differ": start != end}
    for kind in ("vae", "ae"):
        found[f"{kind}_times"] = times = farthest(material, kind, images)
        found[f"{kind}_distance"] = times * measures.usual_distance(material, kind)
    return found


def farthest(material: Material, kind: str, images: Sequence[int]) -> float:
    """The largest distance to a training code on the straight path between two images, in usual distances."""
    start, end = material.places(kind)[list(images)]
    path = start + np.linspace(0, 1, STEPS)[:, None] * (end - start)
    return float(measures.nearest_training_code(material, kind, path).max() / measures.usual_distance(material, kind))


def above(value: float) -> tuple[float, float]:
    """Limits of what must be more than a value."""
    return math.nextafter(value, math.inf), math.inf


def _fewest_around(codes: np.ndarray, z: np.ndarray, reach: float) -> int:
    """How many codes [n, 2] lie within reach of z in that of the four quadrants around it that has the fewest."""
    right, over = (codes[np.hypot(*(codes - z).T) < reach] > z).T
    return int(np.bincount(2 * right + over, minlength=4).min())


def _hold(limits: Limits, found: Found) -> bool:
    return all(low <= found[name] <= high for name, (low, high) in limits.items())


def _told(limits: Limits) -> dict[str, list[float | None]]:
    return {name: [None if math.isinf(end) else end for end in ends] for name, ends in limits.items()}


def _written(value: float, form: str) -> str:
    if form == "%":
        return share_text(value)
    if form == "a":
        return one_of(int(value))
    return number(value, 0 if form == "d" else int(form[1:]))
