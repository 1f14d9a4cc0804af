"""Nested sampling: the prior shrunk from outside in, each shell as much smaller as chance has it.

Of N live points the one of lowest log p(x|z) dies and is replaced by a draw from the prior where log p(x|z) is higher; the
i-th death leaves Xᵢ = e^(−i/N) of the prior's mass, so p(x) ≈ Σᵢ (Xᵢ₋₁ − Xᵢ) p(x|zᵢ). Replacements are drawn from discs
around the live points, in the unit square that the prior's distribution function makes of the plane; their radius is the
largest distance at which live points left out by chance would have been found again. States √(H/N), H the information
gained, plus what the live points still hold. Sources: Skilling, Bayesian Analysis 1 (2006); Buchner, Statistics and Computing 26
(2016), for the discs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from vae_engine.inference.approximate.target import Target

_AT_ONCE = 64  # proposals for each image before its discs are drawn anew
_LEFT_OUT = 20  # times that live points are left out to find the radius
_LEAST = 1e-3  # share of p(x) that the live points may still hold at the end
_MOST = 4000  # rounds


@dataclass(frozen=True)
class Nested:
    """Of n images log p(x), the error it states and H, nats, float64 [n]; each image's points [s, d] and their weights [s]."""

    log_px: Tensor
    stated: Tensor
    information: Tensor
    z: list[Tensor]
    weights: list[Tensor]


class _Shrinking:
    """Live points of one image [N, 2] in the unit square, with what has died."""

    def __init__(self, u: np.ndarray, height: np.ndarray) -> None:
        self.u, self.height = u.copy(), height.copy()
        self.dead_u: list[np.ndarray] = []
        self.dead_height: list[float] = []
        self.log_sum = -math.inf

    @property
    def over(self) -> bool:
        """Whether the live points hold too little to matter."""
        inside = -len(self.dead_height) / len(self.u)
        return inside + self.height.max() < self.log_sum + math.log(_LEAST)

    def offer(self, u: np.ndarray, height: float) -> None:
        """Replace the lowest live point by a candidate, if that is higher."""
        lowest = int(self.height.argmin())
        if height <= self.height[lowest] or self.over:
            return
        count = len(self.u)
        shell = -len(self.dead_height) / count + math.log(-math.expm1(-1 / count))
        self.dead_u.append(self.u[lowest].copy())
        self.dead_height.append(self.height[lowest])
        self.log_sum = float(np.logaddexp(self.log_sum, shell + self.height[lowest]))
        self.u[lowest], self.height[lowest] = u, height

    def candidates(self, rng: np.random.Generator) -> np.ndarray:
        """Uniform over the union of discs around the live points, within the square: [_AT_ONCE, 2]."""
        scale = np.linalg.cholesky(np.cov(self.u.T) + 1e-18 * np.eye(2))
        white = np.linalg.solve(scale, self.u.T).T
        squares = ((white[:, None] - white) ** 2).sum(-1)
        radius = _radius(squares, rng)
        found: list[np.ndarray] = []
        while len(found) < _AT_ONCE:
            around = rng.integers(len(white), size=4 * _AT_ONCE)
            angle, reach = rng.uniform(0, 2 * np.pi, len(around)), radius * np.sqrt(rng.uniform(size=len(around)))
            tried = white[around] + reach[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1)
            within = (((tried[:, None] - white) ** 2).sum(-1) <= radius**2).sum(1)
            u = tried @ scale.T
            kept = (rng.uniform(size=len(u)) * within < 1) & ((u > 0) & (u < 1)).all(1)
            found.extend(u[kept])
        return np.stack(found[:_AT_ONCE])

    def finished(self) -> tuple[float, float, np.ndarray, np.ndarray]:
        """log p(x), H, all points [s, 2] in the square and their log weights."""
        count, deaths = len(self.u), len(self.dead_height)
        shells = -np.arange(deaths) / count + math.log(-math.expm1(-1 / count))
        rest = np.full(count, -deaths / count - math.log(count))
        heights = np.concatenate([self.dead_height, self.height])
        log_weights = np.concatenate([shells, rest]) + heights
        log_px = float(np.logaddexp.reduce(log_weights))
        weights = np.exp(log_weights - log_px)
        return (
            log_px,
            float((weights * heights).sum() - log_px),
            np.concatenate([*map(np.atleast_2d, self.dead_u), self.u]),
            weights,
        )


def _radius(squares: np.ndarray, rng: np.random.Generator) -> float:
    """The largest distance, over draws with replacement, of a point left out to the nearest one drawn."""
    count, farthest = len(squares), 0.0
    for _ in range(_LEFT_OUT):
        drawn = np.zeros(count, bool)
        drawn[rng.integers(count, size=count)] = True
        if not drawn.all():
            farthest = max(farthest, float(squares[~drawn][:, drawn].min(1).max()))
    return math.sqrt(farthest)


def nested(target: Target, live: int, rng: np.random.Generator, like: Tensor) -> Nested:
    """Nested sampling of every image with so many live points; z are made of the type of `like`."""

    def heights(parts: list[np.ndarray], images: list[int]) -> list[np.ndarray]:
        z = _normal(np.concatenate(parts), like)
        owner = torch.tensor(images).repeat_interleave(torch.tensor([len(part) for part in parts]))
        found = target.at(z, owner).log_likelihood.double().numpy()
        return np.split(found, np.cumsum([len(part) for part in parts])[:-1])

    everyone = list(range(target.count))
    first = [rng.uniform(size=(live, 2)) for _ in everyone]
    all_ = [_Shrinking(u, height) for u, height in zip(first, heights(first, everyone), strict=True)]
    for _ in range(_MOST):
        going = [image for image in everyone if not all_[image].over]
        if not going:
            break
        offered = [all_[image].candidates(rng) for image in going]
        for image, u, height in zip(going, offered, heights(offered, going), strict=True):
            for place, value in zip(u, height.tolist(), strict=True):
                all_[image].offer(place, value)
    ended = [one.finished() for one in all_]
    log_px, information = (torch.tensor([one[i] for one in ended], dtype=torch.float64) for i in (0, 1))
    return Nested(
        log_px, (information / live).sqrt() + _LEAST, information,
        [_normal(one[2], like) for one in ended], [torch.from_numpy(one[3]) for one in ended],
    )  # fmt: skip


def _normal(u: np.ndarray, like: Tensor) -> Tensor:
    """From the unit square to the plane, N(0, I) of what is uniform."""
    return torch.special.ndtri(torch.from_numpy(u)).to(like.dtype)
