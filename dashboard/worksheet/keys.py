"""Under which names a student's answers are kept, in the session and on the device."""

from __future__ import annotations

from typing import Any

from dashboard.worksheet import TASKS, Task
from dashboard.worksheet.task import fits

BOOK = "worksheet"
NAME = "worksheet-name"
SENT = "worksheet-sent"
"""Lines that are to be added to the words of a task: its name, and the lines."""
TEACHES = "worksheet-teaches"
OPEN = "worksheet-open"
"""The task that the sheet was open at last."""
LEFT_OUT = "worksheet-left-out"
"""The tasks that a teacher leaves out of the sheets for a class, by name."""
LONGEST_WORDS = 2000
LONGEST_NAME = 80


def answer(task: Task) -> str:
    """Of what was given as the answer."""
    return f"answer-{task.name}"


def words(task: Task) -> str:
    """Of what was said of it."""
    return f"words-{task.name}"


ANSWERS = (NAME, *(key(task) for task in TASKS for key in (answer, words)))
"""What a student gave."""
_NAMES = [task.name for task in TASKS]


def may_hold(key: str, value: Any) -> bool:
    """Whether a field takes a value that a browser kept, which may be anything."""
    for task in TASKS:
        if key == answer(task):
            return fits(task, value)
    if value is None:
        return key in (*ANSWERS, TEACHES, LEFT_OUT)
    if key == TEACHES:
        return value is True
    if key in (OPEN, LEFT_OUT):
        return isinstance(value, str) and set(value.split(",")) <= set(_NAMES) and (key == LEFT_OUT or "," not in value)
    longest = LONGEST_NAME if key == NAME else LONGEST_WORDS
    return key in ANSWERS and isinstance(value, str) and len(value) <= longest
