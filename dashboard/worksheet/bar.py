"""The task at hand, in sight above another page on which it is done, and the way back with what was found there."""

from __future__ import annotations

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from dashboard.shared import state
from dashboard.stock import catalogue
from dashboard.worksheet import TASKS, keys, wording
from dashboard.worksheet.task import BY_LINK
from vae_engine.base.errors import EngineError

_STYLE = """<style>
.st-key-task-at-hand { padding: 0 .75rem; flex-wrap: nowrap; margin-bottom: -1rem; }
.st-key-task-at-hand p { font-size: .875rem; line-height: 1.3; }
.st-key-task-at-hand button { padding: .2rem .7rem; min-height: 0; white-space: nowrap; }
@media (max-width: 640px) { .st-key-task-at-hand { flex-wrap: wrap; } }
</style>"""


def show(worksheet: StreamlitPage) -> None:
    """Draw the bar if there is a task at hand that is done on this page; `worksheet` is where its keys lead back to."""
    tasks = {task.name: task for task in TASKS if task.state}
    task = tasks.get(state.at_hand(list(tasks)))
    if task is None:
        return
    try:
        words = task.text(catalogue.material())
    except EngineError:
        return  # the page itself says what is missing
    st.html(_STYLE)
    by_link, found = task.form in BY_LINK, state.explored()
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="task-at-hand"):
        st.markdown(f"**{wording.AT_HAND}: {task.title}.** {words}")
        if by_link:
            is_sent = st.button(
                wording.SEND, type="primary", disabled=not found, help=wording.SEND_HELP if found else wording.NOTHING_YET
            )
        else:
            is_sent = st.button(wording.BACK, type="primary")
        st.button(wording.PUT_AWAY, help=wording.PUT_AWAY_HELP, on_click=state.put_away, args=(task.name,), type="tertiary")
    if is_sent:
        if by_link:
            state.fill_in(keys.answer(task), found)
        st.switch_page(worksheet, query_params={state.TASK: task.name})
