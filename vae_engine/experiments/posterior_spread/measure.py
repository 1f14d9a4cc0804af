"""How the encoder gives the posterior's spread, and how deep it is: exp or softplus, linear or deep, mean field or full."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from vae_engine.data import mnist as data
from vae_engine.experiments.common import drawn, drawn_places, of_scale, part_of
from vae_engine.experiments.descent import descend, spaced
from vae_engine.experiments.means import PROTOCOL, Mean
from vae_engine.experiments.posterior_spread.full_covariance import (
    FullCovarianceVAE,
    FullPosterior,
    best_full,
    full_elbo,
    full_kl,
)
from vae_engine.experiments.posterior_spread.views import ARMS, Best, Run, charts, says, tables
from vae_engine.experiments.result import Findings, Moment, picture
from vae_engine.inference.exact import ExactInference, exact_log_px
from vae_engine.inference.gaps import gaps
from vae_engine.inference.posterior import exact_posterior
from vae_engine.model import objectives
from vae_engine.model.models import VAE, Posterior, start_at_mean_image
from vae_engine.stored.config import ModelConfig, TrainConfig

_SHOWN = 10
_NODES = 20  # along each axis for the numbers of the best Gaussians
_DRAWS = 10


@dataclass(frozen=True)
class _Amount:
    seeds: int
    train_size: int
    steps: int
    batch: int
    width: int
    tested: int
    rate: float
    exact: int  # images integrated over; 0 leaves that out
    best: int  # images whose best Gaussians are sought; 0 leaves that out


_AMOUNTS = {
    "tiny": _Amount(1, 4000, 300, 50, 64, 300, 4e-3, 0, 0),
    "quick": _Amount(1, 20_000, 300, 128, 256, 1000, 2e-3, 20, 6),
    "full": _Amount(3, 50_000, 1200, 128, 256, 5000, 2e-3, 60, 24),
}


def measure(scale: str, seed: int, report: Callable[[str, float], None]) -> Findings:
    """Train a VAE for each form of encoder and seed; see vae_engine.experiments for scales."""
    amount = of_scale(scale, _AMOUNTS)
    seeds = tuple(range(seed, seed + amount.seeds))
    runs: dict[str, list[Run]] = {arm: [] for arm in ARMS}
    moments, best = [], []
    jobs = len(ARMS) * len(seeds) + 1
    for arm in ARMS:
        for one in seeds:
            done = sum(map(len, runs.values()))
            vae, run = _run(arm, amount, one, part_of(report, f"{arm}, seed {one}", done, jobs))
            runs[arm].append(run)
            if one == seed:
                moments.append(_moment(vae, arm, run))
            if amount.best and one == seed and arm == ARMS[0]:
                best = _best(vae, amount.best, part_of(report, "the best Gaussian of each image", done + 1, jobs))
    return Findings(
        says=says(runs, best),
        protocol=_protocol(amount),
        seeds=seeds,
        samples_seen=len(ARMS) * len(seeds) * amount.steps * amount.batch,
        charts=charts(runs, best, amount.batch),
        tables=tables(runs, best),
        moments=tuple(moments),
    )


def _vae(arm: str, width: int, seed: int) -> VAE:
    config = ModelConfig(
        encoder_widths=() if arm.startswith("linear") else (width, width), decoder_widths=(width, width), fourier_features=32,
        fourier_scale=0.7, activation="relu", spread="softplus" if arm.endswith("softplus") else "logvar",
    )  # fmt: skip
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        vae = (FullCovarianceVAE if arm.endswith("full") else VAE)(config)
    start_at_mean_image(vae, data.load("train").images)
    return vae


def terms(vae: VAE, x: Tensor, rng: torch.Generator, samples: int) -> tuple[Tensor, Tensor]:
    """nll and KL of each image of x [b, 784] under either kind of posterior, [b] each, nats."""
    q: Posterior | FullPosterior
    if isinstance(vae, FullCovarianceVAE):
        q = vae.encode_full(x)
        kl = full_kl(q)
    else:
        q = vae.encode(x)
        kl = objectives.kl(q)
    return objectives.nll(vae.likelihood, x, vae.decode_logits(q.sample(rng, samples))).mean(0), kl


def _run(arm: str, amount: _Amount, seed: int, report: Callable[[float], None]) -> tuple[VAE, Run]:
    vae, run = _vae(arm, amount.width, seed), Run()
    x = drawn("test", amount.tested)

    def loss(x: Tensor, rng: torch.Generator, progress: float) -> Tensor:
        return objectives.mean_over_batch(objectives.vae_loss(*terms(vae, x, rng, 1), 1.0))

    def tested(x: Tensor, samples: int) -> tuple[Tensor, Tensor]:
        rng = torch.Generator().manual_seed(0)
        with torch.no_grad():
            parts = [terms(vae, part, rng, samples) for part in x.split(500)]
        return torch.cat([nll for nll, _ in parts]), torch.cat([kl for _, kl in parts])

    def watch(step: int) -> None:
        run.steps.append(step)
        run.on_the_way.append(-sum(part.mean().item() for part in tested(x[:500], 1)))

    config = TrainConfig(
        train_size=amount.train_size, steps=amount.steps, batch_size=amount.batch, learning_rate=amount.rate, seed=seed
    )
    descend(vae, loss, config, report, watch, spaced(amount.steps, 10)[1:])
    nll, kl = tested(x, _DRAWS)
    run.nll, run.kl = nll.double().numpy(), kl.double().numpy()
    if amount.exact:
        run.log_px = exact_log_px(vae, x[: amount.exact]).log_px.numpy()
    if isinstance(vae, FullCovarianceVAE):
        with torch.no_grad():
            run.correlation = vae.encode_full(x).correlation.abs().mean().item()
    return vae, run


def _best(vae: VAE, count: int, report: Callable[[float], None]) -> list[Best]:
    """For each of `count` test images: the encoder's Gaussian, the best diagonal one and the best full one."""
    x = drawn("test", count)
    with torch.no_grad():
        q = vae.encode(x)
        inference = ExactInference(vae, max(5.0, (q.mu.abs() + 3 * q.std).max().item()))
    found = []
    for place, image in zip(drawn_places("test", count), x, strict=True):
        diagonal = gaps(inference, image)
        exact = exact_posterior(inference, image)
        starts = [FullPosterior(diagonal.best.mu, torch.diag_embed(diagonal.best.std))]
        covariance = exact.covariance.float() + 1e-6 * torch.eye(2)
        starts.append(FullPosterior(exact.mean[None].float(), torch.linalg.cholesky(covariance)[None]))
        candidates = [best_full(vae, image, start) for start in starts]
        with torch.no_grad():
            elbos = [full_elbo(vae, image, candidate, _NODES).item() for candidate in candidates]
        chosen = int(np.argmax(elbos))
        rho = candidates[chosen].correlation.item()
        found.append(Best(int(place), diagonal.log_px, diagonal.encoder_elbo, diagonal.best_elbo, elbos[chosen], rho))
        report(len(found) / count)
    return found


@torch.no_grad()
def _moment(vae: VAE, arm: str, run: Run) -> Moment:
    rng = torch.Generator().manual_seed(0)
    x = drawn("test", _SHOWN)
    q = vae.encode_full(x) if isinstance(vae, FullCovarianceVAE) else vae.encode(x)
    rows = torch.cat([x, *vae.decode(q.sample(rng, 3))])
    numbers = [*Mean(run.elbo[None]).numbers("ELBO, nats"), *Mean(run.kl[None]).numbers("KL, nats")]
    if len(run.log_px):
        numbers += Mean(run.log_px[None]).numbers("exact log p(x), nats")
        numbers += Mean(run.gap[None]).numbers("gap, nats")
    caption = "test images, and what is decoded from three draws of each one's posterior"
    return Moment(arm, "", tuple(numbers), pictures=(picture(rows.numpy(), caption, _SHOWN),))


def _protocol(amount: _Amount) -> tuple[tuple[str, str], ...]:
    return (
        ("data", f"MNIST, binarised afresh for each batch; {amount.train_size:,} training images"),
        ("deep", f"encoder 784–{amount.width}–{amount.width}–4, ReLU; linear: 784–4; full covariance: 5 numbers instead of 4"),
        ("exp, softplus", "σ = exp(½ · the network's output), or σ = softplus of it"),
        ("decoder", f"2, with 32 Fourier features of scale 0.7,–{amount.width}–{amount.width}–784, ReLU; the same for all"),
        (
            "training",
            f"Adam, one-cycle, peak {amount.rate:g}, {amount.steps:,} steps of {amount.batch} images; estimator B, L = 1, β = 1",
        ),
        ("ELBO", f"estimator B, L = {_DRAWS}, {amount.tested:,} test images drawn at random by seed 0, one fixed binarisation"),
        ("gap", f"exact log p(x) by quadrature less the ELBO, {amount.exact} of these test images"),
        (
            "best Gaussians",
            f"ELBO by Gauss–Hermite quadrature, maximised by L-BFGS; {ARMS[0]}, first seed, {amount.best} of these test images",
        ),
        PROTOCOL,
        ("band", "least to greatest of the seeds"),
    )
