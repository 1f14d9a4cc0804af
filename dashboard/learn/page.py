"""Learn: the lectures as steps, each one screen with one thing to move."""

from __future__ import annotations

import streamlit as st

from dashboard.learn import wording
from dashboard.learn.component import LessonResult, lesson
from dashboard.learn.steps import STEPS, Answer, Equation, Step
from dashboard.shared import leafing, state
from dashboard.shared import links as explore_link
from dashboard.stock import catalogue
from dashboard.stock.material import Material
from vae_engine.base.errors import EngineError

# One screen: less margin than Streamlit gives a text, and the same type for a formula as for what is said of it.
_STYLE = """<style>
.stMainBlockContainer { padding: 4rem 1.25rem .5rem; }
.stMainBlockContainer h3 { padding: 0; font-size: 1.5rem; }
.stMainBlockContainer .katex-display .katex { font-size: 1.05em; }
.stMainBlockContainer .stCode pre { padding: .5rem .75rem; }
.stMainBlockContainer .stCode code { font-size: .8rem; }
</style>"""


def show() -> None:
    """Lay the page out."""
    st.html(_STYLE)
    name, known = state.turned_to(state.STEP, [step.name for step in STEPS])
    if not known:
        st.warning(wording.UNKNOWN_STEP)
    place = next(i for i, step in enumerate(STEPS) if step.name == name)
    step = STEPS[place]
    leafing.bar(state.STEP, [one.name for one in STEPS], [f"{i} {one.short}" for i, one in enumerate(STEPS, 1)], place)
    try:
        material = catalogue.material()
    except EngineError as error:
        st.error(str(error))
        return
    text, live = st.columns([1, 2.7], gap="medium")
    with live:
        result = _live(step)
        if result:
            _question(step, material)
    with text:
        _idea(place, step)
        _around(step, material, result)


def _idea(place: int, step: Step) -> None:
    st.subheader(f"{place + 1}. {step.title}", anchor=False)
    st.markdown(step.idea)
    st.latex(step.equation.latex)
    with st.expander(wording.MATHEMATICS):
        for part in step.mathematics:
            if isinstance(part, Equation):
                st.latex(part.latex)
            else:
                st.markdown(part)


def _question(step: Step, material: Material) -> None:
    """A prediction first; the answer only once one was made."""
    question = step.question
    key, revealed = f"learn-{step.name}", f"learn-{step.name}-revealed"
    with st.container(border=True, gap="small"):
        asked = f"**{wording.PREDICT}.** {question.text}"
        prediction = state.kept(revealed)
        if prediction is not None:
            with st.spinner(wording.WORKING):
                answer = answer_of(step.name)
            verdict = wording.verdict(prediction == answer.right, question.options[answer.right])
            protocol = wording.protocol(material.vae.metrics, material.vae.name)
            st.markdown(f"{asked}\n\n{verdict} {answer.because} :small[:gray[({protocol})]]")
            return
        options, format = range(len(question.options)), question.options.__getitem__
        with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
            chosen = st.radio(asked, options, index=None, format_func=format, key=key, persist_state="session", horizontal=True)
            help = wording.CHOOSE_FIRST if chosen is None else None
            # By its callback: a run that the live view's report cuts short would forget that the button was pressed.
            st.button(wording.REVEAL, disabled=chosen is None, help=help, on_click=state.keep, args=(revealed, chosen))


def _live(step: Step) -> LessonResult | None:
    """What moves; it says of itself what it shows. None where its models are missing."""
    st.markdown(step.try_this)
    ladder = step.name == "beta"
    bundles = catalogue.ladder_bundles() if ladder else catalogue.bundles(catalogue.LESSON_MODELS)
    if not bundles:
        st.info(wording.NO_LADDER)
        return None
    return lesson(step.name, bundles, key="lesson-ladder" if ladder else "lesson")


def _around(step: Step, material: Material, result: LessonResult | None) -> None:
    """Why one should care, where to go on, and the line of the engine that does it."""
    st.markdown(f"**{wording.WHY}.** {step.why}")
    link = explore_link.to_explore((result and result.link) or step.link(material), _models(result))
    st.link_button(wording.OPEN_IN_EXPLORE, link, help=wording.OPEN_IN_EXPLORE_HELP, icon=":material/open_in_new:")
    excerpt = step.source.excerpt()
    st.caption(wording.where(excerpt))
    st.code(excerpt.code, language="python", wrap_lines=True)


def _models(result: LessonResult | None) -> tuple[str, ...]:
    """Those that Explore is to open on instead of its usual ones: of the β ladder, the rung that is shown."""
    beta = result.readings.get("beta") if result else None
    rung = next((one.name for one in catalogue.ladder() if one.train.beta == beta), None)
    return (rung, catalogue.LESSON_MODELS[1]) if rung else ()


@st.cache_resource(show_spinner=False)
def answer_of(name: str) -> Answer:
    """The answer to the question of a step, worked out once per server. Raises EngineError."""
    return next(step for step in STEPS if step.name == name).question.answer(catalogue.material())
