"""What the collapse of latent variables says, and its charts and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from vae_engine.experiments.collapse.two_layers import Terms
from vae_engine.experiments.means import Mean, over, with_error
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
    """One β: terms of each test image at β = 1, [n], and the mean KL of each dimension, the largest first."""

    elbo: np.ndarray
    nll: np.ndarray
    kl: np.ndarray
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
    last: dict[str, np.ndarray] = field(default_factory=dict)
    """After the last of the steps `elbo`, and `lower` and `upper` summed over dimensions, of each image: [n]."""
    by_own: np.ndarray = field(default_factory=lambda: np.zeros(0))  # nll of each image by way of its own z₂, [n]
    by_prior: np.ndarray = field(default_factory=lambda: np.zeros(0))  # and by way of a z₂ of the prior

    def add(self, step: int, terms: Terms) -> None:
        """Take in the terms of the test images after a step."""
        self.steps.append(step)
        sums = {"elbo": terms.elbo, "lower": terms.kl_lower.sum(-1), "upper": terms.kl_upper.sum(-1)}
        self.last = {name: values.numpy() for name, values in sums.items()}
        self.elbo.append(terms.elbo.mean().item())
        self.lower.append(terms.kl_lower.mean(0).numpy())
        self.upper.append(terms.kl_upper.mean(0).numpy())

    def carrying(self, place: int) -> int:
        """How many dimensions of the upper layer carry something at a watched step."""
        return int((self.upper[place] > CARRIES).sum())


def _final(group: Sequence[Layered], what: str) -> Mean:
    """The ELBO, or what a layer costs, at the end of training."""
    return over(group, lambda one: one.last[what])


def says(bundled: Bundled, ladder: Ladder, layered: Mapping[str, Sequence[Layered]], single: Mean) -> tuple[str, ...]:
    """The findings in sentences, the headline first."""
    plain = layered["plain"]
    dimensions = plain[0].upper[-1].size
    carry = {arm: np.mean([one.carrying(-1) for one in group]) for arm, group in layered.items()}
    upper = {arm: _final(group, "upper") for arm, group in layered.items()}
    elbo = {arm: _final(group, "elbo") for arm, group in layered.items()}
    known = {arm: over(group, lambda one: one.by_prior - one.by_own) for arm, group in layered.items()}
    best = max(elbo, key=lambda arm: elbo[arm].value)
    betas = list(ladder)
    first, last = (np.mean([one.carrying for one in ladder[beta]]) for beta in (betas[0], betas[-1]))
    sentences = [
        f"Of the {dimensions} dimensions of the upper layer on average {carry['plain']:.1f} carry more than {CARRIES:g} nat each "
        f"after plain training ({upper['plain']} nats of KL in all, where the lower layer costs "
        f"{_final(plain, 'lower')}); the others lie on the prior or near it.",
        f"Warm-up of the KL brings that to {carry['warm-up']:.1f} dimensions and {upper['warm-up']} nats and changes the "
        f"ELBO by {elbo['warm-up'] - elbo['plain']:+} nats; free bits hold {carry['free bits']:.1f} dimensions and "
        f"{upper['free bits']} nats and change it by {elbo['free bits'] - elbo['plain']:+}.",
        f"Best here is {best} with {elbo[best]} nats; one layer alone reaches {single} in as many steps (difference "
        f"{elbo[best] - single:+}).",
        "Decoded by way of its own z₂ an image has a lower nll than by way of a z₂ drawn from the prior: by "
        + ", ".join(f"{known[arm]} nats ({arm})" for arm in layered)
        + ".",
        f"In a VAE with a single layer β decides: of {ladder[betas[0]][0].per_dimension.size} dimensions {first:.1f} carry more "
        f"than {CARRIES:g} nat each at β = {betas[0]:g} and {last:.1f} at β = {betas[-1]:g}.",
    ]
    if bundled:
        (low, at_low), (high, at_high) = bundled[0], bundled[-1]
        sentences.append(
            f"With two latent dimensions the KL falls from {with_error(at_low['kl'], at_low['kl_se'])} nats at β = {low:g} to "
            f"{with_error(at_high['kl'], at_high['kl_se'])} at "
            f"β = {high:g}, and the best ELBO of the ladder is at β = {max(bundled, key=lambda one: one[1]['elbo'])[0]:g}."
        )
    return tuple(sentences)


def charts(
    bundled: Bundled, ladder: Ladder, layered: Mapping[str, Sequence[Layered]], single: Mean, batch: int
) -> tuple[Chart, ...]:
    """What each layer costs and the KL per dimension over training, what helps, and both ladders."""
    seen = [float(step * batch) for step in layered["plain"][0].steps[1:]]  # the axis is logarithmic: no 0

    def over_training(layer: str, arm: str) -> np.ndarray:
        return np.array([[kl.sum() for kl in getattr(one, layer)[1:]] for one in layered[arm]])

    layers = tuple(
        curve(f"{layer} layer, {arm}", seen, over_training(layer, arm)) for layer in ("upper", "lower") for arm in layered
    )
    elbos = tuple(curve(arm, seen, np.array([one.elbo[1:] for one in group])) for arm, group in layered.items())
    alone = Curve("one layer alone, at the end", (seen[-1],), (single.value,))
    each = np.array(layered["plain"][0].upper[1:]).T
    ranks = range(1, len(each) + 1)
    sorted_upper = tuple(
        curve(arm, ranks, np.array([np.sort(one.upper[-1])[::-1] for one in group])) for arm, group in layered.items()
    )
    betas = list(ladder)

    kl = np.stack([over(ladder[beta], lambda one: one.kl).by_seed for beta in betas], 1)
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
        Chart("ladder-kl", "KL against β", "β", "nats per image", (kls, curve(f"{size} dimensions", betas, kl)),
              x_log=True),
        Chart("ladder-bound", "The bundled ladder, two latent dimensions: what β costs", "β", "nats per image", two, x_log=True,
              note="β = 0 has no place on this axis; the table has it."),
        Chart("ladder-dimensions", f"KL of each of {size} dimensions, the largest first", "rank of the dimension",
              "nats per image", rungs),
    )  # fmt: skip


def tables(bundled: Bundled, ladder: Ladder, layered: Mapping[str, Sequence[Layered]], single: Mean) -> tuple[Table, ...]:
    """Arms of the two-layer model, and both ladders."""
    arms: list[tuple] = []
    for arm, group in layered.items():
        elbo, carried = _final(group, "elbo"), round(float(np.mean([one.carrying(-1) for one in group])), 2)
        layers = (*_final(group, "lower").cells, *_final(group, "upper").cells)
        through = (*over(group, lambda one: one.by_own).cells, *over(group, lambda one: one.by_prior).cells)
        arms.append((arm, *elbo.cells, *elbo.extremes, *layers, carried, *through))
    arms.append(("one layer", *single.cells, *single.extremes, *(None,) * 9))
    columns = ("training", "ELBO", "±", "least of the seeds", "greatest of the seeds", "log ratio, lower layer", "±",
               "KL, upper layer", "±", "upper dimensions that carry", "nll by way of the image's z₂", "±",
               "nll by way of a z₂ of the prior", "±")  # fmt: skip
    rungs = [
        (
            beta,
            *over(group, lambda one: one.elbo).cells,
            *over(group, lambda one: one.nll).cells,
            *over(group, lambda one: one.kl).cells,
            round(float(np.mean([one.carrying for one in group])), 2),
        )
        for beta, group in ladder.items()
    ]
    size = next(iter(ladder.values()))[0].per_dimension.size
    kept = [
        (
            beta,
            *(
                round(metrics[of], 2) if of in metrics else None
                for key in ("elbo", "nll", "kl", "log_px_exact")
                for of in (key, f"{key}_se")
            ),
            metrics["latent"]["active_units"],
        )
        for beta, metrics in bundled
    ]
    terms = ("β", "ELBO (at β = 1)", "±", "nll", "±", "KL", "±")
    return (
        Table("Two layers: nats per test image, means over the seeds", columns, tuple(arms)),
        Table(f"β with {size} latent dimensions", (*terms, "dimensions that carry"), tuple(rungs)),
        Table("β with two latent dimensions, the bundled models",
              (*terms, "log p(x), exact", "±", "active dimensions"), tuple(kept)),
    )  # fmt: skip
