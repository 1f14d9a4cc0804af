"""Tasks that end in a test image, checked against what was measured of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from dashboard.learn.steps import links
from dashboard.shared.wording import apart, number, one_of, percent
from dashboard.stock import measures
from dashboard.stock.material import Material
from dashboard.worksheet.bands import ByImage
from dashboard.worksheet.peaks import best_gaussian, heights_of_codes, log_joint, peaks
from dashboard.worksheet.sums import IMAGE
from dashboard.worksheet.task import ModelAnswer, Task, Worked
from dashboard.worksheet.verdict import Verdict

_FAR_OFF = 10.0
_CLOSE = 0.1
_IS_LOW = 1.0
_TRIED = 12
_LOOKED_AT = 60
_COUNTS = 0.05
_DRAWS = 500


def facts(material: Material, image: int) -> str:
    """What was measured of a test image, as a sentence or two."""
    truths = material.truths
    modes, log_px, elbo = int(truths.modes[image]), float(truths.log_px[image]), float(truths.elbo[image])
    digit = one_of(int(material.labels[image]))
    told = f"Test image {image} is {digit}. Its posterior has {modes} mode{'' if modes == 1 else 's'}; "
    if image == IMAGE:
        return f"{told}its log p(x), ELBO and gap are not told here, since another task asks for them."
    return f"{told}log p(x) is {number(log_px)}, the ELBO {number(elbo)} and so the gap {apart(log_px, elbo)} nats."


def _first(
    found: Callable[[Material], np.ndarray],
    because: Callable[[Material, int], Worked],
    choose: Callable[[Material, list[int]], int] = lambda material, images: images[0],
) -> Callable[[Material], ModelAnswer]:
    """One of the first images in a mask, the very first unless another is more telling, and how many there are."""

    def answer(material: Material) -> ModelAnswer:
        images = np.flatnonzero(found(material)).tolist()
        listed = ", ".join(map(str, images[:8]))
        image = choose(material, images[:_LOOKED_AT])
        text = f"{len(images):,} of {len(material.x):,} test images will do, among them {listed}. {facts(material, image)}"
        why, places = because(material, image)
        return ModelAnswer(text, str(image), why, places)

    return answer


def _ambiguous(material: Material) -> np.ndarray:
    return material.truths.modes >= 2


def _misjudged(material: Material) -> np.ndarray:
    return (material.truths.modes == 1) & (material.truths.gap > _FAR_OFF)


def _well_judged(material: Material) -> np.ndarray:
    return material.truths.gap < _CLOSE


def _around(material: Material, z: np.ndarray) -> tuple[int, str]:
    """Which digit's codes lie around a place of the VAE's map."""
    near = measures.neighbours(material, "vae", z)
    digit = int(np.argmax(near.counts))
    return digit, f"{near.counts[digit]} of the {near.total} nearest test codes are {digit}s"


def _two_digits(material: Material, images: list[int]) -> int:
    """An image with modes of some weight among two digits, tried in the order in which the test codes promise one."""

    def promise(image: int) -> float:
        heights = heights_of_codes(material, image)
        second, first = sorted(heights[material.labels == digit].max() for digit in range(10))[-2:]
        return float(second - first)

    def digits(image: int) -> set[int]:
        return {_around(material, one.z)[0] for one in peaks(material, image) if one.share > _COUNTS}

    return next((one for one in sorted(images, key=promise, reverse=True)[:_TRIED] if len(digits(one)) > 1), images[0])


def _at(z: np.ndarray) -> str:
    return f"({number(z[0])}, {number(z[1])})"


def _each_mode(material: Material, image: int) -> Worked:
    found = peaks(material, image)
    told = "; ".join(f"at z = {_at(one.z)}, where {_around(material, one.z)[1]}, {percent(one.share)}" for one in found)
    why = (
        f"They should say something of each mode. Here they lie, with their shares of the mass (about): {told}. Each of the "
        "digits pictured here explains the same pixels; the posterior does not choose between them, it weighs them."
    )
    return why, _places(one.z for one in found)


def _won_back(material: Material, image: int) -> Worked:
    log_px, elbo = float(material.truths.log_px[image]), float(material.truths.elbo[image])
    fit = best_gaussian(material, image)
    why = (
        f"Accept about this figure: with μ = {_at(fit.mu)} and σ = ({fit.std[0]:.4f}, {fit.std[1]:.4f}) the ELBO "
        f"rises to {number(fit.elbo)}, so {apart(fit.elbo, elbo)} of the {apart(log_px, elbo)} nats come back. The decoder has "
        "not changed, so all of that was the encoder's mistake: the amortisation gap. What stays is the shape of q."
    )
    return why, _places([fit.mu])


def _in_common(material: Material, image: int) -> Worked:
    peak, mu, std = peaks(material, image)[0], material.mu[image], material.std[image]
    off = float(np.max(np.abs(peak.z - mu) / std))
    why = (
        f"They should find the same centre, much the same widths and upright axes. Here the mode lies at {_at(peak.z)} and μ at "
        f"{_at(mu)}, which is {off:.1f} σ away at most; the posterior's curvature gives widths of {peak.std[0]:.3f} and "
        f"{peak.std[1]:.3f}, q has {std[0]:.3f} and {std[1]:.3f}; the correlation of z₁ and z₂, which q cannot have, is "
        f"{number(peak.slant)}."
    )
    return why, _places([peak.z])


def _missed(material: Material, image: int) -> Worked:
    peak, mu, std = peaks(material, image)[0], material.mu[image], material.std[image]
    draws = measures.draws_of_q(material, image, _DRAWS)
    at_peak = log_joint(material, image, peak.z[None])[0]
    best = float(log_joint(material, image, draws).max())
    nearest = float(np.hypot(*((draws - peak.z) / peak.std).T).min())
    off = float(np.hypot(*((peak.z - mu) / std)))
    why = (
        f"They should name the mode at z = {_at(peak.z)}, with {percent(peak.share)} of the mass. It lies {off:.1f} σ of q from "
        f"μ; the nearest of the {_DRAWS} draws is still {nearest:.1f} widths of that mode away, and the best draw has a log p(x, "
        f"z) {number(at_peak - best)} nats below the mode's. A weight can only count what a draw has seen."
    )
    return why, _places([peak.z])


def _places(zs: Iterable[np.ndarray]) -> tuple[tuple[float, float], ...]:
    return tuple((float(z[0]), float(z[1])) for z in zs)


def _is_error(material: Material, image: int) -> float:
    return measures.importance_sampled(material, image, _DRAWS) - float(material.truths.log_px[image])


def _check_is(material: Material, image: int) -> Verdict:
    error = _is_error(material, image)
    said = measures.importance_diagnosis(material, image, _DRAWS)
    text = (
        f"{facts(material, image)} Importance sampling with {_DRAWS} draws (seeded) is off by {number(error)} nats; of its "
        f"weights k-hat is {said.said}, effective samples {number(said.ess, 1)}."
    )
    return Verdict(error < -_IS_LOW, text)


def _answer_is(material: Material) -> ModelAnswer:
    worst = np.argsort(-material.truths.gap)[:_TRIED]
    image = min((int(one) for one in worst), key=lambda one: _is_error(material, one))
    why, places = _missed(material, image)
    return ModelAnswer(_check_is(material, image).text, str(image), why, places)


IMAGE_TASKS = (
    Task(
        name="two-modes",
        step="posterior",
        short="Two modes",
        title="One image, two explanations",
        form="image",
        text=lambda material: (
            "Find a test image whose exact posterior has two modes or more. What does the decoder draw at each?"
        ),
        check=ByImage(_ambiguous, facts),
        hint="Look for a digit that could be read as two, or press “Hard image” in “Inspect”: it goes through the images that "
        "one Gaussian fits badly.",
        answer=_first(_ambiguous, _each_mode, _two_digits),
        state=links.first_image,
    ),
    Task(
        name="misjudged",
        step="fit-q",
        short="Refit",
        title="An image that the encoder misjudges",
        form="image",
        text=lambda material: (
            f"Find a test image whose posterior has one mode and whose gap is above {_FAR_OFF:g} nats. Then press “Refine q”: "
            "how much of the gap comes back, and whose mistake was it?"
        ),
        check=ByImage(_misjudged, facts),
        hint="Colour the codes by their gap: where it is largest the encoder was most mistaken. Then look at the modes.",
        answer=_first(_misjudged, _won_back),
        state=links.first_image,
    ),
    Task(
        name="well-judged",
        step="amortisation",
        short="Good guess",
        title="An image that the encoder judges well",
        form="image",
        text=lambda material: (
            f"Find a test image whose gap is below {_CLOSE:g} nats. What do its posterior and the encoder's q have in common?"
        ),
        check=ByImage(_well_judged, facts),
        hint="q is a Gaussian with upright axes: it can match a posterior with one mode and no slant.",
        answer=_first(_well_judged, _in_common),
        state=links.first_image,
    ),
    Task(
        name="too-low",
        step="how-good",
        short="Missed mass",
        title="Where importance sampling fails",
        form="image",
        text=lambda material: (
            f"Find a test image for which {_DRAWS} draws from q give a log p(x) more than {_IS_LOW:g} nat below the exact one: "
            "send any image, and the sheet draws for you and says by how much they miss. Which "
            "part of the posterior did the draws miss?"
        ),
        check=_check_is,
        hint="Look among the images with a large gap: there q misses something, and the draws come from q.",
        answer=_answer_is,
        state=links.ambiguous_image,
    ),
)
