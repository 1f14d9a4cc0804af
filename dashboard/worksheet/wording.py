"""The words around the tasks of the Worksheet page; the tasks themselves are in dashboard/worksheet."""

from __future__ import annotations

from collections.abc import Mapping

WORKSHEET = "Worksheet"
UNKNOWN_TASK = "The address names a task that does not exist; here is the first one."
ANSWERS = {
    "place": "Link from Explore (Share, Copy link)",
    "walk": "Link from Explore (Share, Copy link)",
    "image": "Number of the image, or a link from Explore (Share, Copy link)",
    "number": "Your number",
    "choice": "Your choice",
}
CARRY = "Take my state from Explore"
CARRY_HELP = "Fills in where you last stood on the Explore page in this tab."
WORDS = "In your own words"
HINT = "Hint"
REVEAL = "Reveal the model answer"
MODEL_ANSWER = "Model answer"
WORKING = "Working it out from the models …"
DO_IN_EXPLORE = "Do it in Explore"
DO_IN_LEARN = "Do it in Learn"
NEW_TAB = "Opens in a new tab."
RIGHT, NOT_YET = "Right", "Not yet"
TAKE_AWAY = "Print or save"
NAME = "Your name (on the sheet only)"
MINE = "My answers"
TEACHER = "Teacher's version"
TEACHER_HELP = "Every task with its hint and a model answer worked out from the models. Making it takes a few seconds."
FORMATS = {"html": ("HTML to print", "text/html"), "md": ("Markdown", "text/markdown")}


def progress(right: int, total: int) -> str:
    """How far a student has come."""
    return f"{right} of {total} tasks right"


def sheet_title(name: str, teacher: bool) -> str:
    """The heading of a printed sheet."""
    kind = "teacher's version" if teacher else "my answers"
    return f"Worksheet on variational autoencoders: {kind}" + (f" ({name})" if name else "")


def sheet_notes(metrics: Mapping[str, object], models: tuple[str, str]) -> tuple[str, ...]:
    """What the numbers of a printed sheet belong to."""
    return (
        f"Models {models[0]} and {models[1]}; {metrics.get('split')} split, {metrics.get('protocol')} pixels, seed "
        f"{metrics.get('seed')}. All log-probabilities in nats per image.",
    )
