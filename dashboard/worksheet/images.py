"""Tasks that end in a test image, checked against what was measured of each."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dashboard.learn.steps import links
from dashboard.shared.wording import number
from dashboard.stock import measures
from dashboard.stock.material import Material
from dashboard.worksheet.task import ModelAnswer, Task, Verdict

_FAR_OFF = 10.0
_CLOSE = 0.1
_IS_LOW = 1.0
_TRIED = 12


def _facts(material: Material, image: int) -> str:
    truths = material.truths
    modes = int(truths.modes[image])
    return (
        f"Image {image}, a {material.labels[image]}: posterior with {modes} mode{'' if modes == 1 else 's'}, log p(x) "
        f"{number(truths.log_px[image])}, ELBO {number(truths.elbo[image])}, gap {number(truths.gap[image])} nats."
    )


def _by(holds: Callable[[Material, int], bool]) -> Callable[[Material, int], Verdict]:
    return lambda material, image: Verdict(holds(material, image), _facts(material, image))


def _first(found: Callable[[Material], np.ndarray]) -> Callable[[Material], ModelAnswer]:
    """The first image of those in a mask, and how many there are."""

    def answer(material: Material) -> ModelAnswer:
        images = np.flatnonzero(found(material))
        listed = ", ".join(map(str, images[:8]))
        text = (
            f"{len(images):,} of {len(material.x):,} test images will do, among them {listed}. {_facts(material, int(images[0]))}"
        )
        return ModelAnswer(text, str(images[0]))

    return answer


def _ambiguous(material: Material) -> np.ndarray:
    return material.truths.modes >= 2


def _misjudged(material: Material) -> np.ndarray:
    return (material.truths.modes == 1) & (material.truths.gap > _FAR_OFF)


def _well_judged(material: Material) -> np.ndarray:
    return material.truths.gap < _CLOSE


def _is_error(material: Material, image: int) -> float:
    return measures.importance_sampled(material, image) - float(material.truths.log_px[image])


def _check_is(material: Material, image: int) -> Verdict:
    error = _is_error(material, image)
    text = f"{_facts(material, image)} Importance sampling with 500 draws (seeded) is off by {number(error)} nats."
    return Verdict(error < -_IS_LOW, text)


def _answer_is(material: Material) -> ModelAnswer:
    worst = np.argsort(-material.truths.gap)[:_TRIED]
    image = min((int(one) for one in worst), key=lambda one: _is_error(material, one))
    return ModelAnswer(_check_is(material, image).text, str(image))


IMAGE_TASKS = (
    Task(
        name="two-modes",
        step="posterior",
        title="One image, two explanations",
        form="image",
        text=lambda material: "Find a test image whose exact posterior has two modes. What does the decoder draw at each?",
        check=_by(lambda material, image: bool(_ambiguous(material)[image])),
        hint="Look for a digit that could be read as two, or use the list of ambiguous digits in Inspect.",
        answer=_first(_ambiguous),
        state=links.first_image,
    ),
    Task(
        name="misjudged",
        step="fit-q",
        title="The encoder is far off",
        form="image",
        text=lambda material: (
            f"Find an image whose posterior has a single mode and whose gap is still above {_FAR_OFF:g} nats. Fit q "
            "by hand at this image: how much of the gap can you win back?"
        ),
        check=_by(lambda material, image: bool(_misjudged(material)[image])),
        hint="Look for points among another digit's colour: there the encoder was mistaken.",
        answer=_first(_misjudged),
        state=links.first_image,
    ),
    Task(
        name="well-judged",
        step="amortisation",
        title="The encoder gets it right",
        form="image",
        text=lambda material: (
            f"Find an image whose gap is below {_CLOSE:g} nats. What do its posterior and the encoder's q have in common?"
        ),
        check=_by(lambda material, image: bool(_well_judged(material)[image])),
        hint="A posterior with one mode and no slant is one that a mean-field Gaussian can match.",
        answer=_first(_well_judged),
        state=links.first_image,
    ),
    Task(
        name="too-low",
        step="how-good",
        title="Where importance sampling fails",
        form="image",
        text=lambda material: (
            f"Find an image for which 500 draws from q give a log p(x) more than {_IS_LOW:g} nat below the exact one. "
            "Which part of the posterior did the draws miss?"
        ),
        check=_check_is,
        hint="The gap must be large: the draws come from q, and q must miss something.",
        answer=_answer_is,
        state=links.ambiguous_image,
    ),
)
