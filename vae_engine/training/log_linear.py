"""A log-linear latent model with a discrete z, fitted by EM with an exact E-step.

p(z = k) = πₖ, p(x|z = k) ∝ exp(wₖᵀ f(x)). The pixels are cut into blocks, f(x) lists the same features of every block, and so
log p(x|k) = Σ_b [w_kb·f(x_b) − log Σ_s exp(w_kb·f(s))] with a normaliser over the 2^m states s of a block of m pixels. Blocks
of one pixel with the pixel as their feature make the mixture of Bernoullis, whose M-step has a closed form; else the
M-step climbs by gradients, observed minus expected features. Source: Dempster, Laird & Rubin (1977).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch
from torch import Tensor

_GROW, _SHRINK = 1.5, 0.5  # of a step that climbed, of one that did not
_FIRST_STEP = 1.0


@dataclass(frozen=True)
class Features:
    """Blocks of pixels [b, m] by their indices, and the features of each of a block's 2^m states: [2^m, f], float64."""

    blocks: Tensor
    table: Tensor

    def of(self, x: Tensor) -> Tensor:
        """Observed features f(x): x [n, pixels] of zeros and ones → [n, b·f], in the type of x."""
        if self.table.shape == (2, 1):
            return x[:, self.blocks[:, 0]]  # single pixels are their own feature
        powers = 2 ** torch.arange(self.blocks.shape[1])
        states = (x[:, self.blocks].long() * powers).sum(-1)
        return self.table.to(x.dtype)[states].flatten(1)


def pixel_features(pixels: int) -> Features:
    """Every pixel a block of its own, its value the feature."""
    return Features(torch.arange(pixels)[:, None], torch.tensor([[0.0], [1.0]], dtype=torch.float64))


def block_features(side: int, height: int, width: int, order: int) -> Features:
    """Blocks of height × width pixels of a square image; the features are the products of up to `order` pixels of a block."""
    grid = torch.arange(side * side).reshape(side // height, height, side // width, width)
    blocks = grid.permute(0, 2, 1, 3).reshape(-1, height * width)
    size = height * width
    states = (torch.arange(2**size)[:, None] >> torch.arange(size)) & 1
    chosen = [which for count in range(1, order + 1) for which in itertools.combinations(range(size), count)]
    return Features(blocks, torch.stack([states[:, list(which)].prod(1) for which in chosen], 1).double())


@dataclass(frozen=True)
class LogLinear:
    """log πₖ [k] and weights w [k, b, f] for some features."""

    features: Features
    log_share: Tensor
    weight: Tensor

    def log_joint(self, observed: Tensor) -> Tensor:
        """log p(x, z = k), exactly: observed features [n, b·f] → [n, k], nats."""
        return observed @ self.weight.flatten(1).T + (self.log_share - log_normaliser(self.features, self.weight).sum(1))


def log_normaliser(features: Features, weight: Tensor) -> Tensor:
    """log Σ_s exp(w·f(s)) of every block: [k, b]."""
    return (weight @ features.table.to(weight.dtype).T).logsumexp(-1)


def expected_features(features: Features, weight: Tensor) -> Tensor:
    """E[f] of every block under the model, [k, b, f]: costs 2^m states for each."""
    table = features.table.to(weight.dtype)
    return (weight @ table.T).softmax(-1) @ table


def first_guess(features: Features, observed: Tensor, classes: int, rng: torch.Generator) -> LogLinear:
    """Equal shares; the features of each class are the mean ones with three tenths of one random image's mixed in."""
    chosen = observed[torch.randperm(len(observed), generator=rng)[:classes]]
    mean = 0.02 + 0.96 * (0.7 * observed.mean(0) + 0.3 * chosen).reshape(classes, len(features.blocks), -1)
    weight = mean.logit() if features.table.shape == (2, 1) else climb(features, torch.zeros_like(mean), mean, 50)
    return LogLinear(features, torch.full((classes,), 1 / classes, dtype=observed.dtype).log(), weight)


def expectation(model: LogLinear, observed: Tensor) -> tuple[Tensor, Tensor]:
    """The E-step, exact: responsibilities p(z = k|x) [n, k] and log p(x) [n], nats."""
    joint = model.log_joint(observed)
    log_px = joint.logsumexp(1)
    return (joint - log_px[:, None]).exp(), log_px


def maximisation(model: LogLinear, observed: Tensor, responsibilities: Tensor, prior: float, steps: int) -> LogLinear:
    """The M-step: shares in closed form; weights too for single pixels (`steps` 0), else by that many gradient steps.

    `prior` counts imagined images for each class, whose blocks are in every state equally often.
    """
    counts = responsibilities.sum(0)
    shape = model.weight.shape
    imagined = model.features.table.mean(0).to(observed.dtype)
    wanted = (responsibilities.T @ observed).reshape(shape) + prior * imagined
    wanted = wanted / (counts + prior)[:, None, None]
    weight = climb(model.features, model.weight, wanted, steps) if steps else wanted.logit()
    shares = (counts + prior) / (counts + prior).sum()
    return replace(model, log_share=shares.log(), weight=weight)


def climb(features: Features, weight: Tensor, wanted: Tensor, steps: int) -> Tensor:
    """Raise w·f̄ − log Z of every class and block by gradients f̄ − E[f]; a step that would lower one is not taken there."""
    rate = torch.full(weight.shape[:2], _FIRST_STEP, dtype=weight.dtype)
    height = _height(features, weight, wanted)
    for _ in range(steps):
        tried = weight + rate[..., None] * (wanted - expected_features(features, weight))
        reached = _height(features, tried, wanted)
        better = reached > height
        weight = torch.where(better[..., None], tried, weight)
        height = torch.where(better, reached, height)
        rate = rate * torch.where(better, _GROW, _SHRINK)
    return weight


def _height(features: Features, weight: Tensor, wanted: Tensor) -> Tensor:
    return (weight * wanted).sum(-1) - log_normaliser(features, weight)


def log_prior(model: LogLinear, prior: float) -> float:
    """What the imagined images of `maximisation` add to the log-likelihood, so that EM never lowers the sum of both."""
    imagined = model.features.table.mean(0).to(model.weight.dtype)
    heights = (model.weight @ imagined) - log_normaliser(model.features, model.weight)
    return float(prior * (heights.sum() + model.log_share.sum()))


@dataclass(frozen=True)
class Iteration:
    """One iteration of EM: the model that its E-step used, responsibilities, and log p(x) of the training images [n].

    `objective` is the sum of log p(x) and the log prior, which never falls.
    """

    number: int
    model: LogLinear
    responsibilities: Tensor
    log_px: Tensor
    objective: float


def em(model: LogLinear, observed: Tensor, iterations: int, prior: float = 0.0, steps: int = 0) -> Iterator[Iteration]:
    """EM from a first guess: `iterations` E-steps with an M-step between each two; observed features [n, b·f]."""
    for number in range(iterations):
        responsibilities, log_px = expectation(model, observed)
        yield Iteration(number, model, responsibilities, log_px, float(log_px.double().sum()) + log_prior(model, prior))
        if number + 1 < iterations:
            model = maximisation(model, observed, responsibilities, prior, steps)
