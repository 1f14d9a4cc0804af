"""Convolutional encoder and decoder against fully connected ones: at equal parameters and images, and at equal time."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import torch

from vae_engine.experiments.common import drawn, fit, image_terms, of_scale, part_of
from vae_engine.experiments.means import PROTOCOL, Mean, apart, over
from vae_engine.experiments.result import Chart, Curve, Findings, Moment, Table, curve, picture
from vae_engine.measure.evaluation import importance_sampled_log_px
from vae_engine.model.models import VAE, build_model
from vae_engine.stored.config import ModelConfig, TrainConfig
from vae_engine.training.events import Checkpoint, Event, Snapshot

_CONV, _SAME, _TIME = "convolutional", "fully connected, same images", "fully connected, same time"
_ARMS = (_CONV, _SAME, _TIME)
_SHOWN = 10
_SAMPLES = 100  # importance samples
_RATE = 8e-3  # of 2, 4 and 8 thousandths the best on validation images, for either kind of network
_LATER = 0.1  # share of the training from which on curves are drawn: before it all is far below, and differs by its start


@dataclass(frozen=True)
class _Amount:
    dimensions: tuple[int, ...]
    seeds: int
    train_size: int
    epochs: int
    batch: int
    conv: tuple[int, int, int]  # two channel counts and a hidden width
    tested: int
    watched: int  # images evaluated while training
    weighed: int  # images whose log p(x) is sampled


_AMOUNTS = {
    "tiny": _Amount((2,), 1, 1000, 3, 50, (2, 4, 16), 200, 50, 10),
    "quick": _Amount((2,), 1, 20_000, 2, 128, (16, 32, 128), 2000, 200, 20),
    "full": _Amount((2, 10), 3, 50_000, 3, 128, (16, 32, 128), 5000, 300, 100),
}


@dataclass
class _Run:
    """One training: what was seen on the way, and what came out."""

    parameters: int
    images: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)  # of the processor
    elbo: list[float] = field(default_factory=list)  # on the watched test images
    steps: int = 0
    cpu: float = 0.0
    test: dict[str, np.ndarray] = field(default_factory=dict)  # terms of each test image, [n]
    train: np.ndarray = field(default_factory=lambda: np.zeros(0))  # the ELBO of each training image
    log_px: np.ndarray = field(default_factory=lambda: np.zeros(0))  # of the first of the test images


def measure(scale: str, seed: int, report: Callable[[str, float], None]) -> Findings:
    """Train three VAEs for each N_z and seed; see vae_engine.experiments for scales."""
    amount = of_scale(scale, _AMOUNTS)
    seeds = tuple(range(seed, seed + amount.seeds))
    runs: dict[tuple[int, str], list[_Run]] = {(d, arm): [] for d in amount.dimensions for arm in _ARMS}
    moments = []
    jobs = len(runs) * len(seeds)
    for dimension in amount.dimensions:
        conv = _conv(amount, dimension)
        _run(conv, replace(amount, tested=10, watched=1, weighed=1), 2, seed, lambda share: None)  # a first pass costs extra
        models = {_CONV: conv, _SAME: fully_connected(conv), _TIME: fully_connected(conv)}
        for one in seeds:
            steps = amount.epochs * (amount.train_size // amount.batch)
            for arm, model in models.items():
                if arm == _TIME:
                    steps = round(steps * runs[dimension, _CONV][-1].cpu / runs[dimension, _SAME][-1].cpu)
                done = sum(map(len, runs.values()))
                vae, run = _run(model, amount, steps, one, part_of(report, f"{arm}, N_z = {dimension}, seed {one}", done, jobs))
                runs[dimension, arm].append(run)
                if one == seed:
                    moments.append(_moment(vae, run, f"{arm}, N_z = {dimension}"))
    return Findings(
        says=_says(runs, amount),
        protocol=_protocol(amount, runs),
        seeds=seeds,
        samples_seen=sum(run.steps * amount.batch for group in runs.values() for run in group),
        charts=tuple(chart for dimension in amount.dimensions for chart in _charts(runs, dimension)),
        tables=(_table(runs, amount),),
        moments=tuple(moments),
    )


def _conv(amount: _Amount, dimension: int) -> ModelConfig:
    first, second, hidden = amount.conv
    return ModelConfig(
        latent_dim=dimension, encoder="conv", encoder_widths=(first, second, hidden), decoder="conv",
        decoder_widths=(hidden, second, first), activation="relu",
    )  # fmt: skip


def fully_connected(conv: ModelConfig) -> ModelConfig:
    """Two hidden layers on either side, of the one width that comes nearest to as many parameters."""

    def of_width(width: int) -> ModelConfig:
        return replace(conv, encoder="mlp", encoder_widths=(width, width), decoder="mlp", decoder_widths=(width, width))

    def count(width: int) -> int:
        d = conv.latent_dim
        return (784 + 1) * width + (width + 1) * width + (width + 1) * 2 * d + (d + 1 + width + 1) * width + (width + 1) * 784

    wanted = parameters(conv)
    return of_width(min(range(1, 2000), key=lambda width: abs(count(width) - wanted)))


def parameters(config: ModelConfig) -> int:
    """How many numbers are trained."""
    return sum(one.numel() for one in build_model(config).parameters())


def _run(model: ModelConfig, amount: _Amount, steps: int, seed: int, report: Callable[[float], None]) -> tuple[VAE, _Run]:
    config = TrainConfig(
        train_size=amount.train_size,
        steps=steps,
        batch_size=amount.batch,
        learning_rate=_RATE,
        held_out=min(500, amount.tested),
        seed=seed,
    )
    run = _Run(parameters(model), steps=steps)
    watched = build_model(model)
    test = drawn("test", amount.tested)
    train = drawn("train", min(amount.tested, amount.train_size), among=amount.train_size)
    paused, started = 0.0, 0.0

    def seen(event: Event) -> None:
        nonlocal paused, started
        now = time.process_time()
        if isinstance(event, Snapshot):
            if event.step == 0:
                started, paused = now, 0.0
            elif event.step >= _LATER * steps:
                watched.load_state_dict(event.weights)
                run.images.append(float(event.step * amount.batch))
                run.seconds.append(now - started - paused)
                run.elbo.append(float(image_terms(watched, test[: amount.watched], seed, 5)["elbo"].mean()))
        elif isinstance(event, Checkpoint):
            run.cpu = now - started - paused
        paused += time.process_time() - now

    vae, _ = fit(model, config, report, seen)
    assert isinstance(vae, VAE)
    run.test = image_terms(vae, test, seed)
    run.train = image_terms(vae, train, seed)["elbo"]
    run.log_px = importance_sampled_log_px(vae, test[: amount.weighed], _SAMPLES, seed).double().numpy()
    return vae, run


@torch.no_grad()
def _moment(vae: VAE, run: _Run, label: str) -> Moment:
    rng = torch.Generator().manual_seed(0)
    x = drawn("test", _SHOWN)
    again = vae.decode(vae.encode(x).sample(rng)[0])
    dreamt = vae.decode(torch.randn((_SHOWN, vae.config.latent_dim), generator=rng))
    terms = (("ELBO, nats", "elbo"), ("nll, nats", "nll"), ("KL, nats", "kl"))
    measured = (number for name, term in terms for number in Mean(run.test[term][None]).numbers(name))
    numbers = (*measured, ("CPU seconds", run.cpu), ("steps", float(run.steps)))
    pictures = (
        picture(torch.cat([x, again]).numpy(), "test images, and what is decoded from a draw of each one's posterior", _SHOWN),
        picture(dreamt.numpy(), "decoded from draws of the prior", _SHOWN),
    )
    return Moment(label, f"{run.parameters:,} parameters.", numbers, pictures=pictures)


def _elbo(group: list[_Run]) -> Mean:
    return over(group, lambda run: run.test["elbo"])


def _says(runs: dict[tuple[int, str], list[_Run]], amount: _Amount) -> tuple[str, ...]:
    says = []
    for dimension in amount.dimensions:
        conv, same, timed = (_elbo(runs[dimension, arm]) for arm in _ARMS)
        cost = np.mean([run.cpu / run.steps for run in runs[dimension, _CONV]])
        cost /= np.mean([run.cpu / run.steps for run in runs[dimension, _SAME]])
        says.append(
            f"N_z = {dimension}: at equal parameters and equal images the convolutional VAE is {_compared(conv - same)} "
            f"(test ELBO {conv} against {same}); a step of it takes {cost:.1f} times as long, and at equal "
            f"time it is {_compared(conv - timed)} ({conv} against {timed})."
        )
    for dimension in amount.dimensions:
        gaps = [apart(over(runs[dimension, arm], lambda run: run.train), _elbo(runs[dimension, arm])) for arm in _ARMS]
        says.append(
            f"N_z = {dimension}: training images are {gaps[0]} nats from test images for the convolutional VAE, "
            f"{gaps[1]} for the fully connected one after the same images and {gaps[2]} after the same time."
        )
    return tuple(says)


def _compared(difference: Mean) -> str:
    """A difference of ELBOs in words."""
    better = difference.value > 0
    return f"{difference if better else -difference} nats {'better' if better else 'worse'}{difference.of_seeds}"


def _protocol(amount: _Amount, runs: dict[tuple[int, str], list[_Run]]) -> tuple[tuple[str, str], ...]:
    first, second, hidden = amount.conv
    width = fully_connected(_conv(amount, amount.dimensions[0])).encoder_widths[0]
    counted = "; ".join(
        f"N_z = {d}: {runs[d, _CONV][0].parameters:,} and {runs[d, _SAME][0].parameters:,}" for d in amount.dimensions
    )
    return (
        ("data", f"MNIST, binarised afresh for each batch; {amount.train_size:,} training images"),
        (
            "convolutional",
            f"4×4 convolutions of stride 2 to {first} and {second} channels, {hidden} hidden units, and back; ReLU",
        ),
        ("fully connected", f"784–{width}–{width}–N_z and back, ReLU (width chosen for as many parameters)"),
        ("parameters", counted),
        ("training", f"Adam, one-cycle, peak {_RATE:g}, batches of {amount.batch}; estimator B, L = 1, β = 1"),
        ("start", "at the mean image, where a decoder ends in one bias a pixel: the fully connected one does"),
        ("same images", f"{amount.epochs} epochs"),
        ("same time", "as many steps as take the convolutional run's CPU seconds (all threads), by the measured cost of a step"),
        (
            "ELBO",
            f"estimator B, L = 1, {amount.tested:,} test images drawn at random by seed 0; on the way L = 5, {amount.watched} of "
            "them",
        ),
        ("log p(x)", f"importance sampling, K = {_SAMPLES}, {amount.weighed} of these test images"),
        PROTOCOL,
        ("band", "least to greatest of the seeds"),
    )


def _charts(runs: dict[tuple[int, str], list[_Run]], dimension: int) -> tuple[Chart, ...]:
    def curves(key: str) -> tuple[Curve, ...]:
        made = []
        for arm in _ARMS:
            group = runs[dimension, arm]
            points = min(len(run.elbo) for run in group)  # at equal time, a seed's run may be a few steps longer
            x = np.mean([getattr(run, key)[:points] for run in group], axis=0)
            made.append(curve(arm, list(x), np.array([run.elbo[:points] for run in group])))
        return tuple(made)

    title = f"Test ELBO while training, N_z = {dimension}"
    return (
        Chart(f"images-{dimension}", f"{title}, by images seen", "training images seen", "nats per image", curves("images"),
              x_log=True, note="At equal parameters, compare at one number of images."),
        Chart(f"time-{dimension}", f"{title}, by processor time", "CPU seconds", "nats per image", curves("seconds"),
              x_log=True, note="Compare at one time: a convolution does more arithmetic per parameter."),
    )  # fmt: skip


def _table(runs: dict[tuple[int, str], list[_Run]], amount: _Amount) -> Table:
    rows = []
    for (dimension, arm), group in runs.items():
        elbo, steps = _elbo(group), float(np.mean([run.steps for run in group]))
        rows.append((
            dimension, arm, group[0].parameters, round(steps), round(steps * amount.batch),
            round(float(np.mean([run.cpu for run in group])), 1), *elbo.cells, *elbo.extremes,
            *over(group, lambda run: run.train).cells, *over(group, lambda run: run.log_px).cells,
        ))  # fmt: skip
    columns = ("N_z", "networks", "parameters", "steps", "images seen", "CPU seconds", "ELBO, test", "±", "least of the seeds",
               "greatest of the seeds", "ELBO, training images", "±", "log p(x), importance-sampled", "±")  # fmt: skip
    return Table("Nats per image, means over the seeds", columns, tuple(rows))
