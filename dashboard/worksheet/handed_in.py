"""What a class handed in: answer files read with care and judged by the tasks' own checks: who has which task right."""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dashboard.stock.material import Material
from dashboard.worksheet import TASKS, keys, wording
from dashboard.worksheet.export import Entry, entry, page, section
from dashboard.worksheet.task import BY_LINK, Standing, fits, standing
from vae_engine.base.errors import EngineError

_NOTHING = "·"
_LARGEST = 2_000_000  # bytes: twenty tasks with links and words are far below


@dataclass(frozen=True)
class HandedIn:
    """A student's name, what was given to each task by its name, and the student's own words."""

    name: str
    answers: dict[str, tuple[Any, str]]
    models: tuple[str, ...] = ()
    """The models that the answers are about; empty where the file does not say."""


@dataclass(frozen=True)
class Judged:
    """A student's sheet with what is to be said of each task."""

    name: str
    entries: tuple[Entry, ...]

    @property
    def stands(self) -> tuple[Standing, ...]:
        """Where each task stands."""
        return tuple(standing(one.task, one.verdict, one.words) for one in self.entries)


def read(path: Path) -> HandedIn:
    """The answers in a file that the worksheet saved as JSON. Raises EngineError for anything else, one sentence."""
    try:
        if path.stat().st_size > _LARGEST:
            raise EngineError(f"{path} is too large for answers to the worksheet.")
        sent = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise EngineError(f"Cannot read {path}: {error.strerror or error}.") from None
    except (ValueError, RecursionError):
        sent = None
    if not isinstance(sent, dict) or not isinstance(tasks := sent.get("tasks"), list):
        raise EngineError(f"{path} holds no answers to the worksheet: what its key JSON saves is needed.")
    given = {one["task"]: one for one in tasks if isinstance(one, dict) and isinstance(one.get("task"), str)}
    name, models = sent.get("name"), sent.get("models")
    named = tuple(one for one in models if isinstance(one, str)) if isinstance(models, list) else ()
    return HandedIn(
        name.strip()[: keys.LONGEST_NAME] if isinstance(name, str) and name.strip() else path.stem,
        {task.name: (_answer(given.get(task.name, {}), task), _words(given.get(task.name, {}))) for task in TASKS},
        named,
    )


def _answer(given: dict[str, Any], task: Any) -> Any:
    raw = given.get("answer")
    return raw if fits(task, raw) else None


def _words(given: dict[str, Any]) -> str:
    words = given.get("words")
    return words[: keys.LONGEST_WORDS] if isinstance(words, str) else ""


def judge(sheet: HandedIn, material: Material) -> Judged:
    """Judge a sheet by the checks that the page has. Raises EngineError for one about other models."""
    own = (material.vae.name, material.ae.name)
    if sheet.models and sheet.models != own:
        raise EngineError(f"The answers of {sheet.name} are about {' and '.join(sheet.models)}: name these with --models.")
    return Judged(sheet.name, tuple(entry(task, material, *sheet.answers[task.name]) for task in TASKS))


def table(sheets: Sequence[Judged]) -> str:
    """A row for each student, a sign for each task, as text; below it what signs and numbers mean."""
    width = max((len(sheet.name) for sheet in sheets), default=0)
    heads = [str(place) for place in range(1, len(TASKS) + 1)]
    rows = [
        [sheet.name.ljust(width), *(wording.SIGNS.get(stand, _NOTHING).rjust(2) for stand in sheet.stands), _count(sheet)]
        for sheet in sheets
    ]
    lines = [" ".join([" " * width, *(head.rjust(2) for head in heads)]), *(" ".join(row) for row in rows)]
    names = "; ".join(f"{place} {task.short}" for place, task in enumerate(TASKS, 1))
    return "\n".join([*lines, "", _legend(), f"{names}."])


def _legend() -> str:
    """What the signs mean."""
    signs = ", ".join(f"{sign} {wording.STANDS[stand].lower()}" for stand, sign in wording.SIGNS.items())
    return f"{signs}, {_NOTHING} {wording.NOTHING_GIVEN}."


def to_html(sheets: Sequence[Judged], notes: Sequence[str]) -> str:
    """The table as a page, and below it what each student gave, with the states behind the answers, pictured and linked."""
    heads = "".join(f'<th title="{html.escape(task.title)}">{place}</th>' for place, task in enumerate(TASKS, 1))
    rows = "".join(
        f'<tr><th><a href="#student-{at}">{html.escape(sheet.name)}</a></th>'
        + f"<td>{_count(sheet)}</td>"
        + "".join(f"<td>{wording.SIGNS.get(stand, _NOTHING)}</td>" for stand in sheet.stands)
        + "</tr>"
        for at, sheet in enumerate(sheets)
    )
    names = "".join(f"<li>{html.escape(task.title)}</li>" for task in TASKS)
    parts = [
        f'<div class="class"><table><tr><th></th><th></th>{heads}</tr>{rows}</table></div>'
        f'<p class="given">{_legend()}</p><ol class="names">{names}</ol>'
    ]
    for at, sheet in enumerate(sheets):
        given = [one for one in sheet.entries if one.raw not in (None, "") or one.words]
        parts.append(f'<h1 id="student-{at}">{html.escape(sheet.name)}</h1>{"".join(map(_section, given))}')
    return page(wording.CLASS, notes, "\n".join(parts))


def _section(one: Entry) -> str:
    """A task, and the way to the state that was given where that is the whole address of one."""
    link = one.raw if one.task.form in BY_LINK and str(one.raw).startswith(("https://", "http://")) else ""
    return section(one, for_a_pen=False) + (f'<p><a href="{html.escape(link)}">{wording.STATE}</a></p>' if link else "")


def told(sheets: Sequence[Judged]) -> list[dict[str, Any]]:
    """The same for a program."""
    return [
        {"name": sheet.name, "tasks": {one.task.name: stand for one, stand in zip(sheet.entries, sheet.stands, strict=True)}}
        for sheet in sheets
    ]


def _count(sheet: Judged) -> str:
    return f" {sheet.stands.count('done')}/{len(TASKS)}"
