"""Worksheet: tasks for a class, checked against the models, to be printed with one's answers."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from dashboard.shared import leafing, state
from dashboard.shared import links as explore_link
from dashboard.stock import catalogue
from dashboard.stock.material import Material
from dashboard.worksheet import TASKS, ModelAnswer, Task, judged, wording
from dashboard.worksheet.export import entry, model_entry, to_html, to_markdown
from dashboard.worksheet.pictures import pictures_of
from vae_engine.base.errors import EngineError

_STYLE = "<style>.stMainBlockContainer h3 { padding: 0; }</style>"
_NAME = "worksheet-name"

Answers = dict[str, tuple[Any, str]]
"""By task: what was given, and the student's own words."""


def show() -> None:
    """Lay the page out."""
    st.html(_STYLE)
    names = [task.name for task in TASKS]
    name, known = state.turned_to(state.TASK, names)
    if not known:
        st.warning(wording.UNKNOWN_TASK)
    try:
        material = catalogue.material()
    except EngineError as error:
        st.error(str(error))
        return
    answers = {task.name: (state.widget(_answer_key(task)), state.widget(_words_key(task)) or "") for task in TASKS}
    right = [_is_right(task, material, answers) for task in TASKS]
    place = names.index(name)
    leafing.bar(state.TASK, names, [f"{i}{' ✓' if done else ''}" for i, done in enumerate(right, 1)], place)
    task = TASKS[place]
    about, work = st.columns([1, 1.5], gap="large")
    with about:
        _about(place, task, material)
    with work:
        _work(task, material)
    with about:
        st.divider()
        st.progress(sum(right) / len(TASKS), wording.progress(sum(right), len(TASKS)))
        _take_away(material, answers)


def _answer_key(task: Task) -> str:
    return f"answer-{task.name}"


def _words_key(task: Task) -> str:
    return f"words-{task.name}"


def _is_right(task: Task, material: Material, answers: Answers) -> bool:
    verdict = judged(task, material, answers[task.name][0])
    return verdict is not None and verdict.right


def _about(place: int, task: Task, material: Material) -> None:
    st.subheader(f"{place + 1}. {task.title}", anchor=False)
    st.markdown(task.text(material))
    if task.state:
        link, label = explore_link.to_explore(task.state(material)), wording.DO_IN_EXPLORE
    else:
        link, label = f"./learn?step={task.step}", wording.DO_IN_LEARN
    st.link_button(label, link, help=wording.NEW_TAB, icon=":material/open_in_new:")
    with st.expander(wording.HINT, icon=":material/lightbulb:", key=f"hint-{task.name}"):
        st.markdown(task.hint)


def _work(task: Task, material: Material) -> None:
    """The answer, what was measured of it, and the student's words."""
    raw = _asked(task)
    verdict = judged(task, material, raw)
    if verdict:
        if verdict.right:
            st.success(f"**{wording.RIGHT}.** {verdict.text}", icon=":material/check:")
        else:
            st.warning(f"**{wording.NOT_YET}.** {verdict.text}", icon=":material/close:")
        _show_pictures(task, material, raw)
    st.text_area(wording.WORDS, key=_words_key(task), persist_state="session", height=100, max_chars=2000)
    revealed = f"revealed-{task.name}"
    if not state.kept(revealed, False):
        st.button(wording.REVEAL, on_click=state.keep, args=(revealed, True), type="tertiary", icon=":material/visibility:")
        return
    with st.container(border=True), st.spinner(wording.WORKING):
        model = answer_of(task.name)
        st.markdown(f"**{wording.MODEL_ANSWER}.** {model.text}")
        _show_pictures(task, material, model.given)


def _asked(task: Task) -> Any:
    key, label = _answer_key(task), wording.ANSWERS[task.form]
    if task.form == "number":
        return st.number_input(label, value=None, step=None, format="%.5g", key=key, persist_state="session")
    if task.form == "choice":
        options, format = range(len(task.options)), task.options.__getitem__
        return st.radio(label, options, index=None, format_func=format, key=key, persist_state="session")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input(label, key=key, persist_state="session", max_chars=4000)
        if state.explored() and task.form != "walk":
            carry = partial(state.fill_in, key, state.explored())
            st.button(wording.CARRY, help=wording.CARRY_HELP, on_click=carry, icon=":material/input:")
    return text


def _show_pictures(task: Task, material: Material, raw: Any) -> None:
    with st.container(horizontal=True):
        for picture in pictures_of(task, material, raw):
            st.image(picture.png, caption=picture.caption, alt=picture.caption, width=picture.width, output_format="PNG")


def _take_away(material: Material, answers: Answers) -> None:
    name = st.text_input(wording.NAME, key=_NAME, persist_state="session", max_chars=80)
    for teacher, label, help in ((False, wording.MINE, None), (True, wording.TEACHER, wording.TEACHER_HELP)):
        head, *columns = st.columns([1.2, 1, 1], vertical_alignment="center")
        head.markdown(f"**{label}**", help=help)
        for column, (ending, (title, mime)) in zip(columns, wording.FORMATS.items(), strict=True):
            column.download_button(
                title,
                data=partial(_sheet, material, {} if teacher else answers, name, ending),
                file_name=f"worksheet{'-teacher' if teacher else ''}.{ending}",
                mime=mime,
                on_click="ignore",
                icon=":material/download:",
                key=f"{label}-{ending}",
                width="stretch",
            )


def _sheet(material: Material, answers: Answers, name: str, ending: str) -> bytes:
    """The whole worksheet; the teacher's when there are no answers."""
    if answers:
        entries = [entry(task, material, *answers[task.name]) for task in TASKS]
    else:
        entries = [model_entry(task, material, answer_of(task.name)) for task in TASKS]
    title = wording.sheet_title(name, teacher=not answers)
    notes = wording.sheet_notes(material.vae.metrics, (material.vae.name, material.ae.name))
    if answers:
        right = sum(_is_right(task, material, answers) for task in TASKS)
        notes = (*notes, f"{wording.progress(right, len(TASKS))}.")
    return (to_html if ending == "html" else to_markdown)(title, notes, entries).encode()


@st.cache_resource(show_spinner=False)
def answer_of(name: str) -> ModelAnswer:
    """The model answer of a task, worked out once per server. Raises EngineError."""
    return next(task for task in TASKS if task.name == name).answer(catalogue.material())
