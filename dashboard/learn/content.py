"""The steps as the browser is told them: texts as HTML, every answer worked out (browser/learn/course.js)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from dashboard.learn import wording
from dashboard.learn.formulas import mathml
from dashboard.learn.steps import STEPS, Equation, Question, Step
from dashboard.shared import prose
from dashboard.shared import wording as shared
from dashboard.shared.glossary import GLOSSARY
from dashboard.stock.material import Material

_as_html = partial(prose.as_html, formula=mathml)
_LADDER = "beta"
"""The step that is about the models of the ladder of β."""


def told(material: Material) -> dict[str, Any]:
    """Everything that the page says, of a pair of models and those of its ladder. Raises EngineError."""
    steps = [_step(step, material) for step in STEPS]
    return {"steps": steps, "ladder": _LADDER, "words": _words()}


def _words() -> Mapping[str, Any]:
    """What is said of every step."""
    counts = range(len(STEPS) + 1)
    return {
        "predict": wording.PREDICT,
        "reveal": wording.REVEAL,
        "chooseFirst": wording.CHOOSE_FIRST,
        "again": wording.AGAIN,
        "showImageHelp": wording.SHOW_IMAGE_HELP,
        "tabs": wording.TABS,
        "inExplore": shared.in_new_tab(wording.OPEN_IN_EXPLORE),
        "inExploreHelp": wording.OPEN_IN_EXPLORE_HELP,
        "afresh": wording.AFRESH,
        "kept": [wording.kept(count, True) for count in counts],
        "notKept": [wording.kept(count, False) for count in counts],
        "unknown": wording.UNKNOWN_STEP,
        "noLadder": wording.NO_LADDER,
        "leafing": {**shared.LEAFING, "pages": wording.LEARN},
    }


def _step(step: Step, material: Material) -> dict[str, Any]:
    excerpt = step.source.excerpt()
    is_there = step.name != _LADDER or bool(material.ladder)
    return {
        "name": step.name,
        "short": step.short,
        "title": step.title,
        "idea": _as_html(step.idea),
        "tryThis": _as_html(step.try_this, step.idea),
        "equation": mathml(step.equation.latex),
        "why": _as_html(step.why, step.idea),
        "mathematics": [
            mathml(part.latex) if isinstance(part, Equation) else _as_html(part, step.idea) for part in step.mathematics
        ],
        "meanings": [(word, GLOSSARY[word]) for word in step.words],
        "engine": {"where": _as_html(wording.where(excerpt)), "code": excerpt.code},
        "question": _question(step.question, material, step.idea) if is_there else None,
        "link": step.link(material),
    }


def _question(question: Question, material: Material, idea: str) -> dict[str, Any]:
    answer = question.answer(material)
    verdicts = (wording.verdict(place == answer.right, question.options[answer.right]) for place in range(len(question.options)))
    return {
        "text": _as_html(question.text, idea),
        "options": question.options,
        "right": answer.right,
        "verdicts": [_as_html(f"{verdict} {answer.because}", idea) for verdict in verdicts],
        "basis": wording.protocol(answer.basis),
        "image": None if answer.image is None else {"place": answer.image, "label": wording.show_image(answer.image)},
    }
