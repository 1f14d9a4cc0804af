"""What each method answered for the same images, several times, beside the exact posteriors: plain numbers from here on."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from vae_engine.experiments.posterior_methods.methods import METHODS, Amounts, Answer, Given
from vae_engine.experiments.posterior_methods.truth import Judged, Truth, judged
from vae_engine.inference.approximate.target import of_images
from vae_engine.model.models import VAE

Report = Callable[[str, float], None]


@dataclass(frozen=True)
class Compared:
    """One method on n images, r times: arrays [r, n], nats and spreads of the exact posterior; None where it states nothing."""

    name: str
    error: np.ndarray | None
    """log p(x) as the method has it − exact."""
    stated: np.ndarray | None
    mean_off: np.ndarray
    mean_stated: np.ndarray | None
    spread_ratio: np.ndarray
    missed: np.ndarray
    """Modes never visited."""
    shares_off: np.ndarray
    signs: dict[str, np.ndarray]
    decodes: float
    gradients: float
    seconds: float
    """Of one image, as of all at once."""
    first: Answer
    """Of the first time."""

    @property
    def cost(self) -> float:
        """Decodes of an image, a gradient counted as one more."""
        return self.decodes + self.gradients

    @cached_property
    def scatter(self) -> np.ndarray | None:
        """The standard deviation over the times: [n]."""
        return None if self.error is None or len(self.error) < 2 else self.error.std(0, ddof=1)

    def within(self, errors: float = 2.0) -> float | None:
        """The share of answers that are right within so many stated errors."""
        return None if self.error is None or self.stated is None else float((np.abs(self.error) <= errors * self.stated).mean())


def compared(vae: VAE, x: Tensor, truth: Truth, amounts: Amounts, seeds: tuple[int, ...], report: Report) -> list[Compared]:
    """Every method on images x [n, side²], once for each seed."""
    with torch.no_grad():
        encoded = vae.encode(x)
    found = []
    for place, (name, method) in enumerate(METHODS.items()):
        answers, target, started = [], of_images(vae, x), time.monotonic()
        for seed in seeds:
            answers.append(method(Given(target, encoded, truth.drawn, amounts, torch.Generator().manual_seed(seed))))
        per_answer = len(x) * len(seeds)
        seconds = (time.monotonic() - started) / per_answer
        cost = [float(count.sum()) / per_answer for count in (target.decodes, target.gradients)]
        found.append(_compared(name, truth, answers, (cost[0], cost[1], seconds)))
        report(name, 0.1 + 0.9 * (place + 1) / len(METHODS))
    return found


def _compared(name: str, truth: Truth, answers: list[Answer], cost: tuple[float, float, float]) -> Compared:
    judgements = [judged(truth, one.z, one.weights) for one in answers]

    def each(what: Callable[[Answer], Tensor | None]) -> np.ndarray | None:
        values = [what(one) for one in answers]
        return None if values[0] is None else np.stack([value.double().numpy() for value in values if value is not None])

    def of(what: Callable[[Judged], Tensor]) -> np.ndarray:
        return np.stack([what(one).numpy() for one in judgements])

    signs = {key: np.stack([one.signs[key].double().numpy() for one in answers]) for key in answers[0].signs}
    log_px, mean_stated = each(lambda one: one.log_px), each(lambda one: one.mean_stated)
    return Compared(
        name, None if log_px is None else log_px - truth.log_px.numpy(), each(lambda one: one.stated),
        of(lambda one: one.mean_off), None if mean_stated is None else mean_stated / truth.spread.numpy(),
        of(lambda one: one.spread_ratio), of(lambda one: one.missed), of(lambda one: one.shares_off), signs, *cost, answers[0],
    )  # fmt: skip
