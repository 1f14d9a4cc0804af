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


def trust(numbers: Mapping[str, Any]) -> str:
    """How far a model's importance-sampled log p(x) can be trusted, as its weights say and as the exact value knows.

    `k-hat above 0.7 for 31.2 % of images, effective samples 103 of 500 (median), -3.36 from exact`; of numbers on record what
    there is of it.
    """
    said = []
    if "is_k_hat_high" in numbers:
        said.append(f"k-hat above 0.7 for {100 * numbers['is_k_hat_high']:.1f} % of images")
        said.append(f"effective samples {numbers['is_ess']:,.0f} of {numbers['is_samples']:,} (median)")
    if "log_px_is" in numbers and "log_px_exact" in numbers:
        said.append(f"{numbers['log_px_is'] - numbers['log_px_exact']:+.2f} from exact")
    if "share_is_low_by_1_nat" in numbers:
        said.append(f"more than 1 nat low for {100 * numbers['share_is_low_by_1_nat']:.1f} % of images")
    return ", ".join(said)


def figure(numbers: Mapping[str, Any], key: str) -> str:
    """One of a model's numbers with its standard error, which older ones lack; nothing where it was not measured."""
    return plus_minus(numbers[key], numbers.get(f"{key}_se")) if key in numbers else ""
