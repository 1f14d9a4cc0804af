"""What Python believes of what a live view reports, and how its models are recognised."""

from __future__ import annotations

import re

import pytest

from dashboard.learn.component import READINGS, LessonResult, checked, lesson
from vae_engine.base.places import place


def test_a_report_becomes_a_result():
    report = {"step": "manifold", "readings": {"r": 2, "prior_within": 0.86, "aggregate_within": None}, "link": "mode=draw"}
    wanted = {"r": 2.0, "prior_within": 0.86, "aggregate_within": None}
    assert checked("manifold", report) == LessonResult("manifold", wanted, "mode=draw")


@pytest.mark.parametrize("report", [None, "x" * 1000, [], {}, {"step": "beta", "readings": {"r": 1}}, {"step": ["manifold"]}])
def test_nonsense_and_other_steps_count_as_no_report(report):
    assert checked("manifold", report) == LessonResult("manifold")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "2", True, None, [1.0]])
def test_only_finite_numbers_are_readings(value):
    assert checked("manifold", {"step": "manifold", "readings": {"r": value, "other": 1.0}}).readings == dict.fromkeys(
        READINGS["manifold"]
    )


@pytest.mark.parametrize("link", [7, None, "a" * 2001])
def test_a_link_is_a_short_text(link):
    assert checked("beta", {"step": "beta", "readings": {}, "link": link}).link == ""


def test_a_step_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="no step 'fly'"):
        lesson("fly", [b""])


def test_every_step_has_its_view():
    table = place("dashboard/browser/learn/steps.js").read_text(encoding="utf-8")
    assert re.findall(r'^  "?([\w-]+)"?: \w+View,$', table, re.MULTILINE) == list(READINGS)
