"""The words around the steps of the Learn page; the steps themselves are in dashboard/lessons."""

from __future__ import annotations

from collections.abc import Mapping

from dashboard.learn.steps.source import Excerpt

LEARN = "Learn"
UNKNOWN_STEP = "The address names a step that does not exist; here is the first one."
MATHEMATICS = "The mathematics"
PREDICT = "Predict, then reveal"
REVEAL = "Reveal"
CHOOSE_FIRST = "Choose an answer first."
WHY = "Why it matters"
OPEN_IN_EXPLORE = "See it in Explore"
OPEN_IN_EXPLORE_HELP = "Opens Explore in a new tab, in the state shown here."
WORKING = "Working it out from the model …"
NO_LADDER = "The models trained with other values of β are not installed, so this step has nothing to move."


def verdict(right: bool, answer: str) -> str:
    """How an answer begins, after a prediction."""
    return "**Right.**" if right else f"**The answer is: {answer}.**"


def where(excerpt: Excerpt) -> str:
    """Above an excerpt of the engine."""
    return f"In the engine, `{excerpt.path}`, line {excerpt.line}"


def protocol(metrics: Mapping[str, object], name: str) -> str:
    """What the numbers of an answer belong to."""
    return f"{name}, {metrics.get('split')} split, {metrics.get('protocol')} pixels, seed {metrics.get('seed')}, nats per image"
