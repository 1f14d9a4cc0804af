"""Nothing said in passing is an answer: no example in a message, no hint, no verdict on another task."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from support.questions import by_name, given

from dashboard.shared.numbers import NumberError, read_number, read_two
from dashboard.stock.material import Material
from dashboard.train import knob_words, settings
from dashboard.train import wording as train_wording
from dashboard.worksheet import TASKS, Task, judged
from dashboard.worksheet import wording as worksheet_wording
from dashboard.worksheet.sums import IMAGE
from vae_engine.base.errors import EngineError

pytestmark = pytest.mark.usefixtures("own_run")

_NUMBER = re.compile(r"(?<![\w.])−?\d+(?:[.,]\d+)?")
_NUMERIC = [task for task in TASKS if task.form in ("number", "numbers")]


def _refusals() -> Iterator[str]:
    """What is said of something that is no number, wherever one is typed."""
    for read in (lambda: read_number("banana"), lambda: read_number("banana", whole=True), lambda: read_two("banana")):
        with pytest.raises(NumberError) as refused:
            read()
        yield str(refused.value)
    for unit in settings.UNITS:
        with pytest.raises(EngineError) as refusal:
            settings.read_amount("The budget", unit, "abc")
        yield str(refusal.value)


def _examples(subject: Material) -> Iterator[str]:
    yield from _refusals()
    for task in TASKS:
        if task.form != "choice" and (verdict := judged(task, subject, "banana")):
            yield verdict.text


def _right(task: Task, subject: Material, number: str) -> bool:
    """Whether a number answers a task, or one of the two that it asks for."""
    if task.form == "numbers":
        first, second = given(task).split(";")
        return any(judged(task, subject, pair).right for pair in (f"{number}; {second}", f"{first}; {number}"))  # type: ignore[union-attr]
    verdict = judged(task, subject, number)
    assert verdict is not None
    return verdict.right


def test_no_example_in_a_message_answers_a_task(subject: Material) -> None:
    told = list(_examples(subject))
    numbers = {one.replace("−", "-").replace(",", ".") for text in told for one in _NUMBER.findall(text)}
    assert len(told) > 8
    assert {"2.75", "40", "20"} <= numbers
    for task in TASKS:
        if task.form in ("number", "numbers", "image"):
            for number in numbers:
                if task.form != "image" or number.isdecimal():
                    assert not _right(task, subject, number), f"{number} answers {task.name}"


def _answers(task: Task) -> set[str]:
    """As they would stand on the screen: short ones, such as 57, stand in many places by chance."""
    return {one.strip().replace("-", "−") for one in given(task).split(";") if len(re.sub(r"\D", "", one)) >= 3}


def _said_in_passing(task: Task, subject: Material) -> Iterator[str]:
    """What a task says of what a student may give: of the image that others are about, and of what answers others."""
    inputs: list[object] = list(range(len(task.options))) or [str(IMAGE)]
    if task not in _NUMERIC:  # these say back what they are given, and whether it is too high or too low
        inputs += [given(other) for other in TASKS if other.form == task.form]
    for one in inputs:
        verdict = judged(task, subject, one)
        assert verdict is not None
        yield verdict.text


def _texts(held: object) -> Iterator[str]:
    """The texts that a module holds, in its tables, too."""
    if isinstance(held, str):
        yield held
    elif isinstance(held, dict):
        for one in held.values():
            yield from _texts(one)


def test_no_words_of_a_task_hold_the_answer_to_one_and_no_verdict_that_to_another(subject: Material) -> None:
    assert _answers(by_name("gap")) == {"1.61"}
    words = [text for task in TASKS for text in (task.title, task.text(subject), task.hint, *task.options)]
    modules = (worksheet_wording, train_wording, knob_words)
    words += [text for module in modules for text in _texts(vars(module))]
    for task in _NUMERIC:
        said = [text for other in TASKS if other is not task for text in _said_in_passing(other, subject)]
        for text in words + said:
            assert not _answers(task) & set(_NUMBER.findall(text)), f"“{text}” holds the answer to {task.name}"
