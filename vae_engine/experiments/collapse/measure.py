"""When latent variables fall onto the prior: a ladder of β, and the upper of two stochastic layers; and what helps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from vae_engine.experiments.collapse.two_layers import Terms, TwoLayers, free_bits
from vae_engine.experiments.collapse.views import CARRIES, Layered, Rung, charts, says, tables
from vae_engine.experiments.common import drawn, fit, image_terms, of_scale, part_of
from vae_engine.experiments.descent import descend, spaced
from vae_engine.experiments.means import PROTOCOL, Mean, over
from vae_engine.experiments.result import Findings, Moment, picture
from vae_engine.model import objectives
from vae_engine.model.models import VAE
from vae_engine.stored import registry
from vae_engine.stored.config import ModelConfig, TrainConfig

_SHOWN = 10
_WARMUP = 0.5  # share of training over which the weight of the KL grows from 0 to 1
_FREE = 0.25  # nats that each dimension of z₂ may cost for nothing
ARMS = ("plain", "warm-up", "free bits")


@dataclass(frozen=True)
class _Amount:
    betas: tuple[float, ...]
    latent: int
    lower: int
    upper: int
    seeds: int
    train_size: int
    ladder_steps: int
    steps: int
    batch: int
    width: int
    rate: float
    tested: int
    moments: int


_AMOUNTS = {
    "tiny": _Amount((1.0, 8.0), 5, 5, 3, 1, 1500, 200, 250, 50, 48, 6e-3, 100, 3),
    "quick": _Amount((1.0, 4.0, 16.0), 20, 20, 10, 1, 20_000, 200, 500, 128, 200, 2e-3, 500, 6),
    "full": _Amount((0.5, 1.0, 2.0, 4.0, 8.0, 16.0), 20, 20, 10, 3, 50_000, 500, 1200, 128, 256, 2e-3, 2000, 8),
}


def measure(scale: str, seed: int, report: Callable[[str, float], None]) -> Findings:
    """Train the ladder and the two-layer models; see vae_engine.experiments for scales."""
    amount = of_scale(scale, _AMOUNTS)
    seeds = tuple(range(seed, seed + amount.seeds))
    parts = len(seeds) * (len(amount.betas) + len(ARMS) + 1)
    done = 0

    def part(stage: str) -> Callable[[float], None]:
        nonlocal done
        done += 1
        return part_of(report, stage, done - 1, parts)

    ladder = {beta: [_rung(amount, beta, one, part(f"β = {beta:g}, seed {one}")) for one in seeds] for beta in amount.betas}
    layered: dict[str, list[Layered]] = {}
    moments: list[Moment] = []
    for arm in ARMS:
        layered[arm] = []
        for one in seeds:
            found, seen = _two_layers(amount, arm, one, part(f"two layers, {arm}, seed {one}"))
            layered[arm].append(found)
            if one == seed:
                moments += seen if arm == "plain" else seen[-1:]
    single = over([_single(amount, one, part(f"one layer, seed {one}")) for one in seeds], np.asarray)
    bundled = bundled_ladder()
    return Findings(
        says=says(bundled, ladder, layered, single),
        protocol=_protocol(amount),
        seeds=seeds,
        samples_seen=amount.batch * len(seeds) * (len(ladder) * amount.ladder_steps + (len(ARMS) + 1) * amount.steps),
        charts=charts(bundled, ladder, layered, single, amount.batch),
        tables=tables(bundled, ladder, layered, single),
        moments=tuple(moments),
    )


def bundled_ladder() -> list[tuple[float, dict[str, Any]]]:
    """β and the test terms of the bundled models that differ in β alone, the least β first."""
    prefix = "vae-beta-"
    names = [name for name in registry.names() if name.startswith(prefix)]
    return sorted((float(name.removeprefix(prefix)), registry.find(name).metrics) for name in names)


def _config(amount: _Amount, steps: int, seed: int, beta: float = 1.0) -> TrainConfig:
    return TrainConfig(
        train_size=amount.train_size,
        steps=steps,
        batch_size=amount.batch,
        learning_rate=amount.rate,
        beta=beta,
        held_out=100,
        seed=seed,
    )


def _model(amount: _Amount, latent: int) -> ModelConfig:
    widths = (amount.width,) * 2
    return ModelConfig(latent_dim=latent, encoder_widths=widths, decoder="mlp", decoder_widths=widths, activation="relu")


def _rung(amount: _Amount, beta: float, seed: int, report: Callable[[float], None]) -> Rung:
    vae, _ = fit(_model(amount, amount.latent), _config(amount, amount.ladder_steps, seed, beta), report)
    assert isinstance(vae, VAE)
    x = drawn("test", amount.tested)
    terms = image_terms(vae, x)
    with torch.no_grad():
        per_dimension = objectives.kl_per_dimension(vae.encode(x)).mean(0)
    return Rung(terms["elbo"], terms["nll"], terms["kl"], np.sort(per_dimension.numpy())[::-1])


def _single(amount: _Amount, seed: int, report: Callable[[float], None]) -> np.ndarray:
    """The ELBO of each test image, [n], by the same lower networks without a layer above: p(z₁) = N(0, I)."""
    vae, _ = fit(_model(amount, amount.lower), _config(amount, amount.steps, seed), report)
    return image_terms(vae, drawn("test", amount.tested))["elbo"]


def _two_layers(amount: _Amount, arm: str, seed: int, report: Callable[[float], None]) -> tuple[Layered, list[Moment]]:
    network = TwoLayers(amount.lower, amount.upper, amount.width, seed)
    x = drawn("test", amount.tested)
    found, moments = Layered(), []

    @torch.no_grad()
    def watch(step: int) -> None:
        found.add(step, network.terms(x, torch.Generator().manual_seed(0)))
        moments.append(_moment(network, arm, found, x[:_SHOWN]))

    def loss(x: Tensor, rng: torch.Generator, progress: float) -> Tensor:
        return layered_loss(network.terms(x, rng), arm, progress)

    descend(network, loss, _config(amount, amount.steps, seed), report, watch, spaced(amount.steps, amount.moments))
    found.by_own, found.by_prior = _through_top(network, x)
    return found, moments


def layered_loss(terms: Terms, arm: str, progress: float) -> Tensor:
    """What an arm minimises: the negative ELBO, with a growing weight of both KLs, or with free bits in the upper one."""
    upper = free_bits(terms.kl_upper, _FREE if arm == "free bits" else 0.0)
    weight = min(1.0, progress / _WARMUP) if arm == "warm-up" else 1.0
    return objectives.mean_over_batch(terms.nll) + weight * (objectives.mean_over_batch(terms.kl_lower.sum(-1)) + upper)


@torch.no_grad()
def _through_top(network: TwoLayers, x: Tensor) -> tuple[np.ndarray, np.ndarray]:
    """nll of each image decoded by way of its own z₂, and by way of a z₂ of the prior: [n] each, nats."""
    rng = torch.Generator().manual_seed(1)
    own = network.encode_upper(network.below.encode(x).sample(rng)[0]).sample(rng)[0]
    found = []
    for z_upper in (own, torch.randn(own.shape, generator=rng)):
        raw = network.below.decode_logits(network.prior_lower(z_upper).sample(rng)[0])
        found.append(objectives.nll(network.below.likelihood, x, raw).numpy())
    return found[0], found[1]


@torch.no_grad()
def _moment(network: TwoLayers, arm: str, found: Layered, x: Tensor) -> Moment:
    rng = torch.Generator().manual_seed(2)
    z_lower = network.below.encode(x).sample(rng)[0]
    by_top = network.dream(network.encode_upper(z_lower).sample(rng)[0], rng)
    dreams = network.dream(torch.randn((len(x), found.upper[-1].size), generator=rng), rng)
    rows = torch.cat([x, network.below.decode(z_lower), by_top, dreams])
    caption = "test images; decoded from z₁; by way of z₂, all that the upper layer knows of them; from the prior of z₂"
    numbers = (
        *Mean(found.last["elbo"][None]).numbers("ELBO, nats"),
        *Mean(found.last["lower"][None]).numbers("log ratio of the lower layer, nats"),
        *Mean(found.last["upper"][None]).numbers("KL of the upper layer, nats"),
    )
    text = f"{found.carrying(-1)} of {found.upper[-1].size} dimensions of z₂ carry more than {CARRIES:g} nat each."
    return Moment(f"{arm}, step {found.steps[-1]:,}", text, numbers, pictures=(picture(rows.numpy(), caption, len(x)),))


def _protocol(amount: _Amount) -> tuple[tuple[str, str], ...]:
    training = f"Adam, one-cycle, peak {amount.rate:g}, batches of {amount.batch}, estimator B, L = 1"
    return (
        ("data", f"MNIST, binarised afresh for each batch; {amount.train_size:,} training images"),
        ("bundled ladder", "the models vae-beta-*, N_z = 2, which differ in β alone; numbers of 10,000 test images"),
        ("ladder", f"784–{amount.width}–{amount.width}–{amount.latent} and back, ReLU; {training}, "
                   f"{amount.ladder_steps:,} steps"),
        ("two layers", f"the same networks between x and z₁ ({amount.lower} dimensions), and {amount.width}–{amount.width} "
                       f"between z₁ and z₂ ({amount.upper}) either way; q(z₁|x) q(z₂|z₁); {training}, {amount.steps:,} steps"),
        ("warm-up", f"the weight of both KLs grows from 0 to 1 over the first {_WARMUP:.0%} of training"),
        ("free bits", f"each dimension of z₂ costs at least {_FREE:g} nat, averaged over a batch (arXiv:1606.04934)"),
        ("one layer", "the lower networks alone, with p(z₁) = N(0, I), for as many steps"),
        ("numbers", f"β = 1, L = 1, on {amount.tested:,} test images drawn at random by seed 0, of one fixed binarisation"),
        PROTOCOL,
        ("carries", f"a KL above {CARRIES:g} nat"),
        ("band", "least to greatest of the seeds"),
    )  # fmt: skip
