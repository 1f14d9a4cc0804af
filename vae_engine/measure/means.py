"""Means over images, each with its standard error."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from torch import Tensor


def means(terms: Mapping[str, Tensor]) -> dict[str, Any]:
    """The mean of each term [n] or [n, d] over its n images or draws and, as `…_se`, its standard error sd/√n.

    Of a single one there is no error.
    """
    found = {}
    for name, values in terms.items():
        found[name] = values.mean(0).tolist()
        if len(values) > 1:
            found[f"{name}_se"] = (values.std(0) / math.sqrt(len(values))).tolist()
    return found


def differences(ours: Mapping[str, Tensor], others: Mapping[str, Tensor]) -> dict[str, Any]:
    """Means of ours − others for each term both have, with standard errors; image i is the same in both, so they are paired."""
    return means({name: ours[name] - others[name] for name in ours if name in others})
