"""What a task consists of, and what is said of an answer to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from dashboard.shared.links import ExploreLink, LinkError, read, state_of
from dashboard.stock.material import Material
from vae_engine.base.errors import EngineError

Form = Literal["place", "image", "walk", "number", "choice"]
"""What is asked for: the first three by a link to Explore (an image also by its number)."""


@dataclass(frozen=True)
class Verdict:
    """Whether an answer is right, and what was measured of it."""

    right: bool
    text: str


@dataclass(frozen=True)
class ModelAnswer:
    """An answer worked out from the models: in words, and as what a visitor would have given."""

    text: str
    given: Any


@dataclass(frozen=True)
class Task:
    """One task of the worksheet. Whatever depends on the models is a function of them."""

    name: str
    step: str
    """The step of the lecture that it belongs to."""
    title: str
    form: Form
    text: Callable[[Material], str]
    check: Callable[[Material, Any], Verdict]
    """Of an ExploreLink, an image's index, a number or the index of an option, by form."""
    hint: str
    answer: Callable[[Material], ModelAnswer]
    state: Callable[[Material], str] | None = None
    """Where on Explore it can be done; otherwise it is done at its step of the lecture."""
    kind: str = "vae"
    """Which map a place is on."""
    options: tuple[str, ...] = ()


def understood(task: Task, material: Material, raw: Any) -> Any:
    """What `check` takes, from what a visitor gave. Raises LinkError, whose message is for the visitor."""
    if task.form in ("number", "choice"):
        return raw
    text = str(raw).strip()
    if task.form == "image" and text.isascii() and text.isdigit():
        image: int | None = int(text) if len(text) <= 5 else len(material.x)
    else:
        link = read(text)
        expected = (material.vae.name, material.ae.name)
        if link.models and link.models != expected:
            raise LinkError(f"This link shows {' and '.join(link.models)}; the tasks are about {' and '.join(expected)}.")
        if task.form != "image":
            return link
        image = link.image
    if image is None:
        raise LinkError("This link has no chosen image. Click a point on the map in Inspect, then copy the link.")
    if image >= len(material.x):
        raise LinkError(f"There are {len(material.x):,} test images, numbered from 0.")
    return image


def judged(task: Task, material: Material, raw: Any) -> Verdict | None:
    """What is to be said of what a visitor gave; None while there is nothing yet."""
    if raw is None or raw == "":
        return None
    try:
        return task.check(material, understood(task, material, raw))
    except (LinkError, EngineError) as refusal:
        return Verdict(False, str(refusal))


def place_of(link: ExploreLink, kind: str) -> tuple[float, float]:
    """The latent that a link marks on the map of a kind of model. Raises LinkError when it shows one map only."""
    place = 0 if kind == "vae" else 1
    if place >= len(link.z):
        raise LinkError("This link shows one map only; the task is about the other.")
    return link.z[place]


def link_to(kind: str, z: Any) -> str:
    """A link that marks z on the map of a kind of model, and the origin on the other."""
    places = [(0.0, 0.0), (0.0, 0.0)]
    places[0 if kind == "vae" else 1] = z
    return "#" + state_of(mode="move", z=places)
