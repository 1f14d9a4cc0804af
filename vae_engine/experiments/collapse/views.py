"""What the collapse of latent variables says, and its charts and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from vae_engine.experiments.collapse.two_layers import Terms
from vae_engine.experiments.result import Chart, Curve, Table, curve

CARRIES = 0.1  # nats of KL above which a dimension is said to carry something
LAYERS = (
    "Upper layer: KL(q(z₂|z₁) ‖ p(z₂)). Lower layer: the mean of log q(z₁|x) − log p(z₁|z₂), one draw of z₁ and z₂ for each "
    "test image. That is no KL: z₂ is drawn by a q that knows z₁, so it can lie below 0. Both layers together "
    "estimate KL(q(z₁, z₂|x) ‖ p(z₁, z₂)), which cannot."
)

Ladder = Mapping[float, Sequence["Rung"]]
Bundled = Sequence[tuple[float, Mapping[str, Any]]]


@dataclass(frozen=True)
class Rung:
    """One β: test terms at β = 1, and the KL of each dimension, the largest first."""

    elbo: float
    nll: float
    kl: float
    per_dimension: np.ndarray

    @property
    def carrying(self) -> int:
        """How many dimensions carry something."""
        return int((self.per_dimension > CARRIES).sum())


@dataclass
class Layered:
    """One training of a two-layer model: the means over test images after each watched step."""

    steps: list[int] = field(default_factory=list)
    elbo: list[float] = field(default_factory=list)
    lower: list[np.ndarray] = field(default_factory=list)  # log q(z₁|x) − log p(z₁|z₂) of each dimension
    upper: list[np.ndarray] = field(default_factory=list)  # KL of each dimension
    through_top: tuple[float, float] = (0.0, 0.0)  # nll by way of an image's own z₂, and of one of the prior

    def add(self, step: int, terms: Terms) -> None:
        """Take in the terms of the test images after a step."""
        self.steps.append(step)
        self.elbo.append(terms.elbo.mean().item())
        self.lower.append(terms.kl_lower.mean(0).numpy())
        self.upper.append(terms.kl_upper.mean(0).numpy())

    def carrying(self, place: int) -> int:
        """How many dimensions of the upper layer carry something at a watched step."""
        return int((self.upper[place] > CARRIES).sum())


def _final(group: Sequence[Layered], layer: str) -> np.ndarray:
    """What a layer costs at the end of training, for each seed."""
    return np.array([getattr(one, layer)[-1].sum() for one in group])


def says(bundled: Bundled, ladder: Ladder, layered: Mapping[str, Sequence[Layered]], single: Sequence[float]) -> tuple[str, ...]:
    """The findings in sentences, the headline first."""
    plain = layered["plain"]
    dimensions = plain[0].upper[-1].size
    carry = {arm: np.mean([one.carrying(-1) for one in group]) for arm, group in layered.items()}
    upper = {arm: _final(group, "upper").mean() for arm, group in layered.items()}
    elbo = {arm: np.mean([one.elbo[-1] for one in group]) for arm, group in layered.items()}
    known = {arm: np.mean([one.through_top[1] - one.through_top[0] for one in group]) for arm, group in layered.items()}
    best = max(elbo, key=elbo.__getitem__)
    betas = list(ladder)
    first, last = (np.mean([one.carrying for one in ladder[beta]]) for beta in (betas[0], betas[-1]))
    sentences = [
        f"Of the {dimensions} dimensions of the upper layer {carry['plain']:.1f} carry more than {CARRIES:g} nat each after "
        f"plain training ({upper['plain']:.1f} nats of KL in all, where the lower layer costs "
        f"{_final(plain, 'lower').mean():.1f}); the others lie on the prior or near it.",
        f"Warm-up of the KL brings that to {carry['warm-up']:.1f} dimensions and {upper['warm-up']:.1f} nats and changes the "
        f"ELBO by {elbo['warm-up'] - elbo['plain']:+.1f} nats; free bits hold {carry['free bits']:.1f} dimensions and "
        f"{upper['free bits']:.1f} nats and change it by {elbo['free bits'] - elbo['plain']:+.1f}.",
        f"Best here is {best} with {elbo[best]:.1f} nats; one layer alone reaches {np.mean(single):.1f} in as many steps.",
        "Decoded by way of its own z₂ an image has a lower nll than by way of a z₂ drawn from the prior: by "
        + ", ".join(f"{known[arm]:.0f} nats ({arm})" for arm in layered)
        + ".",
        f"β does the same to one layer: of {ladder[betas[0]][0].per_dimension.size} dimensions {first:.1f} carry something at "
        f"β = {betas[0]:g} and {last:.1f} at β = {betas[-1]:g}.",
    ]
    if bundled:
        (low, at_low), (high, at_high) = bundled[0], bundled[-1]
        sentences.append(
            f"With two latent dimensions the KL falls from {at_low['kl']:.1f} nats at β = {low:g} to {at_high['kl']:.2f} at "
            f"β = {high:g}, and the best ELBO of the ladder is at β = {max(bundled, key=lambda one: one[1]['elbo'])[0]:g}."
        )
    return tuple(sentences)


def charts(
    bundled: Bundled, ladder: Ladder, layered: Mapping[str, Sequence[Layered]], single: Sequence[float], batch: int
) -> tuple[Chart, ...]:
    """What each layer costs and the KL per dimension over training, what helps, and both ladders."""
    seen = [float(step * batch) for step in layered["plain"][0].steps[1:]]  # the axis is logarithmic: no 0

    def over_training(layer: str, arm: str) -> np.ndarray:
        return np.array([[kl.sum() for kl in getattr(one, layer)[1:]] for one in layered[arm]])

    layers = tuple(
        curve(f"{layer} layer, {arm}", seen, over_training(layer, arm)) for layer in ("upper", "lower") for arm in layered
    )
    elbos = tuple(curve(arm, seen, np.array([one.elbo[1:] for one in group])) for arm, group in layered.items())
    alone = Curve("one layer alone, at the end", (seen[-1],), (float(np.mean(single)),))
    each = np.array(layered["plain"][0].upper[1:]).T
    ranks = range(1, len(each) + 1)
    sorted_upper = tuple(
        curve(arm, ranks, np.array([np.sort(one.upper[-1])[::-1] for one in group])) for arm, group in layered.items()
    )
    betas = list(ladder)

    def on_ladder(what: str) -> np.ndarray:
        return np.array([[getattr(one, what) for one in ladder[beta]] for beta in betas]).T

    size = ladder[betas[0]][0].per_dimension.size
    rungs = tuple(
        curve(f"β = {beta:g}", range(1, size + 1), np.array([one.per_dimension for one in ladder[beta]])) for beta in betas
    )

    def of_bundled(name: str, key: str) -> Curve:
        known = [(beta, metrics[key]) for beta, metrics in bundled if beta > 0 and key in metrics]
        return curve(name, [beta for beta, _ in known], np.array([[value for _, value in known]]))

    two = (of_bundled("ELBO", "elbo"), of_bundled("log p(x), exact", "log_px_exact"))
    kls = of_bundled("2 dimensions, bundled", "kl")
    images = "training images seen"
    return (
        Chart("layers", "What each layer costs over training", images, "nats per image", layers, x_log=True, note=LAYERS),
        Chart("upper-dimensions", "KL of each dimension of the upper layer over training: plain, first seed", images,
              "nats per image",
              tuple(curve(f"dimension {rank}", seen, values[None]) for rank, values in zip(ranks, each, strict=True)), x_log=True,
              note="A curve that stays at 0 is a dimension that lies on the prior."),
        Chart("helps", "KL of each dimension of the upper layer at the end, the largest first", "rank of the dimension",
              "nats per image", sorted_upper),
        Chart("elbo", "Test ELBO over training", images, "nats per image", (*elbos, alone), x_log=True,
              note="Always at β = 1 and with the whole KL, whatever was minimised."),
        Chart("ladder-kl", "KL against β", "β", "nats per image", (kls, curve(f"{size} dimensions", betas, on_ladder("kl"))),
              x_log=True),
        Chart("ladder-bound", "The bundled ladder, two latent dimensions: what β costs", "β", "nats per image", two, x_log=True,
              note="β = 0 has no place on this axis; the table has it."),
        Chart("ladder-dimensions", f"KL of each of {size} dimensions, the largest first", "rank of the dimension",
              "nats per image", rungs),
    )  # fmt: skip


def tables(
    bundled: Bundled, ladder: Ladder, layered: Mapping[str, Sequence[Layered]], single: Sequence[float]
) -> tuple[Table, ...]:
    """Arms of the two-layer model, and both ladders."""
    arms = [
        (
            arm, *(round(float(value), 2) for value in (
                np.mean([one.elbo[-1] for one in group]), min(one.elbo[-1] for one in group), max(one.elbo[-1] for one in group),
                _final(group, "lower").mean(), _final(group, "upper").mean(), np.mean([one.carrying(-1) for one in group]),
                *np.mean([one.through_top for one in group], axis=0),
            )),
        )
        for arm, group in layered.items()
    ]  # fmt: skip
    arms.append(("one layer", *(round(v, 2) for v in (float(np.mean(single)), min(single), max(single))), *(None,) * 5))
    columns = ("training", "ELBO", "least of the seeds", "greatest of the seeds", "log ratio, lower layer", "KL, upper layer",
               "upper dimensions that carry", "nll by way of the image's z₂", "nll by way of a z₂ of the prior")  # fmt: skip
    rungs = [
        (beta, *(round(float(np.mean([getattr(one, what) for one in group])), 2) for what in ("elbo", "nll", "kl", "carrying")))
        for beta, group in ladder.items()
    ]
    size = next(iter(ladder.values()))[0].per_dimension.size
    kept = [
        (
            beta,
            *(round(metrics[key], 2) for key in ("elbo", "nll", "kl")),
            round(metrics["log_px_exact"], 2) if "log_px_exact" in metrics else None,
            metrics["latent"]["active_units"],
        )
        for beta, metrics in bundled
    ]
    return (
        Table("Two layers: nats per test image, means over the seeds", columns, tuple(arms)),
        Table(f"β with {size} latent dimensions", ("β", "ELBO (at β = 1)", "nll", "KL", "dimensions that carry"), tuple(rungs)),
        Table("β with two latent dimensions, the bundled models",
              ("β", "ELBO (at β = 1)", "nll", "KL", "log p(x), exact", "active dimensions"), tuple(kept)),
    )  # fmt: skip
