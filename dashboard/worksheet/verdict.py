"""What is said of an answer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Verdict:
    """Whether an answer is right, and what was measured of it."""

    right: bool
    text: str
    is_refusal: bool = False
    """Whether nothing was measured, because what was given cannot be read as an answer; `text` says why."""
