"""The words around the tasks of the Worksheet page; the tasks themselves are in dashboard/worksheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dashboard.runs import wording as runs_wording
from dashboard.runs.table import Row
from dashboard.worksheet.task import Standing

WORKSHEET = "Worksheet"
UNKNOWN_TASK = "The address names a task that does not exist; here is the first one."
ANSWERS = {
    "place": "What you sent from Explore, or a link from there (Share, Copy link)",
    "walk": "What you sent from Explore, or a link from there (Share, Copy link)",
    "drawing": "What you sent from Explore, or a link from there (Share, Copy link)",
    "image": "Number of the image, or what you sent from Explore, or a link from there (Share, Copy link)",
    "run": "What you sent from Train or Runs",
    "number": "Your number",
    "numbers": "Your two numbers, with a semicolon between them",
    "choice": "Your choice",
}
NO_LINK = "This is no link to a state of Explore. Use Share, Copy link on the Explore page."
OPENING = "The models are on their way …"
UNCHECKED, UNCHECKED_SIGN, UNCHECKED_MORE = "Kept", "•", "for your teacher to judge"
UNCHECKED_HELP = "This page cannot judge it: the program does, when your teacher opens your file."
PRINT, SAVE = "Print", "Save as a file"
HAND_IN_FILE = "To hand in: print the sheet, or send the file to your teacher: `latent-explorer worksheet FILE` opens it."
CARRY = "Take my state from Explore"
CARRY_HELP = "Fills in where you last stood on the Explore page in this tab."
WORDS = "In your own words (for your teacher; nothing here checks them)"
HINT = "Hint"
REVEAL = "Show the model answer"
MODEL_ANSWER = "Model answer"
WORKING = "Working it out from the models …"
DO_IN_EXPLORE = "Do it in Explore"
DO_ON_TRAIN = "Do it on Train"
DO_IN_LEARN = "Do it in Learn"
SHEET_STAYS = "This sheet stays open."
SAME_TAB, SENT_STATE = (
    "Opens here, with the task above it and a key that leads back; your answers are kept.",
    " It opens what you sent.",
)
STANDS = {"unread": "Not understood", "not yet": "Not yet", "wordless": "Right, words missing", "done": "Right"}
"""What is said of an answer, by where its task stands."""
DONE = "{done} of {all} tasks done"
MORE: dict[Standing, str] = {"wordless": "more right without words", "not yet": "not right yet", "unread": "not understood"}
SIGNS = {"unread": "?", "not yet": "✗", "wordless": "◐", "done": "✓"}
NOTHING_GIVEN = "nothing given"
CLASS = "Worksheet on variational autoencoders: a class"
STATE = "The state in Explore"
WORDS_MISSING = "The second part is still to be answered, in your own words below."

AT_HAND = "Your task"
SEND = "Send to worksheet"
SEND_HELP = "Fills in what you see here as your answer and goes back to the task."
NOTHING_YET = "Choose something on this page first."
HOLD_FIRST = "First choose a point on the map, which holds it."
HELD = "A point is held. Chosen again, it is let go."
SEND_RUNS_HELP = "Adds name, numbers and link of what is chosen on this page to your own words, and goes back to the task."
SEND_RUN_HELP = "Fills in this run as your answer and goes back to the task."
SEND_TRAINED_HELP = "Adds what was trained here, with its numbers, to your own words, and goes back to the task."
NOT_TRAINED_YET = "Train a model first, until it is measured."
NO_IMAGE_YET = "First choose an image: a point of the map in Inspect."
NO_DRAWING_YET = "First draw a digit in Draw."
NO_ROOM = "Your own words are too long for what was to be sent; shorten them."
NO_RUN_YET = "Choose a run on this page first."
BACK = "Back to the task"
PUT_AWAY = "Put away"
PUT_AWAY_HELP = "Takes the task off the other pages; it stays on the worksheet."
KEEP_IN_SIGHT = "Keep in sight"
KEEP_IN_SIGHT_ON_SITE = "Shows this task above Train and, where it is done there, Explore, until you put it away."
KEEP_IN_SIGHT_HELP = "Shows this task above Train, Runs and, where it is done there, Explore, until you put it away."

KEPT = "Your answers are kept in this browser, on this device, and nowhere else. Every tab shows the same sheet."
NOT_KEPT = "This browser keeps nothing (perhaps a private window): a reload loses your answers, so save them first."
AFRESH = "Begin afresh"
AFRESH_SURE = "This empties every answer on this device."
AFRESH_YES, AFRESH_NO = "Empty the sheet", "Keep my answers"

NAME = "Your name (on the sheet only)"
I_TEACH = "I teach this"
I_TEACH_HELP = (
    "Puts a model answer at hand under each task, offers the teacher's version, and lets you choose the tasks for your class. "
    "This browser keeps it, as it does answers."
)
SHOWN = {
    "given": "Answer: {}",
    "image": "test image {}",
    "place": "z = ({}, {})",
    "on map": "{} on the {}'s map",
    "walk": "{} to {}",
    "nowhere": "nowhere",
}
"""What was given, as a reader wants to see it."""
REVEALS_NOTE = "With model answers: whoever is still to do the tasks learns more without them."
CHOSEN = "Tasks on the sheets for your class"
CHOOSE = "Press a task to leave it out, or to take it in again"
CHOSEN_HELP = (
    "Blank handout and teacher's version hold these, under the numbers that they have here. This browser keeps your choice."
)
ALL_TASKS, NO_TASKS = "All", "None"
NONE_CHOSEN = "Choose at least one task."
MINE = "My answers"
HAND_IN = "To hand in: *My answers*, as HTML to print; as JSON, if your teacher reads it by a program."
MINE_HELP = "HTML to print and hand in, or JSON with the states behind your answers."
BLANK = "Blank handout"
BLANK_HELP = "The tasks with room to write, a line for the name, and the points of each."
TEACHER = "Teacher's version"
TEACHER_HELP = "The same tasks, each with its hint and a model answer worked out from the models."
FORMATS = {"html": ("HTML to print", "text/html"), "md": ("Markdown", "text/markdown"), "json": ("JSON", "application/json")}
SHEETS = {"mine": (MINE, MINE_HELP), "blank": (BLANK, BLANK_HELP), "teacher": (TEACHER, TEACHER_HELP)}
NAME_LINE = "Name: ______________________________   Date: ______________"


def progress(stands: Sequence[Standing]) -> str:
    """How far a student has come, by where each task stands."""
    counts = [(stands.count(stand), SIGNS[stand], said) for stand, said in MORE.items()]
    more = "".join(f", {count} {said} ({sign})" for count, sign, said in counts if count)
    done = f" ({SIGNS['done']})" if "done" in stands else ""
    return f"{DONE.format(done=stands.count('done'), all=len(stands))}{done}{more}"


def tick(stand: Standing) -> str:
    """What stands behind the name of a task in the list."""
    return f" {SIGNS[stand]}" if stand else ""


def of_run(row: Row, address: str) -> str:
    """A run or a bundled model as a line of a student's own words: its name, how it stands, its numbers, its address."""
    stands = "" if row.is_finished else f" ({row.state})"
    numbers = runs_wording.summary(row)
    return ", ".join(part for part in (f"{row.name}{stands}", numbers and f"{numbers} nats per image", address) if part)


def no_room(lines: Sequence[str]) -> str:
    """That own words are full, with what was to be added to them."""
    return f"Your own words are too long for what was sent; shorten them, then add this: {' '.join(lines)}"


def working(done: int, total: int) -> str:
    """How many model answers there are while the others are worked out."""
    return f"Working out the model answers: {done} of {total} …"


def chosen(tasks: int, total: int, points_of_them: int) -> str:
    """How many tasks go onto the sheets for a class, and what they count."""
    return f"On the sheets for your class: {'all ' if tasks == total else f'{tasks} of '}{total} tasks, {points(points_of_them)}."


def points(count: int, total: bool = False) -> str:
    """What a task, or the whole sheet, counts."""
    return f"{'Total: ' if total else ''}{count} point{'' if count == 1 else 's'}"


def sheet_title(name: str, sheet: str) -> str:
    """The heading of a printed sheet."""
    kind = {"mine": ": my answers", "teacher": ": teacher's version", "blank": ""}[sheet]
    return f"Worksheet on variational autoencoders{kind}" + (f" ({name})" if name else "")


def sheet_notes(metrics: Mapping[str, object], models: tuple[str, str]) -> tuple[str, ...]:
    """What the numbers of a printed sheet belong to."""
    return (
        f"Models {models[0]} and {models[1]}; {metrics.get('split')} split, {metrics.get('protocol')} pixels, seed "
        f"{metrics.get('seed')}. All log-probabilities in nats per image.",
    )


def right_already(text: str) -> str:
    """Why a place on Explore does not replace an answer that is right; `text` is what is to be said of the place."""
    return f"Your answer to this task is right already; this would replace it by one that is not: {text}"
