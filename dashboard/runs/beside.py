"""Two to four models side by side, or one alone: actions, numbers, maps, manifolds, digits from the same z, curves, settings."""

from __future__ import annotations

import html
from collections.abc import Sequence
from functools import partial

import streamlit as st

from dashboard.films.component import Reel, film
from dashboard.jobs import estimates, jobs
from dashboard.jobs import files as run_files
from dashboard.jobs.run_view import LIVE, RESUMABLE, State
from dashboard.runs import groups as run_groups
from dashboard.runs import maps as run_maps
from dashboard.runs import pictures as run_pictures
from dashboard.runs import shelf as run_shelf
from dashboard.runs import table as run_table
from dashboard.runs import wording
from dashboard.runs.table import BUNDLED, IMPORTED, Row
from dashboard.shared import charts as run_charts
from dashboard.shared import links as explore_link
from dashboard.shared import new_tab, state
from dashboard.shared.numbers import NumberError, read_seed
from dashboard.train import live_chart
from dashboard.train.wording import overfitting, plain, told, why_not_in_explore
from vae_engine.base.errors import EngineError
from vae_engine.data import datasets
from vae_engine.stored import knobs

_GRID, _STRIP, _WIDE = 20, 10, 480
_MOST_REELS = 2
_SEED, _MAX_SEED = "seed", 2**31 - 1


def beside(chosen: Sequence[Row]) -> None:
    """All that can be said of the chosen rows."""
    for column, row in zip(st.columns(len(chosen)), chosen, strict=True):
        with column:
            _head(row)
    known = [row for row in chosen if row.configs]
    if warning := wording.several_differ(run_table.varied(known), run_table.differences(known)):
        st.warning(warning, icon=":material/balance:")
    _pair([row for row in chosen if row.has_model and _is_flat(row)])
    sound = [row for row in chosen if _is_sound(row)]
    if len(sound) == 1:
        left, right = st.columns(2)
        with left:
            _maps(sound)
        with right:
            _manifolds(sound)
    elif sound:
        _maps(sound)
        _manifolds(sound)
    if sound:
        _samples(sound)
    if known:
        _curves(known)
        numbers, settings = st.columns([1, 1 if len(known) > 1 else 2], gap="large")
        with numbers:
            _numbers(known)
        with settings:
            _settings(known)


def _is_flat(row: Row) -> bool:
    return row.configs is not None and row.configs[0].latent_dim == 2


def _is_sound(row: Row) -> bool:
    """Whether it can be drawn; why not is said here."""
    if row.configs and row.stamp:
        try:
            run_shelf.own_gaussian(row)
            return True
        except EngineError as error:
            st.warning(told(str(error)))
    return False


def _head(row: Row) -> None:
    """The name, how it stands, and what can be done with it."""
    st.subheader(plain(row.name), anchor=False)
    st.markdown("  \n".join(line for line in (wording.state_of(row), wording.summary(row)) if line))
    with st.container(horizontal=True, gap="small"):
        if row.run and row.configs and row.state != IMPORTED:
            new_tab.link(wording.IN_TRAIN, f"./train?run={row.run}")
        if row.run or row.state == BUNDLED:
            _to_explore(row)
        if row.run:
            with st.popover(wording.ACTIONS, key=f"actions {row.id}"):
                _actions(row, row.run)


def _to_explore(row: Row) -> None:
    icon = ":material/open_in_new:"
    if refusal := why_not_in_explore(row.configs, None if row.has_model else row.view):
        st.button(wording.IN_EXPLORE, disabled=True, help=refusal, icon=icon, key=f"explore {row.id}")
    else:
        new_tab.link(wording.IN_EXPLORE, explore_link.to_explore("", (row.id,)))


def _pair(flat: Sequence[Row]) -> None:
    """A link to Explore for a VAE and an autoencoder together."""
    kinds = {row.kind: row.id for row in flat}
    if len(flat) == 2 and len(kinds) == 2:
        link = explore_link.to_explore("", (kinds["vae"], kinds["ae"]))
        new_tab.link(wording.BOTH_IN_EXPLORE, link)


def _actions(row: Row, run: str) -> None:
    why_not = jobs.shared(state.asking()).why_not_change(run)
    if not why_not:
        _drive(row, run)
    refusal = ""
    if row.configs is None:
        refusal = wording.DOWNLOAD_DAMAGED
    elif (place := datasets.place(row.configs[1].data)) is not None and not place.exists():
        refusal = wording.DOWNLOAD_WITHOUT_IMAGES
    st.download_button(
        wording.DOWNLOAD, data=partial(run_files.packed, row.folder), file_name=f"{run_files.file_name(row.name)}.zip",
        mime="application/zip", on_click="ignore", key=f"download {run}", help=wording.DOWNLOAD_HELP, width="stretch",
        disabled=bool(refusal), icon=":material/download:",
    )  # fmt: skip
    if refusal:
        st.markdown(f":small[{refusal}]")
    if why_not:
        st.caption(told(why_not))
    else:
        _change(row, run)


def _drive(row: Row, run: str) -> None:
    shared = jobs.shared(state.asking())
    if row.state in RESUMABLE:
        st.button(wording.RESUME, on_click=state.attempt, args=(shared.resume, run), key=f"resume {run}", width="stretch",
                  icon=":material/resume:")  # fmt: skip
    if row.state in (*LIVE, State.QUEUED):
        st.button(wording.STOP, on_click=state.attempt, args=(shared.stop, run), key=f"stop {run}", width="stretch",
                  icon=":material/stop:")  # fmt: skip


def _change(row: Row, run: str) -> None:
    shared = jobs.shared(state.asking())
    name = st.text_input(wording.NEW_NAME, row.name, key=f"name {run} {row.name}", max_chars=80)
    st.button(wording.RENAME, on_click=state.attempt, args=(shared.rename, run, name), key=f"rename {run}", width="stretch",
              disabled=name == row.name, icon=":material/edit:",
              help=wording.RENAME_NOT_YET if name == row.name else None)  # fmt: skip
    is_live = row.state in LIVE
    st.button(wording.DELETE, on_click=_delete, args=(row, run), key=f"delete {run}", width="stretch", icon=":material/delete:",
              disabled=is_live, help=wording.STOP_FIRST if is_live else None)  # fmt: skip
    if is_live:
        st.markdown(f":small[{wording.STOP_FIRST}]")


def _delete(row: Row, run: str) -> None:
    state.keep(state.DELETED, (run, row.name))
    state.attempt(jobs.shared(state.asking()).delete, run)
    state.pin([one for one in state.pinned() if one != row.id])


def _numbers(rows: Sequence[Row]) -> None:
    said = {
        f"{label} ({short})": [wording.figure(row.term(split, term), row.error(split, term)) for row in rows]
        for split, short in wording.SPLITS.items()
        for term, label in wording.TERMS.items()
    }
    st.markdown(f"#### {wording.NUMBERS}")
    _text_table(wording.NUMBER, rows, {label: values for label, values in said.items() if set(values) != {wording.figure(None)}})
    st.markdown(f":small[{wording.protocols(rows)} {wording.of_two_kinds(rows)}]")


def _text_table(what: str, rows: Sequence[Row], said: dict[str, list[str]]) -> None:
    """A row for each thing said, a column for each model."""
    names = _distinct([plain(row.name) for row in rows])
    table = [{what: plain(name), **dict(zip(names, map(plain, values), strict=True))} for name, values in said.items()]
    st.table(table, hide_index=True)


def _distinct(names: Sequence[str]) -> list[str]:
    return [name if names.count(name) == 1 else f"{name} ({place})" for place, name in enumerate(names, 1)]


def _maps(rows: Sequence[Row]) -> None:
    st.markdown(f"#### {wording.MAPS}")
    flat = [row for row in rows if _is_flat(row)]
    if len(flat) < len(rows):
        st.markdown(plain(wording.no_map(rows)))
    if not flat:
        return
    reels = [_reel(row, row.run) for row in flat if row.run and row.view and row.view.snapshots]
    how = st.segmented_control(
        wording.MAPS, [wording.MAPS, wording.TIME_LAPSE], default=wording.MAPS, required=True, key="maps or film",
        label_visibility="collapsed",
    ) if reels else wording.MAPS  # fmt: skip
    if how == wording.TIME_LAPSE:
        film(reels[:_MOST_REELS], key="runs-film")
        return
    found, shown = [], []
    for row in flat:
        try:
            codes, labels = run_shelf.codes(row)
        except EngineError as error:
            st.warning(told(str(error)))
            continue
        shown.append(row)
        assert row.configs is not None
        square = run_pictures.square(run_shelf.own_gaussian(row))
        found.append(
            run_maps.Map(
                row.name,
                codes,
                labels,
                run_shelf.splits(row),
                row.configs[1].classes,
                wording.unit(row),
                row.kind == "vae",
                square,
            )
        )
    if not found:
        return
    st.plotly_chart(run_maps.maps(found), key="maps", alt=wording.MAPS_ALT, config={"displayModeBar": False})
    splits, sizes = ([of(row) for row in shown] for of in (run_shelf.splits, run_shelf.sizes))
    st.markdown(f":small[{plain(wording.images_shown(shown, splits, sizes))}]")


def _reel(row: Row, run: str) -> Reel:
    assert row.view is not None
    turns = tuple(knobs.marks(row.view.turned).items())
    return Reel(run, row.name, row.kind, row.view.snapshots, row.view.latest, row.state in LIVE, turns)


def _manifolds(rows: Sequence[Row]) -> None:
    st.markdown(f"#### {wording.MANIFOLDS}")
    for column, row in zip(st.columns(len(rows)), rows, strict=True):
        with column:
            if not _is_flat(row):
                st.markdown(plain(wording.no_map([row])))
                continue
            caption = wording.manifold_range(row, run_shelf.own_gaussian(row), _GRID)
            picture = run_shelf.manifold(row, _GRID, state.is_dark())
            st.image(picture, alt=caption, width=_WIDE if len(rows) < 3 else "stretch")
            st.markdown(f":small[{plain(caption)}]")


def _samples(rows: Sequence[Row]) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.markdown(f"#### {wording.SAMPLES}", width="content")
        typed = st.text_input(wording.SEED, "0", max_chars=40, key=_SEED, bind="query-params", width=160)
        st.button(wording.DICE, on_click=state.roll, args=(_SEED,), icon=":material/casino:")
    try:
        seed = read_seed(typed or "", _MAX_SEED)
    except NumberError as error:
        st.error(str(error))
        return
    for row in rows:
        stored = run_shelf.model(row)
        draws = run_pictures.noise(seed, _STRIP, stored.model.latent_dim)
        standard = run_pictures.standard(stored.model.latent_dim)
        for own, gaussian in ((False, standard), (True, run_shelf.own_gaussian(row)))[: 1 + (row.kind == "ae")]:
            label = wording.sampled(row, own)
            name, picture = st.columns([1, 4], vertical_alignment="center")
            name.markdown(plain(label))
            digits = run_pictures.drawn(stored, gaussian, draws)
            picture.image(run_pictures.strip(digits, state.is_dark()), alt=label, width=_STRIP * 72)
    st.markdown(f":small[{wording.samples_note(rows, seed)}]")


def _curves(rows: Sequence[Row]) -> None:
    names = _distinct([html.escape(row.name) for row in rows])
    logged = [(name, row.view.log.events) for name, row in zip(names, rows, strict=True) if row.view and row.state != IMPORTED]
    st.markdown(f"#### {wording.CURVES}")
    if logged:
        st.plotly_chart(run_charts.losses(logged), key="curves", alt=wording.CURVES_ALT)
        for name, events in logged:
            if sentence := live_chart.beyond_axes(events):
                st.markdown(f":small[{f'{plain(name)}: ' if len(logged) > 1 else ''}{sentence}]")
        for row in rows:
            if row.view and row.configs and (sentence := overfitting(row.view, estimates.held_out(row.configs[1]))):
                st.markdown(f":small[{plain(row.name)}: {sentence}]")
    if len(logged) < len(rows):
        st.markdown(f":small[{wording.NO_CURVES}]")


def _settings(rows: Sequence[Row]) -> None:
    if len(rows) == 1:
        with st.expander(wording.SETTINGS):
            alone = {name: [value] for name, value in run_table.settings(rows[0]).items()}
            _text_table(wording.SETTING, rows, wording.by_label(alone))
    elif rows:
        st.markdown(f"#### {wording.DIFFERENCES}")
        if different := run_table.differences(rows):
            _text_table(wording.SETTING, rows, wording.by_label(different))
        else:
            st.markdown(wording.NO_DIFFERENCES)


def one_setting(found: Sequence[Row]) -> None:
    """Charts of runs that differ in one setting only."""
    groups = run_groups.groups(found)
    if not groups:
        return
    st.subheader(wording.GROUPS, anchor=False)
    by_name = {f"{one.setting} {one.rows[0].id}": one for one in groups}
    called = st.selectbox(wording.GROUP, list(by_name), format_func=lambda name: wording.group_name(by_name[name]), key="group")
    group = by_name[called]
    try:
        chart = run_shelf.chart(group)
    except EngineError as error:
        st.error(told(str(error)))
        return
    st.plotly_chart(chart, key="group-chart", alt=wording.group_alt(group), config={"displayModeBar": False})
    st.markdown(f":small[{wording.group_note(group)}]")
    if sentence := wording.beta_zero(group):
        st.markdown(sentence)
        new_tab.link(wording.LADDER_IN_LEARN, "./learn?step=beta")
