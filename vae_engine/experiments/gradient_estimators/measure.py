"""Reparameterisation against score function: the same gradient, its noise, and what the noise costs in training."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import torch
from torch import Tensor

from vae_engine.data import mnist as data
from vae_engine.experiments.common import drawn, drawn_places, image_terms, of_scale
from vae_engine.experiments.gradient_estimators.views import Noise, Race, Stage
from vae_engine.experiments.means import PROTOCOL, Mean
from vae_engine.experiments.result import Findings
from vae_engine.model.models import VAE, build_model, start_at_mean_image
from vae_engine.stored.config import ModelConfig
from vae_engine.training.score_function import ESTIMATORS, MovingAverage, estimates, kl_gradient, rewards

BATCH, SAMPLES = 100, 2
_BATCHES, _PIXELS = 21, 22  # purposes of randomness
_AT_ONCE = 4000  # decoded images that fit memory with their gradients
_WARM = 30  # minibatches before a moving average is used as a baseline

Report = Callable[[str, float], None]


@dataclass(frozen=True)
class Amount:
    """How much of everything."""

    seeds: int
    rates: tuple[float, ...]
    steps: int
    hidden: int
    checkpoints: tuple[int, ...]
    stages: tuple[int, ...]
    images: int
    draws: int
    minibatches: int
    evaluated: int


AMOUNTS = {
    "tiny": Amount(2, (1e-3,), 50, 32, (10, 50), (1, 50), 6, 600, 10, 200),
    "quick": Amount(1, (1e-3, 3e-3), 300, 100, (10, 30, 100, 300), (1, 30, 300), 16, 1000, 50, 500),
    "full": Amount(3, (3e-4, 1e-3, 3e-3), 1500, 200, (10, 25, 60, 150, 400, 800, 1500), (1, 15, 150, 1500), 32, 2000, 150, 1000),
}


@dataclass
class Run:
    """A trained model, the ELBO of each test image at every checkpoint and of each validation image at the end, copies of it."""

    vae: VAE
    test: list[np.ndarray] = field(default_factory=list)
    validation: np.ndarray = field(default_factory=lambda: np.zeros(0))
    stages: dict[int, VAE] = field(default_factory=dict)


def measure(scale: str, seed: int, report: Report) -> Findings:
    """Unbiasedness and variance at stages of training, and the ELBO after training by each estimator."""
    amount = of_scale(scale, AMOUNTS)
    seeds = tuple(range(seed, seed + amount.seeds))
    total, done = len(ESTIMATORS) * (len(amount.rates) * (len(amount.rates) > 1) + len(seeds)), 0
    tried: dict[str, dict[float, Mean]] = {}
    runs: dict[str, list[Run]] = {}
    for estimator in ESTIMATORS:
        tried[estimator] = {}
        if len(amount.rates) > 1:
            for rate in amount.rates:
                tell = partial(_tell, report, f"choosing a rate: {estimator}", done, total)
                tried[estimator][rate] = Mean(train(estimator, rate, seed + 1000, amount, tell).validation[None])
                done += 1
        best = max(tried[estimator], key=lambda rate: tried[estimator][rate].value, default=amount.rates[0])
        for one in seeds:
            tell = partial(_tell, report, f"training: {estimator}", done, total)
            runs.setdefault(estimator, []).append(train(estimator, best, one, amount, tell))
            done += 1
    x = drawn("train", BATCH, seed=seed)
    stages = []
    for place, step in enumerate(amount.stages):
        report("variance of the estimates", place / len(amount.stages))
        stages.append(look(runs[ESTIMATORS[0]][0].stages[step], x, step * BATCH, amount, seed))
    elbos = {name: np.array([run.test for run in found]) for name, found in runs.items()}
    race = Race([BATCH * step for step in amount.checkpoints], elbos, tried)
    noise = Noise(stages, int(data.load("train").labels[drawn_places("train", 1, seed)[0]]))
    trained = total * amount.steps * BATCH
    rates = ", ".join(f"{rate:g}" for rate in amount.rates)
    protocol = (
        ("data", f"MNIST, dynamic; gradients on one minibatch of {BATCH} training images, drawn once"),
        (
            "networks",
            f"encoder 784–{amount.hidden}–4, decoder 2–{amount.hidden}–784, ReLU, Bernoulli pixels, 2 latent dimensions",
        ),
        ("estimate", f"{SAMPLES} samples z an image for all, from the same noise; the gradient of −KL is exact in all"),
        ("baselines", "none; mean reward of earlier minibatches, decay 0.9; mean reward of the image's other samples"),
        ("variance", f"{amount.draws:,} draws for each of {amount.images:,} images; the model trained by reparameterisation"),
        ("encoder weights", f"{amount.minibatches} draws of the minibatch's gradient"),
        ("training", f"Adam, {amount.steps:,} steps of {BATCH} images; the decoder's gradient is the same for all"),
        ("learning rate", f"of {rates}: the best on validation in one run of another seed, for each estimator"),
        ("ELBO", f"estimator B, 5 samples, {amount.evaluated:,} test images drawn at random by seed 0, nats per image"),
        PROTOCOL,
        ("samples seen", "training images over all runs, those that chose a rate included"),
    )
    says, tables = (*race.says(), *noise.says()), (race.table(), noise.table(), noise.bias_table())
    return Findings(says, protocol, seeds, trained, (*noise.charts(), race.chart()), tables, (), noise.moments())


def _tell(report: Report, what: str, done: int, of: int, share: float) -> None:
    report(what, (done + share) / of)


def train(estimator: str, rate: float, seed: int, amount: Amount, tell: Callable[[float], None]) -> Run:
    """Train a 2-D VAE whose encoder follows one of ESTIMATORS. Weights, minibatches, pixels and noise depend on the seed only."""
    torch.set_flush_denormal(True)
    images, test = data.load("train"), drawn("test", amount.evaluated)
    config = ModelConfig(
        encoder="mlp", encoder_widths=(amount.hidden,), decoder="mlp", decoder_widths=(amount.hidden,), activation="relu"
    )
    vae = build_model(config, seed)
    assert isinstance(vae, VAE)
    start_at_mean_image(vae, images.images)
    optimiser, average = torch.optim.Adam(vae.parameters(), lr=rate, fused=True), MovingAverage()
    rng, run = torch.Generator().manual_seed(seed), Run(vae)
    for step in range(1, amount.steps + 1):
        epoch, place = divmod(step - 1, len(images) // BATCH)
        if place == 0:
            order = data.generator(seed, _BATCHES, epoch).permutation(len(images))
        chosen = images.images[order[place * BATCH : (place + 1) * BATCH]]
        x = torch.from_numpy(data.observe(chosen, "dynamic", data.generator(seed, _PIXELS, step)))
        optimiser.zero_grad(set_to_none=True)
        climb(vae, x, estimator, average, rng)
        optimiser.step()
        if step in amount.stages:
            run.stages[step] = copy.deepcopy(vae)
        if step in amount.checkpoints:
            run.test.append(image_terms(vae, test, samples=5)["elbo"])
            tell(step / amount.steps)
    if len(amount.rates) > 1:
        run.validation = image_terms(vae, drawn("validation", amount.evaluated), samples=5)["elbo"]
    return run


def climb(vae: VAE, x: Tensor, estimator: str, average: MovingAverage, rng: torch.Generator) -> None:
    """Give all weights the gradient of −ELBO, the encoder's by an estimator; then tell the moving average."""
    q = vae.encode(x)
    noise = torch.randn((SAMPLES, *q.mu.shape), generator=rng)
    with torch.no_grad():
        z = q.mu + q.std * noise
    reward, slope = rewards(vae, x, z)
    with torch.no_grad():
        gradient = estimates(q, noise, reward, slope, average.value)[estimator] + kl_gradient(q)
    torch.autograd.backward([torch.cat(q, -1)], [-gradient / len(x)])
    average.update(reward)


def look(vae: VAE, x: Tensor, seen: int, amount: Amount, seed: int) -> Stage:
    """Draws of every estimator at one stage of training: per image, and for the encoder's weights."""
    vae = copy.deepcopy(vae)
    rng = torch.Generator().manual_seed(seed * 2**32 + seen)  # the noise of no other stage
    average = MovingAverage()
    for other in drawn("train", (1 + _WARM) * BATCH, seed=seed)[BATCH:].split(BATCH):  # none of the images or noise that follow
        with torch.no_grad():
            z = vae.encode(other).sample(rng, SAMPLES)
            average.update(vae.likelihood.log_prob(other, vae.decode_logits(z)))
    few = x[: amount.images]
    estimated = _draws(vae, few, amount.draws, average.value, rng)
    with torch.no_grad():
        reconstruction = vae.decode(vae.encode(few[:1]).mu)
    length, noise = _of_weights(vae, x, amount.minibatches, average.value, rng)
    draws = {name: one.numpy() for name, one in estimated.items()}
    return Stage(seen, draws, length, noise, torch.cat([few[:1], reconstruction]).numpy())


def _draws(vae: VAE, x: Tensor, draws: int, baseline: float, rng: torch.Generator) -> dict[str, Tensor]:
    """Estimates of the gradient of the ELBO by (μ, log σ²): [draws, b, 2d] by estimator, float32."""
    with torch.no_grad():
        q = vae.encode(x)
    parts: dict[str, list[Tensor]] = {name: [] for name in ESTIMATORS}
    left = draws
    while left:
        count = min(left, max(1, _AT_ONCE // (SAMPLES * len(x))))
        noise = torch.randn((count, SAMPLES, *q.mu.shape), generator=rng)
        reward, slope = rewards(vae, x, q.mu + q.std * noise)
        for name, one in estimates(q, noise, reward, slope, baseline).items():
            parts[name].append(one + kl_gradient(q))
        left -= count
    return {name: torch.cat(found) for name, found in parts.items()}


def _of_weights(vae: VAE, x: Tensor, draws: int, baseline: float, rng: torch.Generator) -> tuple[float, dict[str, float]]:
    """The length of the minibatch's gradient by the encoder's weights, and the standard deviation of each estimator of it.

    The standard deviation is the root of the variances summed over all weights.
    """
    estimated = _draws(vae, x, draws, baseline, rng)
    raw = torch.cat(vae.encode(x), -1)
    noise, length = {}, 0.0
    for name, one in estimated.items():
        flat = [_flat(torch.autograd.grad(raw, list(vae.encoder.parameters()), g / len(x), retain_graph=True)) for g in one]
        gradients = torch.stack(flat).double()
        noise[name] = gradients.var(0).sum().sqrt().item()
        if name == ESTIMATORS[0]:
            length = gradients.mean(0).norm().item()
    return length, noise


def _flat(parts: Sequence[Tensor]) -> Tensor:
    return torch.cat([part.flatten() for part in parts])
