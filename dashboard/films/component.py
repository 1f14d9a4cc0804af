"""The film of one or two training runs as a Streamlit component: which instants there are in, the one on show out.

Only this list crosses by way of Streamlit. The browser fetches the frames themselves from film_routes, so that a
new instant of a run costs a message of a hundred bytes. Knows no torch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import streamlit as st

from dashboard.shared import browser

_MOST_STEPS = 10**8

_component = st.components.v2.component(
    "latent_film",
    html='<div id="latent-film"></div>\n',
    css=browser.styles(*browser.FILM),
    js=browser.loaded("streamlit/film"),
)


@dataclass(frozen=True)
class Reel:
    """A run as far as its film goes."""

    run: str
    """Its id."""
    title: str
    kind: str
    """vae or ae."""
    steps: tuple[int, ...]
    """Those of which snapshots lie on the disk (RunView.snapshots)."""
    latest: int | None
    """Changes whenever newer weights of the moment were written (RunView.latest); None where there are none."""
    live: bool
    """Whether it is being trained now."""
    turns: tuple[tuple[int, str], ...] = ()
    """What was turned while it trained, by step (knobs.marks)."""
    moment: Mapping[str, Mapping[str, float] | None] | None = None
    """The numbers that stand beside the film while it follows training (film.moment): so that both change at once."""


@dataclass(frozen=True)
class FilmResult:
    """What the visitor settled on."""

    step: int | None = None
    """The step on show, of the first reel; None while the film follows training, and before anyone touched it."""


def film(reels: Sequence[Reel], *, key: str = "film", link: str = "") -> FilmResult:
    """Show one or two films side by side, in step, and say at which step the visitor let go.

    `link` is where to begin, as in an address: `step=1234` (of the first reel), `manifold=1`. Without it a film
    follows training while there is some, and otherwise begins with the last instant.
    """
    if not 1 <= len(reels) <= 2:
        raise ValueError(f"A film has one or two reels, not {len(reels)}.")
    # A run that ends on the step of a snapshot names it twice.
    data = {"reels": [asdict(reel) | {"steps": sorted(set(reel.steps))} for reel in reels], "link": link}
    raw = _component(key=key, data=browser.told(data), default={"report": None}, on_report_change=_nothing)
    return checked(raw.get("report"))


def prepare(*, key: str) -> None:
    """Let the browser load what a film needs before there is one."""
    _component(key=key, data=browser.told({"reels": [], "link": ""}), default={"report": None}, on_report_change=_nothing)


def _nothing() -> None:
    """Streamlit wants a callback for each value; the rerun itself is enough."""


def checked(report: Any) -> FilmResult:
    """A result from what the browser sent, which may be anything."""
    step = report.get("step") if isinstance(report, Mapping) else None
    return FilmResult(step if type(step) is int and 0 <= step <= _MOST_STEPS else None)
