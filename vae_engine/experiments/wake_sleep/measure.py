"""Wake-sleep against AEVB: the same networks, first weights, minibatches and pixels; two objectives against one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch

from vae_engine.data import mnist as data
from vae_engine.experiments.common import drawn, drawn_places, image_terms, of_scale
from vae_engine.experiments.means import PROTOCOL, Mean, over
from vae_engine.experiments.result import Findings, Moment, picture
from vae_engine.experiments.wake_sleep.views import METHODS, Elbos, exact_table, says_exact
from vae_engine.inference.exact import exact_log_px
from vae_engine.model import objectives
from vae_engine.model.models import VAE, build_model, start_at_mean_image
from vae_engine.stored.config import ModelConfig, TrainConfig
from vae_engine.training.training import batch_loss
from vae_engine.training.wake_sleep import WakeSleep, dream, moved, sleep_objective, wake_objective, weights

BATCH = 100
RATE = 1e-3
_WATCHED = 400  # test images on the map of the two phases
_DREAMS = 10
_BATCHES, _PIXELS = 11, 12  # purposes of randomness

Report = Callable[[str, float], None]


@dataclass(frozen=True)
class Amount:
    """How much of everything."""

    dimensions: tuple[int, ...]
    seeds: int
    steps: int
    hidden: int
    evaluated: int
    checkpoints: int
    exact: int


AMOUNTS = {
    "tiny": Amount((2, 5), 2, 40, 32, 100, 3, 0),
    "quick": Amount((2, 3, 10, 20), 1, 500, 100, 500, 8, 100),
    "full": Amount((2, 3, 5, 10, 20, 200), 3, 1600, 200, 1000, 12, 200),
}


@dataclass
class Trained:
    """A model, and the ELBO of each test and each training image, [n], at every checkpoint, nats."""

    vae: VAE
    test: list[np.ndarray]
    train: list[np.ndarray]


def measure(scale: str, seed: int, report: Report) -> Findings:
    """ELBO against images seen for both methods and several N_z, and the two phases one at a time in two dimensions."""
    amount = of_scale(scale, AMOUNTS)
    seeds, checkpoints = tuple(range(seed, seed + amount.seeds)), steps_watched(amount.steps, amount.checkpoints)
    total, done = len(amount.dimensions) * len(seeds) * len(METHODS), 0
    runs: dict[tuple[str, int], list[Trained]] = {}
    moments: list[Moment] = []
    for dimension in amount.dimensions:
        for one in seeds:
            for method in METHODS:
                tell = partial(_tell, report, f"{method}, N_z = {dimension}", done, total)
                watched = moments if (method, dimension, one) == ("wake-sleep", 2, seed) else None
                runs.setdefault((method, dimension), []).append(train(method, dimension, one, amount, checkpoints, tell, watched))
                done += 1
    seen = [BATCH * step for step in checkpoints]
    elbos = Elbos(amount.dimensions, seen, *({m: _elbos(runs, amount, m, split) for m in METHODS} for split in ("test", "train")))
    says, tables = elbos.says(), [elbos.table()]
    if amount.exact:
        report("exact log p(x)", 0.0)
        exact = {method: exact_terms([run.vae for run in runs[method, 2]], amount.exact) for method in METHODS}
        says.append(says_exact(exact))
        tables.append(exact_table(exact))
    protocol = (
        (
            "data",
            f"MNIST, dynamic; 50,000 to train; ELBO on {amount.evaluated:,} test and as many training images, "
            "drawn at random by seed 0",
        ),
        ("networks", f"encoder 784–{amount.hidden}–2·N_z and decoder N_z–{amount.hidden}–784, ReLU, Bernoulli pixels"),
        ("same for both", "first weights (output bias at the mean image), minibatches and drawn pixels of a seed"),
        ("optimiser", f"Adam, constant rate {RATE:g}; wake-sleep has one for each network; tuned for neither"),
        ("budget", f"{amount.steps:,} steps of {BATCH} images; each step of wake-sleep sees {BATCH} dreams as well"),
        ("ELBO", "estimator B, 5 samples, one fixed binarisation; nats per image"),
        PROTOCOL,
        ("band", "least to greatest of the seeds"),
    )
    cost = total * amount.steps * BATCH
    return Findings(tuple(says), protocol, seeds, cost, elbos.charts(), tuple(tables), (), tuple(moments))


def _elbos(runs: dict[tuple[str, int], list[Trained]], amount: Amount, method: str, split: str) -> np.ndarray:
    """[dimensions, seeds, checkpoints, images]."""
    return np.array([[getattr(run, split) for run in runs[method, d]] for d in amount.dimensions])


def _tell(report: Report, what: str, done: int, of: int, share: float) -> None:
    report(what, (done + share) / of)


def steps_watched(steps: int, count: int, first: int = 10) -> list[int]:
    """About `count` numbers of steps, spaced evenly on a logarithmic axis, the last of them `steps`."""
    return sorted({round(step) for step in np.geomspace(min(first, steps), steps, count)})


def model_config(dimension: int, hidden: int) -> ModelConfig:
    """The networks of both methods: one hidden layer each."""
    return ModelConfig(
        latent_dim=dimension, encoder="mlp", encoder_widths=(hidden,), decoder="mlp", decoder_widths=(hidden,), activation="relu"
    )


def train(
    method: str, dimension: int, seed: int, amount: Amount, checkpoints: list[int], tell: Callable[[float], None],
    moments: list[Moment] | None = None,
) -> Trained:  # fmt: skip
    """Train by one of METHODS and evaluate at every checkpoint; wake-sleep's phases are added to `moments`."""
    torch.set_flush_denormal(True)
    images, test, trained = data.load("train"), drawn("test", amount.evaluated), drawn("train", amount.evaluated)
    vae = build_model(model_config(dimension, amount.hidden), seed)
    assert isinstance(vae, VAE)
    start_at_mean_image(vae, images.images)
    by_phases, by_elbo = WakeSleep(vae, RATE), torch.optim.Adam(vae.parameters(), lr=RATE, fused=True)
    phases = Phases(vae, by_phases, moments, steps_watched(amount.steps, 8, 1)) if moments is not None else None
    config, rng = TrainConfig(), torch.Generator().manual_seed(seed)
    kept = Trained(vae, [], [])
    for step in range(amount.steps):
        epoch, place = divmod(step, len(images) // BATCH)
        if place == 0:
            order = data.generator(seed, _BATCHES, epoch).permutation(len(images))
        chosen = images.images[order[place * BATCH : (place + 1) * BATCH]]
        x = torch.from_numpy(data.observe(chosen, "dynamic", data.generator(seed, _PIXELS, step)))
        if method == "AEVB":
            by_elbo.zero_grad(set_to_none=True)
            batch_loss(vae, config, x, rng, 1.0)[0].backward()
            by_elbo.step()
        elif phases:
            phases.step(step + 1, x, rng)
        else:
            by_phases.wake(x, rng)
            by_phases.sleep(BATCH, rng)
        if step + 1 in checkpoints:
            kept.test.append(image_terms(vae, test, samples=5)["elbo"])
            kept.train.append(image_terms(vae, trained, samples=5)["elbo"])
            tell((step + 1) / amount.steps)
    return kept


class Phases:
    """Wake and sleep one at a time, with what each changed."""

    def __init__(self, vae: VAE, learner: WakeSleep, moments: list[Moment], watched: list[int]) -> None:
        self.vae, self.learner, self.moments, self.watched = vae, learner, moments, watched
        self.x = drawn("test", _WATCHED)
        self.classes = tuple(int(label) for label in data.load("test").labels[drawn_places("test", _WATCHED)])
        self._look("Before the first step", "Nothing has moved.", (weights(vae.decoder), weights(vae.encoder)))

    def step(self, number: int, x: torch.Tensor, rng: torch.Generator) -> None:
        """Both phases of a step; those of a watched one are looked at."""
        watched = number in self.watched
        before = weights(self.vae.decoder), weights(self.vae.encoder)
        self.learner.wake(x, rng)
        if watched:
            self._look(f"Step {number:,}: wake", f"{len(x)} real images, z ~ q(z|x): the decoder's θ climb log p(x, z). The "
                       "encoder stays, and so do the points.", before)  # fmt: skip
        before = weights(self.vae.decoder), weights(self.vae.encoder)
        self.learner.sleep(len(x), rng)
        if watched:
            self._look(f"Step {number:,}: sleep", f"{len(x)} dreams z ~ p(z), x̃ ~ p(x|z): the encoder's φ climb log q(z|x̃). "
                       "The decoder stays, and so do the dreams.", before)  # fmt: skip

    @torch.no_grad()
    def _look(self, label: str, text: str, before: tuple[list[torch.Tensor], list[torch.Tensor]]) -> None:
        rng = torch.Generator().manual_seed(7)  # the same noise at every look
        wake = wake_objective(self.vae, self.x, rng).mean().item()
        q = self.vae.encode(self.x)
        nll = objectives.nll(self.vae.likelihood, self.x, self.vae.decode_logits(q.sample(rng))[0])
        sleep = sleep_objective(self.vae, *dream(self.vae, _WATCHED, rng)).mean().item()
        z, dreamt = dream(self.vae, _DREAMS, rng)
        numbers = (
            ("‖Δθ‖, the decoder's move", moved(before[0], self.vae.decoder)),
            ("‖Δφ‖, the encoder's move", moved(before[1], self.vae.encoder)),
            ("wake: E_q log p(x, z), nats", wake),
            ("sleep: E_p log q(z|x̃), nats", sleep),
            *Mean(-(nll + objectives.kl(q)).double().numpy()[None]).numbers(f"ELBO of {_WATCHED} test images, nats"),
        )
        points = tuple((round(a, 4), round(b, 4)) for a, b in q.mu.tolist())
        shown = torch.cat([self.vae.decode(z), dreamt]).numpy()
        dreams = picture(shown, "Dreams: p(x|z) at ten z ~ p(z), the same at every step; below, the drawn x̃", _DREAMS)
        rounded = tuple((name, float(f"{value:.5g}")) for name, value in numbers)
        self.moments.append(Moment(label, text, rounded, points, self.classes, (dreams,)))


def exact_terms(vaes: list[VAE], images: int) -> tuple[Mean, Mean]:
    """Exact log p(x), and ELBO (20 samples), of the same test images, nats."""
    x = drawn("test", images)
    log_px = over(vaes, lambda vae: exact_log_px(vae, x).log_px.numpy())
    return log_px, over(vaes, lambda vae: image_terms(vae, x, samples=20)["elbo"])
