"""The live views of the Learn page as a Streamlit component: a step in, the numbers on show out. Knows no torch.

The models are told to the component that shows them; the step by another that shows nothing, so that turning to a
step leaves the models be.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from dashboard.shared import browser
from dashboard.stock.library import Library

READINGS: Mapping[str, tuple[str, ...]] = {
    "why": ("z1", "z2", "distance", "unsure"),
    "latent-variable": ("z1", "z2", "log_prior", "log_px_given_z", "differ", "differ_mean"),
    "posterior": ("n", "log_px_grid", "log_px_exact"),
    "fit-q": ("mu1", "mu2", "std1", "std2", "elbo", "log_px", "gap"),
    "identity": ("log_px", "elbo", "gap", "nll", "kl"),
    "estimators": ("L", "sd_a", "sd_b", "elbo_exact", "kl_closed", "kl_mc"),
    "reparameterisation": ("n", "var_reparam", "var_score", "var_score_baseline", "ratio"),
    "amortisation": ("gap", "approximation", "amortisation"),
    "autoencoder": ("far_vae", "far_ae_prior", "far_ae_own"),
    "manifold": ("r", "prior_within", "aggregate_within"),
    "beta": ("beta", "nll", "kl", "active"),
    "how-good": ("k", "elbo", "log_px_is", "log_px_exact"),
}
"""The steps in their order, and the names of the numbers that each shows."""

_LONGEST_LINK = 2000

_component = st.components.v2.component(
    "latent_lesson",
    html='<div id="latent-lesson"></div>\n',
    css=browser.styles("explore/explorer", "learn/lesson"),
    js=browser.loaded("streamlit/learn"),
)

_turn = st.components.v2.component(
    "latent_lesson_turn",
    js="""// Says which step is on; see browser/hosts/streamlit/learn.js.
export default function ({data}) {
  globalThis.__latentLessonTurn = data;
  dispatchEvent(new Event("latent-lesson-turn"));
}
""",
)


@dataclass(frozen=True)
class LessonResult:
    """What the live view showed when the visitor let go. What the browser sends and makes no sense counts as not sent."""

    step: str
    readings: Mapping[str, float | None] = field(default_factory=dict)
    """The numbers by name; None while one is being worked out. Empty before the first report."""
    link: str = ""
    """The state of the Explore page that shows the same, in the form that follows the `#`."""


def lesson(
    step: str,
    library: Library,
    *,
    title: str = "",
    answered: bool = True,
    afresh: int | None = None,
    shown: tuple[int, int] = (0, 0),
    key: str = "lesson",
) -> LessonResult:
    """Show the live view of a step and say what it showed last.

    `library` says where the models are that the browser fetches: a VAE's and an
    autoencoder's, or for the step `beta` those of the ladder. Pictures of it bear the `title`. Until the question was
    `answered`, the view hides the numbers that would answer it. When `afresh` changes, the views forget what was moved.
    `shown` is a test image to show, and how often one was asked for: it is shown whenever that changes.
    Raises ValueError for a step that does not exist.
    """
    if step not in READINGS:
        raise ValueError(f"There is no step {step!r}.")
    with st.container(gap=None):
        turn = {
            "step": step,
            "title": title or step,
            "models": library.id,
            "answered": answered,
            "afresh": afresh,
            "shown": shown,
        }
        _turn(key=f"{key}-turn", data=turn, height=1)
        raw = _component(key=key, data=browser.told(library.told()), default={"report": None}, on_report_change=_nothing)
    return checked(step, raw.get("report"))


def _nothing() -> None:
    """Streamlit wants a callback for each value; the rerun itself is enough."""


def checked(step: str, report: Any) -> LessonResult:
    """A result from what the browser sent, which may be anything, or be about the step before."""
    if not isinstance(report, Mapping) or report.get("step") != step:
        return LessonResult(step)
    sent, link = report.get("readings"), report.get("link")
    sent = sent if isinstance(sent, Mapping) else {}
    readings = {name: float(sent[name]) if _is_number(sent.get(name)) else None for name in READINGS[step]}
    return LessonResult(step, readings, link if isinstance(link, str) and len(link) <= _LONGEST_LINK else "")


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and math.isfinite(value)
