"""Checks as data: with what an answer is compared and what is then said, worked out from the models. The sheet of a site looks
the same data up (browser/worksheet/checks.js), so that no check is written twice.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dashboard.shared.wording import as_given
from dashboard.stock.material import Material
from dashboard.worksheet.verdict import Verdict

GIVEN = "{given}"
"""In a sentence: the number as it was given."""


@dataclass(frozen=True)
class Band:
    """Numbers from `low` to `high`, both of them in it: whether they are right, and what is said of one."""

    low: float
    high: float
    right: bool
    says: str

    def told(self) -> list[Any]:
        """As the browser is told it; no end where there is none."""
        ends = (None if math.isinf(end) else end for end in (self.low, self.high))
        return [*ends, self.right, self.says]


Bands = Sequence[Band]
"""Of two that hold a number the first counts; one of them holds any."""


@dataclass(frozen=True)
class ByNumber:
    """A check of one number, or of several of which each has bands of its own; the index of an option is a number, too."""

    parts: tuple[Callable[[Material], Bands], ...]

    def __call__(self, material: Material, given: Any) -> Verdict:
        """Right when every number lies in a band that is; each is judged in its turn."""
        numbers = given if isinstance(given, tuple) else (given,)
        found = [_band(part(material), number) for part, number in zip(self.parts, numbers, strict=True)]
        texts = (band.says.replace(GIVEN, as_given(number)) for band, number in zip(found, numbers, strict=True))
        return Verdict(all(band.right for band in found), " ".join(texts))

    def told(self, material: Material) -> list[list[list[Any]]]:
        """The bands of each number, as the browser is told them."""
        return [[band.told() for band in part(material)] for part in self.parts]


@dataclass(frozen=True)
class ByImage:
    """A check of a test image: which of them will do, and what is said of any."""

    holds: Callable[[Material], np.ndarray]
    """Of all test images at once: bool [n]."""
    facts: Callable[[Material, int], str]

    def __call__(self, material: Material, image: int) -> Verdict:
        """Right for an image that will do."""
        return Verdict(bool(self.holds(material)[image]), self.facts(material, image))

    def told(self, material: Material) -> str:
        """Whether each image will do, a character each."""
        return "".join("01"[int(one)] for one in self.holds(material))


def near(value: Callable[[Material], float], tolerance: float, is_share: bool = False) -> Callable[[Material], Bands]:
    """Right when within a tolerance; what is said has the number as it was given, and does not give the value away."""

    def bands(material: Material) -> Bands:
        wanted = value(material)
        within = Band(wanted - tolerance, wanted + tolerance, True, f"{GIVEN} is right to within {tolerance:g}.")
        share = f"{GIVEN} is too low for per cent, which are asked for: half of all would be 50."
        part = [Band(math.nextafter(0, 1), math.nextafter(1, 0), False, share)] if is_share else []
        high, low = (f"{GIVEN} is too {way}." for way in ("high", "low"))
        return (within, *part, Band(wanted, math.inf, False, high), Band(-math.inf, wanted, False, low))

    return bands


def option(value: Callable[[Material], int]) -> Callable[[Material], Bands]:
    """Right when it is the index of the right option."""

    def bands(material: Material) -> Bands:
        right = value(material)
        others = Band(-math.inf, math.inf, False, "The models show something else.")
        return (Band(right, right, True, "That is what the models show."), others)

    return bands


def _band(bands: Bands, number: float) -> Band:
    return next(band for band in bands if band.low <= number <= band.high)
