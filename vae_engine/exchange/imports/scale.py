"""What a model calls a pixel. Here x is in [0, 1]; to a model whose images were normalised it is (x − mean) / std."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vae_engine.base.errors import EngineError
from vae_engine.exchange.imports.built import Built, affine


@dataclass(frozen=True)
class Scale:
    """The mean and the std of `torchvision.transforms.Normalize`. Raises EngineError for numbers that cannot be those."""

    mean: float = 0.0
    std: float = 1.0

    def __post_init__(self) -> None:
        if not (abs(self.mean) < 1e6 and 1e-6 < self.std < 1e6):
            raise EngineError(f"Pixels are normalised by a mean and a std above 0, not by {self.mean:g} and {self.std:g}.")

    def theirs(self, x: np.ndarray) -> np.ndarray:
        """Pixels of the model's from pixels in [0, 1]."""
        return ((x - self.mean) / self.std).astype(x.dtype)

    def ours(self, y: np.ndarray) -> np.ndarray:
        """The other way."""
        return (self.mean + self.std * y).astype(y.dtype)

    @property
    def before(self) -> list[Built]:
        """What is done to x before an encoder of such pixels.

        A layer of its own: a convolution with a border of zeros has them among the model's pixels, where 0 is no x of 0.
        """
        return [] if self == AS_IS else [affine(np.array([1 / self.std]), np.array([-self.mean / self.std]))]

    @property
    def told(self) -> str:
        """In words: `(x − 0.5) / 0.5, which is in [−1, 1]`."""
        low, high = (f"{(end - self.mean) / self.std:.3g}".replace("-", "−") for end in (0, 1))
        return f"(x − {self.mean:g}) / {self.std:g}, which is in [{low}, {high}]".replace("− -", "+ ")


AS_IS, SIGNED = Scale(), Scale(0.5, 0.5)
"""[0, 1] and [−1, 1]."""


def scale(said: str | Sequence[float] | None) -> Scale | None:
    """The scale that MEAN,STD, a text or two numbers, name; None where nothing is said. Raises EngineError."""
    if said is None or said == "":
        return None
    try:
        mean, std = map(float, said.split(",") if isinstance(said, str) else said)
    except (TypeError, ValueError):
        mean = std = math.nan
    if math.isnan(mean + std):
        raise EngineError(f"Pixels are normalised by two numbers, a mean and a std, such as 0.5,0.5, not by {str(said)[:40]!r}.")
    return Scale(mean, std)
