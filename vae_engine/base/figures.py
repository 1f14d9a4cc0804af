"""Measured numbers as text, each mean with its standard error."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

TERMS = ("elbo", "nll", "kl", "log_px_points", "log_px_is", "log_px_exact", "gap")
"""What is measured of each image, and reported as a mean over images."""


def with_minus(text: str) -> str:
    """A text to be read, not typed: its numbers have a minus sign instead of a hyphen, `−128.67`; names keep theirs."""
    return re.sub(r"(?<![^\s(])-(?=\d)", "−", text)


def plus_minus(value: float, spread: float | None = None) -> str:
    """A number with its spread or standard error where that is known: `-128.67 ± 0.40`."""
    return f"{value:.2f}" if spread is None else f"{value:.2f} ± {spread:.2f}"


def told(numbers: Mapping[str, Any], names: Iterable[str] = TERMS) -> str:
    """Those numbers that were measured, by name: `elbo -128.67 ± 0.40, nll 120.75 ± 0.38`."""
    return ", ".join(f"{name} {figure(numbers, name)}" for name in names if name in numbers)


def figure(numbers: Mapping[str, Any], key: str) -> str:
    """One of a model's numbers with its standard error, which older ones lack; nothing where it was not measured."""
    return plus_minus(numbers[key], numbers.get(f"{key}_se")) if key in numbers else ""
