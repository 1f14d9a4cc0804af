"""Scenes as the bundled lecture writes them: what a file of a lecture says of each, and what each claims."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard.lecture.claims import Claims
from dashboard.shared.links import state_of
from dashboard.stock.material import LESSON_MODELS

Scene = tuple[dict[str, Any], Mapping[str, bool]]
"""A scene of the file, and what it claims, with whether that holds."""


def inspect(claims: Claims, image: int) -> str:
    """The state of Explore in which a test image is inspected, with its posterior."""
    places = (claims.material.mu[image], claims.material.codes[image])
    return state_of(mode="inspect", z=places, layers=("points", "posterior"), image=image)


def learn(claims: Claims, title: str, minutes: float, step: str, notes: str, *, holds: Mapping[str, Any] = {}) -> Scene:
    """A step of Learn; behind a # what its live view begins with. Models that are not those of Learn are named."""
    name, hash_, state = step.partition("#")
    models = "" if claims.models == LESSON_MODELS else f"&models={','.join(claims.models)}"
    return _told(title, minutes, f"./learn?step={name}{models}{hash_}{state}", notes, holds)


def lab(title: str, minutes: float, experiment: str, chart: str, notes: str, *, holds: Mapping[str, Any] = {}) -> Scene:
    """What an experiment of the Lab found, as one of its charts shows it."""
    return _told(title, minutes, f"./lab?experiment={experiment}&chart={chart}", notes, holds)


def explore(
    claims: Claims, title: str, minutes: float, state: str, notes: str, *, models: Sequence[str] = (),
    path: Sequence[tuple[Any, ...]] = (), holds: Mapping[str, Any] = {},
) -> Scene:  # fmt: skip
    """A state of Explore, of the models of the claims unless others are said; each stop of its path is a state, the seconds
    to it, and its models where they are others.
    """
    models = models or claims.models
    stops = [{"link": _link(stop, *(other or [models])), "seconds": seconds} for stop, seconds, *other in path]
    scene, claimed = _told(title, minutes, _link(state, models), notes, holds)
    return scene | ({"path": stops} if stops else {}), claimed


def _told(title: str, minutes: float, link: str, notes: str, holds: Mapping[str, Any]) -> Scene:
    claimed = {claim: bool(is_so) for claim, is_so in holds.items()}
    return {"title": title, "minutes": minutes, "link": link, "notes": notes}, claimed


def _link(state: str, models: Sequence[str]) -> str:
    return f"./?models={','.join(models)}#{state}"
