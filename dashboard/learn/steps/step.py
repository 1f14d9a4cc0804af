"""What a step of the lecture consists of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dashboard.learn.steps.source import Source
from dashboard.stock.material import Material


@dataclass(frozen=True)
class Equation:
    """A displayed equation; tests/dashboard/learn/test_equations.py evaluates every one of them, by its name, on the engine."""

    name: str
    latex: str


@dataclass(frozen=True)
class Answer:
    """Which option is right, and why, with the numbers that say so."""

    right: int
    because: str


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
    link: Callable[[Material], str]
    """The state of the Explore page that shows it, in the form that follows the `#`."""

    @property
    def equations(self) -> tuple[Equation, ...]:
        """Every displayed equation of the step."""
        return (self.equation, *(one for one in self.mathematics if isinstance(one, Equation)))
