"""Pictures of a run in numpy and Pillow: its manifold over a stated range, a thumbnail of it, digits from the same z."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image

from dashboard.shared.picture_url import picture_url
from vae_engine.stored import forward
from vae_engine.stored.checkpoints import Stored

REACH = 3.0
"""How many standard deviations a manifold reaches from the middle: of the prior, or of an autoencoder's own codes."""
_THUMBNAIL, _CELLS = 8, 14
_GREYS = 16
_PAPER, _INK = {False: (255, 255, 255), True: (28, 31, 37)}, {False: (16, 20, 28), True: (244, 246, 250)}
"""By whether the theme is dark; the browser's views have the same."""


@dataclass(frozen=True)
class Gaussian:
    """What z is drawn from: N(mean, root rootᵀ)."""

    mean: np.ndarray
    root: np.ndarray

    @property
    def half_width(self) -> float:
        """Half the side of the square that a manifold covers."""
        return REACH * float(np.sqrt((self.root**2).sum(1)).max())


def standard(dimensions: int) -> Gaussian:
    """The prior N(0, I)."""
    return Gaussian(np.zeros(dimensions), np.eye(dimensions))


def fitted(codes: np.ndarray) -> Gaussian:
    """The Gaussian of codes [n, d]: their mean and covariance."""
    variances, axes = np.linalg.eigh(np.cov(codes.T, bias=True).reshape(codes.shape[1], -1))
    return Gaussian(codes.mean(0), axes * np.sqrt(np.maximum(variances, 0)))


def square(gaussian: Gaussian) -> tuple[np.ndarray, np.ndarray]:
    """The lowest and the highest z [2] of the square that a manifold covers."""
    return gaussian.mean - gaussian.half_width, gaussian.mean + gaussian.half_width


def manifold(stored: Stored, gaussian: Gaussian, count: int, dark: bool) -> str:
    """The decoder's pictures at count × count z over the square, z₁ to the right and z₂ upwards, as a data URL."""
    return _url(_sheet(_lattice(stored, gaussian, count)), dark)


def thumbnail(stored: Stored, gaussian: Gaussian, dark: bool) -> str:
    """A small manifold as a data URL; in other than two dimensions, draws of z."""
    if stored.model.latent_dim == 2:
        digits = _lattice(stored, gaussian, _THUMBNAIL)
    else:
        digits = drawn(stored, gaussian, noise(0, _THUMBNAIL**2, stored.model.latent_dim))
        digits = digits.reshape(_THUMBNAIL, _THUMBNAIL, *digits.shape[1:])
    of_one = max(1, stored.model.side // _CELLS)  # pixels along a side that become one: of 28 two
    cells = stored.model.side // of_one
    whole = digits[:, :, : cells * of_one, : cells * of_one]
    small = whole.reshape(_THUMBNAIL, _THUMBNAIL, cells, of_one, cells, of_one).mean((3, 5))
    return _url(_sheet(small), dark)


def noise(seed: int, count: int, dimensions: int) -> np.ndarray:
    """Standard normal draws [count, d]; with fewer dimensions, the first numbers of the same draws."""
    return np.random.default_rng(seed).standard_normal((200, count))[:dimensions].T


def drawn(stored: Stored, gaussian: Gaussian, draws: np.ndarray) -> np.ndarray:
    """E[x|z] at the z of a Gaussian that belong to standard normal draws [n, d]: [n, side, side]."""
    return forward.decode(stored, gaussian.mean + draws @ gaussian.root.T)


def strip(digits: np.ndarray, dark: bool) -> str:
    """Digits [n, side, side] side by side as a data URL."""
    return _url(_sheet(digits[None]), dark)


def _lattice(stored: Stored, gaussian: Gaussian, count: int) -> np.ndarray:
    """E[x|z] at the middles of count × count cells: [rows, columns, side, side], the highest z₂ in the first row."""
    low, high = square(gaussian)
    along = (np.arange(count) + 0.5) / count
    z1, z2 = (low[axis] + along * (high[axis] - low[axis]) for axis in (0, 1))
    z = np.stack(np.meshgrid(z1, z2[::-1]), -1).reshape(-1, 2)
    return forward.decode(stored, z).reshape(count, count, stored.model.side, stored.model.side)


def _sheet(cells: np.ndarray) -> np.ndarray:
    """Cells [rows, columns, h, w] as one picture [rows·h, columns·w]."""
    rows, columns, height, width = cells.shape
    return cells.transpose(0, 2, 1, 3).reshape(rows * height, columns * width)


def _url(ink: np.ndarray, dark: bool) -> str:
    """Ink [h, w] in [0, 1] on the theme's paper as the data URL of a PNG, in few greys so that it stays small."""
    steps = np.rint(np.clip(ink, 0, 1) * (_GREYS - 1)).astype(np.uint8)
    picture = Image.frombytes("P", steps.shape[::-1], steps.tobytes())
    paper, full = np.array(_PAPER[dark], float), np.array(_INK[dark], float)
    ramp = paper + np.linspace(0, 1, _GREYS)[:, None] * (full - paper)
    picture.putpalette(np.rint(ramp).astype(np.uint8).tobytes())
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", optimize=True)
    return picture_url(buffer.getvalue())
