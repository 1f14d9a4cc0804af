"""Runs: a notebook of bundled models and own runs; two to four of them side by side."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import streamlit as st

from dashboard.jobs import jobs
from dashboard.jobs.files import MAX_UPLOAD, receive
from dashboard.jobs.run_view import LIVE, State
from dashboard.runs import shelf as run_shelf
from dashboard.runs import table as run_table
from dashboard.runs import wording
from dashboard.runs.beside import beside, one_setting
from dashboard.runs.table import BUNDLED, IMPORTED, Row
from dashboard.shared import state
from dashboard.shared.tables import with_minus
from dashboard.shared.wording import ERROR, ERROR_HELP
from dashboard.train.wording import plain, told
from vae_engine.base.errors import EngineError

_STYLE = """<style>
.stMainBlockContainer [data-testid=stButtonGroup] button { min-height: 2.5rem; }
</style>"""
# Streamlit writes white on the primary colour, which the dark theme has light.
_DARK = "<style>.stMultiSelect [data-tag] * { color: #0e1117; }</style>"
_FIND, _SHOW, _KIND, _STATE, _DATA = "find", "show", "kind", "state", "data"
_ROW, _MOST_ROWS = 84, 4  # pixels: words wrap in rows above four times the letters' size
_MOST_PINNED = 4
_WATCH_SECONDS = 2.0
_BESIDE = ((run_table.HELD_OUT, "log_px_exact"), (run_table.TEST, "nll"), (run_table.TEST, "kl"))
"""Numbers that stand beside only, so that the others fit a laptop's screen; of the first there are none."""
_ERRORS_BESIDE = ((run_table.HELD_OUT, "nll"), (run_table.HELD_OUT, "kl"))
_WIDTHS = {"elbo": 80, "nll": 68, "kl": 66, "log_px_exact": 96}
_DIGITS = {f"{split} {term}{error}": 2 for split in wording.SPLITS for term in wording.TERMS for error in ("", " ±")}
_TICKED, _NAMED = "runs table", "runs named"


def show() -> None:
    """Lay the page out."""
    st.html(_STYLE + _DARK * state.is_dark())
    found = run_shelf.rows()
    _told()
    pinned = _pinned(found)
    shown = _filtered(found)
    if not jobs.shared(state.asking()).read_only and not any(row.state != BUNDLED for row in found):
        st.info(wording.NO_RUNS, icon=":material/info:")
    if shown:
        _table(shown, pinned)
    else:
        st.info(wording.NOTHING_FITS)
    chosen = _chosen(found, pinned)
    if chosen:
        beside(chosen)
    one_setting(found)
    if any(row.state in (*LIVE, State.QUEUED) for row in found):
        st.fragment(_watch, run_every=_WATCH_SECONDS)(_signs(found))


def _signs(found: Sequence[Row]) -> list[Any]:
    """Changes whenever the page should be drawn anew."""
    return [(row.id, row.name, row.state, row.stamp, row.view and row.view.position, row.numbers) for row in found]


def _watch(signs: list[Any]) -> None:
    if _signs(run_shelf.rows()) != signs:
        st.rerun()


def _told() -> None:
    """What a button did, or why not."""
    if complaint := state.kept(state.COMPLAINT):
        st.error(told(complaint))
        state.keep(state.COMPLAINT, "")
    run, name = state.kept(state.DELETED, ("", ""))
    if run and jobs.shared(state.asking()).is_deleted(run):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.warning(plain(wording.deleted(name)), icon=":material/delete:")
            st.button(wording.UNDO, on_click=_undo, args=(run,), icon=":material/undo:")


def _undo(run: str) -> None:
    state.attempt(jobs.shared(state.asking()).undo_delete, run)


def _pinned(found: Sequence[Row]) -> list[str]:
    """The ids of the pinned runs that exist; the others are told of."""
    asked, known = state.pinned(), {row.id for row in found}
    gone = [one for one in asked if one not in known]
    if gone:
        st.warning(plain(wording.unknown_pins(gone)))
    return [one for one in asked if one in known]


def _filtered(found: Sequence[Row]) -> list[Row]:
    """Choices that stand in the address, too."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input(wording.SEARCH, key=_FIND, bind="query-params", live=True, max_chars=100, type="search",
                             placeholder=wording.SEARCH_HINT, width=260)  # fmt: skip
        whose = st.pills(wording.SHOW, [wording.SHOW_OWN, wording.SHOW_BUNDLED], key=_SHOW, bind="query-params")
        kinds = st.pills(
            wording.KIND, ["vae", "ae"], selection_mode="multi", format_func=wording.KINDS.__getitem__, key=_KIND,
            bind="query-params",
        )  # fmt: skip
        states, sets = (sorted({getattr(row, name) for row in found if getattr(row, name)}) for name in ("state", "data"))
        state_asked = st.multiselect(wording.STATE, states, key=_STATE, bind="query-params", placeholder=wording.ANY, width=200)
        data_asked = st.multiselect(wording.DATA, sets, key=_DATA, bind="query-params", placeholder=wording.ANY, width=200)
        _upload()
    own = [row for row in found if not whose or (row.state == BUNDLED) == (whose == wording.SHOW_BUNDLED)]
    return run_table.matching(own, text or "", state_asked, kinds, data_asked)


def _table(shown: Sequence[Row], pinned: Sequence[str]) -> None:
    ids = [row.id for row in shown]
    # A selection is by position, so another list of rows, or pins from elsewhere, is another table.
    key = state.renewed(_TICKED, f"runs {state.pinnings()} {' '.join(ids)}")
    ticked = [place for place, one in enumerate(ids) if one in pinned]
    st.dataframe(
        with_minus([_cells(row) for row in shown], _DIGITS),
        key=key,
        on_select=lambda: _ticked(key, ids, pinned),
        selection_mode="multi-row",
        selection_default={"selection": {"rows": ticked}},
        hide_index=True,
        row_height=_ROW,
        height=40 + _ROW * min(len(shown), _MOST_ROWS),
        column_config=_columns(shown),
        placeholder="–",
        alt=wording.TABLE_ALT,
    )
    st.markdown(f":small[{wording.protocols(shown)} {wording.SORT_HELP}]")


def _ticked(key: str, ids: Sequence[str], pinned: Sequence[str]) -> None:
    if not state.on_screen(_TICKED, key):
        return
    chosen = [ids[place] for place in state.widget(key)["selection"]["rows"] if place < len(ids)]
    kept = [one for one in pinned if one in chosen or one not in ids]
    state.pin([*kept, *(one for one in chosen if one not in kept)], by_table=True)


def _cells(row: Row) -> dict[str, Any]:
    model, train = row.configs or (None, None)
    cells: dict[str, Any] = {
        "picture": run_shelf.thumbnail(row, state.is_dark()) or None, "name": row.name,
        "state": row.state,
        "kind": wording.KINDS[row.kind], "d": model and model.latent_dim,
        "beta": train.beta if train and row.kind == "vae" and not row.turned and row.state != IMPORTED else None,
    }  # fmt: skip
    for split in wording.SPLITS:
        for term in wording.TERMS:
            cells |= {f"{split} {term}": row.term(split, term), f"{split} {term} ±": row.error(split, term)}
    when = row.view and datetime.fromtimestamp(row.view.about.created, ZoneInfo(st.context.timezone or "UTC"))
    return cells | {
        "data": row.data, "network": run_table.architecture(row), "objective": run_table.objective(row),
        "budget": run_table.budget(train) if train and row.state != IMPORTED else None, "seconds": row.seconds,
        "when": when and when.replace(tzinfo=None),
        "message": row.message or wording.turned(row),
    }  # fmt: skip


def _columns(rows: Sequence[Row]) -> dict[str, Any]:
    plain, configured = wording.COLUMNS, st.column_config
    columns: dict[str, Any] = {name: configured.Column(label, help=help) for name, (label, help) in plain.items()}
    columns["picture"] = configured.ImageColumn(plain["picture"][0], help=plain["picture"][1], width=70, pinned=True)
    columns["name"] = configured.TextColumn(plain["name"][0], width=124)
    dimension = configured.NumberColumn(plain["d"][0], help=plain["d"][1], width=44)
    columns["d"] = dimension if {2} != {row.configs[0].latent_dim for row in rows if row.configs} else None
    columns["beta"] = configured.NumberColumn(plain["beta"][0], help=plain["beta"][1], width=44, format="%g")
    columns["seconds"] = configured.NumberColumn(plain["seconds"][0], help=plain["seconds"][1], format="%.0f s", width=58)
    columns["when"] = configured.DatetimeColumn(plain["when"][0], format="D MMM, HH:mm", width=98)
    columns["network"] = configured.TextColumn(plain["network"][0], help=plain["network"][1], width=92)
    columns["objective"] = None
    columns["data"] = configured.TextColumn(plain["data"][0], width=84) if len({row.data for row in rows}) > 1 else None
    columns["message"] = columns["message"] if any(row.message or row.turned for row in rows) else None
    for split, short in wording.SPLITS.items():
        for term, label in wording.TERMS.items():
            help = f"{wording.TERM_HELP[term]} {wording.SPLIT_HELP[split]}"
            shown = None if (split, term) in _BESIDE else f"{label} ({short})"
            columns[f"{split} {term}"] = shown and configured.NumberColumn(shown, help=help, width=_WIDTHS[term])
            beside_only = not shown or (split, term) in _ERRORS_BESIDE
            known = not beside_only and any(row.error(split, term) is not None for row in rows)
            columns[f"{split} {term} ±"] = configured.NumberColumn(ERROR, help=ERROR_HELP, width=48) if known else None
    return columns


def _chosen(found: Sequence[Row], pinned: Sequence[str]) -> list[Row]:
    """The rows that stand side by side, by the table or by this list, which needs no mouse."""
    by_id = {row.id: row for row in found}
    key = state.renewed(_NAMED, f"pinned {state.pinnings()} {' '.join(pinned)}")
    st.multiselect(
        wording.SIDE_BY_SIDE, list(by_id), default=list(pinned[:_MOST_PINNED]), format_func=lambda one: wording.named(by_id[one]),
        max_selections=_MOST_PINNED, key=key, on_change=lambda: _named(key), placeholder=wording.HOW_TO_PIN,
    )  # fmt: skip
    if len(pinned) > _MOST_PINNED:
        st.info(wording.TOO_MANY)
    return [by_id[one] for one in pinned[:_MOST_PINNED]]


def _named(key: str) -> None:
    if state.on_screen(_NAMED, key):
        state.pin(state.widget(key))


def _upload() -> None:
    if jobs.shared(state.asking()).read_only:
        st.caption(jobs.shared(state.asking()).why_not())
        return
    with st.popover(wording.UPLOAD, icon=":material/upload:"):
        st.markdown(f":small[{wording.UPLOAD_HELP}]")
        if state.has_no_cookies():
            st.warning(wording.NO_UPLOADS)
        key = f"upload {state.kept(state.UPLOADS, 0)}"  # another widget each time, so that the server lets the bytes go
        sent = st.file_uploader(wording.UPLOAD_FILE, type="zip", key=key, max_upload_size=MAX_UPLOAD >> 20)
        if sent is None:
            return
        try:
            run = receive(jobs.shared(state.asking()), sent.getvalue(), sent.name, state.visitor())
        except EngineError as error:
            st.error(told(str(error)))
            return
    state.keep(state.UPLOADS, state.kept(state.UPLOADS, 0) + 1)
    state.pin([run_table.OWN + run])
    st.toast(wording.UPLOADED, icon=":material/check:")
    st.rerun()
