"""Learn: the lectures as steps, each one screen with one thing to move."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from dashboard.learn import wording
from dashboard.learn.component import LessonResult, lesson
from dashboard.learn.steps import STEPS, Answer, Equation, Step
from dashboard.shared import device, glossary, leafing, new_tab, state
from dashboard.shared import links as explore_link
from dashboard.stock import catalogue
from dashboard.stock.material import LESSON_MODELS, Material
from vae_engine.base.errors import EngineError

# One screen: less margin than Streamlit gives a text, and the same type for a formula as for what is said of it.
_STYLE = """<style>
.stApp { --ls-beside: 374px; } /* what the page has above and below the live view: its bars, what to do, the question */
.stMainBlockContainer { padding: 4rem 1.25rem .5rem; }
[data-testid=stLayoutWrapper]:has(> .st-key-learn-device) { position: absolute; width: 0; }
.stMainBlockContainer h3 { padding: 0; font-size: 1.5rem; }
.stMainBlockContainer .katex-display { margin: .25rem 0; }
.stMainBlockContainer .katex-display .katex { font-size: 1.05em; }
.stMainBlockContainer .stCode pre { padding: .5rem .75rem; }
.stMainBlockContainer .stCode code { font-size: .8rem; }
.st-key-learn-text .stVerticalBlock { gap: .6rem; }
.st-key-learn-more [data-testid=stMarkdownContainer] { line-height: 1.4; }
.st-key-learn-question [data-testid=stMarkdownContainer] { line-height: 1.4; }
.st-key-learn-more p, .st-key-learn-more li, .st-key-learn-question p { font-size: .9rem; }
.st-key-learn-try { padding-right: 2.5rem; } /* where the key stands that saves the view */
.st-key-learn-question { padding: .5rem .9rem; gap: .25rem; }
.st-key-learn-question [data-testid=stButton] button[kind=tertiary] { min-height: 0; padding: 0; }
.st-key-learn-question .stRadio [role=radiogroup] { gap: 0 1rem; }
/* Read from a back row. */
@media (min-width: 1800px) and (min-height: 950px) {
  .stApp { --ls-beside: 482px; }
  .stMainBlockContainer h3 { font-size: 2rem; }
  .stMainBlockContainer :is(p, li) { font-size: 1.3rem; }
  .st-key-learn-more :is(p, li), .st-key-learn-question p { font-size: 1.25rem; }
  .stMainBlockContainer .katex-display { font-size: 1.25rem; }
  .stMainBlockContainer .stCode code { font-size: 1.05rem; }
}
/* On a phone what is moved and asked comes before what can be read up. */
@media (max-width: 640px) {
  [data-testid=stHorizontalBlock]:has(> [data-testid=stColumn] .st-key-learn-text) { flex-flow: column nowrap; }
  [data-testid=stColumn]:has(.st-key-learn-text), [data-testid=stColumn]:has(.st-key-learn-text) > [data-testid=stVerticalBlock],
  [data-testid=stLayoutWrapper]:has(> .st-key-learn-text), .st-key-learn-text { display: contents; }
  [data-testid=stHorizontalBlock]:has(> [data-testid=stColumn] .st-key-learn-text) > [data-testid=stColumn] {
    order: 1; width: 100%;
  }
  [data-testid=stLayoutWrapper]:has(> .st-key-learn-more) { order: 2; }
}
</style>"""
_BOOK = "learn"
_AFRESH = "learn-afresh"
"""Under which name it is kept how often the visitor has begun afresh."""
_SHOWN = "learn-shown"


def show() -> None:
    """Lay the page out."""
    st.html(_STYLE + glossary.STYLE)
    with st.container(key="learn-device"):
        names = [_AFRESH, *map(_revealed, STEPS)]
        is_kept = device.mirror(_BOOK, {name: state.kept(name) for name in names}, take=state.keep)
    name, known = state.turned_to(state.STEP, [step.name for step in STEPS])
    if not known:
        st.warning(wording.UNKNOWN_STEP)
    place = next(i for i, step in enumerate(STEPS) if step.name == name)
    step = STEPS[place]
    names = [one.name for one in STEPS]
    labels = [f"{i} {one.short}" for i, one in enumerate(STEPS, 1)]
    leafing.bar(state.STEP, names, labels, place)
    leafing.follow(state.STEP, place)
    try:
        material = catalogue.material()
    except EngineError as error:
        st.error(str(error))
        return
    text, live = st.columns([1, 2.7], gap="medium")
    with live:
        result = _live(place, step)
        if result:
            _question(step)
        leafing.onward(state.STEP, names, labels, place)
    with text, st.container(key="learn-text"):
        _idea(place, step)
        _more(step, material, result, is_kept)


def _idea(place: int, step: Step) -> None:
    st.subheader(f"{place + 1}. {step.title}", anchor=False)
    st.markdown(glossary.marked(step.idea), unsafe_allow_html=True)
    st.latex(step.equation.latex)


def _more(step: Step, material: Material, result: LessonResult | None, is_kept: bool) -> None:
    """One at a time, so that a step stays one screen: why one should care, the mathematics, the words, the engine's line."""
    with st.container(key="learn-more"):
        why, mathematics, words, engine = st.tabs(wording.TABS)
    with why:
        st.markdown(glossary.marked(step.why, step.idea), unsafe_allow_html=True)
        link = explore_link.to_explore((result and result.link) or step.link(material), _models(result))
        new_tab.link(wording.OPEN_IN_EXPLORE, link, help=wording.OPEN_IN_EXPLORE_HELP)
        _kept_answers(is_kept)
    with mathematics:
        for part in step.mathematics:
            if isinstance(part, Equation):
                st.latex(part.latex)
            else:
                st.markdown(glossary.marked(part, step.idea), unsafe_allow_html=True)
    with words:
        st.markdown(wording.meanings(step.words))
    with engine:
        excerpt = step.source.excerpt()
        st.caption(wording.where(excerpt))
        st.code(excerpt.code, language="python", wrap_lines=True)


def _kept_answers(is_kept: bool) -> None:
    """Where the answers are and what was moved, and a way to begin afresh."""
    st.caption(wording.kept(sum(_prediction(step) is not None for step in STEPS), is_kept))
    st.button(wording.AFRESH, on_click=_begin_afresh, type="tertiary", icon=":material/restart_alt:")


def _question(step: Step) -> None:
    """A prediction first; the answer only once one was made, beside what was chosen."""
    question = step.question
    with st.container(border=True, gap="small", key="learn-question"):
        prediction = _prediction(step)
        if prediction is None:
            with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
                chosen = _options(step)
                help = wording.CHOOSE_FIRST if chosen is None else None
                # By its callback: a run that the live view's report cuts short would forget that the button was pressed.
                reveal = partial(state.keep, _revealed(step), chosen)
                st.button(wording.REVEAL, disabled=chosen is None, help=help, on_click=reveal)
            return
        with st.spinner(wording.WORKING):
            answer = answer_of(step.name)
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.markdown(_asked(step), width="stretch")
            if answer.image is not None:
                show = partial(state.keep, _SHOWN, (answer.image, _shown()[1] + 1))
                label, icon = wording.show_image(answer.image), ":material/image:"
                st.button(label, help=wording.SHOW_IMAGE_HELP, on_click=show, type="tertiary", icon=icon)
            st.button(wording.AGAIN, on_click=_forget, args=(step,), type="tertiary", icon=":material/replay:")
        beside, told = st.columns([1, 2.7], gap="small")
        with beside:
            _options(step, prediction, answer.right)
        with told:
            verdict = wording.verdict(prediction == answer.right, question.options[answer.right])
            text = f"{verdict} {answer.because} :small[:gray[({wording.protocol(answer.basis)})]]"
            st.markdown(glossary.marked(text, step.idea), unsafe_allow_html=True)


def _options(step: Step, prediction: int | None = None, right: int | None = None) -> int | None:
    """The question with its options; once a prediction was revealed it stands, and the right one is marked."""
    question, key = step.question, f"learn-{step.name}"
    named = [f"{name} ✓" if place == right else name for place, name in enumerate(question.options)]
    common: dict[str, Any] = {"options": range(len(named)), "format_func": named.__getitem__}
    if prediction is not None:
        hidden: dict[str, Any] = {"label_visibility": "collapsed", "disabled": True}
        return st.radio(question.text, index=prediction, key=f"{key}-chosen-{prediction}", **hidden, **common)
    return st.radio(_asked(step), index=None, key=key, persist_state="session", horizontal=True, **common)


def _asked(step: Step) -> str:
    return f"**{wording.PREDICT}.** {step.question.text}"


def _revealed(step: Step) -> str:
    """Under which name the prediction of a step is kept once its answer was revealed."""
    return f"learn-{step.name}-revealed"


def _prediction(step: Step) -> int | None:
    """The option that was chosen when the answer was revealed; None before. What a browser kept may make no sense."""
    kept = state.kept(_revealed(step))
    return kept if type(kept) is int and 0 <= kept < len(step.question.options) else None


def _forget(*steps: Step) -> None:
    """As a callback: no prediction was made."""
    for step in steps:
        state.keep(_revealed(step), None)
        state.fill_in(f"learn-{step.name}", None)


def _begin_afresh() -> None:
    """As a callback: no prediction was made, and nothing moved in a live view."""
    _forget(*STEPS)
    state.keep(_AFRESH, (_afresh() or 0) + 1)


def _afresh() -> int | None:
    """How often the visitor has begun afresh, as far as the browser has told. What it kept may make no sense."""
    kept = state.kept(_AFRESH)
    return kept if type(kept) is int else None


def _shown() -> tuple[int, int]:
    """The test image that was asked for last, and how often one was."""
    return state.kept(_SHOWN, (0, 0))


def _live(place: int, step: Step) -> LessonResult | None:
    """What moves; it says of itself what it shows. None where its models are missing."""
    with st.container(key="learn-try"):
        st.markdown(step.try_this)
    ladder = step.name == "beta"
    names = tuple(one.name for one in catalogue.ladder()) if ladder else LESSON_MODELS
    if not names:
        st.info(wording.NO_LADDER)
        return None
    key = "lesson-ladder" if ladder else "lesson"
    title, is_answered = f"{place + 1}. {step.title}", _prediction(step) is not None
    return lesson(
        step.name, catalogue.library(names), title=title, answered=is_answered, afresh=_afresh(), shown=_shown(), key=key
    )


def _models(result: LessonResult | None) -> tuple[str, ...]:
    """Those that Explore is to open on instead of its usual ones: of the β ladder, the rung that is shown."""
    beta = result.readings.get("beta") if result else None
    rung = next((one.name for one in catalogue.ladder() if one.train.beta == beta), None)
    return (rung, LESSON_MODELS[1]) if rung else ()


@st.cache_resource(show_spinner=False)
def answer_of(name: str) -> Answer:
    """The answer to the question of a step, worked out once per server. Raises EngineError."""
    return next(step for step in STEPS if step.name == name).question.answer(catalogue.material())
