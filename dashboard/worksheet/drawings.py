"""Tasks on a drawing of the student's own, judged by what the VAE makes of it."""

from __future__ import annotations

import base64

import numpy as np

from dashboard.shared.links import ExploreLink, read, state_of
from dashboard.shared.wording import apart, number, one_of, percent
from dashboard.stock.material import Material
from dashboard.worksheet.peaks import Evidence, evidence
from dashboard.worksheet.task import ModelAnswer, Task
from dashboard.worksheet.verdict import Verdict

_SHARE = 0.1
_LEAST_INK = 15
_THICKENED = 1  # the test image that the model answer draws anew


def _check_unlikely(material: Material, link: ExploreLink) -> Verdict:
    drawing = link.drawing or b""
    ink = int.from_bytes(drawing).bit_count()
    if ink < _LEAST_INK:
        return Verdict(False, f"Too little ink (pixels: {ink}): draw a digit that one can read.")
    found, truths = evidence(material, drawing), material.truths
    less, smaller = (float(np.mean(share)) for share in (truths.log_px < found.log_px, truths.gap < found.gap))
    text = (
        f"This drawing has a log p(x) of {number(found.log_px, 1)} nats (importance sampling around its modes: k-hat "
        f"{found.trust.said}, effective samples {number(found.trust.ess, 0)}); {percent(less, 1)} of the test images have less. "
        f"Its ELBO is {number(found.elbo, 1)}, so the gap {apart(found.log_px, found.elbo, 1)} nats; {percent(smaller)} of the "
        "test images have a smaller one."
    )
    return Verdict(less < _SHARE, text)


def _answer_unlikely(material: Material) -> ModelAnswer:
    drawing = thickened(material.x[_THICKENED])
    given = f"#{state_of(mode='draw')}&drawing={base64.urlsafe_b64encode(drawing).decode().rstrip('=')}"
    found = evidence(material, drawing)
    lacks = float(material.truths.log_px[_THICKENED]) - found.log_px
    because = (
        f"This is test image {_THICKENED}, {one_of(int(material.labels[_THICKENED]))}, with a pen one pixel wider all round: "
        f"anyone reads it, and it lacks {number(lacks, 1)} nats on the original. {_whose_fault(found, lacks)} They should say "
        "that p(x) measures how much an image is like the training images, pixel by pixel, and not whether one can read it."
    )
    return ModelAnswer(_check_unlikely(material, read(given)).text, given, because)


def _whose_fault(found: Evidence, lacks: float) -> str:
    fault = "decoder's, which has no z for such strokes" if found.gap < lacks / 2 else "encoder's in large part"
    return (
        f"Even the best q could win back only the gap of {apart(found.log_px, found.elbo, 1)} nats, so the loss is the {fault}."
    )


def thickened(x: np.ndarray) -> bytes:
    """An image [784] of zeros and ones with ink on every pixel beside ink as well: a bit for each pixel, row by row."""
    ink = np.pad(x.reshape(28, 28).astype(bool), 1)
    near = ink[1:-1, 1:-1] | ink[:-2, 1:-1] | ink[2:, 1:-1] | ink[1:-1, :-2] | ink[1:-1, 2:]
    return np.packbits(near).tobytes()


DRAWING_TASKS = (
    Task(
        name="own-digit",
        step="how-good",
        short="Your digit",
        title="A digit of your own",
        form="drawing",
        text=lambda material: (
            "Draw a digit that anyone can read, and that the model finds less likely than nine in ten of its test images: "
            f"log p(x) below {number(float(np.quantile(material.truths.log_px, _SHARE)), 1)} nats. What does the model draw "
            "instead, and how much of the loss could a better q win back?"
        ),
        check=_check_unlikely,
        hint="Draw as no one in the training set did: a thick pen, a crossed seven, an open four. Explore says log p(x) below "
        "the drawing, once the posterior is worked out; the gap is what a better q could win.",
        answer=_answer_unlikely,
        state=lambda material: state_of(mode="draw"),
    ),
)
