"""A plane through a latent space of more than two dimensions, so that a map can show a model which has more: z = o + P w.

The columns of P [d, 2] are orthonormal and o is the point of the plane nearest the origin, so that Pᵀo = 0. A code z then has
its place at w = Pᵀz and lies ‖z − o − P w‖ off the plane. As ‖z‖² = ‖o‖² + ‖w‖² on the plane, the prior N(0, I) of z, cut by
the plane, is N(0, I) in w; and so is w = Pᵀz of a z drawn from it. A record of it may come from a stranger's file.
"""

from __future__ import annotations

import math
import reprlib
from dataclasses import dataclass
from typing import Any

import numpy as np

from vae_engine.base.errors import EngineError

_TOLERANCE, _LONGEST = 1e-5, 100
_KEYS = {"found", "axes", "origin", "share", "off", "images"}


@dataclass(frozen=True, eq=False)
class Plane:
    """The plane z = o + P w."""

    axes: np.ndarray
    """P [d, 2]."""
    origin: np.ndarray
    """o [d]."""

    def at(self, w: np.ndarray) -> np.ndarray:
        """z = o + P w: w [n, 2] → [n, d]."""
        return self.origin + w @ self.axes.T

    def place(self, z: np.ndarray) -> np.ndarray:
        """w = Pᵀz, where codes are on the plane once they are projected on it: z [n, d] → [n, 2]."""
        return z @ self.axes

    def off(self, z: np.ndarray) -> np.ndarray:
        """‖z − o − P Pᵀz‖, how far codes lie from the plane: z [n, d] → [n]."""
        return np.linalg.norm(z - self.at(self.place(z)), axis=1)

    def share(self, z: np.ndarray) -> float:
        """tr Cov(w) / tr Cov(z), how much of the variance of codes [n, d] it holds; 1 of codes that do not vary."""
        whole = float(z.var(0).sum())
        return min(1.0, float(self.place(z).var(0).sum()) / whole) if whole > 0 else 1.0


def through(point: np.ndarray, along: np.ndarray) -> Plane:
    """The plane through a point [d] along two independent directions [d, 2], whose own signs its axes have."""
    axes, factor = np.linalg.qr(np.asarray(along, np.float64))
    axes = axes * np.where(np.diag(factor) < 0, -1.0, 1.0)
    return Plane(axes, point - axes @ (axes.T @ point))


def record(plane: Plane, codes: np.ndarray, found: str) -> dict[str, Any]:
    """A plane as a model's config keeps it, how it was `found`, and what of some codes [n, d] it holds."""
    return {
        "found": found, "axes": plane.axes.T.tolist(), "origin": plane.origin.tolist(),
        "share": float(f"{plane.share(codes):.4g}"), "off": float(f"{plane.off(codes).mean():.4g}"), "images": len(codes),
    }  # fmt: skip


def read(values: dict[str, Any]) -> Plane:
    """The plane of a record that `check` has accepted."""
    return Plane(np.array(values["axes"], np.float64).T, np.array(values["origin"], np.float64))


def check(values: Any, dimensions: int) -> None:
    """Raise EngineError unless a record is one of a plane through so many dimensions, or empty."""
    if values == {}:
        return
    if not (isinstance(values, dict) and values.keys() == _KEYS):
        raise EngineError(f"plane must say {', '.join(sorted(_KEYS))}.")
    found, axes = values["found"], values["axes"]
    if not (isinstance(found, str) and 1 <= len(found) <= _LONGEST and found.isprintable()):
        raise EngineError(f"plane: found cannot be {reprlib.repr(found)}.")
    for key, most in (("share", 1.0), ("off", 1e30), ("images", 1e9)):
        if not (_is_number(values[key]) and 0 <= values[key] <= most):
            raise EngineError(f"plane: {key} cannot be {reprlib.repr(values[key])}.")
    lists = [*axes, values["origin"]] if isinstance(axes, list) and len(axes) == 2 else []
    if dimensions < 3 or not (lists and all(_is_point(one, dimensions) for one in lists)):
        raise EngineError(f"plane must have two axes and an origin of {dimensions} numbers each, of 3 or more.")
    plane = read(values)
    square = np.abs(plane.axes.T @ plane.axes - np.eye(2)).max() <= _TOLERANCE
    nearest = np.abs(plane.axes.T @ plane.origin).max() <= _TOLERANCE * (1 + np.abs(plane.origin).max())
    if not (square and nearest):
        raise EngineError("plane must have axes of length 1 at right angles to each other and to its origin.")


def told(values: dict[str, Any], kind: str) -> str:
    """What plane a record is of and how much it holds, in two sentences; `kind` of model as its config has it."""
    way, _, numbers = values["found"].partition(":")
    listed = " and ".join(numbers.replace(",", ", ").rsplit(", ", 1))
    how = {
        "pca": "along the two directions in which its codes vary most (PCA)",
        "axes": f"along its axes {listed}, counted from 0, the others at the mean of the codes",
        "images": f"through the codes of images {listed}",
    }.get(way, way)
    share = f"{100 * values['share']:.{0 if values['share'] >= 0.1 else 1}f} %"
    unit = "prior sd" if kind == "vae" else "code units"
    return (
        f"A plane in {len(values['origin'])} latent dimensions, {how}. Of the codes of {values['images']:,} images it holds "
        f"{share} of the variance; they lie {values['off']:.2g} {unit} off it on average."
    )


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and math.isfinite(value)


def _is_point(value: Any, dimensions: int) -> bool:
    return isinstance(value, list) and len(value) == dimensions and all(_is_number(one) and abs(one) < 1e30 for one in value)
