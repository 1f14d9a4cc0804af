"""A mean over images after training from each of some seeds, with its standard error over the images. Numpy only."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

PROTOCOL = (
    "±",
    "one standard error over the images, of their means over the seeds; a difference on the same images is paired",
)
"""What a protocol says of every ± of `Mean`."""

Run = TypeVar("Run")


@dataclass(frozen=True)
class Mean:
    """Something measured of each of n images after training from each of s seeds, the same images for all: values [s, n]."""

    values: np.ndarray

    @property
    def value(self) -> float:
        """The mean over images and seeds."""
        return float(self.values.mean())

    @property
    def error(self) -> float:
        """The standard error over images: the sd of the images' means over the seeds, / √n. Not a number for one image."""
        each = self.values.mean(0)
        return float(each.std(ddof=1) / math.sqrt(len(each))) if len(each) > 1 else math.nan

    @property
    def by_seed(self) -> np.ndarray:
        """The mean over images for each seed: [s]."""
        found: np.ndarray = self.values.mean(1)
        return found

    @property
    def cells(self) -> tuple[float, float]:
        """Value and standard error for a table, whose second column's head is ±."""
        return round(self.value, 2), round(self.error, 2)

    @property
    def extremes(self) -> tuple[float, float]:
        """The least and the greatest of the seeds' means, for a table."""
        return round(float(self.by_seed.min()), 2), round(float(self.by_seed.max()), 2)

    @property
    def of_seeds(self) -> str:
        """` (+17.2 to +20.1 over 3 seeds)`; nothing for a single seed."""
        low, high, seeds = self.by_seed.min(), self.by_seed.max(), len(self.values)
        return f" ({low:+.1f} to {high:+.1f} over {seeds} seeds)" if seeds > 1 else ""

    def numbers(self, name: str) -> tuple[tuple[str, float], tuple[str, float]]:
        """Value and standard error for a moment."""
        value, error = self.cells
        return (name, value), (f"± {name}", error)

    def __sub__(self, other: Mean) -> Mean:
        """The difference, paired by seed and image."""
        return Mean(self.values - other.values)

    def __neg__(self) -> Mean:
        return Mean(-self.values)

    def __format__(self, sign: str) -> str:
        """`-147.0 ± 0.8`, with `+` as its sign `+18.6 ± 0.3`."""
        return with_error(self.value, self.error, sign)


def over(runs: Iterable[Run], what: Callable[[Run], np.ndarray]) -> Mean:
    """The mean of what each seed's run has for each image, [n]."""
    return Mean(np.stack([np.asarray(what(run), np.float64) for run in runs]))


def apart(one: Mean, other: Mean) -> str:
    """The difference of means over different images, as text: their standard errors add up as independent ones do."""
    return with_error(one.value - other.value, math.hypot(one.error, other.error), "+")


def with_error(value: float, error: float, sign: str = "") -> str:
    """A number and its standard error, with as many decimals as the error's first digit takes, one for errors of 0.1 to 10."""
    digits = min(3, max(int(error < 10), math.ceil(-math.log10(error)))) if error > 0 else 1
    return f"{value:{sign},.{digits}f} ± {error:,.{digits}f}"
