"""The explorer as a Streamlit component: addresses of models in, what the visitor settled on out. Knows no torch.

The browser does all the work. Streamlit hears of it once after each release, never while something moves.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from dashboard.explore.engine_lines import engine_lines
from dashboard.shared import browser, links
from dashboard.shared.model_choice import MAPS, Choice
from dashboard.stock.library import Library

_FARTHEST = 1e4
_LONGEST = 400
"""Letters of a complaint."""

_component = st.components.v2.component(
    "latent_explorer",
    html='<div id="latent-explorer"></div>\n',
    css=browser.styles(*browser.EXPLORE),
    js=browser.loaded("streamlit/explore"),
)

# The models are told to the component that shows them, the rest by another that shows nothing: the first is called again
# only when other models are to be shown.
_setting = st.components.v2.component(
    "latent_explorer_setting",
    js="""// Says what is shown of the models; see browser/hosts/streamlit/explore.js.
export default function ({data}) {
  globalThis.__latentExplorerSetting = JSON.parse(data.json);
  dispatchEvent(new Event("latent-explorer-setting"));
}
""",
)


@dataclass(frozen=True)
class Asked:
    """What a browser answered of a model that others' code made, before it shows it."""

    model: str
    """The name of the model."""
    answer: Mapping[str, Any]
    """As vae_engine/exchange/imports/probe.py keeps it, unchecked."""
    complaint: str
    """How it gives other numbers and so is not shown, a clause; empty where it does not."""


@dataclass(frozen=True)
class ExplorerResult:
    """What the visitor settled on. Everything is checked; what the browser sends otherwise counts as not sent."""

    z: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """The latent under the cursor on each map: `vae`, `ae`, and of a second VAE `vae-2`."""
    mode: str = "move"
    selection: int | None = None
    """Index of the chosen test image."""
    link: str = ""
    """The whole state in the form that follows the `#` of a link; empty for one that makes no sense."""
    models: tuple[str, ...] | None = None
    """The names just chosen from `choices`; None on every run in which nobody chose."""
    held: bool = False
    """Whether the latents were chosen; those that follow the pointer are where it happened to leave the map."""


def explorer(
    library: Library,
    *,
    shown: Sequence[int] | None = None,
    ladder: Sequence[int] = (),
    choices: Sequence[Sequence[Choice]] = (),
    link: str = "",
    visit: int = 0,
    notice: str = "",
    lesson: str = "",
    turn: int = 0,
    on_settle: Callable[[], None] | None = None,
    on_choose: Callable[[], None] | None = None,
    on_answer: Callable[[], None] | None = None,
    key: str = "explorer",
) -> ExplorerResult:
    """Show one or two models side by side and say what the visitor settled on.

    `library` says where the models are; the browser fetches them once and keeps them. `shown` are the places of those on the
    maps (all), `ladder` those of models of the first map that differ in β, ascending, between which a slider leads.
    `choices` are, for each map, the models to choose from. `link` is a state to show whenever `visit` changes, in the
    form that Copy link gives after the `#`; `notice` a sentence to show; `lesson` the address where newcomers may
    begin; `turn` changes when a choice was dealt with, so that the page waits no longer. `on_settle` is called when
    the visitor settled on something new, `on_choose` when models were chosen: both before the run that has it in its
    result, which another run, or another page, may cut short. `on_answer` is, likewise, when the browser answered of models.
    """
    setting = {
        "models": library.id,
        "shown": list(range(len(library.models)) if shown is None else shown),
        "ladder": list(ladder),
        "choices": [[{"name": one.name, "title": one.title, "group": one.group} for one in map] for map in choices],
        "link": link,
        "visit": visit,
        "notice": notice,
        "lesson": lesson,
        "turn": turn,
        "engine": engine_lines(),
    }
    with st.container(gap=None):
        _setting(key=f"{key}-setting", data=browser.told(setting), height=1)
        raw = _component(
            key=key,
            data=browser.told(library.told()),
            default={"report": None},
            on_report_change=on_settle or _nothing,
            on_models_change=on_choose or _nothing,
            on_asked_change=on_answer or _nothing,
        )
    return checked(raw.get("report"), raw.get("models"), [[one.name for one in map] for map in choices])


def _nothing() -> None:
    """Streamlit wants a callback for each value; the rerun itself is enough."""


def checked(report: Any, models: Any, choices: Sequence[Sequence[str]]) -> ExplorerResult:
    """A result from what the browser sent, which may be anything."""
    report = report if isinstance(report, Mapping) else {}
    sent = report.get("z")
    z = {name: (float(pair[0]), float(pair[1])) for name, pair in _items(sent) if name in MAPS and _is_latent(pair)}
    mode = report.get("mode")
    selection = report.get("selection")
    return ExplorerResult(
        z=z,
        mode=mode if mode in links.MODES else "move",
        selection=selection if type(selection) is int and 0 <= selection < 60_000 else None,
        link=report["link"] if _is_state(report.get("link")) else "",
        models=tuple(models) if _are_choices(models, choices) else None,
        held=report.get("held") is True,
    )


def answers(asked: Any, names: Sequence[str]) -> list[Asked]:
    """What the browser sent of models of these names, which may be anything."""
    found = []
    for one in asked if isinstance(asked, Sequence) and not isinstance(asked, str) else []:
        model, complaint = (one.get(key) for key in ("model", "complaint")) if isinstance(one, Mapping) else (None, None)
        if model in names and isinstance(complaint, str):
            found.append(Asked(str(model), one, complaint[:_LONGEST]))
    return found


def _items(value: Any) -> list[tuple[Any, Any]]:
    return list(value.items()) if isinstance(value, Mapping) else []


def _is_state(link: Any) -> bool:
    try:
        return isinstance(link, str) and bool(links.read(f"#{link}"))
    except links.LinkError:
        return False


def _is_latent(pair: Any) -> bool:
    numbers = isinstance(pair, Sequence) and len(pair) == 2 and all(type(one) in (int, float) for one in pair)
    return numbers and all(math.isfinite(one) and abs(one) <= _FARTHEST for one in pair)


def _are_choices(models: Any, choices: Sequence[Sequence[str]]) -> bool:
    if not isinstance(models, Sequence) or isinstance(models, str) or len(models) != len(choices):
        return False
    return all(isinstance(name, str) and name in allowed for name, allowed in zip(models, choices, strict=True))
