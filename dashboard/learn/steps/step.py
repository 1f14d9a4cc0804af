"""What a step of the lecture consists of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dashboard.shared.source import Source
from dashboard.stock.material import Material
from vae_engine.stored.checkpoints import Stored

NATS, SHARE, PIXELS, RATIO = "nats per image", "shares in per cent", "pixels of 784", "times"
"""Units of what an answer measured."""


@dataclass(frozen=True)
class Equation:
    """A displayed equation; tests/dashboard/learn/test_equations.py evaluates every one of them, by its name, on the engine."""

    name: str
    latex: str


@dataclass(frozen=True)
class Basis:
    """What the numbers of an answer belong to."""

    models: tuple[str, ...]
    images: str
    units: tuple[str, ...]


def measured(*models: Stored, units: tuple[str, ...]) -> Basis:
    """The basis of numbers measured of models, each on the images that its own metrics name."""
    images = {f"{one.metrics['split']} split, {one.metrics['protocol']} pixels, seed {one.metrics['seed']}" for one in models}
    return Basis(tuple(one.name for one in models), "; ".join(sorted(images)), units)


@dataclass(frozen=True)
class Answer:
    """Which option is right, and why, with the numbers that say so and what they belong to."""

    right: int
    because: str
    basis: Basis
    image: int | None = None
    """A test image that the live view confirms it with: the one it is about, or one of those it speaks of."""


def first_image(holds: Sequence[bool]) -> int | None:
    """The first test image of which an answer about several holds, since one in the live view may be an exception."""
    return next((image for image, one in enumerate(holds) if one), None)


@dataclass(frozen=True)
class Question:
    """A prediction to make before the answer is worked out from the models."""

    text: str
    options: tuple[str, ...]
    answer: Callable[[Material], Answer]


@dataclass(frozen=True)
class Step:
    """One screen: one idea, one equation, one thing to move, one question."""

    name: str
    short: str
    title: str
    idea: str
    try_this: str
    equation: Equation
    mathematics: tuple[str | Equation, ...]
    """Folded away: sentences that explain every symbol (Markdown), and further equations."""
    question: Question
    source: Source
    why: str
    words: tuple[str, ...]
    """Words of the glossary that stand in the live view."""
    link: Callable[[Material], str]
    """The state of the Explore page that shows it, in the form that follows the `#`."""

    @property
    def equations(self) -> tuple[Equation, ...]:
        """Every displayed equation of the step."""
        return (self.equation, *(one for one in self.mathematics if isinstance(one, Equation)))
