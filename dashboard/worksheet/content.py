"""The tasks as a site's sheet is told them: texts, and the checks that are data. Others are judged when a file is opened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboard.shared import prose
from dashboard.shared import wording as shared
from dashboard.shared.links import LESSONS
from dashboard.stock.material import Material
from dashboard.worksheet import TASKS, Task, wording
from dashboard.worksheet.bands import ByImage, ByNumber
from dashboard.worksheet.images import facts
from dashboard.worksheet.limits import ByPlace
from dashboard.worksheet.task import MANY_IMAGES, NO_IMAGE, OTHER_MODELS


def told(material: Material, teaches: bool = False) -> dict[str, Any]:
    """Everything that the sheet says; where it `teaches`, with model answers. Raises EngineError.

    There is no task on a run, since a site has none.
    """
    tasks = [(place, task) for place, task in enumerate(TASKS, 1) if task.form != "run"]
    return {
        "tasks": [_task(place, task, material, teaches) for place, task in tasks],
        "words": _words(material),
        "models": [material.vae.name, material.ae.name],
    }


def at_hand(material: Material) -> dict[str, Any]:
    """The tasks as they stand above other pages of a site, with what is said around them. Raises EngineError."""
    tasks = [
        {
            "name": task.name,
            "title": task.title,
            "form": task.form,
            "text": prose.as_html(task.text(material)),
            "onExplore": bool(task.state),
        }
        for task in TASKS
        if task.form != "run"
    ]
    return {"tasks": tasks, "words": _words_at_hand(material), "models": [material.vae.name, material.ae.name]}


def said_of_images(material: Material) -> list[str]:
    """What is said of each test image that is given as an answer."""
    return [facts(material, image) for image in range(len(material.x))]


def _task(place: int, task: Task, material: Material, teaches: bool) -> dict[str, Any]:
    model = task.answer(material) if teaches else None
    there = f"./?task={task.name}#{task.state(material)}" if task.state else f"{LESSONS}/?step={task.step}"
    return {
        "name": task.name,
        "place": place,
        "short": task.short,
        "title": task.title,
        "form": task.form,
        "text": prose.as_html(task.text(material)),
        "hint": prose.as_html(task.hint),
        "options": task.options,
        "asksWords": task.asks_words,
        "there": {"label": shared.in_new_tab(wording.DO_IN_EXPLORE if task.state else wording.DO_IN_LEARN), "link": there},
        "numbers": task.check.told(material) if isinstance(task.check, ByNumber) else None,
        "images": task.check.told(material) if isinstance(task.check, ByImage) else None,
        "places": task.check.told(material) if isinstance(task.check, ByPlace) else None,
        "model": model and {"text": prose.as_html(model.text), "because": prose.as_html(model.because)},
    }


def _words(material: Material) -> Mapping[str, Any]:
    """What is said around every task."""
    return {
        "answers": wording.ANSWERS,
        "words": wording.WORDS,
        "hint": wording.HINT,
        "stands": {**wording.STANDS, "given": wording.UNCHECKED},
        "signs": {**wording.SIGNS, "given": wording.UNCHECKED_SIGN},
        "uncheckedHelp": wording.UNCHECKED_HELP,
        "wordsMissing": wording.WORDS_MISSING,
        "shown": wording.SHOWN,
        "done": wording.DONE,
        "more": {**wording.MORE, "given": wording.UNCHECKED_MORE},
        "kept": wording.KEPT,
        "notKept": wording.NOT_KEPT,
        "afresh": [wording.AFRESH, wording.AFRESH_SURE, wording.AFRESH_YES, wording.AFRESH_NO],
        "name": wording.NAME,
        "print": wording.PRINT,
        "save": wording.SAVE,
        "handIn": prose.as_html(wording.HAND_IN_FILE),
        "keep": [wording.KEEP_IN_SIGHT, wording.KEEP_IN_SIGHT_ON_SITE],
        "putAway": [wording.PUT_AWAY, wording.PUT_AWAY_HELP],
        "reveal": wording.REVEAL,
        "modelAnswer": wording.MODEL_ANSWER,
        "unknown": wording.UNKNOWN_TASK,
        "noImage": NO_IMAGE,
        "noLink": wording.NO_LINK,
        "otherModels": _other_models(material),
        "opening": wording.OPENING,
        "manyImages": MANY_IMAGES.format(len(material.x)),
        "title": wording.sheet_title("", "mine"),
        "notes": wording.sheet_notes(material.vae.metrics, (material.vae.name, material.ae.name)),
        "leafing": {**shared.LEAFING, "pages": wording.WORKSHEET},
    }


def _words_at_hand(material: Material) -> Mapping[str, str]:
    return {
        "atHand": wording.AT_HAND,
        "send": wording.SEND,
        "sendHelp": wording.SEND_HELP,
        "sendLineHelp": wording.SEND_TRAINED_HELP,
        "back": wording.BACK,
        "putAway": wording.PUT_AWAY,
        "putAwayHelp": wording.PUT_AWAY_HELP,
        "nothingYet": wording.NOTHING_YET,
        "holdFirst": wording.HOLD_FIRST,
        "noRun": wording.NOT_TRAINED_YET,
        "otherModels": _other_models(material),
        "noImage": wording.NO_IMAGE_YET,
        "noDrawing": wording.NO_DRAWING_YET,
        "noRoom": wording.NO_ROOM,
    }


def _other_models(material: Material) -> str:
    return OTHER_MODELS.format("{}", f"{material.vae.name} and {material.ae.name}")
