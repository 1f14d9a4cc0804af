"""Lab: the experiments of the lectures, what they found, and doing them again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.jobs.run_view import State
from dashboard.lab import charts as lab_charts
from dashboard.lab import moments as lab_moments
from dashboard.lab import run as lab_run
from dashboard.lab import style as lab_style
from dashboard.lab import wording
from dashboard.shared import new_tab, state
from dashboard.stock import catalogue
from vae_engine import experiments
from vae_engine.base.errors import EngineError
from vae_engine.experiments import EXPERIMENTS, Experiment
from vae_engine.experiments import result as experiment_result
from vae_engine.experiments.result import Chart, Result

# Letters take the colour of the theme at once when it changes; on a phone a chart is moved sideways rather than squeezed, and so
# is the list of experiments, the open one first; a finding is read there, not projected.
_STYLE = """<style>
.stMainBlockContainer :is(h3, h4, h5) { padding: 0 0 .3rem; }
[class*=st-key-lab-charts] {
  display: grid; grid-template-columns: repeat(auto-fit, minmax(min(700px, 100%), 1fr)); gap: 1rem 1.5rem;
}
.stMainBlockContainer thead:not(:has(th:not(:empty))) { display: none; }
.stMainBlockContainer td, .stMainBlockContainer th { padding: .25rem .6rem; }
.stPlotlyChart :is(.xtick, .ytick) text, .stPlotlyChart :is(.xtitle, .ytitle, .gtitle, .annotation-text, .legendtext) {
  fill: currentColor !important;
}
.stMainBlockContainer :is([data-testid=stCaptionContainer], [data-testid=stImageCaption], kbd),
.stMainBlockContainer :is([data-testid=stCaptionContainer], [data-testid=stImageCaption]) p { color: inherit; opacity: 1; }
@media (max-width: 700px) {
  [class*=st-key-lab-charts] > * { overflow-x: auto; }
  [class*=st-key-lab-charts] .stElementContainer:has(.stPlotlyChart) { min-width: 640px; }
  .st-key-lab-list [role=radiogroup] { position: relative; flex-flow: row nowrap; gap: 1.2rem; }
  .st-key-lab-list [role=radiogroup] { overflow-x: auto; padding-bottom: .4rem; }
  .st-key-lab-list [role=radiogroup] > * { flex: none; width: max-content; }
  .st-key-lab-list [role=radiogroup] > :has(:checked) { order: -1; }
  .st-key-lab-list label { min-height: 2.5rem; align-items: center; }
  .stMainBlockContainer h3 { font-size: 1.35rem; }
  .stMainBlockContainer h4 { font-size: 1.05rem; line-height: 1.4; }
  .stMainBlockContainer h5 { font-size: 1rem; font-weight: 400; line-height: 1.4; }
}
</style>"""
# In a frame, which is where a lecture shows it, the title of the scene says what was found: each chart has the frame to itself,
# with its note, and no bar of Plotly's, which nobody reaches for on a slide.
_PRESENTED = """<style>
[data-testid=stColumn]:has(.st-key-lab-list), .stTabs [role=tablist], .modebar-container,
:is(.stElementContainer, [data-testid=stLayoutWrapper]):has(
  > :is(.st-key-lab-head, .st-key-lab-question, .st-key-lab-said, .st-key-lab-more, .st-key-lab-away)
) { display: none; }
.stMainBlockContainer { padding-bottom: 0; }
.stMainBlockContainer [role=tabpanel] { padding-top: 0; }
[class*=st-key-lab-charts] { grid-template-columns: minmax(0, 1fr); grid-auto-rows: minmax(100vh, auto); }
[class*=st-key-lab-charts] :is(.stElementContainer:has(.stPlotlyChart), .stPlotlyChart) {
  height: calc(100vh - 6rem); min-height: 300px;
}
</style>"""
_LIST, _FORM, _TABS, _PART = "lab-list", "lab-form", "lab-tabs", "part"


def show() -> None:
    """Lay the page out."""
    st.html(_STYLE)
    if state.is_embedded():
        st.html(_PRESENTED)
    names = [one.name for one in EXPERIMENTS]
    name, known = state.turned_to(state.EXPERIMENT, names)
    index, main = st.columns([1, 4.4], gap="medium")
    with index:
        _list(names, names.index(name))
    with main:
        if not known:
            st.warning(wording.UNKNOWN_EXPERIMENT)
        _experiment(EXPERIMENTS[names.index(name)])


def _list(names: list[str], place: int) -> None:
    state.fill_in(_LIST, place)
    st.radio(
        wording.EXPERIMENTS,
        range(len(names)),
        format_func=lambda i: f"{i + 1}. {EXPERIMENTS[i].title}",
        key=_LIST,
        on_change=_turned,
        args=(names,),
    )


def _turned(names: list[str]) -> None:
    state.turn_to(state.EXPERIMENT, names[state.widget(_LIST)])
    state.turn_to(_PART, "findings")
    state.to_address(state.CHART, "")
    state.watch("", lab_run.PAGE)
    lab_run.forget()


def _experiment(experiment: Experiment) -> None:
    bundled = experiments.BUNDLED / experiment.name
    here = (bundled / experiment_result.RESULT).exists()
    result = _read(bundled) if here else None
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key="lab-head"):
        st.subheader(experiment.title, anchor=False, width="content")
        lab_run.ask(experiment.name, not here, result.seconds if result else None)
    with st.container(key="lab-question"):
        st.markdown(f"##### {experiment.question}")
    lab_run.trouble()
    chosen = lab_run.choice(lab_run.runs_of(experiment.name), here)
    if chosen and chosen.state is State.FINISHED:
        result = _read(chosen.folder)
    elif chosen:
        lab_run.watch(chosen)
        if here:
            st.caption(wording.STILL_BUNDLED)
    if result:
        _result(result, chosen.folder if chosen and chosen.state is State.FINISHED else bundled)
    elif not here and not chosen:
        st.info(wording.NOT_BUNDLED)


def _read(folder: Path) -> Result | None:
    """A result, or None with what is wrong said in its place."""
    try:
        return catalogue.found(folder, (folder / experiment_result.RESULT).stat().st_mtime_ns)
    except (EngineError, OSError) as error:
        st.error(wording.unreadable(error))
        return None


def _result(result: Result, folder: Path) -> None:
    found, dark = result.findings, state.is_dark()
    there = {"findings": True, "steps": bool(found.moments), "numbers": bool(found.tables), "protocol": True}
    part, tab = _part([name for name in wording.PARTS if there[name]])
    with tab:
        if part == "findings":
            _findings(result, dark)
        elif part == "steps":
            st.fragment(lab_moments.steps)(found.moments, f"moment-{folder.name}", dark)
        elif part == "numbers":
            for table in found.tables:
                st.markdown(f"**{wording.plain(table.title)}**\n\n{wording.table(table.columns, table.rows)}")
        else:
            st.markdown(wording.table(("", ""), wording.provenance(result)))
            st.caption(wording.AGAIN)
            st.code(result.command, language="bash")
    _take_away(result, folder)


def _part(parts: list[str]) -> tuple[str, DeltaGenerator]:
    """Tabs, of which the address names the open one: its name and itself. The others stay empty until they are opened."""
    part, _ = state.turned_to(_PART, parts)
    state.fill_in(_TABS, wording.PARTS[part])
    tabs = st.tabs([wording.PARTS[one] for one in parts], key=_TABS, on_change=_turned_part)
    return part, tabs[parts.index(part)]


def _turned_part() -> None:
    state.turn_to(_PART, next(part for part, label in wording.PARTS.items() if label == state.widget(_TABS)))


def _findings(result: Result, dark: bool) -> None:
    found = result.findings
    first, *further = found.says
    charts = found.charts_from(state.chart())
    headline, rest = wording.headline(first)
    with st.container(key="lab-said"):
        st.markdown(f"#### {wording.plain(headline)}")
        if rest:
            st.markdown(wording.plain(rest))
        if errors := wording.errors(found):
            st.caption(errors)
    _charts(result, charts[:1], dark)
    with st.container(key="lab-more"):
        st.markdown("\n".join(f"- {wording.plain(line)}" for line in further))
        if result.name in wording.LIVE:
            step, label = wording.LIVE[result.name]
            new_tab.link(label, f"./learn?step={step}")
    _charts(result, charts[1:], dark)
    lab_moments.pictures(found.pictures)


def _charts(result: Result, charts: Sequence[Chart], dark: bool) -> None:
    form = state.widget(_FORM) or "png"
    with st.container(key=f"lab-charts-{len(charts)}"):
        for chart in charts:
            with st.container(gap=None):
                key = f"{result.name}-{chart.name}"
                figure, alt = lab_charts.figure(chart, dark), wording.alt(chart)
                height: Any = "stretch" if state.is_embedded() else "content"
                st.plotly_chart(figure, height=height, key=key, alt=alt, config=lab_style.settings(key, form))
                if chart.note:
                    st.caption(wording.plain(chart.note))


def _take_away(result: Result, folder: Path) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", key="lab-away"):
        st.segmented_control(
            wording.SAVE_AS, ("png", "svg"), default="png", required=True, format_func=str.upper, key=_FORM,
            help=wording.SAVE_HELP, persist_state="session",
        )  # fmt: skip
        for label, file, mime in (
            (wording.RESULT_FILE, experiment_result.RESULT, "application/json"),
            (wording.CURVES_FILE, experiment_result.CURVES, "text/csv"),
        ):
            st.download_button(
                label, data=(folder / file).read_bytes, file_name=f"{result.name}-{file}", mime=mime, on_click="ignore",
                icon=":material/download:", key=f"{file}-{folder.name}",
            )  # fmt: skip
