"""What the family of autoencoders says, and its charts and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from vae_engine.experiments.means import Mean, over
from vae_engine.experiments.result import Chart, Curve, Table, curve

FAMILY = ("AE", "denoising AE", "VAE", "β = 0")
FAR = 0.99
"""A sample is far when it is further from every training code than this share of test images' codes."""
SAMPLERS = ("N(0, I)", "fitted Gaussian", "fitted mixture")

Runs = Mapping[str, Sequence["Run"]]


@dataclass(frozen=True)
class Sampled:
    """One sampler of one model: exact log p(x) of each test image under it, [n], and how its samples are judged."""

    log_px: np.ndarray | None
    shares: np.ndarray  # of the ten classes
    confidence: float
    far: float

    @property
    def classes(self) -> float:
        """The effective number of classes."""
        held = self.shares[self.shares > 0]
        return float(np.exp(-(held * np.log(held)).sum()))

    @property
    def rarest(self) -> float:
        """The share of the rarest class."""
        return float(self.shares.min())


@dataclass(frozen=True)
class Run:
    """One trained model: the nll of each test image's reconstruction, the scale of its codes, and its samplers."""

    nll: np.ndarray
    narrowest: float
    widest: float
    farthest: float
    sampled: dict[str, Sampled]


def _values(runs: Runs, member: str, sampler: str, what: str) -> list[float]:
    return [getattr(run.sampled[sampler], what) for run in runs[member]]


def _mean(runs: Runs, member: str, sampler: str, what: str) -> float:
    return float(np.mean(_values(runs, member, sampler, what)))


def _log_px(runs: Runs, member: str, sampler: str) -> Mean | None:
    """Exact log p(x); None where it is not known for every seed."""
    found = [values for run in runs[member] if (values := run.sampled[sampler].log_px) is not None]
    return over(found, np.asarray) if len(found) == len(runs[member]) else None


def says(runs: Runs, components: int, accuracy: float) -> tuple[str, ...]:
    """The findings in sentences, the headline first."""

    def number(member: str, sampler: str, what: str, form: str) -> str:
        return format(_mean(runs, member, sampler, what), form)

    standard, gaussian, mixture = SAMPLERS
    scales = {member: (min(run.narrowest for run in group), max(run.widest for run in group)) for member, group in runs.items()}
    bound = {(member, sampler): _log_px(runs, member, sampler) for member in FAMILY for sampler in SAMPLERS}
    known = {key: value for key, value in bound.items() if value is not None}
    sentences = [
        f"Sampled by N(0, I) the plain autoencoder decodes {number('AE', standard, 'classes', '.1f')} classes of ten (effective "
        f"number) and the VAE {number('VAE', standard, 'classes', '.1f')}; by a Gaussian fitted to its codes the autoencoder "
        f"has {number('AE', gaussian, 'classes', '.1f')}, by a mixture of {components} "
        f"{number('AE', mixture, 'classes', '.1f')}.",
        "Why it must be fitted: nothing fixes the scale of codes. Their standard deviation along an axis is "
        + ", ".join(f"{low:.1f} to {high:.1f} ({member})" for member, (low, high) in scales.items())
        + ".",
        f"Far samples, further from every training code than {FAR:.0%} of test images' codes are: "
        + "; ".join(
            f"{member} {number(member, standard, 'far', '.0%')} by N(0, I), {number(member, gaussian, 'far', '.0%')} fitted, "
            f"{number(member, mixture, 'far', '.0%')} mixture"
            for member in FAMILY
        )
        + ".",
        f"The judge's confidence alone says little: {number('AE', standard, 'confidence', '.2f')} for the autoencoder under "
        f"N(0, I), {number('VAE', standard, 'confidence', '.2f')} for the VAE (the judge is right on {accuracy:.1%} of test "
        "images).",
    ]
    if known:
        sentences = [_says_log_px(known), _says_best(known), *sentences]
    return tuple(sentences)


def _says_log_px(known: Mapping[tuple[str, str], Mean]) -> str:
    """The plain autoencoder beside the VAE under each sampler that both are known under."""

    def beside(sampler: str) -> str:
        ours, theirs = known.get(("AE", sampler)), known.get(("VAE", sampler))
        if ours is None or theirs is None:
            return "not measured"
        return f"{ours} against {theirs} nats (difference {ours - theirs:+})"

    standard, gaussian, mixture = map(beside, SAMPLERS)
    return (
        f"Log p(x) of test images, plain autoencoder against VAE: sampled by N(0, I) {standard}; by a Gaussian fitted to its "
        f"own codes {gaussian}; by a mixture {mixture}."
    )


def _says_best(known: Mapping[tuple[str, str], Mean]) -> str:
    """Who has the highest log p(x), and by how much."""
    best, *others = sorted(known, key=lambda key: -known[key].value)
    lead = [f" ({known[best] - known[next_best]:+} beside {_named(next_best)}, the next)" for next_best in others[:1]]
    return f"The best log p(x) of all is that of {_named(best)}: {known[best]} nats{''.join(lead)}."


def _named(key: tuple[str, str]) -> str:
    member, sampler = key
    return f"{member} with {sampler if sampler == SAMPLERS[0] else f'the {sampler}'}"


def charts(runs: Runs) -> tuple[Chart, ...]:
    """Each number for each member of the family and each sampler."""

    def over_family(what: str) -> tuple[Curve, ...]:
        return tuple(
            curve(sampler, range(len(FAMILY)), np.array([_values(runs, member, sampler, what) for member in FAMILY]).T)
            for sampler in SAMPLERS
        )

    bounds = []
    for sampler in SAMPLERS:
        known = {place: mean for place, member in enumerate(FAMILY) if (mean := _log_px(runs, member, sampler))}
        if known:
            bounds.append(curve(sampler, list(known), np.stack([mean.by_seed for mean in known.values()], 1)))

    shares = tuple(
        curve(f"{member}, {sampler}", range(10), np.array([run.sampled[sampler].shares for run in runs[member]]))
        for member, sampler in (("AE", SAMPLERS[0]), ("AE", SAMPLERS[1]), ("VAE", SAMPLERS[0]))
    )
    made = []
    if bounds:
        made.append(
            Chart("log-px", "Exact log p(x) of test images under each sampler", "trained as", "nats per image", tuple(bounds),
                  kind="bars", ticks=FAMILY, note="Higher is better.")
        )  # fmt: skip
    return (
        *made,
        Chart("classes", "Balance of the classes that are sampled", "trained as", "effective number of classes",
              over_family("classes"), kind="bars", ticks=FAMILY, note="10 when all are equally frequent."),
        Chart("far", "Samples far from every training code", "trained as", "share of samples", over_family("far"), kind="bars",
              ticks=FAMILY, note=f"Far: further from the nearest one than {FAR:.0%} of test images' codes are."),
        Chart("confidence", "Confidence of the judge", "trained as", "mean probability of the likeliest class",
              over_family("confidence"), kind="bars", ticks=FAMILY,
              note="A poor measure by itself: one digit, always the same, makes a judge confident."),
        Chart("shares", "Classes that are sampled", "digit, by the judge", "share of samples", shares, kind="bars",
              ticks=tuple("0123456789")),
    )  # fmt: skip


def tables(runs: Runs) -> tuple[Table, ...]:
    """A row for each model and sampler; a row for each model."""

    rows = []
    for member in FAMILY:
        for sampler in SAMPLERS:
            log_px = _log_px(runs, member, sampler)
            judged = (("classes", 2), ("rarest", 4), ("confidence", 3), ("far", 4))
            means = (round(_mean(runs, member, sampler, what), digits) for what, digits in judged)
            rows.append((member, sampler, *(log_px.cells if log_px else (None, None)), *means))
    of_samplers = ("trained as", "sampled by", "log p(x), exact, nats", "±", "effective classes",
                   "share of the rarest class", "judge's confidence", "share far from training codes")  # fmt: skip
    models = tuple(
        (
            member,
            *over(group, lambda run: run.nll).cells,
            *(round(float(np.mean([getattr(run, what) for run in group])), 2) for what in ("narrowest", "widest", "farthest")),
        )
        for member, group in runs.items()
    )
    of_models = ("trained as", "nll of reconstructions, nats", "±", "least standard deviation of codes", "greatest",
                 "farthest code")  # fmt: skip
    return (
        Table("Samplers: means over the seeds", of_samplers, tuple(rows)),
        Table("The models: means over the seeds", of_models, models),
    )
