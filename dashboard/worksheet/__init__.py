"""Tasks for a class: their words, their checks on real states, and what can be printed of them. No torch."""

from dashboard.learn.steps import STEPS
from dashboard.worksheet.drawings import DRAWING_TASKS
from dashboard.worksheet.images import IMAGE_TASKS
from dashboard.worksheet.places import PLACE_TASKS
from dashboard.worksheet.runs import RUN_TASKS
from dashboard.worksheet.sums import SUM_TASKS
from dashboard.worksheet.task import ModelAnswer, Standing, Task, judged, standing
from dashboard.worksheet.verdict import Verdict

_ORDER = [step.name for step in STEPS]

TASKS: tuple[Task, ...] = tuple(
    sorted((*PLACE_TASKS, *IMAGE_TASKS, *SUM_TASKS, *DRAWING_TASKS, *RUN_TASKS), key=lambda task: _ORDER.index(task.step))
)
"""In the order of the steps that they belong to."""

__all__ = ["TASKS", "ModelAnswer", "Standing", "Task", "Verdict", "judged", "standing"]
