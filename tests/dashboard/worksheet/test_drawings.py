"""What is said of a student's own drawing."""

from __future__ import annotations

import base64
import re

import numpy as np
import pytest

from dashboard.stock import catalogue
from dashboard.stock.material import Material
from dashboard.worksheet import TASKS, judged
from dashboard.worksheet.drawings import thickened
from dashboard.worksheet.page import answer_of
from dashboard.worksheet.peaks import evidence
from dashboard.worksheet.pictures import pictures_of

TASK = next(task for task in TASKS if task.form == "drawing")


@pytest.fixture(scope="module")
def subject() -> Material:
    return catalogue.material()


def link(drawing: bytes) -> str:
    return f"#mode=draw&drawing={base64.urlsafe_b64encode(drawing).decode().rstrip('=')}"


@pytest.mark.long
def test_the_evidence_for_a_drawing_is_that_of_the_same_test_image(subject: Material) -> None:
    """Two ways to one number: adaptive quadrature of the engine, and importance sampling here."""
    hard = [int(one) for one in np.flatnonzero(subject.truths.modes >= 2)[:4]]
    for image in (0, 7, 37, *hard):
        found = evidence(subject, np.packbits(subject.x[image]).tobytes())
        assert found.log_px == pytest.approx(subject.truths.log_px[image], abs=0.1)
        assert found.elbo == pytest.approx(subject.truths.elbo[image], abs=0.06)
        assert found.gap >= 0
        np.testing.assert_allclose(found.mu, subject.mu[image], atol=0.01)


def test_a_drawing_is_right_when_nine_in_ten_test_images_are_likelier(subject: Material) -> None:
    limit = np.quantile(subject.truths.log_px, 0.1)
    likely, unlikely = int(np.argmax(subject.truths.log_px)), int(np.argmin(subject.truths.log_px))
    for image, right in ((likely, False), (unlikely, True)):
        verdict = judged(TASK, subject, link(np.packbits(subject.x[image]).tobytes()))
        assert verdict is not None
        assert verdict.right == right == (subject.truths.log_px[image] < limit)
        told = [float(one.replace("−", "-")) for one in re.findall(r"−?[\d.]+\d", verdict.text.partition("of ")[2])]
        assert told[0] == pytest.approx(subject.truths.log_px[image], abs=0.15)


def test_a_speck_is_no_digit_and_a_link_without_a_drawing_is_no_answer(subject: Material) -> None:
    speck = np.zeros(784, bool)
    speck[400:403] = True
    cases = {
        link(np.packbits(speck).tobytes()): "pixels: 3", "#mode=draw": "no drawing",
        link(bytes([255] * 32)): "for a model of other images",
    }  # fmt: skip
    for given, why in cases.items():
        verdict = judged(TASK, subject, given)
        assert verdict is not None
        assert not verdict.right
        assert why in verdict.text


def test_what_the_teacher_is_told_of_a_thicker_pen_holds(subject: Material) -> None:
    before, after = subject.x[1].astype(bool), np.unpackbits(np.frombuffer(thickened(subject.x[1]), np.uint8)).astype(bool)
    assert (after >= before).all()
    assert after.sum() > before.sum()
    found = evidence(subject, thickened(subject.x[1]))
    lacks, gap = (
        float(re.search(pattern, answer_of(TASK.name).because)[1])  # type: ignore[index]
        for pattern in (r"it lacks ([\d.]+) nats", r"the gap of ([\d.]+) nats")
    )
    assert lacks == pytest.approx(subject.truths.log_px[1] - found.log_px, abs=0.06)
    assert gap == pytest.approx(found.gap, abs=0.11)
    assert gap < lacks / 2, "so the loss is the decoder's"
    assert pictures_of(TASK, subject, answer_of(TASK.name).given)[0].caption.startswith("the drawing")
    other = pictures_of(TASK, subject, link(bytes([255] * 32)))  # of 16 × 16 pixels
    assert [one.caption for one in other] == ["the drawing, as the encoder sees it"]
