"""The tasks of the worksheet, by name, and the answers that are given to them."""

from __future__ import annotations

from typing import Any

from support.own_run import OWN_RUN

from dashboard.worksheet import TASKS, Task
from dashboard.worksheet.page import answer_of


def by_name(name: str) -> Task:
    return next(task for task in TASKS if task.name == name)


def given(task: Task) -> Any:
    return OWN_RUN if task.form == "run" else answer_of(task.name).given
