"""What a task consists of, and what is said of an answer to it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

from dashboard.jobs.run_view import read_run
from dashboard.learn.steps.links import posterior_of
from dashboard.shared.links import ExploreLink, LinkError, read, side_of_drawing, state_of
from dashboard.shared.numbers import NumberError, read_number, read_two
from dashboard.stock import own_runs
from dashboard.stock.material import Material
from dashboard.worksheet.verdict import Verdict
from vae_engine.base.errors import EngineError

Form = Literal["place", "image", "walk", "drawing", "run", "number", "numbers", "choice"]
"""What is asked for: the first four by a link to Explore (an image also by its number), a run by a link to it."""
BY_LINK: tuple[Form, ...] = ("place", "image", "walk", "drawing")
LONGEST_ANSWER = 4000
NO_IMAGE = "This is no number of a test image. Type it, as 20, or send the image from Explore."
OTHER_MODELS = "This link shows {}; the tasks are about {}."
MANY_IMAGES = "There are {:,} test images, numbered from 0."
_RUN = re.compile(rf"[?&](?:pin={own_runs.PREFIX}|pin={quote(own_runs.PREFIX, safe='')}|run=)([\w.-]+)$")
_NUMBERED = re.compile(r"(?:test\s*)?(?:image\s*)?(?:(?:number|no\.?)\s*)?[#:]?\s*(?P<image>\d+)\.?", re.ASCII | re.IGNORECASE)
"""An image by its number, as a visitor may write it: 99, #99, image 99, test image 99."""
_POINTS: dict[Form, int] = {"place": 3, "image": 3, "walk": 3, "drawing": 3, "run": 3, "number": 2, "numbers": 3, "choice": 2}


Standing = Literal["", "unread", "not yet", "wordless", "done"]
"""Where a task stands: nothing given, nothing that can be read, not right yet, right but without the words that it asks for,
all of it there."""

Places = tuple[tuple[float, float], ...]
Worked = tuple[str, Places]
"""What a student should say beside an answer, told to whoever teaches, and the latents that it speaks of."""


@dataclass(frozen=True)
class ModelAnswer:
    """An answer worked out from the models: what was measured, and what a visitor would have given."""

    text: str
    given: Any
    because: str
    """What a student should say beside it, told to whoever teaches."""
    places: Places = ()
    """Further latents of the VAE that it speaks of, to be pictured."""


@dataclass(frozen=True)
class Task:
    """One task of the worksheet. Whatever depends on the models is a function of them."""

    name: str
    step: str
    """The step of the lecture that it belongs to."""
    short: str
    """Its name in one or two words."""
    title: str
    form: Form
    text: Callable[[Material], str]
    check: Callable[[Material, Any], Verdict]
    """Of an ExploreLink, an image's index, a RunView, a number, two of them or the index of an option, by form."""
    hint: str
    answer: Callable[[Material], ModelAnswer]
    state: Callable[[Material], str] | None = None
    """Where on Explore it can be done; otherwise it is done at its step of the lecture."""
    kind: str = "vae"
    """Which map a place is on."""
    options: tuple[str, ...] = ()
    about: int | None = None
    """The test image that it asks about, if it names one."""
    is_share: bool = False
    """Whether its number is in per cent."""
    asks_words: bool = True
    """Whether it has a second part, to be answered in words."""

    @property
    def points(self) -> int:
        """What it counts on a handout: one for the answer, or two where it must be searched for or has two parts, and one for the
        reason."""
        return _POINTS[self.form]


def understood(task: Task, material: Material, raw: Any) -> Any:
    """What `check` takes, from what a visitor gave. Raises LinkError and NumberError, for the visitor."""
    if task.form == "choice":
        return raw
    text = str(raw).strip()
    if task.form == "number":
        return read_number(text, share=task.is_share)
    if task.form == "numbers":
        return read_two(text)
    if task.form == "run":
        run = _RUN.search(text)
        if not run:
            raise LinkError(
                "This is no link to one run of yours. Choose it on Train or Runs, then press Send to worksheet there."
            )
        return read_run(own_runs.folder_of(run[1]))
    if task.form == "image" and (numbered := _NUMBERED.fullmatch(text)):
        image: int | None = int(numbered["image"]) if len(numbered["image"]) <= 5 else len(material.x)
    elif task.form == "image" and "#" not in text:
        raise LinkError(NO_IMAGE)
    else:
        link = read(text)
        expected = (material.vae.name, material.ae.name)
        if link.models and link.models != expected:
            raise LinkError(OTHER_MODELS.format(*map(" and ".join, (link.models, expected))))
        if task.form == "drawing" and link.drawing is None:
            raise LinkError("This link has no drawing. Draw a digit in Draw on the Explore page, then send it.")
        if link.drawing is not None and task.form == "drawing" and side_of_drawing(link.drawing) != material.vae.model.side:
            raise LinkError(f"This drawing is for a model of other images. Draw it with {expected[0]} on the Explore page.")
        if task.form != "image":
            return link
        image = link.image
    if image is None:
        raise LinkError("This link has no chosen image. Choose a point on the map in Inspect, then copy the link.")
    if image >= len(material.x):
        raise LinkError(MANY_IMAGES.format(len(material.x)))
    return image


def judged(task: Task, material: Material, raw: Any) -> Verdict | None:
    """What is to be said of what a visitor gave; None while there is nothing yet."""
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        return None
    try:
        return task.check(material, understood(task, material, raw))
    except (LinkError, NumberError, EngineError) as refusal:
        return Verdict(False, str(refusal), is_refusal=True)


def opened(task: Task, material: Material, raw: Any) -> str:
    """The state in which Explore is opened for a task that is done there: what was sent for it, otherwise the task's own."""
    assert task.state is not None
    if raw and task.form in BY_LINK:
        try:
            given = understood(task, material, raw)
        except LinkError:
            return task.state(material)
        _, _, sent = str(raw).strip().partition("#")
        return posterior_of(material, given) if _NUMBERED.fullmatch(str(raw).strip()) else sent
    return task.state(material)


def standing(task: Task, verdict: Verdict | None, words: str) -> Standing:
    """Where a task stands with a verdict on its answer and a student's words."""
    if verdict is None:
        return ""
    if verdict.is_refusal:
        return "unread"
    if not verdict.right:
        return "not yet"
    return "done" if words.strip() or not task.asks_words else "wordless"


def fits(task: Task, raw: Any) -> bool:
    """Whether something from a browser may stand in the answer's field at all."""
    if task.form == "choice":
        return raw is None or (type(raw) is int and 0 <= raw < len(task.options))
    return raw is None or (isinstance(raw, str) and len(raw) <= LONGEST_ANSWER)


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
