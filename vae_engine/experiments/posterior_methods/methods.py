"""The methods that are compared, each as a function of what it is given to what it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor

from vae_engine.inference.approximate import annealing, chains, diagnostics, importance, laplace, variational
from vae_engine.inference.approximate.chains import MALA, METROPOLIS
from vae_engine.inference.approximate.gibbs import GIBBS
from vae_engine.inference.approximate.mixtures import Mixture, gaussian
from vae_engine.inference.approximate.nested import nested
from vae_engine.inference.approximate.nuts import NUTS
from vae_engine.inference.approximate.stein import stein
from vae_engine.inference.approximate.target import Target
from vae_engine.model.models import Posterior

LEAPS = 5  # of HMC
_STEP = 0.05  # with which chains begin to tune theirs: a posterior's spread
_WIDEST = 0.8  # step between prior and posterior
_STEIN = 0.05  # rate
_NODES = 5  # along an axis of a part of q, to fit it
_FINE_NODES = 12  # and for the ELBO that is stated
_PARTS = 3  # of the mixture
_APART = 0.25  # of the starts of modes


@dataclass(frozen=True)
class Amounts:
    """How much of everything a method may take for an image."""

    draws: tuple[int, int]
    """Of importance sampling, few and many."""
    starts: tuple[int, int]
    """Prior draws looked at, and the best of them from which modes are climbed to."""
    steps: int
    """Of Adam, for q."""
    chains: int
    metropolis: tuple[int, int]
    """Transitions of the warm-up and kept, of Metropolis; MALA takes half as many."""
    hamiltonian: tuple[int, int]
    """Of HMC and NUTS."""
    sweeps: tuple[int, int]
    """Of Gibbs."""
    particles: tuple[int, int]
    """Of Stein's method, and their steps."""
    annealed: tuple[int, int]
    """Chains of annealing, and their powers."""
    live: int


@dataclass(frozen=True)
class Given:
    """n images as a target that counts, the encoder's q, draws of the exact posterior for whom they are the beginning."""

    target: Target
    encoded: Posterior
    exact: Callable[[int, torch.Generator], Tensor]
    amounts: Amounts
    rng: torch.Generator

    @property
    def encoder(self) -> Mixture:
        """q(z|x) as the encoder has it."""
        return gaussian(self.encoded.mu, torch.diag_embed(self.encoded.std))

    def prior(self, count: int) -> Tensor:
        """z ~ N(0, I): [n, count, 2]."""
        return torch.randn((self.target.count, count, 2), generator=self.rng)

    def starts(self, count: int) -> Tensor:
        """The best of draws from the prior, apart from each other: [n, count, 2]."""
        return laplace.spread_starts(self.target, self.prior(self.amounts.starts[0]), count, _APART)


@dataclass(frozen=True)
class Answer:
    """Points z [n, s, 2] with weights [n, s] of sum 1; log p(x) and the error that it states, where it has one, [n];
    the error stated of the mean [n]; and what the method says of itself, by name, [n] each."""

    z: Tensor
    weights: Tensor
    log_px: Tensor | None = None
    stated: Tensor | None = None
    mean_stated: Tensor | None = None
    signs: dict[str, Tensor] = field(default_factory=dict)


Method = Callable[[Given], Answer]


def _even(z: Tensor, **more: Any) -> Answer:
    """Points that all count the same."""
    return Answer(z, torch.full(z.shape[:2], 1 / z.shape[1], dtype=torch.float64), **more)


def _encoder(given: Given) -> Answer:
    q = given.encoder
    return _even(q.drawn(given.amounts.draws[0], given.rng), log_px=variational.elbo(given.target, q, _FINE_NODES).double())


def _importance(many: int, q: Callable[[Given], Mixture]) -> Method:
    def method(given: Given) -> Answer:
        found = importance.sampled(given.target, q(given), given.amounts.draws[many], given.rng)
        weights = torch.softmax(found.log_weight.double(), 1)
        mean = (weights[..., None] * found.z).sum(1)
        error = (weights[..., None] ** 2 * (found.z - mean[:, None]) ** 2).sum((1, 2)).sqrt()
        return Answer(found.z, weights, found.log_px, found.stated, error, {"k_hat": found.k_hat, "ess": found.ess})

    return method


def _one_gaussian(given: Given, full: bool) -> Mixture:
    return variational.fitted(given.target, given.encoder, given.amounts.steps, _NODES, full).q


def _mixture(given: Given) -> Mixture:
    """From Gaussians at the modes that hold most."""
    modes = _by_modes(given)
    most = modes.log_share.topk(_PARTS, 1).indices
    image = torch.arange(given.target.count)[:, None]
    start = Mixture(torch.log_softmax(modes.log_share[image, most], 1), modes.mean[image, most], modes.root[image, most])
    return variational.fitted(given.target, start, given.amounts.steps, _NODES).q


def _fitted(q: Callable[[Given], Mixture]) -> Method:
    """The ELBO of a q, its draws and what importance sampling's k-hat says of it."""

    def method(given: Given) -> Answer:
        found = q(given)
        weighted = importance.sampled(given.target, found, given.amounts.draws[0], given.rng)
        bound = variational.elbo(given.target, found, _FINE_NODES).double()
        return _even(weighted.z, log_px=bound, signs={"k_hat": weighted.k_hat, "ess": weighted.ess})

    return method


def _modes(given: Given) -> laplace.Modes:
    encoder, count = given.encoded.mu[:, None], given.amounts.starts[1]
    return laplace.climbed(given.target, torch.cat([encoder, given.starts(count)], 1))


def _laplace(summed: bool) -> Method:
    def method(given: Given) -> Answer:
        modes = _modes(given)
        q, log_px = (modes.summed(), modes.each.logsumexp(1)) if summed else (modes.best(), modes.log_px_best)
        return _even(q.drawn(given.amounts.draws[0], given.rng), log_px=log_px.double(), signs={"modes": modes.found.sum(1)})

    return method


def _by_modes(given: Given) -> Mixture:
    return _modes(given).summed()


def _schedule(given: Given) -> annealing.Schedule:
    return annealing.tuned(given.target, given.prior(4), METROPOLIS, _WIDEST, given.amounts.annealed[1], given.rng)


def _forward(given: Given, schedule: annealing.Schedule) -> tuple[Tensor, Tensor]:
    return annealing.forward(given.target, given.prior(given.amounts.annealed[0]), METROPOLIS, schedule, given.rng)


def _backward(given: Given, schedule: annealing.Schedule) -> Tensor:
    start = given.exact(given.amounts.annealed[0], given.rng)
    return annealing.backward(given.target, start, METROPOLIS, schedule, given.rng)[0].double()


def _annealed(given: Given) -> Answer:
    log_weight, z = _forward(given, _schedule(given))
    log_weight = log_weight.double()
    weights = torch.softmax(log_weight, 1)
    return Answer(z, weights, annealing.lower(log_weight), annealing.stated(log_weight), signs={"ess": 1 / (weights**2).sum(1)})


def _sandwich(given: Given) -> Answer:
    """The middle between the bounds of both directions; it states half their distance and both their own errors."""
    schedule = _schedule(given)
    ahead, z = _forward(given, schedule)
    ahead, back = ahead.double(), _backward(given, schedule)
    low, high = annealing.lower(ahead), annealing.upper(back)
    stated = (high - low).abs() / 2 + torch.hypot(annealing.stated(ahead), annealing.stated(-back)) / 2
    return Answer(z, torch.softmax(ahead, 1), (low + high) / 2, stated, signs={"lower": low, "upper": high})


def _nested(given: Given) -> Answer:
    seed = int(torch.randint(2**31, (1,), generator=given.rng))
    found = nested(given.target, given.amounts.live, np.random.default_rng(seed), given.encoded.mu)
    z, weights = (torch.nn.utils.rnn.pad_sequence(part, batch_first=True) for part in (found.z, found.weights))
    return Answer(z, weights, found.log_px, found.stated, signs={"information": found.information})


def _chains(method: chains.Method, turns: Callable[[Amounts], tuple[int, int]], from_prior: bool = False) -> Method:
    def run(given: Given) -> Answer:
        count = given.amounts.chains
        start = given.prior(count) if from_prior else given.encoder.drawn(count, given.rng)
        z = chains.sampled(given.target, start, method, _STEP, *turns(given.amounts), given.rng).z
        ess = diagnostics.effective(z)
        flat = z.flatten(1, 2)
        error = (flat.double().var(1).sum(1) / ess).sqrt()
        return _even(flat, mean_stated=error, signs={"r_hat": diagnostics.split_r_hat(z), "ess": ess})

    return run


def _stein(given: Given) -> Answer:
    particles, steps = given.amounts.particles
    return _even(stein(given.target, given.encoder.drawn(particles, given.rng), steps, _STEIN))


def _half(amounts: Amounts) -> tuple[int, int]:
    warm, keep = amounts.metropolis
    return warm // 2, keep // 2


METHODS: dict[str, Method] = {
    "encoder's q, its ELBO": _encoder,
    "importance sampling": _importance(0, lambda given: given.encoder),
    "importance sampling, more draws": _importance(1, lambda given: given.encoder),
    "mean-field q, its ELBO": _fitted(lambda given: _one_gaussian(given, full=False)),
    "full-covariance q, its ELBO": _fitted(lambda given: _one_gaussian(given, full=True)),
    "mixture q, its ELBO": _fitted(_mixture),
    "Laplace, best mode": _laplace(summed=False),
    "Laplace, all modes": _laplace(summed=True),
    "importance sampling from Laplace's modes": _importance(0, _by_modes),
    "annealing": _annealed,
    "annealing, both ways": _sandwich,
    "nested sampling": _nested,
    "Metropolis": _chains(METROPOLIS, lambda amounts: amounts.metropolis),
    "MALA": _chains(MALA, _half),
    "HMC": _chains(chains.hmc(LEAPS), lambda amounts: amounts.hamiltonian),
    "NUTS": _chains(NUTS, lambda amounts: amounts.hamiltonian),
    "HMC from the prior": _chains(chains.hmc(LEAPS), lambda amounts: amounts.hamiltonian, from_prior=True),
    "Gibbs": _chains(GIBBS, lambda amounts: amounts.sweeps),
    "SVGD": _stein,
}
"""By name; each begins where the encoder's q lies unless it says otherwise."""
