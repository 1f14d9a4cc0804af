"""The Learn page as Streamlit runs it, without a browser."""

from __future__ import annotations

import html
import re
import subprocess
import sys

import pytest
from streamlit.testing.v1 import AppTest
from support.builders import ROOT

from dashboard.learn import wording as learn_wording
from dashboard.learn.page import answer_of
from dashboard.learn.steps import STEPS
from dashboard.stock import catalogue
from dashboard.stock.material import Material

PROGRAM = "from dashboard.learn import page as learn\nlearn.show()"


def learn(**query: str) -> AppTest:
    """The page run once at an address."""
    app = AppTest.from_string(PROGRAM, default_timeout=60)
    for key, value in query.items():
        app.query_params[key] = value
    app.run()
    assert not app.exception
    return app


def plain(text: str) -> str:
    """What is read of a text whose words explain themselves."""
    return html.unescape(re.sub(r'<span class="term".*?>(.*?)<span.*?</span></span>', r"\1", text))


def title(app: AppTest) -> str:
    return app.subheader[0].value


def button(app: AppTest, label: str):
    return next(one for one in app.button if one.label == label)


@pytest.mark.parametrize("place", range(len(STEPS)))
def test_a_step_shows_its_idea_equation_question_engine_and_live_view(place: int) -> None:
    step = STEPS[place]
    app = learn(step=step.name)
    assert title(app) == f"{place + 1}. {step.title}"
    assert [one.value.strip("$\n ") for one in app.latex] == [equation.latex for equation in step.equations]
    assert [one.label for one in app.tabs] == [
        learn_wording.WHY,
        learn_wording.MATHEMATICS,
        learn_wording.WORDS,
        learn_wording.ENGINE,
    ]
    assert app.code[0].value == step.source.excerpt().code
    if step.name == "beta" and not catalogue.ladder():
        assert app.info[0].value == learn_wording.NO_LADDER
        assert not app.radio
        return
    assert len(app.radio[0].options) == len(step.question.options)
    assert button(app, learn_wording.REVEAL).disabled
    assert app.get("bidi_component")


def test_the_answer_comes_only_after_a_prediction_and_stays() -> None:
    step = next(one for one in STEPS if one.name == "autoencoder")
    answer = answer_of(step.name)
    app = learn(step=step.name)
    assert not any(answer.because in one.value for one in app.markdown)
    app.radio[0].set_value((answer.right + 1) % len(step.question.options)).run()
    button(app, learn_wording.REVEAL).click().run()
    told = [plain(one.value) for one in app.markdown if answer.because in plain(one.value)]
    assert len(told) == 1
    assert learn_wording.verdict(False, step.question.options[answer.right]) in told[0]
    button(app, "Next").click().run()
    button(app, "Previous").click().run()
    assert any(answer.because in plain(one.value) for one in app.markdown)


def test_the_options_and_the_choice_stay_beside_the_answer_and_one_may_try_again() -> None:
    step = next(one for one in STEPS if one.name == "identity")
    app = learn(step=step.name)
    app.radio[0].set_value(0).run()
    button(app, learn_wording.REVEAL).click().run()
    assert (app.radio[0].value, app.radio[0].disabled) == (0, True)
    right = answer_of(step.name).right
    assert list(app.radio[0].options) == [f"{name} ✓" if i == right else name for i, name in enumerate(step.question.options)]
    button(app, learn_wording.AGAIN).click().run()
    assert (app.radio[0].value, app.radio[0].disabled) == (None, False)
    assert button(app, learn_wording.REVEAL).disabled


def test_a_page_says_where_answers_are_kept_and_forgets_them_when_asked() -> None:
    app = learn(step="identity")
    assert any(one.value == learn_wording.kept(0, True) for one in app.caption)
    app.radio[0].set_value(1).run()
    button(app, learn_wording.REVEAL).click().run()
    assert any(one.value == learn_wording.kept(1, True) for one in app.caption)
    button(app, learn_wording.AFRESH).click().run()
    assert app.radio[0].value is None
    assert learn_wording.kept(1, False) != learn_wording.kept(1, True)
    assert app.session_state["kept"]["learn-afresh"] == 1, "the live views are told to forget as well"


@pytest.mark.parametrize("kept", ["1", -1, 3, 1.5, True])
def test_an_answer_that_makes_no_sense_counts_as_none(kept: object) -> None:
    program = f"from dashboard.shared import state\nstate.keep('learn-identity-revealed', {kept!r})\n{PROGRAM}"
    app = AppTest.from_string(program, default_timeout=60)
    app.query_params["step"] = "identity"
    app.run()
    assert not app.exception
    assert not app.radio[0].disabled


def test_a_right_prediction_is_told_so() -> None:
    answer = answer_of("identity")
    app = learn(step="identity")
    app.radio[0].set_value(answer.right).run()
    button(app, learn_wording.REVEAL).click().run()
    assert any("**Right.**" in one.value for one in app.markdown)


def test_next_and_previous_go_through_every_step_and_the_address_follows() -> None:
    app = learn()
    for place, step in enumerate(STEPS):
        assert title(app).startswith(f"{place + 1}. ")
        assert step.name in app.query_params["step"]
        assert button(app, "Previous").disabled == (place == 0)
        if place < len(STEPS) - 1:
            button(app, "Next").click().run()
    assert button(app, "Next").disabled


@pytest.mark.parametrize("name", ["nonsense", "", "x" * 5000, "<script>", "beta "])
def test_an_unknown_step_is_the_first_with_a_notice(name: str) -> None:
    app = learn(step=name)
    assert title(app).startswith("1. ")
    assert app.warning[0].value == learn_wording.UNKNOWN_STEP


def test_a_ladder_that_is_not_there_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "ladder", tuple)
    app = learn(step="beta")
    assert app.info[0].value == learn_wording.NO_LADDER


def test_missing_numbers_are_said_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    from vae_engine.base.errors import EngineError

    def refuse() -> Material:
        raise EngineError("vae-mnist has no per-image numbers yet.")

    monkeypatch.setattr(catalogue, "material", refuse)
    app = learn()
    assert "per-image numbers" in app.error[0].value


@pytest.mark.parametrize(("page", "given"), [("learn", ""), ("worksheet", "st.Page(print), st.Page(repr)")])
def test_the_page_does_not_import_torch(page: str, given: str) -> None:
    program = (
        f"import sys, streamlit as st; from dashboard.{page} import page as {page}; {page}.show({given}); "
        "print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split()[-1] == "False"
