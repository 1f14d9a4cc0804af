"""What each method answered for the same images, and for some of them again, beside the exact posteriors: plain numbers."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from vae_engine.experiments.posterior_methods.methods import METHODS, Amounts, Answer, Given, Method
from vae_engine.experiments.posterior_methods.truth import Truth, judged
from vae_engine.inference.approximate.target import Target, of_images
from vae_engine.model.models import VAE

Report = Callable[[str, float], None]


@dataclass(frozen=True)
class Compared:
    """One method on n images: arrays [n], nats and spreads of the exact posterior; None where it states nothing."""

    name: str
    error: np.ndarray | None
    """log p(x) as the method has it − exact."""
    again: np.ndarray | None
    """The same of the first m images from another seed: [m]."""
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
    answer: Answer

    @property
    def cost(self) -> float:
        """Decodes of an image, a gradient counted as one more."""
        return self.decodes + self.gradients

    @cached_property
    def scatter(self) -> float | None:
        """The standard deviation of runs on one image, from the differences of two: √(½ mean d²)."""
        if self.error is None or self.again is None:
            return None
        return float(np.sqrt(0.5 * ((self.error[: len(self.again)] - self.again) ** 2).mean()))

    def within(self, errors: float = 2.0) -> float | None:
        """The share of answers that are right within so many stated errors."""
        return None if self.error is None or self.stated is None else float((np.abs(self.error) <= errors * self.stated).mean())


def compared(vae: VAE, x: Tensor, truth: Truth, amounts: Amounts, again: int, seed: int, report: Report) -> list[Compared]:
    """Every method on images x [n, side²] from a seed, and on the first `again` of them from the next."""
    found = []
    for place, (name, method) in enumerate(METHODS.items()):

        def asked(count: int, seed: int, method: Method = method) -> tuple[Answer, Target]:
            target, some = of_images(vae, x[:count]), truth.first(count)
            with torch.no_grad():
                encoded = vae.encode(x[:count])
            return method(Given(target, encoded, some.drawn, amounts, torch.Generator().manual_seed(seed))), target

        started = time.monotonic()
        answer, target = asked(len(x), seed)
        seconds = (time.monotonic() - started) / len(x)
        second = None if answer.log_px is None else asked(again, seed + 1)[0].log_px
        cost = float(target.decodes.double().mean()), float(target.gradients.double().mean()), seconds
        found.append(_compared(name, truth, answer, second, cost))
        report(name, 0.1 + 0.9 * (place + 1) / len(METHODS))
    return found


def _compared(name: str, truth: Truth, answer: Answer, second: Tensor | None, cost: tuple[float, float, float]) -> Compared:
    said, exact = judged(truth, answer.z, answer.weights), truth.log_px.numpy()
    log_px, stated, mean_stated = (_numbers(one) for one in (answer.log_px, answer.stated, answer.mean_stated))
    return Compared(
        name, None if log_px is None else log_px - exact, None if second is None else second.numpy() - exact[: len(second)],
        stated, said.mean_off.numpy(), None if mean_stated is None else mean_stated / truth.spread.numpy(),
        said.spread_ratio.numpy(), said.missed.numpy(), said.shares_off.numpy(),
        {key: value.double().numpy() for key, value in answer.signs.items()}, *cost, answer,
    )  # fmt: skip


def _numbers(values: Tensor | None) -> np.ndarray | None:
    return None if values is None else values.double().numpy()
