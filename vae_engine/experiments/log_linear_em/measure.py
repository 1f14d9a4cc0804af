"""A discrete latent with a log-linear likelihood, fitted by EM: how far exact inference goes, and what it costs."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from vae_engine.data import mnist as data
from vae_engine.experiments.common import drawn, drawn_places, of_scale
from vae_engine.experiments.log_linear_em import views
from vae_engine.experiments.log_linear_em.views import Fit
from vae_engine.experiments.means import PROTOCOL
from vae_engine.experiments.result import Findings
from vae_engine.stored import registry
from vae_engine.training import log_linear
from vae_engine.training.log_linear import Features, block_features, pixel_features

PRIOR = 0.1  # imagined images a class, so that no pixel gets the probability 0
VAES = ("vae-mnist-baseline", "vae-mnist-small", "vae-mnist")
FAMILIES = {"pixels": 1, "pixels and pairs": 2, "all products": 4}
"""Features of a block of 2 × 2 pixels, by the largest number of pixels multiplied."""
_GRADIENT_STEPS = 20
_HALVED = 5000  # test images of fewer pixels

Report = Callable[[str, float], None]


@dataclass(frozen=True)
class Amount:
    """How much of everything."""

    seeds: int
    train: int
    classes: tuple[int, ...]
    iterations: int
    watched: int
    small_train: int
    small_classes: tuple[int, ...]
    small_iterations: int
    largest_block: int


AMOUNTS = {
    "tiny": Amount(2, 1000, (1, 5), 8, 5, 300, (1, 3), 5, 6),
    "quick": Amount(1, 10_000, (1, 10, 50), 15, 10, 2000, (1, 5, 20), 10, 12),
    "full": Amount(3, 50_000, (1, 5, 10, 20, 50, 100, 200, 500), 20, 20, 10_000, (1, 5, 20, 50), 20, 16),
}


def measure(scale: str, seed: int, report: Report) -> Findings:
    """Mixtures of Bernoullis beside VAEs, general features with an iterative M-step, and time against K and features."""
    amount = of_scale(scale, AMOUNTS)
    seeds = tuple(range(seed, seed + amount.seeds))
    train, test = drawn("train", among=amount.train), drawn("test")
    watch = views.Watch(test, data.load("test").labels, amount.iterations - 1)
    pixels, done, total = pixel_features(784), 0, len(seeds) * sum(amount.classes)
    fits: dict[int, list[Fit]] = {}
    for classes in amount.classes:
        for one in seeds:
            looking = watch if (classes, one) == (amount.watched, seed) else None
            fits.setdefault(classes, []).append(fit(pixels, train, test, classes, amount.iterations, one, 0, looking))
            done += classes
            report("mixtures of Bernoullis", done / total)
    small = torch.from_numpy(halved("train", amount.small_train)).double()
    small_test = torch.from_numpy(halved("test", _HALVED)).double()
    families: dict[str, dict[int, list[Fit]]] = {}
    for place, (name, order) in enumerate(FAMILIES.items()):
        features = block_features(14, 2, 2, order)
        for classes in amount.small_classes:
            report(f"features: {name}", place / len(FAMILIES))
            families.setdefault(name, {})[classes] = [
                fit(features, small, small_test, classes, amount.small_iterations, one, _GRADIENT_STEPS) for one in seeds
            ]
    report("timing", 0.0)
    states, numbers = time_of_states(amount.largest_block), time_of_features()
    beside = {}
    for name in VAES:
        stored = registry.find(name)
        weights = sum(weight.size for key, weight in stored.weights.items() if key.startswith("decoder"))
        beside[name] = (stored.metrics["log_px_exact"], stored.metrics["log_px_exact_se"], weights)
    found = views.Found(amount.train, fits, families, beside, states, numbers)
    rich = f"{amount.small_train:,} training and {_HALVED:,} test images drawn by seed 0, {amount.small_iterations} iterations"
    protocol = (
        ("data", f"MNIST, dynamic: {amount.train:,} training images, each pixel drawn once"),
        ("log p(x)", "all 10,000 test images, drawn once (seed 0): the images on which the VAEs were measured, too"),
        PROTOCOL,
        ("model", "p(z = k) and 784 Bernoulli pixels for each of K classes; exact E-step, M-step in closed form"),
        ("prior", f"{PRIOR} imagined images a class with every pixel on half of the time; the objective includes it"),
        ("start", "for each class the mean image with 30 % of one random training image"),
        ("budget", f"{amount.iterations} iterations, single precision"),
        ("general features", f"14 × 14 pixels (means of 2 × 2, then drawn) in blocks of 2 × 2; {rich}, double precision"),
        ("general M-step", f"{_GRADIENT_STEPS} gradient steps: observed minus expected features"),
        ("VAEs", f"exact log p(x) by quadrature, from the metrics of {', '.join(VAES)}"),
        ("samples seen", "training images × iterations, over all mixtures and features"),
        ("seconds", "of this machine, the fastest iteration; to be compared with each other only"),
    )
    seen = sum(len(runs) * amount.iterations * amount.train for runs in fits.values())
    seen += sum(
        len(runs) * amount.small_iterations * amount.small_train for family in families.values() for runs in family.values()
    )
    return Findings(
        tuple(found.says()),
        protocol,
        seeds,
        seen,
        (*found.charts(), watch.chart()),
        found.tables(),
        watch.pictures(),
        watch.moments,
    )


def halved(split: str, count: int) -> np.ndarray:
    """Images of 14 × 14 pixels, each the mean of 2 × 2, images and pixels drawn once: float32 [n, 196] of zeros and ones."""
    places = drawn_places(split, count)
    images = data.load(split).images[places].reshape(-1, 14, 2, 14, 2).mean((2, 4))
    return data.observe_fixed(np.rint(images).astype(np.uint8), "dynamic", 0, places)


def fit(
    features: Features, train: Tensor, test: Tensor, classes: int, iterations: int, seed: int, steps: int,
    watch: views.Watch | None = None,
) -> Fit:  # fmt: skip
    """EM on x [n, pixels], from a start that the seed chooses; `steps` of gradients in each M-step, 0 for the closed form."""
    observed = features.of(train)
    start = log_linear.first_guess(features, observed, classes, torch.Generator().manual_seed(seed))
    found, since = Fit(), time.perf_counter()
    for iteration in log_linear.em(start, observed, iterations, PRIOR, steps):
        if iteration.number:
            found.seconds = min(found.seconds, time.perf_counter() - since)
        found.trained = iteration.log_px.double().numpy()
        found.train.append(float(found.trained.mean()))
        found.objective.append(iteration.objective / len(train))
        if watch:
            watch.look(iteration)
        since = time.perf_counter()
    parts = [log_linear.expectation(iteration.model, features.of(part))[1] for part in test.split(2000)]
    found.test = torch.cat(parts).double().numpy()
    return found


def time_of_states(largest: int) -> list[tuple[int, int, float]]:
    """Pixels of a block, features of a block (single pixels and pairs), seconds for all expected features of 12 × 12 pixels."""
    shapes = [(1, 1), (1, 2), (2, 2), (2, 3), (3, 3), (3, 4), (4, 4)]
    found = []
    for height, width in shapes:
        if height * width <= largest:
            features = block_features(12, height, width, 2)
            found.append((height * width, features.table.shape[1], _seconds(features)))
    return found


def time_of_features() -> list[tuple[int, float]]:
    """Features of a block of 3 × 3 pixels with products of 1, 2, … pixels, and the same seconds: one row for each order."""
    found = []
    for order in range(1, 10):
        features = block_features(12, 3, 3, order)
        found.append((features.table.shape[1], _seconds(features)))
    return found


def _seconds(features: Features, repeats: int = 7) -> float:
    """The fastest of several computations of the expected features of 20 classes."""
    weight = torch.zeros((20, len(features.blocks), features.table.shape[1]), dtype=torch.float64)
    taken = []
    for _ in range(repeats):
        since = time.perf_counter()
        log_linear.expected_features(features, weight)
        taken.append(time.perf_counter() - since)
    return min(taken)
