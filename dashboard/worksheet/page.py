"""Worksheet: tasks for a class, checked against the models, to be printed with one's answers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from dashboard.shared import device, leafing, new_tab, state
from dashboard.shared.picture_url import picture_url
from dashboard.stock import catalogue
from dashboard.stock.material import Material
from dashboard.train.wording import plain
from dashboard.worksheet import TASKS, ModelAnswer, Standing, Task, judged, keys, standing, wording
from dashboard.worksheet.export import Entry, blank_entry, entry, model_entry, to_html, to_json, to_markdown
from dashboard.worksheet.pictures import Picture, pictures_of, pictures_of_model
from dashboard.worksheet.task import BY_LINK, LONGEST_ANSWER, opened
from vae_engine.base.errors import EngineError

_STYLE = """<style>
.stMainBlockContainer h3 { padding: 0; }
.st-key-bar-of-task { flex-wrap: nowrap; }
.st-key-bar-of-task > :has(> .st-key-pages-of-task) { flex: 1 1 0; min-width: 0; }
.st-key-pages-of-task { width: 100%; }
</style>"""
_AFRESH, _WORKED_OUT, _CHOSEN = "worksheet-afresh", "worksheet-worked-out", "worksheet-chosen"
_COMES = "worksheet-comes"
"""Kept while a visitor has come without an address of a task, and the browser has not said which was open last."""

Answers = dict[str, tuple[Any, str]]
"""By task: what was given, and the student's own words."""


def show(explore: StreamlitPage, train: StreamlitPage) -> None:
    """Lay the page out; `explore` is where most tasks are done, `train` where a run is made."""
    st.html(_STYLE)
    try:
        material = catalogue.material()
    except EngineError as error:
        st.error(str(error))
        return
    sent = state.kept(keys.SENT)
    if state.is_unopened(state.TASK):
        state.keep(_COMES, True)
    is_kept = device.mirror(keys.BOOK, _said(), _take, is_asking=sent is not None or state.kept(_COMES, False))
    if device.has_told(keys.BOOK):
        state.keep(_COMES, False)
    names = [task.name for task in TASKS]
    name, known = state.turned_to(state.TASK, names)
    if not known:
        st.warning(wording.UNKNOWN_TASK)
    if sent and device.has_told(keys.BOOK):
        state.keep(keys.SENT, None)
        _add(*sent)
    answers = {task.name: (state.widget(keys.answer(task)), state.widget(keys.words(task)) or "") for task in TASKS}
    stands = [_stands(task, material, answers) for task in TASKS]
    place = names.index(name)
    labels = [f"{i} {task.short}{wording.tick(stand)}" for i, (task, stand) in enumerate(zip(TASKS, stands, strict=True), 1)]
    leafing.bar(state.TASK, names, labels, place)
    leafing.follow(state.TASK, place)
    about, work = st.columns([1, 1.5], gap="large")
    with about:
        _about(place, TASKS[place], material, explore, train)
    with work:
        _work(TASKS[place], material)
    st.divider()
    _take_away(material, answers, stands, is_kept)


def _said() -> dict[str, Any]:
    """What the browser is to keep."""
    said = {key: state.widget(key) if state.is_seen(key) else device.UNSEEN for key in keys.ANSWERS}
    # A default counts as nothing said, as it does in an empty field.
    said |= {keys.TEACHES: state.widget(keys.TEACHES) or None, keys.LEFT_OUT: ",".join(_left_out())}
    return said | {keys.OPEN: device.UNSEEN if state.kept(_COMES, False) else state.kept(state.TASK)}


def _take(key: str, value: Any) -> None:
    """Hold what the browser kept, if it makes sense; which task another tab has open is of no concern here."""
    if not keys.may_hold(key, value):
        return
    if key == keys.LEFT_OUT:
        state.fill_in(_CHOSEN, [task.name for task in TASKS if task.name not in (value or "").split(",")])
    elif key == keys.OPEN:
        if state.kept(_COMES, False) and state.kept(state.TASK) in (None, TASKS[0].name):
            state.turn_to(state.TASK, value)
    else:
        state.fill_in(key, bool(value) if key == keys.TEACHES else value)


def _chosen() -> list[Task]:
    """The tasks on the sheets for a class, in their order: all of them until a teacher chose."""
    names = state.widget(_CHOSEN) if state.is_seen(_CHOSEN) and state.widget(keys.TEACHES) else None
    return [task for task in TASKS if names is None or task.name in names]


def _left_out() -> list[str]:
    names = state.widget(_CHOSEN) if state.is_seen(_CHOSEN) else None
    return [] if names is None else [task.name for task in TASKS if task.name not in names]


def _add(name: str, lines: Sequence[str]) -> None:
    """Add lines to the words on a task, but none that is there already."""
    key = next(keys.words(task) for task in TASKS if task.name == name)
    said = (state.widget(key) or "").splitlines()
    words = "\n".join([*said, *(line for line in lines if line not in said)])
    if len(words) > keys.LONGEST_WORDS:
        st.warning(plain(wording.no_room(lines)))
        return
    state.fill_in(key, words)
    st.rerun()  # so that the browser keeps them


def _stands(task: Task, material: Material, answers: Answers) -> Standing:
    raw, words = answers[task.name]
    return standing(task, judged(task, material, raw), words)


def _about(place: int, task: Task, material: Material, explore: StreamlitPage, train: StreamlitPage) -> None:
    st.subheader(f"{place + 1}. {task.title}", anchor=False)
    st.markdown(task.text(material))
    with st.container(horizontal=True):
        if task.form == "run":
            if st.button(wording.DO_ON_TRAIN, help=wording.SAME_TAB, icon=":material/model_training:"):
                state.take_up(task.name)
                st.switch_page(train, query_params={state.TASK: task.name})
        elif not task.state:
            new_tab.link(wording.DO_IN_LEARN, f"./learn?step={task.step}", help=wording.SHEET_STAYS)
        elif _asks_for_explore(state_there := opened(task, material, state.widget(keys.answer(task))), task.state(material)):
            state.visit(state_there, task.name)
            st.switch_page(explore, query_params={state.TASK: task.name})
        _keep_in_sight(task)
    with st.expander(wording.HINT, icon=":material/lightbulb:", key=f"hint-{task.name}"):
        st.markdown(task.hint)


def _asks_for_explore(there: str, own: str) -> bool:
    """Whether the key to Explore was pressed; it says so where it opens what was sent, and not the task's own state."""
    help = wording.SAME_TAB + ("" if there == own else wording.SENT_STATE)
    return st.button(wording.DO_IN_EXPLORE, help=help, icon=":material/explore:")


def _keep_in_sight(task: Task) -> None:
    """Take the task along to the other pages, or leave it here."""
    help, icon = wording.KEEP_IN_SIGHT_HELP, ":material/keep:"
    if state.is_taken_up(task.name):
        st.button(wording.PUT_AWAY, help=wording.PUT_AWAY_HELP, on_click=state.put_away, args=(task.name,), type="tertiary")
    else:
        st.button(wording.KEEP_IN_SIGHT, help=help, on_click=state.take_up, args=(task.name,), type="tertiary", icon=icon)


def _work(task: Task, material: Material) -> None:
    """The answer, what was measured of it, and the student's words."""
    raw = _asked(task)
    verdict = judged(task, material, raw)
    if verdict:
        stand = standing(task, verdict, state.widget(keys.words(task)) or "")
        said = f"**{wording.STANDS[stand]}.** {verdict.text}"
        if not verdict.right:
            st.warning(said, icon=":material/close:")
        elif stand == "wordless":
            st.info(f"{said} {wording.WORDS_MISSING}", icon=":material/edit_note:")
        else:
            st.success(said, icon=":material/check:")
        _show_pictures(pictures_of(task, material, raw))
    st.text_area(wording.WORDS, key=keys.words(task), persist_state="session", height=100, max_chars=keys.LONGEST_WORDS)
    if not state.widget(keys.TEACHES):
        return
    revealed = f"revealed-{task.name}"
    if not state.kept(revealed, False):
        st.button(wording.REVEAL, on_click=state.keep, args=(revealed, True), type="tertiary", icon=":material/visibility:")
        return
    with st.container(border=True), st.spinner(wording.WORKING):
        model = answer_of(task.name)
        st.markdown(f"**{wording.MODEL_ANSWER}.** {model.text}")
        st.markdown(model.because)
        _show_pictures(pictures_of_model(task, material, model))


def _asked(task: Task) -> Any:
    key, label = keys.answer(task), wording.ANSWERS[task.form]
    if task.form == "choice":
        options, format = range(len(task.options)), task.options.__getitem__
        return st.radio(label, options, index=None, format_func=format, key=key, persist_state="session")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        # Numbers, too, are typed as text: Streamlit's own field drops a decimal comma without a word.
        text = st.text_input(label, key=key, persist_state="session", max_chars=LONGEST_ANSWER)
        if state.explored() and task.form in BY_LINK and (task.form != "place" or state.is_point_held()):
            carry = partial(state.fill_in, key, state.explored())
            st.button(wording.CARRY, help=wording.CARRY_HELP, on_click=carry, icon=":material/input:")
    return text


def _show_pictures(pictures: list[Picture]) -> None:
    with st.container(horizontal=True):
        for picture in pictures:
            st.image(picture_url(picture.png), caption=picture.caption, alt=picture.caption, width=picture.width)


def _take_away(material: Material, answers: Answers, stands: list[Standing], is_kept: bool) -> None:
    """How far one has come, where the answers are kept, and what can be printed or saved."""
    mine, sheets = st.columns([1, 1.5], gap="large")
    with mine:
        st.progress(stands.count("done") / len(TASKS), wording.progress(stands))
        st.caption(wording.KEPT if is_kept else wording.NOT_KEPT)
        _begin_afresh()
    with sheets:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            name = st.text_input(wording.NAME, key=keys.NAME, persist_state="session", max_chars=keys.LONGEST_NAME)
            st.toggle(wording.I_TEACH, key=keys.TEACHES, persist_state="session", help=wording.I_TEACH_HELP)
        st.caption(wording.HAND_IN)
        if state.widget(keys.TEACHES):
            st.caption(wording.REVEALS_NOTE)
            _choose()
        for sheet, (label, help) in wording.SHEETS.items():
            if sheet != "teacher" or (state.widget(keys.TEACHES) and _worked_out()):
                _downloads(material, answers, name, sheet, label, help)


def _choose() -> None:
    """Which tasks go onto the sheets for a class."""
    state.begin_with(_CHOSEN, [task.name for task in TASKS])
    chosen = _chosen()
    # What it is called stays the same while tasks are chosen: Streamlit closes a box that gets another name.
    with st.expander(wording.CHOSEN, icon=":material/checklist:", key="tasks-for-class"):
        everything = [task.name for task in TASKS]
        st.pills(
            wording.CHOOSE, everything, selection_mode="multi", key=_CHOSEN, persist_state="session",
            format_func={task.name: f"{place} {task.short}" for place, task in enumerate(TASKS, 1)}.__getitem__,
            help=wording.CHOSEN_HELP, width="stretch",
        )  # fmt: skip
        with st.container(horizontal=True):
            st.button(wording.ALL_TASKS, on_click=state.fill_in, args=(_CHOSEN, everything), disabled=len(chosen) == len(TASKS))
            st.button(wording.NO_TASKS, on_click=state.fill_in, args=(_CHOSEN, []), disabled=not chosen)
    st.caption(wording.chosen(len(chosen), len(TASKS), sum(task.points for task in chosen)))


def _downloads(material: Material, answers: Answers, name: str, sheet: str, label: str, help: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{label}**", help=help, width=190)
        for ending, (title, mime) in wording.FORMATS.items():
            if ending != "json" or sheet == "mine":
                st.download_button(
                    title,
                    data=partial(_sheet, material, answers, _chosen(), name, sheet, ending),
                    file_name=f"worksheet{'' if sheet == 'mine' else f'-{sheet}'}.{ending}",
                    mime=mime,
                    on_click="ignore",
                    disabled=sheet != "mine" and not _chosen(),
                    help=wording.NONE_CHOSEN if sheet != "mine" and not _chosen() else None,
                    icon=":material/download:",
                    key=f"{sheet}-{ending}",
                )


def _worked_out() -> bool:
    """Work out every model answer, so that a press of the button waits for none: the first time for all to see."""
    if state.kept(_WORKED_OUT):
        return True
    shown = st.empty()
    try:
        for done, task in enumerate(TASKS):
            shown.progress(done / len(TASKS), wording.working(done, len(TASKS)))
            answer_of(task.name)
    except EngineError as error:
        shown.error(str(error))
        return False
    shown.empty()
    state.keep(_WORKED_OUT, True)
    return True


def _begin_afresh() -> None:
    """Empties every answer, in this tab and on the device, once it was confirmed."""
    if not state.kept(_AFRESH, False):
        st.button(wording.AFRESH, on_click=state.keep, args=(_AFRESH, True), type="tertiary", icon=":material/restart_alt:")
        return
    st.markdown(wording.AFRESH_SURE)
    with st.container(horizontal=True):
        st.button(wording.AFRESH_NO, on_click=state.keep, args=(_AFRESH, False), type="primary")
        st.button(wording.AFRESH_YES, on_click=_empty)


def _empty() -> None:
    for key in keys.ANSWERS:
        state.fill_in(key, None)
    state.keep(_AFRESH, False)


def _sheet(material: Material, answers: Answers, chosen: Sequence[Task], name: str, sheet: str, ending: str) -> bytes:
    """The whole worksheet as a file."""
    title = wording.sheet_title("" if sheet == "blank" else name, sheet)
    notes = wording.sheet_notes(material.vae.metrics, (material.vae.name, material.ae.name))
    entries: list[Entry]
    if sheet == "mine":
        entries = [entry(task, material, *answers[task.name]) for task in TASKS]
        notes = (*notes, f"{wording.progress([_stands(task, material, answers) for task in TASKS])}.")
    elif sheet == "blank":
        entries = [blank_entry(task, material) for task in chosen]
        notes = (wording.NAME_LINE, *notes, wording.points(sum(task.points for task in chosen), total=True))
    else:
        entries = [model_entry(task, material, answer_of(task.name)) for task in chosen]
    if ending == "json":
        return to_json(title, notes, entries, name).encode()
    return {"html": to_html, "md": to_markdown}[ending](title, notes, entries).encode()


@st.cache_resource(show_spinner=False)
def answer_of(name: str) -> ModelAnswer:
    """The model answer of a task, worked out once per server. Raises EngineError."""
    return next(task for task in TASKS if task.name == name).answer(catalogue.material())
