"""What the family of autoencoders says, and its charts and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from vae_engine.experiments.result import Chart, Curve, Table, curve

FAMILY = ("AE", "denoising AE", "VAE", "β = 0")
SAMPLERS = ("N(0, I)", "fitted Gaussian", "fitted mixture")

Runs = Mapping[str, Sequence["Run"]]


@dataclass(frozen=True)
class Sampled:
    """One sampler of one model: exact log p(x) of test images under it, and how its samples are judged."""

    log_px: float | None
    shares: np.ndarray  # of the ten classes
    confidence: float
    holes: float

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
    """One trained model: reconstruction, the scale of its codes, and its samplers."""

    nll: float
    narrowest: float
    widest: float
    farthest: float
    sampled: dict[str, Sampled]


def _values(runs: Runs, member: str, sampler: str, what: str) -> list[float]:
    found = [getattr(run.sampled[sampler], what) for run in runs[member]]
    return [value for value in found if value is not None]


def _mean(runs: Runs, member: str, sampler: str, what: str) -> float | None:
    values = _values(runs, member, sampler, what)
    return float(np.mean(values)) if values else None


def says(runs: Runs, components: int, accuracy: float) -> tuple[str, ...]:
    """The findings in sentences, the headline first."""

    def number(member: str, sampler: str, what: str, form: str) -> str:
        mean = _mean(runs, member, sampler, what)
        return "not measured" if mean is None else format(mean, form)

    standard, gaussian, mixture = SAMPLERS
    scales = {member: (min(run.narrowest for run in group), max(run.widest for run in group)) for member, group in runs.items()}
    bound = {(member, sampler): _mean(runs, member, sampler, "log_px") for member in FAMILY for sampler in SAMPLERS}
    known = {key: value for key, value in bound.items() if value is not None}
    sentences = [
        f"Sampled by N(0, I) the plain autoencoder decodes {number('AE', standard, 'classes', '.1f')} classes of ten (effective "
        f"number) and the VAE {number('VAE', standard, 'classes', '.1f')}; by a Gaussian fitted to its codes the autoencoder "
        f"has {number('AE', gaussian, 'classes', '.1f')}, by a mixture of {components} "
        f"{number('AE', mixture, 'classes', '.1f')}.",
        "Why it must be fitted: nothing fixes the scale of codes. Their standard deviation along an axis is "
        + ", ".join(f"{low:.1f} to {high:.1f} ({member})" for member, (low, high) in scales.items())
        + ".",
        "Holes, samples where no training code is near: "
        + "; ".join(
            f"{member} {number(member, standard, 'holes', '.0%')} by N(0, I), {number(member, gaussian, 'holes', '.0%')} fitted, "
            f"{number(member, mixture, 'holes', '.0%')} mixture"
            for member in FAMILY
        )
        + ".",
        f"The judge's confidence alone says little: {number('AE', standard, 'confidence', '.2f')} for the autoencoder under "
        f"N(0, I), {number('VAE', standard, 'confidence', '.2f')} for the VAE (the judge is right on {accuracy:.1%} of test "
        "images).",
    ]
    if known:
        best = max(known, key=known.__getitem__)
        sentences.insert(
            0,
            f"Sampled by N(0, I) the plain autoencoder gives test images {number('AE', standard, 'log_px', '.1f')} nats and the "
            f"VAE {number('VAE', standard, 'log_px', '.1f')}; given a Gaussian fitted to its own codes it is "
            f"{number('AE', gaussian, 'log_px', '.1f')} against {number('VAE', gaussian, 'log_px', '.1f')}, and with a mixture "
            f"{number('AE', mixture, 'log_px', '.1f')} against {number('VAE', mixture, 'log_px', '.1f')}.",
        )
        sentences.insert(1, f"The best log p(x) of all is that of {best[0]} with the {best[1]}: {known[best]:.1f} nats.".replace(
            "the N(0, I)", "N(0, I)"
        ))  # fmt: skip
    return tuple(sentences)


def charts(runs: Runs) -> tuple[Chart, ...]:
    """Each number for each member of the family and each sampler."""

    def over_family(what: str) -> tuple[Curve, ...]:
        found = []
        for sampler in SAMPLERS:
            members = [
                place for place, member in enumerate(FAMILY) if len(_values(runs, member, sampler, what)) == len(runs[member])
            ]
            values = np.array([_values(runs, FAMILY[place], sampler, what) for place in members]).T
            if members:
                found.append(curve(sampler, members, values))
        return tuple(found)

    shares = tuple(
        curve(f"{member}, {sampler}", range(10), np.array([run.sampled[sampler].shares for run in runs[member]]))
        for member, sampler in (("AE", SAMPLERS[0]), ("AE", SAMPLERS[1]), ("VAE", SAMPLERS[0]))
    )
    made = []
    if bounds := over_family("log_px"):
        made.append(
            Chart("log-px", "Exact log p(x) of test images under each sampler", "trained as", "nats per image", bounds,
                  kind="bars", ticks=FAMILY, note="Higher is better.")
        )  # fmt: skip
    return (
        *made,
        Chart("classes", "Balance of the classes that are sampled", "trained as", "effective number of classes",
              over_family("classes"), kind="bars", ticks=FAMILY, note="10 when all are equally frequent."),
        Chart("holes", "Samples that fall where no training code is near", "trained as", "share of samples", over_family("holes"),
              kind="bars", ticks=FAMILY),
        Chart("confidence", "Confidence of the judge", "trained as", "mean probability of the likeliest class",
              over_family("confidence"), kind="bars", ticks=FAMILY,
              note="A poor measure by itself: one digit, always the same, makes a judge confident."),
        Chart("shares", "Classes that are sampled", "digit, by the judge", "share of samples", shares, kind="bars",
              ticks=tuple("0123456789")),
    )  # fmt: skip


def tables(runs: Runs) -> tuple[Table, ...]:
    """A row for each model and sampler; a row for each model."""

    def rounded(value: float | None, digits: int) -> float | None:
        return None if value is None else round(value, digits)

    rows = tuple(
        (
            member, sampler,
            *(rounded(_mean(runs, member, sampler, what), digits)
              for what, digits in (("log_px", 2), ("classes", 2), ("rarest", 4), ("confidence", 3), ("holes", 4))),
        )
        for member in FAMILY
        for sampler in SAMPLERS
    )  # fmt: skip
    columns = ("trained as", "sampled by", "log p(x), exact, nats", "effective classes", "share of the rarest class",
               "judge's confidence", "share in holes")  # fmt: skip
    models = tuple(
        (
            member,
            *(
                round(float(np.mean([getattr(run, what) for run in group])), 2)
                for what in ("nll", "narrowest", "widest", "farthest")
            ),
        )
        for member, group in runs.items()
    )
    of_models = ("trained as", "nll of reconstructions, nats", "least standard deviation of codes", "greatest", "farthest code")
    return Table("Samplers: means over the seeds", columns, rows), Table("The models: means over the seeds", of_models, models)
