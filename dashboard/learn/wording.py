"""The words around the steps of the Learn page; the steps themselves are in steps/."""

from __future__ import annotations

from dashboard.learn.steps.step import Basis
from dashboard.shared.source import Excerpt

LEARN = "Learn"
UNKNOWN_STEP = "The address names a step that does not exist; here is the first one."
PREDICT = "Predict, then reveal"
REVEAL = "Reveal"
AGAIN = "Try again"
SHOW_IMAGE_HELP = "The answer is about this image, or this is one of those of which it holds."
AFRESH = "Begin afresh"
CHOOSE_FIRST = "Choose an answer first."
TABS = WHY, MATHEMATICS, WORDS, ENGINE = "Why", "Mathematics", "Words", "Code"
OPEN_IN_EXPLORE = "See it in Explore"
OPEN_IN_EXPLORE_HELP = "In the state shown here."
WORKING = "Working it out from the model …"
NO_LADDER = "The models trained with other values of β are not installed, so this step has nothing to move."


def show_image(image: int) -> str:
    """Beside an answer: has the live view show a test image that it speaks of."""
    return f"Show test image {image}"


def verdict(right: bool, answer: str) -> str:
    """How an answer begins, after a prediction."""
    return "**Right.**" if right else f"**The answer is: {answer}.**"


def kept(answers: int, is_kept: bool) -> str:
    """Where the answers are that were revealed so far, and what was moved in the live views."""
    what = "What you move is" if not answers else f"{answers} answer{'s' if answers > 1 else ''} and what you moved are"
    place = "in this browser, on this device only" if is_kept else "until you reload: this browser stores nothing"
    return f"{what} kept {place}."


def where(excerpt: Excerpt) -> str:
    """Above an excerpt of the engine."""
    return f"`{excerpt.path}`, line {excerpt.line}"


def protocol(basis: Basis) -> str:
    """What the numbers of an answer belong to."""
    first, *others = basis.models
    models = f"{first} to {others[-1]}" if len(others) > 1 else ", ".join(basis.models)
    return f"{models}; {basis.images}; {', '.join(basis.units)}"
