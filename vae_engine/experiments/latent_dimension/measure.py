"""N_z from 1 to 50 with the same networks and budget: the bound, log p(x), and how many dimensions are used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

from vae_engine.experiments.common import drawn, fit, image_terms, of_scale, part_of
from vae_engine.experiments.means import PROTOCOL, Mean, over
from vae_engine.experiments.result import Chart, Curve, Findings, Moment, Table, curve, picture
from vae_engine.inference.exact import exact_log_px
from vae_engine.measure.evaluation import importance_sampled_log_px
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
    """What one trained model says of each image: [n], or fewer of the test images for log p(x)."""

    test: dict[str, np.ndarray]
    train: np.ndarray  # the ELBO
    log_px: np.ndarray  # by importance sampling
    kl: np.ndarray  # the mean per dimension, the largest first
    active: int
    exact: np.ndarray | None  # in two dimensions


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
    x = drawn("test", amount.tested)
    train = drawn("train", min(amount.tested, amount.train_size), among=amount.train_size)
    q = vae.encode(x)
    weighed = x[: amount.weighed]
    return _Measured(
        image_terms(vae, x, seed),
        image_terms(vae, train, seed)["elbo"],
        importance_sampled_log_px(vae, weighed, amount.samples, seed).double().numpy(),
        np.sort(objectives.kl_per_dimension(q).mean(0).numpy())[::-1],
        int((q.mu.var(0, correction=0) > _ACTIVE).sum()),
        exact_log_px(vae, weighed).log_px.numpy() if vae.config.latent_dim == 2 else None,
    )


def _carrying(found: _Measured) -> float:
    """How many dimensions carry more than a tenth of a nat."""
    return float((found.kl > _CARRIES).sum())


@torch.no_grad()
def _moment(vae: VAE, found: _Measured, dimension: int) -> Moment:
    rng = torch.Generator().manual_seed(0)
    x = drawn("test", _SHOWN)
    again = vae.decode(vae.encode(x).sample(rng)[0])
    dreamt = vae.decode(torch.randn((_SHOWN, dimension), generator=rng))
    terms = (("ELBO, nats", "elbo"), ("nll, nats", "nll"), ("KL, nats", "kl"))
    measured = (number for name, term in terms for number in Mean(found.test[term][None]).numbers(name))
    numbers = (*measured, ("active dimensions", float(found.active)))
    pictures = (
        picture(torch.cat([x, again]).numpy(), "test images, and what is decoded from a draw of each one's posterior", _SHOWN),
        picture(dreamt.numpy(), "decoded from draws of the prior", _SHOWN),
    )
    text = f"{_carrying(found):.0f} of {dimension} dimensions carry more than {_CARRIES:g} nat each."
    return Moment(f"N_z = {dimension}", text, numbers, pictures=pictures)


def _terms(measured: dict[int, list[_Measured]], term: str) -> dict[int, Mean]:
    """A term of the test images for each N_z."""
    return {dimension: over(found, lambda one: one.test[term]) for dimension, found in measured.items()}


def _counts(measured: dict[int, list[_Measured]], what: Callable[[_Measured], float]) -> np.ndarray:
    """[seeds, dimensions]"""
    return np.array([[what(one) for one in found] for found in measured.values()]).T


def _exact(found: list[_Measured]) -> Mean | None:
    """The exact log p(x) where there are two dimensions."""
    known = [one.exact for one in found if one.exact is not None]
    return over(known, np.asarray) if known else None


def _says(measured: dict[int, list[_Measured]]) -> tuple[str, ...]:
    dimensions = list(measured)
    elbo, nll, kl = (_terms(measured, term) for term in ("elbo", "nll", "kl"))
    best = max(dimensions, key=lambda dimension: elbo[dimension].value)
    active, carry = (_counts(measured, what).mean(0) for what in (lambda one: one.active, _carrying))
    cost = elbo[best] - elbo[2]
    says = [
        f"Two latent dimensions cost {cost} nats{cost.of_seeds}: the test ELBO is {elbo[2]} with N_z = 2 and {elbo[best]} with "
        f"N_z = {best}, the best of those tried.",
        f"Of {dimensions[-1]} dimensions {active[-1]:.0f} are active and {carry[-1]:.0f} carry more than {_CARRIES:g} nat each; "
        f"of {dimensions[-2]} it is {active[-2]:.0f} and {carry[-2]:.0f}.",
        f"From N_z = 2 to {best} the reconstruction term goes from {nll[2]} to {nll[best]} nats and the KL from {kl[2]} to "
        f"{kl[best]}: that is what the further dimensions buy, and their price.",
    ]
    last = dimensions[-1]
    if best != last:
        says.append(
            f"More than that does not help at this budget: with N_z = {last} the ELBO is {elbo[last]} (difference "
            f"{elbo[last] - elbo[best]:+})."
        )
    exact, weighted = _exact(measured[2]), over(measured[2], lambda one: one.log_px)
    if exact:
        says.append(
            f"With N_z = 2 importance sampling gives log p(x) = {weighted} where the exact value is {exact} (difference "
            f"{weighted - exact:+}): the dots of the other N_z are lower bounds, too."
        )
    return tuple(says)


def _protocol(amount: _Amount) -> tuple[tuple[str, str], ...]:
    return (
        ("data", f"MNIST, binarised afresh for each batch; {amount.train_size:,} training images"),
        ("every number", "of test images, drawn at random by seed 0 where not all are used"),
        ("networks", f"784–{amount.width}–{amount.width}–N_z and back, ReLU; only N_z differs"),
        ("training", f"Adam, one-cycle, peak 2e-3, batches of {amount.batch}, {amount.epochs} epochs; estimator B, L = 1, β = 1"),
        ("ELBO", f"estimator B, L = 1, {amount.tested:,} images, one fixed binarisation"),
        ("log p(x)", f"importance sampling, K = {amount.samples}, {amount.weighed:,} test images; exact by quadrature at 2"),
        ("active", f"dimensions whose posterior mean has a variance above {_ACTIVE} over the test images"),
        PROTOCOL,
        ("band", "least to greatest of the seeds"),
    )


def _charts(measured: dict[int, list[_Measured]]) -> tuple[Chart, ...]:
    dimensions = list(measured)

    def over_dimensions(name: str, means: dict[int, Mean]) -> Curve:
        return curve(name, list(means), np.stack([mean.by_seed for mean in means.values()], 1))

    bound = (
        over_dimensions("ELBO, test", _terms(measured, "elbo")),
        over_dimensions("ELBO, training images", {d: over(found, lambda one: one.train) for d, found in measured.items()}),
        over_dimensions(
            "log p(x), importance-sampled", {d: over(found, lambda one: one.log_px) for d, found in measured.items()}
        ),
        over_dimensions("log p(x), exact", {d: mean for d, found in measured.items() if (mean := _exact(found))}),
    )
    parts = (
        over_dimensions("reconstruction term nll", _terms(measured, "nll")),
        over_dimensions("KL", _terms(measured, "kl")),
    )
    active = (
        curve("active: posterior mean varies", dimensions, _counts(measured, lambda one: one.active)),
        curve(f"carrying more than {_CARRIES:g} nat", dimensions, _counts(measured, _carrying)),
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
    rows = []
    for dimension, found in measured.items():
        terms = (over(found, lambda one: one.test["elbo"]), over(found, lambda one: one.train),
                 over(found, lambda one: one.test["nll"]), over(found, lambda one: one.test["kl"]),
                 over(found, lambda one: one.log_px), _exact(found))  # fmt: skip
        cells = [cell for mean in terms for cell in (mean.cells if mean else (None, None))]
        used = (round(float(np.mean([what(one) for one in found])), 2) for what in (lambda one: one.active, _carrying))
        rows.append((dimension, *cells, *used))
    columns = ("N_z", "ELBO, test", "±", "ELBO, training images", "±", "nll, test", "±", "KL, test", "±",
               "log p(x), importance-sampled", "±", "log p(x), exact", "±", "active dimensions",
               f"dimensions above {_CARRIES:g} nat")  # fmt: skip
    return Table("Nats per image, means over the seeds", columns, tuple(rows))
