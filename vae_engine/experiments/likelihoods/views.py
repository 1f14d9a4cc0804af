"""What the comparison of likelihoods says, and its charts and table."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from vae_engine.experiments.likelihoods.kinds import AT_FLOOR, LEVELS, Arm, FixedGaussian, Run
from vae_engine.experiments.means import PROTOCOL, Mean, over
from vae_engine.experiments.result import Chart, Curve, Table, curve


def _mean(runs: list[Run], what: Callable[[Run], float | None]) -> float:
    return float(np.mean([what(run) for run in runs]))


def _learned(arms: list[Arm], dequantised: bool) -> list[Arm]:
    """The arms whose spread is learned, the highest floor first."""
    return [arm for arm in arms if arm.floor is not None and arm.dequantised is dequantised]


def says(runs: dict[str, list[Run]], arms: list[Arm], floor: float, empty: int) -> tuple[str, ...]:
    """The findings in sentences, the headline first.

    `floor` is the entropy of the grey test images, `empty` the number of pixels that no training image has ink in.
    """

    def mean(arm: Arm, what: Callable[[Run], float | None]) -> float:
        return _mean(runs[arm.name], what)

    def term(arm: Arm, what: Callable[[Run], np.ndarray]) -> Mean:
        return over(runs[arm.name], what)

    def gain(low: Arm, high: Arm) -> str:
        return f"{mean(low, lambda run: run.median_elbo) - mean(high, lambda run: run.median_elbo):+,.0f}"

    stored, spread = _learned(arms, False), _learned(arms, True)
    highest, before, lowest = stored[0], stored[-2], stored[-1]
    binary, grey = arms[:2]
    changed = term(lowest, lambda run: run.elbo) - term(highest, lambda run: run.elbo)
    fixed = [(arm.likelihood.noise.item(), arm) for arm in arms if isinstance(arm.likelihood, FixedGaussian)]
    return (
        f"With a learned σ the floor under it decides the number: lowered from {highest.floor:g} to {lowest.floor:g} it changes "
        f"the ELBO of the median test image by {gain(lowest, highest)} nats and the mean by "
        f"{changed:+} (an unexpected pixel costs up to 1 / 2σ²), while the decoded means' rms "
        f"error goes from {mean(highest, lambda run: run.error):.3f} to {mean(lowest, lambda run: run.error):.3f}.",
        f"In {empty} of 784 pixels no training image has ink: these alone pay {empty * math.log(10):.0f} nats for each tenfold "
        "smaller σ, without end.",
        "Dequantised, that is with each grey value spread evenly over its level's width, a density is bounded. From a floor of "
        f"{before.floor:g} to {lowest.floor:g} the median test image gains "
        f"{gain(spread[-1], spread[-2])} nats so, and "
        f"{gain(lowest, before)} as stored.",
        f"The same networks reach {term(binary, lambda run: run.elbo)} nats on bits, {term(grey, lambda run: run.elbo)} "
        f"on grey values with the Bernoulli formula, and {term(highest, lambda run: run.elbo)} with a learned σ ≥ "
        f"{highest.floor:g}: different data and different kinds of number, not better and worse.",
        f"The grey number is no log-probability: no model can bring its reconstruction term below {floor:.1f} nats, the entropy "
        f"of the grey values taken as chances (reached: {term(grey, lambda run: run.nll)}; on bits, where the least is 0: "
        f"{term(binary, lambda run: run.nll)}), and to be a density it lacks a normaliser worth "
        f"{term(grey, lambda run: run.normaliser)} nats.",
        "A fixed σ decides how much the latent carries, as β does, since the squared error is divided by 2σ²: the KL is "
        + ", ".join(f"{term(arm, lambda run: run.kl)} nats at σ = {spread:g}" for spread, arm in fixed)
        + ".",
    )


def protocol(width: int, train_size: int, steps: int, batch: int, tested: int) -> tuple[tuple[str, str], ...]:
    """What was done."""
    return (
        ("data", f"MNIST, {train_size:,} training images; binarised afresh for each batch, or grey values in [0, 1] as stored"),
        ("dequantised", "(255 x + u) / 256 with u uniform in [0, 1), drawn afresh for each batch"),
        ("networks", f"784–{width}–{width}–2 and back, ReLU; the decoder returns two numbers a pixel where σ is learned"),
        (
            "training",
            f"Adam, one-cycle, peak 2e-3, {steps:,} steps of {batch} images, gradient norm ≤ 1,000, estimator B, L = 1",
        ),
        ("numbers", f"estimator B, L = 1, on {tested:,} test images drawn at random by seed 0, seen as in training"),
        PROTOCOL,
        ("cross-entropy to grey", "of the decoded mean; the expected nll of a fresh binarisation, so that it compares all"),
        ("on the floor", f"σ below {AT_FLOOR:g} times its floor"),
        ("band", "least to greatest of the seeds"),
    )


def charts(runs: dict[str, list[Run]], arms: list[Arm]) -> tuple[Chart, ...]:
    """The floor and what it does, and one yardstick for all."""

    floors = [arm.floor or 0.0 for arm in _learned(arms, False)]

    def against_floor(what: Callable[[Run], float | None], added: str = "") -> tuple[Curve, ...]:
        return tuple(
            curve(label + added, floors, np.array([[what(run) for run in runs[arm.name]] for arm in chosen]).T)
            for label, chosen in (
                ("pixels as stored", _learned(arms, False)),
                ("dequantised", _learned(arms, True)),
            )
        )

    on_the_way = tuple(
        curve(f"σ ≥ {arm.floor:g}", runs[arm.name][0].steps, np.array([run.elbo_on_the_way for run in runs[arm.name]]))
        for arm in _learned(arms, False)
    )
    compared = tuple(arm for arm in arms if arm.floor in (None, 0.1, 0.01))
    errors = np.stack([over(runs[arm.name], lambda run: run.cross).by_seed for arm in compared], 1)
    return (
        Chart("floor", "What a floor on σ decides", "floor of σ", "ELBO, nats of density per image",
              against_floor(lambda run: run.median_elbo, ", median test image")
              + against_floor(lambda run: float(run.elbo.mean()), ", mean"), x_log=True,
              note="To the left the floor is lower: most images gain, and a few with an unexpected pixel lose a great deal."),
        Chart("collapse", "Variance collapse while training: the median test image, pixels as stored", "training images seen",
              "ELBO, nats of density per image", on_the_way, x_log=True),
        Chart("at-floor", "Pixels whose σ has fallen onto the floor", "floor of σ", "share of pixels",
              against_floor(lambda run: run.at_floor), x_log=True),
        Chart("cross-entropy", "One yardstick for all: cross-entropy of grey pixels to the decoded mean", "likelihood",
              "nats per image", (curve("cross-entropy", range(len(compared)), errors),), kind="bars",
              ticks=tuple(arm.name for arm in compared), note="Lower is better; it does not count what the KL costs."),
    )  # fmt: skip


def table(runs: dict[str, list[Run]], arms: list[Arm]) -> Table:
    """A row for each likelihood."""
    rows = []
    for arm in arms:
        group = runs[arm.name]

        elbo = over(group, lambda run: run.elbo)
        density: tuple[float | None, ...] = (None, None)
        probability = density
        if arm.name == "Bernoulli, grey":
            density = over(group, lambda run: run.elbo + run.normaliser).cells
        elif arm.protocol == "grey":
            density = elbo.cells
        if arm.dequantised:
            probability = over(group, lambda run: run.elbo - 784 * math.log(LEVELS)).cells
        rows.append((
            arm.name, *elbo.cells, round(_mean(group, lambda run: run.median_elbo), 1),
            *over(group, lambda run: run.train_elbo).cells, *over(group, lambda run: run.nll).cells,
            *over(group, lambda run: run.kl).cells, *density, *probability, *over(group, lambda run: run.cross).cells,
            round(_mean(group, lambda run: run.error), 4),
            round(_mean(group, lambda run: run.at_floor), 3) if arm.floor else None,
        ))  # fmt: skip
    columns = ("likelihood", "ELBO, of its own kind", "±", "the same, median image", "the same, training images", "±",
               "nll, of its own kind", "±", "KL, nats", "±", "ELBO as a density of pixels in [0, 1]", "±",
               "ELBO as a probability of 8-bit pixels", "±", "cross-entropy to grey, nats", "±", "rms error of the mean",
               "share of σ on the floor")  # fmt: skip
    return Table("Test images, means over the seeds", columns, tuple(rows))
