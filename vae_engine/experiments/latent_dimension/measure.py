"""N_z from 1 to 50 with the same networks and budget: the bound, log p(x), and how many dimensions are used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

from vae_engine.data import mnist as data
from vae_engine.experiments.common import binary, fit, of_scale, part_of
from vae_engine.experiments.result import Chart, Curve, Findings, Moment, Table, curve, picture
from vae_engine.inference.exact import exact_log_px
from vae_engine.measure.evaluation import held_out_terms, importance_sampled_log_px
from vae_engine.model import objectives
from vae_engine.model.models import VAE
from vae_engine.stored.config import ModelConfig, TrainConfig

_ACTIVE = 0.01  # variance of the posterior mean above which a dimension counts as active (arXiv:1509.00519, §4.3)
_CARRIES = 0.1  # nats of KL above which a dimension is said to carry something
_SHOWN = 10  # images reconstructed, and images drawn


@dataclass(frozen=True)
class _Amount:
    dimensions: tuple[int, ...]
    seeds: int
    train_size: int
    epochs: int
    batch: int
    width: int
    weighed: int  # images whose log p(x) is sampled
    samples: int  # importance samples
    tested: int  # images of every other number


_AMOUNTS = {
    "tiny": _Amount((1, 2, 8), 1, 2000, 7, 64, 64, 10, 20, 500),
    "quick": _Amount((1, 2, 5, 20, 50), 1, 20_000, 6, 128, 256, 100, 100, 5000),
    "full": _Amount((1, 2, 3, 5, 10, 20, 50), 3, 50_000, 5, 128, 256, 200, 200, 10_000),
}


@dataclass(frozen=True)
class _Measured:
    """What one trained model says."""

    test: dict[str, float]
    train: dict[str, float]
    log_px: float  # by importance sampling
    kl: np.ndarray  # per dimension, the largest first
    active: int
    exact: float | None


def measure(scale: str, seed: int, report: Callable[[str, float], None]) -> Findings:
    """Train a VAE for each N_z and seed; see vae_engine.experiments for scales."""
    amount = of_scale(scale, _AMOUNTS)
    seeds = tuple(range(seed, seed + amount.seeds))
    measured: dict[int, list[_Measured]] = {}
    moments = []
    jobs = len(amount.dimensions) * len(seeds)
    for dimension in amount.dimensions:
        model_config = ModelConfig(
            latent_dim=dimension, encoder_widths=(amount.width,) * 2, decoder="mlp", decoder_widths=(amount.width,) * 2,
            activation="relu",
        )  # fmt: skip
        measured[dimension] = []
        for one in seeds:
            done = sum(map(len, measured.values()))
            train = TrainConfig(
                train_size=amount.train_size, epochs=amount.epochs, batch_size=amount.batch, held_out=500, seed=one
            )
            vae, _ = fit(model_config, train, part_of(report, f"N_z = {dimension}, seed {one}", done, jobs))
            assert isinstance(vae, VAE)
            measured[dimension].append(_measure(vae, amount, one))
            if one == seed:
                moments.append(_moment(vae, measured[dimension][0], dimension))
    return Findings(
        says=_says(measured),
        protocol=_protocol(amount),
        seeds=seeds,
        samples_seen=jobs * amount.epochs * amount.train_size,
        charts=_charts(measured),
        tables=(_table(measured),),
        moments=tuple(moments),
    )


@torch.no_grad()
def _measure(vae: VAE, amount: _Amount, seed: int) -> _Measured:
    test, train = data.load("test").head(amount.tested), data.load("train").head(min(amount.tested, amount.train_size))
    x = binary("test", len(test), seed)
    q = vae.encode(x)
    weighed = x[: amount.weighed]
    return _Measured(
        held_out_terms(vae, test, "dynamic", seed),
        held_out_terms(vae, train, "dynamic", seed),
        importance_sampled_log_px(vae, weighed, amount.samples, seed).double().mean().item(),
        np.sort(objectives.kl_per_dimension(q).mean(0).numpy())[::-1],
        int((q.mu.var(0, correction=0) > _ACTIVE).sum()),
        exact_log_px(vae, weighed).log_px.mean().item() if vae.config.latent_dim == 2 else None,
    )


def _carrying(found: _Measured) -> float:
    """How many dimensions carry more than a tenth of a nat."""
    return float((found.kl > _CARRIES).sum())


@torch.no_grad()
def _moment(vae: VAE, found: _Measured, dimension: int) -> Moment:
    rng = torch.Generator().manual_seed(0)
    x = binary("test", _SHOWN)
    again = vae.decode(vae.encode(x).sample(rng)[0])
    drawn = vae.decode(torch.randn((_SHOWN, dimension), generator=rng))
    numbers = (("ELBO, nats", found.test["elbo"]), ("nll, nats", found.test["nll"]), ("KL, nats", found.test["kl"]),
               ("active dimensions", float(found.active)))  # fmt: skip
    pictures = (
        picture(torch.cat([x, again]).numpy(), "test images, and what is decoded from a draw of each one's posterior", _SHOWN),
        picture(drawn.numpy(), "decoded from draws of the prior", _SHOWN),
    )
    text = f"{_carrying(found):.0f} of {dimension} dimensions carry more than {_CARRIES:g} nat each."
    return Moment(f"N_z = {dimension}", text, numbers, pictures=pictures)


def _means(measured: dict[int, list[_Measured]], what: Callable[[_Measured], float]) -> np.ndarray:
    """[seeds, dimensions]"""
    return np.array([[what(one) for one in found] for found in measured.values()]).T


def _says(measured: dict[int, list[_Measured]]) -> tuple[str, ...]:
    dimensions = list(measured)
    elbo = _means(measured, lambda one: one.test["elbo"])
    mean, place = elbo.mean(0), dimensions.index(2)
    best = int(mean.argmax())
    active, carry = (_means(measured, what).mean(0) for what in (lambda one: one.active, _carrying))
    nll, kl = _means(measured, lambda one: one.test["nll"]).mean(0), _means(measured, lambda one: one.test["kl"]).mean(0)
    says = [
        f"Two latent dimensions cost {mean[best] - mean[place]:.1f} nats: the test ELBO is {mean[place]:.1f} with N_z = 2 "
        f"and {mean[best]:.1f} with N_z = {dimensions[best]}, the best of those tried.",
        f"Of {dimensions[-1]} dimensions {active[-1]:.0f} are active and {carry[-1]:.0f} carry more than {_CARRIES:g} nat each; "
        f"of {dimensions[-2]} it is {active[-2]:.0f} and {carry[-2]:.0f}.",
        f"From N_z = {dimensions[place]} to {dimensions[best]} the reconstruction term goes from {nll[place]:.1f} to "
        f"{nll[best]:.1f} nats and the KL from {kl[place]:.1f} to {kl[best]:.1f}: that is what the further dimensions buy, and "
        "their price.",
    ]
    if best < len(dimensions) - 1:
        says.append(f"More than that does not help at this budget: with N_z = {dimensions[-1]} the ELBO is {mean[-1]:.1f}.")
    exact, weighted = (np.mean([what(one) for one in measured[2]]) for what in (lambda one: one.exact, lambda one: one.log_px))
    says.append(
        f"With N_z = 2 importance sampling gives log p(x) = {weighted:.1f} where the exact value is {exact:.1f}: "
        f"the dots of the other N_z are lower bounds, too."
    )
    return tuple(says)


def _protocol(amount: _Amount) -> tuple[tuple[str, str], ...]:
    return (
        ("data", f"MNIST, binarised afresh for each batch; {amount.train_size:,} training images, test images for every number"),
        ("networks", f"784–{amount.width}–{amount.width}–N_z and back, ReLU; only N_z differs"),
        ("training", f"Adam, one-cycle, peak 2e-3, batches of {amount.batch}, {amount.epochs} epochs; estimator B, L = 1, β = 1"),
        ("ELBO", f"estimator B, L = 1, {amount.tested:,} images, one fixed binarisation"),
        (
            "log p(x)",
            f"importance sampling, K = {amount.samples}, the first {amount.weighed} test images; exact by quadrature at 2",
        ),
        ("active", f"dimensions whose posterior mean has a variance above {_ACTIVE} over the test images"),
        ("band", "least to greatest of the seeds"),
    )


def _charts(measured: dict[int, list[_Measured]]) -> tuple[Chart, ...]:
    dimensions = list(measured)
    bound = (
        curve("ELBO, test", dimensions, _means(measured, lambda one: one.test["elbo"])),
        curve("ELBO, training images", dimensions, _means(measured, lambda one: one.train["elbo"])),
        curve("log p(x), importance-sampled", dimensions, _means(measured, lambda one: one.log_px)),
        curve("log p(x), exact", [2], _means({2: measured[2]}, lambda one: one.exact or 0.0)),
    )
    parts = (
        curve("reconstruction term nll", dimensions, _means(measured, lambda one: one.test["nll"])),
        curve("KL", dimensions, _means(measured, lambda one: one.test["kl"])),
    )
    active = (
        curve("active: posterior mean varies", dimensions, _means(measured, lambda one: one.active)),
        curve(f"carrying more than {_CARRIES:g} nat", dimensions, _means(measured, _carrying)),
        Curve("all dimensions", tuple(map(float, dimensions)), tuple(map(float, dimensions))),
    )
    per_dimension = tuple(
        curve(f"N_z = {dimension}", range(1, dimension + 1), np.array([one.kl for one in found]))
        for dimension, found in measured.items()
    )
    axis = "latent dimensions N_z"
    return (
        Chart("bound", "The bound against the latent dimension", axis, "nats per image", bound, x_log=True),
        Chart("terms", "What the bound is made of", axis, "nats per image", parts, x_log=True),
        Chart("active", "Dimensions that are used", axis, "dimensions", active, x_log=True,
              note="Where a curve leaves the straight line, further dimensions stay unused."),
        Chart("kl-per-dimension", "KL of each dimension, the largest first", "rank of the dimension", "KL, nats", per_dimension,
              x_log=True),
    )  # fmt: skip


def _table(measured: dict[int, list[_Measured]]) -> Table:
    def mean(found: list[_Measured], what: Callable[[_Measured], float]) -> float:
        return round(float(np.mean([what(one) for one in found])), 2)

    rows = tuple(
        (
            dimension, mean(found, lambda one: one.test["elbo"]), mean(found, lambda one: one.train["elbo"]),
            mean(found, lambda one: one.test["nll"]), mean(found, lambda one: one.test["kl"]),
            mean(found, lambda one: one.log_px), mean(found, lambda one: one.exact or 0.0) if dimension == 2 else None,
            mean(found, lambda one: one.active), mean(found, _carrying),
        )
        for dimension, found in measured.items()
    )  # fmt: skip
    columns = ("N_z", "ELBO, test", "ELBO, training images", "nll, test", "KL, test", "log p(x), importance-sampled",
               "log p(x), exact", "active dimensions", f"dimensions above {_CARRIES:g} nat")  # fmt: skip
    return Table("Nats per image, means over the seeds", columns, rows)
