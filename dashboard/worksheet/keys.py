"""Under which names a student's answers are kept, in the session and on the device."""

from __future__ import annotations

from typing import Any

from dashboard.worksheet import TASKS, Task
from dashboard.worksheet.task import fits

BOOK = "worksheet"
NAME = "worksheet-name"
SENT = "worksheet-sent"
"""Lines that are to be added to the words of a task: its name, and the lines."""
LONGEST_WORDS = 2000
LONGEST_NAME = 80


def answer(task: Task) -> str:
    """Of what was given as the answer."""
    return f"answer-{task.name}"


def words(task: Task) -> str:
    """Of what was said of it."""
    return f"words-{task.name}"


ALL = (NAME, *(key(task) for task in TASKS for key in (answer, words)))


def may_hold(key: str, value: Any) -> bool:
    """Whether a field takes a value that a browser kept, which may be anything."""
    for task in TASKS:
        if key == answer(task):
            return fits(task, value)
    longest = LONGEST_NAME if key == NAME else LONGEST_WORDS
    return key in ALL and (value is None or (isinstance(value, str) and len(value) <= longest))
