"""The same networks with other p(x|z): pixels as bits, as grey values, as Gaussians of fixed or learned spread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from vae_engine.data import mnist as data
from vae_engine.experiments.common import drawn, drawn_places, of_scale, part_of
from vae_engine.experiments.descent import descend, spaced
from vae_engine.experiments.likelihoods.kinds import (
    AT_FLOOR,
    LEVELS,
    Arm,
    FlooredGaussian,
    Run,
    entropy_floor,
    log_normaliser,
)
from vae_engine.experiments.likelihoods.views import charts, protocol, says, table
from vae_engine.experiments.means import Mean
from vae_engine.experiments.result import Findings, Moment, Picture, picture
from vae_engine.model import objectives
from vae_engine.model.likelihoods import Bernoulli, FixedGaussian
from vae_engine.model.models import VAE, build_model
from vae_engine.stored.config import ModelConfig, TrainConfig

_SHOWN = 10


@dataclass(frozen=True)
class _Amount:
    spreads: tuple[float, ...]
    floors: tuple[float, ...]
    seeds: int
    train_size: int
    steps: int
    batch: int
    width: int
    tested: int


_AMOUNTS = {
    "tiny": _Amount((0.1, 1.0), (0.1, 0.01), 1, 1500, 120, 50, 32, 200),
    "quick": _Amount((0.1, 0.3, 1.0), (0.1, 0.01, 0.001, 0.0001), 1, 20_000, 300, 128, 256, 1000),
    "full": _Amount((0.05, 0.1, 0.3, 1.0), (0.1, 0.03, 0.01, 0.003, 0.001, 0.0003, 0.0001), 3, 50_000, 600, 128, 256, 2000),
}


def _arms(amount: _Amount) -> list[Arm]:
    learned = [
        Arm(
            f"Gaussian, learned σ ≥ {floor:g}{', dequantised' if dequantised else ''}",
            FlooredGaussian(floor),
            "grey",
            dequantised,
        )
        for dequantised in (False, True)
        for floor in amount.floors
    ]
    return [
        Arm("Bernoulli, binarised", Bernoulli(), "dynamic"),
        Arm("Bernoulli, grey", Bernoulli(), "grey"),
        *(Arm(f"Gaussian, σ = {spread:g}", FixedGaussian(spread), "grey") for spread in amount.spreads),
        *learned,
    ]


def measure(scale: str, seed: int, report: Callable[[str, float], None]) -> Findings:
    """Train a VAE for each likelihood and seed; see vae_engine.experiments for scales."""
    amount = of_scale(scale, _AMOUNTS)
    seeds, arms = tuple(range(seed, seed + amount.seeds)), _arms(amount)
    runs: dict[str, list[Run]] = {arm.name: [] for arm in arms}
    moments, seen = [], 0
    for number, arm in enumerate(arms):
        for one in seeds:
            done = number * len(seeds) + one - seed
            told = part_of(report, f"{arm.name}, seed {one}", done, len(arms) * len(seeds))
            vae, run, images = _run(arm, amount, one, told)
            runs[arm.name].append(run)
            seen += images
            if one == seed:
                moments.append(_moment(vae, arm, run))
    empty = int((data.load("train").images[: amount.train_size].max(0) == 0).sum())
    floor = entropy_floor(data.load("test").images[drawn_places("test", amount.tested)])
    return Findings(
        says=says(runs, arms, floor, empty),
        protocol=protocol(amount.width, amount.train_size, amount.steps, amount.batch, amount.tested),
        seeds=seeds,
        samples_seen=seen,
        charts=charts(runs, arms),
        tables=(table(runs, arms),),
        moments=tuple(moments),
    )


def pixels(arm: Arm, x: Tensor, rng: torch.Generator) -> Tensor:
    """The pixels of a batch as an arm sees them: grey values spread over their level's width where it asks for that."""
    return ((LEVELS - 1) * x + torch.rand(x.shape, generator=rng)) / LEVELS if arm.dequantised else x


def _run(arm: Arm, amount: _Amount, seed: int, report: Callable[[float], None]) -> tuple[VAE, Run, int]:
    kind = "gaussian" if arm.floor is not None else "bernoulli"  # how many numbers the decoder returns
    widths = (amount.width,) * 2
    built = build_model(
        ModelConfig(encoder_widths=widths, decoder="mlp", decoder_widths=widths, activation="relu", likelihood=kind), seed
    )
    assert isinstance(built, VAE)
    vae = built
    steps, elbo_on_the_way = [], []
    config = TrainConfig(
        train_size=amount.train_size, steps=amount.steps, batch_size=amount.batch, protocol=arm.protocol, seed=seed,
        grad_clip=1000.0,
    )  # fmt: skip

    def loss(x: Tensor, rng: torch.Generator, progress: float) -> Tensor:
        seen = pixels(arm, x, rng)
        q = vae.encode(seen)
        nll = -arm.likelihood.log_prob(seen, vae.decode_logits(q.sample(rng)[0]))
        return objectives.mean_over_batch(objectives.vae_loss(nll, objectives.kl(q), 1.0))

    def watch(step: int) -> None:
        steps.append(float(step * amount.batch))
        elbo_on_the_way.append(_terms(vae, arm, "test", amount.tested // 4).median_elbo)

    images = descend(vae, loss, config, report, watch, spaced(amount.steps, 10)[1:] if arm.floor is not None else ())
    found = _terms(vae, arm, "test", amount.tested)
    found.train_elbo = _terms(vae, arm, "train", min(amount.tested, amount.train_size), amount.train_size).elbo
    found.steps, found.elbo_on_the_way = steps, elbo_on_the_way
    return vae, found, images


@torch.no_grad()
def _terms(vae: VAE, arm: Arm, split: str, count: int, among: int | None = None) -> Run:
    rng = torch.Generator().manual_seed(0)
    grey = drawn(split, count, "grey", among=among)
    x = pixels(arm, drawn(split, count, arm.protocol, among=among), rng)
    q = vae.encode(x)
    raw = vae.decode_logits(q.sample(rng)[0])
    mean = arm.likelihood.mean(raw).clamp(1e-6, 1 - 1e-6)
    nll, kl = -arm.likelihood.log_prob(x, raw), objectives.kl(q)
    run = Run(
        nll=nll.double().numpy(),
        kl=kl.double().numpy(),
        error=(mean - grey).square().mean().sqrt().item(),
        cross=Bernoulli().log_prob(grey, mean.logit()).neg().double().numpy(),
    )
    if isinstance(arm.likelihood, FlooredGaussian):
        spread = arm.likelihood.spread(raw)
        run.at_floor = (spread < AT_FLOOR * arm.likelihood.smallest_spread).float().mean().item()
    elif isinstance(arm.likelihood, Bernoulli):
        run.normaliser = log_normaliser(raw).sum(-1).double().numpy()
    return run


@torch.no_grad()
def _moment(vae: VAE, arm: Arm, run: Run) -> Moment:
    rng = torch.Generator().manual_seed(0)
    x = pixels(arm, drawn("test", _SHOWN, arm.protocol), rng)
    raw = vae.decode_logits(vae.encode(x).sample(rng)[0])
    dreamt = vae.decode_logits(torch.randn((_SHOWN, 2), generator=rng))
    rows = torch.cat([x, arm.likelihood.mean(raw), arm.likelihood.sample(raw, rng)])
    prior = torch.cat([arm.likelihood.mean(dreamt), arm.likelihood.sample(dreamt, rng)])
    pictures: list[Picture] = [
        picture(
            rows.numpy(), "what the encoder sees, the mean of p(x|z) for a z of its posterior, and an image drawn from it", _SHOWN
        ),
        picture(prior.numpy(), "from draws of the prior: the mean of p(x|z), and an image drawn from it", _SHOWN),
    ]
    if isinstance(arm.likelihood, FlooredGaussian):
        spread = arm.likelihood.spread(raw)
        pictures.append(picture((spread / spread.max()).numpy(), f"σ of each pixel, white = {spread.max():.2f}", _SHOWN))
    numbers = [
        *Mean(run.elbo[None]).numbers("ELBO, nats of its own kind"),
        *Mean(run.kl[None]).numbers("KL, nats"),
        ("error of the mean, rms", run.error),
    ]
    if run.at_floor is not None:
        numbers.append(("share of σ on the floor", run.at_floor))
    return Moment(arm.name, "", tuple(numbers), pictures=tuple(pictures))
