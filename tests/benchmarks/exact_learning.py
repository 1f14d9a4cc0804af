"""Exact learning from `vae-mnist`'s decoder: what minutes gain in exact log p(x), and what a step costs beside plain autograd.

    cd tests && python -m benchmarks.exact_learning

Both take the same points and images, in one process. The model begins where the bundled one was left by its ELBO.
"""

from __future__ import annotations

import resource
import statistics
import sys
import time
from collections.abc import Callable

import torch
from benchmarks import report
from benchmarks.report import Row
from torch import Tensor

from vae_engine import exact_log_px, load_model, train
from vae_engine.data import mnist as data
from vae_engine.inference.quasi_monte_carlo import points
from vae_engine.measure.evaluation import observed
from vae_engine.model.models import VAE
from vae_engine.stored.config import TrainConfig
from vae_engine.training import exact_learning
from vae_engine.training.devices import autocast
from vae_engine.training.training import Finished

MODEL = "vae-mnist"
TRAIN = TrainConfig(
    objective="exact", begin=MODEL, batch_size=1000, learning_rate=1e-3, schedule="linear", lr_warmup=0.05, adam_beta2=0.99,
    ema=0.98, encoder_share=0.0, held_out=100, steps=300, epochs=0.0,
)  # fmt: skip
IMAGES = 1000  # of the test split
STEPS_TIMED = 4


def plain_loss(vae: VAE, x: Tensor, seed: int) -> Tensor:
    """The same loss as one writes it down, all of it through autograd."""
    over = points(TRAIN.points, 2, seed, x)
    raw = vae.decode_logits(over.z)
    log_px_given_z = x @ raw.T - torch.nn.functional.softplus(raw).sum(-1)
    prior = torch.distributions.Normal(0.0, 1.0).log_prob(over.z).sum(-1)
    return -(log_px_given_z + prior + over.log_weight).logsumexp(1).mean()


def our_loss(vae: VAE, x: Tensor, seed: int) -> Tensor:
    """The engine's, with its encoder that follows."""
    with autocast(x.device):
        return exact_learning.losses(vae, x, TRAIN.points, torch.Generator().manual_seed(seed), sampled=False).loss


def seconds_of_a_step(loss: Callable[[VAE, Tensor, int], Tensor], x: Tensor) -> float:
    """Seconds for a loss and its gradient, the median of some."""
    vae, times = load_model(MODEL).requires_grad_(True), []
    for seed in range(STEPS_TIMED + 1):
        began = time.perf_counter()
        vae.zero_grad()
        loss(vae, x, seed).backward()
        times.append(time.perf_counter() - began)
    return statistics.median(times[1:])  # the first finds torch cold


def main() -> None:
    """Measure, print, and keep."""
    quick = report.asked_quick(__doc__, "a tenth of the steps, printed only")
    x = observed(data.load("train").head(TRAIN.batch_size), "dynamic", 0)
    test = data.load("test")
    held_out = observed(test, "dynamic", 0)[data.drawn(IMAGES, len(test), 0)]
    before = exact_log_px(load_model(MODEL), held_out).log_px.mean().item()
    steps = TRAIN.steps // 10 if quick else TRAIN.steps
    began = time.perf_counter()
    for last in train(load_model(MODEL).config, TrainConfig.from_dict(TRAIN.to_dict() | {"steps": steps})):  # noqa: B007
        pass  # no event is kept: some hold all weights
    seconds = time.perf_counter() - began
    assert isinstance(last, Finished)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
    plain, ours = (seconds_of_a_step(loss, x) for loss in (plain_loss, our_loss))
    after = exact_log_px(last.model, held_out).log_px.mean().item()
    rows = [
        Row(f"a step by plain autograd: {TRAIN.points:,} points, {len(x):,} images", plain, "s"),
        Row("… by the engine, whose encoder follows", ours, "s"),
        Row("… times faster", plain / ours, "×"),
        Row(f"exact log p(x) of {IMAGES:,} test images under `{MODEL}`", before, "nats/image"),
        Row(f"… after {steps} steps of exact learning", after, "nats/image"),
        Row("… gained", after - before, "nats/image", least=2.4),
        Row("… in", seconds, "s", most=180),
        Row("… with memory of at most", memory, "MB", most=2000),
    ]
    print(report.table(rows))
    if not quick:
        software = f"torch {torch.__version__.split('+')[0]}, {torch.get_num_threads()} threads"
        report.keep("exact_learning", "Exact learning", rows, software)


if __name__ == "__main__":
    main()
