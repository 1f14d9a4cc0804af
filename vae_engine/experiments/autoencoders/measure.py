"""AE, denoising AE, VAE and a VAE without its KL (β = 0), each sampled by N(0, I), a fitted Gaussian and a fitted mixture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from vae_engine.base.errors import EngineError
from vae_engine.data import mnist as data
from vae_engine.experiments.autoencoders.mixtures import Mixture, fit_mixture, standard
from vae_engine.experiments.autoencoders.sampled_decoder import log_px_of
from vae_engine.experiments.autoencoders.views import FAMILY, FAR, SAMPLERS, Run, Sampled, charts, says, tables
from vae_engine.experiments.common import drawn, drawn_places, of_scale, part_of
from vae_engine.experiments.descent import descend
from vae_engine.experiments.means import PROTOCOL, Mean
from vae_engine.experiments.result import Findings, Moment, picture
from vae_engine.model import objectives
from vae_engine.model.models import VAE, Model, build_model, start_at_mean_image
from vae_engine.stored.config import ModelConfig, TrainConfig

_MASKED = 0.3  # share of pixels that the denoising autoencoder does not see
_SHOWN = 10
_POINTS = 1000  # codes shown


@dataclass(frozen=True)
class _Amount:
    seeds: int
    train_size: int
    steps: int
    judge_steps: int
    batch: int
    width: int
    rate: float
    fitted: int  # training codes that the densities are fitted to
    components: int
    samples: int
    tested: int
    exact: int  # images integrated over; 0 leaves that out


_AMOUNTS = {
    "tiny": _Amount(1, 1500, 200, 200, 50, 48, 5e-3, 1000, 5, 500, 300, 0),
    "quick": _Amount(1, 20_000, 400, 400, 128, 256, 2e-3, 5000, 20, 2000, 1000, 12),
    "full": _Amount(3, 50_000, 1200, 1200, 128, 256, 2e-3, 10_000, 20, 5000, 2000, 200),
}


def measure(scale: str, seed: int, report: Callable[[str, float], None]) -> Findings:
    """Train the family and a classifier that judges samples; see vae_engine.experiments for scales."""
    amount = of_scale(scale, _AMOUNTS)
    seeds = tuple(range(seed, seed + amount.seeds))
    jobs = len(seeds) * len(FAMILY) + 1
    judge = _judge(amount, seed, part_of(report, "the classifier that judges samples", 0, jobs))
    runs: dict[str, list[Run]] = {member: [] for member in FAMILY}
    moments = []
    for member in FAMILY:
        for one in seeds:
            done = 1 + sum(map(len, runs.values()))
            model = train_member(member, amount, one, part_of(report, f"{member}, seed {one}", done, jobs))
            run, pictured = _run(model, judge, amount, one)
            runs[member].append(run)
            if one == seed:
                moments.append(_moment(member, model, run, pictured))
    accuracy = _accuracy(judge)
    return Findings(
        says=says(runs, amount.components, accuracy),
        protocol=_protocol(amount, accuracy),
        seeds=seeds,
        samples_seen=amount.batch * (len(FAMILY) * len(seeds) * amount.steps + amount.judge_steps),
        charts=charts(runs),
        tables=tables(runs),
        moments=tuple(moments),
    )


def train_member(member: str, amount: _Amount, seed: int, report: Callable[[float], None]) -> Model:
    """A member of the family, trained; all see the same batches and differ in their loss alone."""
    widths = (amount.width,) * 2
    kind = "vae" if member in ("VAE", "β = 0") else "ae"
    model = build_model(
        ModelConfig(kind=kind, encoder_widths=widths, decoder="mlp", decoder_widths=widths, activation="relu"), seed
    )
    start_at_mean_image(model, data.load("train").images)

    def loss(x: Tensor, rng: torch.Generator, progress: float) -> Tensor:
        if isinstance(model, VAE):
            q = model.encode(x)
            nll = objectives.nll(model.likelihood, x, model.decode_logits(q.sample(rng)[0]))
            return objectives.mean_over_batch(objectives.vae_loss(nll, objectives.kl(q), 1.0 if member == "VAE" else 0.0))
        seen = x * (torch.rand(x.shape, generator=rng) >= _MASKED) if member == "denoising AE" else x
        return objectives.mean_over_batch(objectives.nll(model.likelihood, x, model.decode_logits(model.encode(seen))))

    descend(model, loss, _config(amount, amount.steps, seed), report)
    return model


def _config(amount: _Amount, steps: int, seed: int, protocol: str = "dynamic") -> TrainConfig:
    return TrainConfig(
        train_size=amount.train_size,
        steps=steps,
        batch_size=amount.batch,
        learning_rate=amount.rate,
        protocol=protocol,
        seed=seed,
    )


def _judge(amount: _Amount, seed: int, report: Callable[[float], None]) -> nn.Module:
    """A classifier of grey digits, by which decoded images are judged."""
    judge = build_model(ModelConfig(kind="ae", latent_dim=10, encoder_widths=(256, 256), activation="relu"), seed).encoder
    images = data.load("train").head(amount.train_size)
    labels = torch.from_numpy(images.labels.copy()).long()
    grey = torch.from_numpy(data.observe_fixed(images.images, "grey", 0))
    order = torch.Generator().manual_seed(seed)

    def loss(x: Tensor, rng: torch.Generator, progress: float) -> Tensor:
        chosen = torch.randint(len(grey), (amount.batch,), generator=order)
        return F.cross_entropy(judge(grey[chosen]), labels[chosen])

    descend(judge, loss, _config(amount, amount.judge_steps, seed, "grey"), report)
    return judge


@torch.no_grad()
def _accuracy(judge: nn.Module) -> float:
    test = data.load("test")
    found = judge(torch.from_numpy(data.observe_fixed(test.images, "grey", 0))).argmax(1)
    return (found.numpy() == test.labels).mean().item()


@torch.no_grad()
def codes(model: Model, x: Tensor, rng: torch.Generator) -> Tensor:
    """Where a model puts images: codes, or for a VAE draws of the aggregate posterior, x [n, 784] → [n, 2]."""
    return model.encode(x).sample(rng)[0] if isinstance(model, VAE) else model.encode(x)


def _run(model: Model, judge: nn.Module, amount: _Amount, seed: int) -> tuple[Run, list[Tensor]]:
    """The numbers of a trained member, and a few images of each sampler."""
    rng = torch.Generator().manual_seed(seed)
    x = drawn("test", amount.tested)
    train, test = codes(model, drawn("train", amount.fitted, among=amount.train_size), rng), codes(model, x, rng)
    with torch.no_grad():
        nll = objectives.nll(model.likelihood, x, model.decode_logits(test)).numpy()
    densities = (standard(2), fit_mixture(train, 1, seed), fit_mixture(train, amount.components, seed))
    reach = _nearest(test, train).quantile(FAR).item()
    sampled, pictured = {}, []
    for name, density in zip(SAMPLERS, densities, strict=True):
        z = density.sample(amount.samples, rng)
        with torch.no_grad():
            images = model.decode(z)
            chances = judge(images).softmax(1)
        pictured.append(images[: 2 * _SHOWN])
        sampled[name] = Sampled(
            log_px=_log_px(model, density, x[: amount.exact]) if amount.exact else None,
            shares=np.bincount(chances.argmax(1).numpy(), minlength=10) / len(z),
            confidence=chances.max(1).values.mean().item(),
            far=(_nearest(z, train) > reach).float().mean().item(),
        )
    spread = train.std(0).tolist()
    return Run(nll, min(spread), max(spread), train.abs().max().item(), sampled), pictured


def _log_px(model: Model, density: Mixture, x: Tensor) -> np.ndarray | None:
    """The exact log p(x) of each image, [n]; None where quadrature refuses."""
    try:
        return log_px_of(model, density, x).numpy()
    except EngineError:
        return None


def _nearest(points: Tensor, codes: Tensor) -> Tensor:
    """Distance from each point to the nearest code: [n]."""
    return torch.cat([torch.cdist(part, codes).min(1).values for part in points.split(500)])


@torch.no_grad()
def _moment(member: str, model: Model, run: Run, pictured: list[Tensor]) -> Moment:
    rng = torch.Generator().manual_seed(0)
    x = drawn("test", _POINTS)
    places = codes(model, x, rng)
    nll = Mean(run.nll[None]).numbers("nll of reconstructions, nats")
    numbers = [*nll, ("standard deviation of the codes", run.widest)]
    for name, sampled in run.sampled.items():
        if sampled.log_px is not None:
            numbers += Mean(sampled.log_px[None]).numbers(f"log p(x) under {name}, nats")
        numbers.append((f"classes under {name}", sampled.classes))
    again = picture(
        torch.cat([x[:_SHOWN], model.decode(places[:_SHOWN])]).numpy(), "test images, and their reconstructions", _SHOWN
    )
    shown = [picture(images.numpy(), f"sampled by {name}", _SHOWN) for name, images in zip(run.sampled, pictured, strict=True)]
    points = tuple((round(float(a), 3), round(float(b), 3)) for a, b in places.tolist())
    return Moment(
        member, "The points are the codes of test images.", tuple(numbers), points,
        tuple(data.load("test").labels[drawn_places("test", _POINTS)].tolist()), (again, *shown),
    )  # fmt: skip


def _protocol(amount: _Amount, accuracy: float) -> tuple[tuple[str, str], ...]:
    width = amount.width
    return (
        ("data", f"MNIST, binarised afresh for each batch; {amount.train_size:,} training images"),
        ("networks", f"784–{width}–{width}–2 and back, ReLU; the same for all (4 outputs of the encoder where σ is learned)"),
        ("training", f"Adam, one-cycle, peak {amount.rate:g}, {amount.steps:,} steps of {amount.batch} images; the same batches"),
        ("denoising AE", f"{_MASKED:.0%} of the pixels are set to 0 in what its encoder sees while it is trained"),
        ("β = 0", "a VAE whose loss is the reconstruction term alone, at sampled z"),
        ("densities", f"fitted to {amount.fitted:,} training codes (VAE, β = 0: a draw of each posterior); the mixture by "
                      f"EM with {amount.components} full-covariance components"),
        ("nll", f"of a code (VAE, β = 0: of a draw of the posterior), {amount.tested:,} test images drawn at random by seed 0"),
        ("log p(x)", f"log ∫ p(x|z) r(z) dz, exact by quadrature, r the sampler's density; {amount.exact} test images "
                     "drawn at random by seed 0"),
        ("judge", f"a classifier 784–256–256–10 trained on grey digits, {accuracy:.1%} right on the test images; it judges "
                  f"the decoded means of {amount.samples:,} samples"),
        ("classes", "exp of the entropy of the judge's classes: 10 when all are equally frequent"),
        ("far", f"share of samples further from the nearest training code than {FAR:.0%} of test images' codes are"),
        PROTOCOL,
        ("band", "least to greatest of the seeds"),
    )  # fmt: skip
