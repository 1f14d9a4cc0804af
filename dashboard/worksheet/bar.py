"""The task at hand, in sight above another page on which it is done, and the way back with what was found there."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote, urljoin

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from dashboard.runs import shelf as run_shelf
from dashboard.shared import state
from dashboard.shared.links import LinkError
from dashboard.stock import catalogue
from dashboard.worksheet import TASKS, Task, judged, keys, wording
from dashboard.worksheet.task import BY_LINK, understood
from vae_engine.base.errors import EngineError

_STYLE = """<style>
[class*=st-key-task-at-hand] { flex-wrap: nowrap; margin-bottom: -.5rem; }
.st-key-task-at-hand-explore { padding: 0 .75rem; margin-bottom: -1rem; }
[class*=st-key-task-at-hand] p { font-size: .875rem; line-height: 1.3; }
[class*=st-key-task-at-hand] button { padding: .2rem .7rem; min-height: 0; white-space: nowrap; }
[class*=st-key-stays-above] [data-testid=stCaptionContainer] { width: 15rem; }
.st-key-task-again { display: none; }
.stApp :has([class*=st-key-stays-above]) { background: inherit; } /* of the page, whatever its theme */
[data-testid=stLayoutWrapper]:has(> .st-key-task-at-hand-runs) { position: sticky; top: 3.75rem; z-index: 90; }
/* Where a page is one column, the words scroll away, and the keys stay with a button that shows the words again. */
@media (max-width: 900px), (max-width: 1000px) and (max-height: 560px) {
  [data-testid=stLayoutWrapper]:has(> [class*=st-key-task-at-hand-]), [class*=st-key-task-at-hand-] { display: contents; }
  .st-key-task-at-hand-explore > [data-testid=stElementContainer] { padding: 0 .75rem; }
  .st-key-task-again { display: block; }
  [class*=st-key-task-at-hand-] > [data-testid=stLayoutWrapper] {
    position: sticky; top: 3.75rem; z-index: 90; width: 100%; margin-bottom: -.75rem;
  }
  [class*=st-key-stays-above-] { flex-wrap: wrap; padding: .25rem 0 .5rem; }
  .st-key-stays-above-explore { padding: .25rem .75rem .5rem; }
}
</style>"""


def above_explore(worksheet: StreamlitPage) -> None:
    """Draw the bar if there is a task at hand that is done on Explore; `worksheet` is where its keys lead back to."""
    task = _at_hand([task for task in TASKS if task.state])
    if task is None:
        return
    try:
        words = task.text(catalogue.material())
    except EngineError:
        return  # the page itself says what is missing
    by_link, found = task.form in BY_LINK, state.explored()
    with _bar("explore"):
        st.markdown(f"**{wording.AT_HAND}: {task.title}.** {words}")
        with _keys("explore"):
            _again(task, words)
            if by_link:
                refusal = _why_not_sent(task, found)
                is_sent = st.button(wording.SEND, type="primary", disabled=bool(refusal), help=refusal or wording.SEND_HELP)
                # In the same room, so that the map stays where the pointer is.
                _say(refusal or (wording.HELD if task.form == "place" else ""))
            else:
                is_sent = st.button(wording.BACK, type="primary")
            _put_away(task)
    if is_sent:
        if by_link:
            state.fill_in(keys.answer(task), found)
        _back(worksheet, task)


def above_runs(worksheet: StreamlitPage, chosen: Sequence[str]) -> None:
    """Draw the bar above Train or Runs if there is any task at hand: runs go into its words. `chosen` are addresses of rows."""
    task = _at_hand(TASKS)
    if task is None:
        return
    by_id = {row.id: row for row in (run_shelf.rows() if chosen else ())}
    lines = [wording.of_run(by_id[one], _address(one)) for one in chosen if one in by_id]
    is_answer = task.form == "run"
    refusal = "" if lines else wording.NO_RUN_YET
    help = wording.SEND_RUN_HELP if is_answer else wording.SEND_RUNS_HELP
    try:
        words = task.text(catalogue.material())
    except EngineError:
        words = ""  # without its models a task has but its name
    with _bar("runs"):
        st.markdown(f"**{wording.AT_HAND}: {task.title}.** {words}")
        with _keys("runs"):
            _again(task, words)
            is_sent = st.button(wording.SEND, type="primary", disabled=bool(refusal), help=refusal or help)
            _say(refusal)
            _put_away(task)
    if is_sent and is_answer:
        state.fill_in(keys.answer(task), _address(next(one for one in chosen if one in by_id)))
        _back(worksheet, task)
    elif is_sent:
        state.keep(keys.SENT, (task.name, lines))  # the worksheet adds them once it knows what the browser keeps
        _back(worksheet, task)


def _again(task: Task, words: str) -> None:
    with st.container(key="task-again", width="content"), st.popover(wording.AT_HAND):
        st.markdown(f"**{task.title}.** {words}")


def _say(told: str) -> None:
    """Why a key is grey, in sight: a finger cannot hover over it."""
    if told:
        st.caption(told, width="content")


def _why_not_sent(task: Task, link: str) -> str:
    """Why what one sees on Explore is not sent: it is nothing, not what the task asks for, or no better than what is there."""
    if task.form == "place" and not state.is_point_held():
        return wording.HOLD_FIRST
    if not link:
        return wording.NOTHING_YET
    material = catalogue.material()
    try:
        understood(task, material, link)
    except (LinkError, EngineError) as refusal:
        return str(refusal)
    given, sent = (judged(task, material, one) for one in (state.widget(keys.answer(task)), link))
    return wording.right_already(sent.text) if given and given.right and sent and not sent.right else ""


def _at_hand(tasks: Sequence[Task]) -> Task | None:
    name = state.at_hand([task.name for task in tasks])
    return next((task for task in tasks if task.name == name), None)


def _bar(page: str) -> st.delta_generator.DeltaGenerator:
    st.html(_STYLE)
    return st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"task-at-hand-{page}")


def _keys(page: str) -> st.delta_generator.DeltaGenerator:
    return st.container(horizontal=True, vertical_alignment="center", gap="small", width="content", key=f"stays-above-{page}")


def _put_away(task: Task) -> None:
    st.button(wording.PUT_AWAY, help=wording.PUT_AWAY_HELP, on_click=state.put_away, args=(task.name,), type="tertiary")


def _back(worksheet: StreamlitPage, task: Task) -> None:
    st.switch_page(worksheet, query_params={state.TASK: task.name})


def _address(run: str) -> str:
    """Of a row on the Runs page: whole, since words may be printed."""
    return urljoin(st.context.url or "", f"./runs?{state.PIN}={quote(run, safe=':/')}")
