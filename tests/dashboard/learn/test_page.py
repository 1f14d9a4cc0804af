"""Learn as Streamlit runs it, without a browser, and what it sends there."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest
from support.builders import ROOT
from support.hosts.asking import Answer, asking

from dashboard.learn import content, routes
from dashboard.learn import wording as learn_wording
from dashboard.learn.formulas import mathml
from dashboard.learn.steps import STEPS, Equation
from dashboard.stock import catalogue
from dashboard.stock.material import LESSON_MODELS
from vae_engine.base.errors import EngineError

PROGRAM = "from dashboard.learn import page as learn\nlearn.show()"


@pytest.fixture(scope="module")
def ask() -> Iterator[Callable[..., Answer]]:
    """Asks for the steps as a browser on the page does."""
    with asking(routes.ROUTES) as ask:
        yield ask


@pytest.fixture(scope="module")
def sent(ask: Callable[..., Answer]) -> dict[str, Any]:
    """What lies at the address that the page is told."""
    status, headers, packed = ask(f"/{routes.address()}")
    assert (status, headers["cache-control"]) == (200, "public, max-age=31536000, immutable")
    assert len(packed) < 60_000
    found: dict[str, Any] = json.loads(gzip.decompress(packed))
    return found


def shown() -> AppTest:
    """The page run once."""
    app = AppTest.from_string(PROGRAM, default_timeout=60)
    app.run()
    assert not app.exception
    return app


def test_the_page_tells_the_browser_where_its_steps_and_models_are() -> None:
    (component,) = shown().get("bidi_component")
    about = json.loads(json.loads(component.proto.json)["json"])
    assert about["steps"] == routes.address()
    assert about["pair"] == json.loads(json.dumps(catalogue.library(LESSON_MODELS).told()))
    assert about["second"] == LESSON_MODELS[1]
    rungs = [[one.train.beta, one.name] for one in catalogue.ladder()]
    assert (about["rungs"], bool(about["ladder"])) == (rungs, bool(rungs))


@pytest.mark.parametrize("place", range(len(STEPS)))
def test_a_step_has_its_idea_equation_question_and_engine(sent: dict[str, Any], place: int) -> None:
    step, told = STEPS[place], sent["steps"][place]
    assert (told["name"], told["title"], told["short"]) == (step.name, step.title, step.short)
    assert told["equation"] == mathml(step.equation.latex)
    assert [one for one in told["mathematics"] if one.startswith("<math display")] == [
        mathml(one.latex) for one in step.mathematics if isinstance(one, Equation)
    ]
    assert told["engine"]["code"] == step.source.excerpt().code
    assert [word for word, _ in told["meanings"]] == [*step.words]
    if step.name == sent["ladder"] and not catalogue.ladder():
        assert told["question"] is None
        return
    answer = step.question.answer(catalogue.material())
    assert (told["question"]["options"], told["question"]["right"]) == ([*step.question.options], answer.right)
    for option, verdict in enumerate(told["question"]["verdicts"]):
        assert verdict.startswith("<strong>Right.</strong>" if option == answer.right else "<strong>The answer is: ")


def test_a_page_can_say_how_many_answers_are_kept_and_where(sent: dict[str, Any]) -> None:
    for count in range(len(STEPS) + 1):
        assert sent["words"]["kept"][count] == learn_wording.kept(count, True) != learn_wording.kept(count, False)


def test_a_step_without_its_ladder_asks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "STEPS", [step for step in STEPS if step.name == "beta"])
    alone = content.told(replace(catalogue.material(), ladder=()))
    assert alone["steps"][0]["question"] is None
    assert alone["words"]["noLadder"] == learn_wording.NO_LADDER


@pytest.mark.parametrize("path", ["steps/0", f"steps/{'0' * 32}"])
def test_steps_that_are_others_by_now_are_gone(ask: Callable[..., Answer], path: str) -> None:
    status, headers, said = ask(f"/{path}")
    assert (status, headers["cache-control"]) == (410, "no-store")
    assert b"load the page again" in said


def test_missing_numbers_are_said_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> str:
        raise EngineError("vae-mnist has no per-image numbers yet.")

    monkeypatch.setattr(routes, "address", refuse)
    assert "per-image numbers" in shown().error[0].value


@pytest.mark.parametrize(("page", "given"), [("learn", ""), ("worksheet", "st.Page(print), st.Page(repr)")])
def test_the_page_does_not_import_torch(page: str, given: str) -> None:
    program = (
        f"import sys, streamlit as st; from dashboard.{page} import page as {page}; {page}.show({given}); "
        "print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split()[-1] == "False"
