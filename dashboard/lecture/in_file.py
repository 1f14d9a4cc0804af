"""Which scenes of a lecture a file from disk can show; browser/lecture/library.js decides by the same rules.

tests/fixtures/scenes_in_a_file.json is replayed by both.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from dashboard.stock.material import LESSON_MODELS


@dataclass(frozen=True)
class Carried:
    """What a file carries: its models by name, whether the ladder of β is among them, and stills by the links of their scenes."""

    models: Collection[str]
    ladder: bool
    stills: Collection[str]


def left_out(scenes: Sequence[dict[str, Any]], carried: Carried) -> str:
    """What of a checked lecture the file leaves out, scenes and paths, in sentences; nothing where it shows it all."""
    missing = [not is_shown(scene["link"], carried) for scene in scenes]
    halted = [
        _is_alive(scene["link"], carried) and not all(_is_alive(stop["link"], carried) for stop in scene.get("path", ()))
        for scene in scenes
    ]
    said = []
    if sum(missing):
        count = f"{sum(missing)} of {len(scenes)} scenes {'is' if sum(missing) == 1 else 'are'} left out"
        said.append(f"{count}, since the file does not carry what they show: {_named(scenes, missing)}.")
    if any(halted):
        said.append(f"The file does not carry all models of a path, so no path is played in {_named(scenes, halted)}.")
    return " ".join(said)


def _named(scenes: Sequence[dict[str, Any]], which: Sequence[bool]) -> str:
    return ", ".join(f"{n} “{scene['title']}”" for n, (scene, one) in enumerate(zip(scenes, which, strict=True), 1) if one)


def fitting(scenes: Sequence[dict[str, Any]], known: Collection[str], rungs: Collection[str]) -> tuple[str, ...]:
    """The one or two models whose file shows most scenes of a checked lecture: those of Learn, unless others show more.

    `known` are the bundled models, `rungs` those of them that differ in β, which come together.
    """
    named = (tuple(_models(_query(scene["link"]))) for scene in scenes)
    pairs = [LESSON_MODELS, *(pair for pair in named if 1 <= len(pair) <= 2 and set(pair) <= set(known))]

    def shown(pair: tuple[str, ...]) -> int:
        ladder = not set(pair).isdisjoint(rungs)
        carried = Carried({*pair, *(rungs if ladder else ())}, ladder, ())
        return sum(is_shown(scene["link"], carried) for scene in scenes)

    return max(pairs, key=shown)


def is_shown(link: str, carried: Carried) -> bool:
    """Whether a file shows the scene of a checked link. Whether there is a step of Learn of that name it does not ask."""
    return link in carried.stills or _is_alive(link, carried)


def _is_alive(link: str, carried: Carried) -> bool:
    parts = urlsplit(link)
    page = parts.path.removeprefix("./") or "explore"
    query = _query(link)
    models = _models(query)
    if page == "explore":
        return len(models) <= 2 and set(models or LESSON_MODELS) <= set(carried.models)
    if page != "learn" or not query.get("step"):
        return False
    return carried.ladder if query["step"] == "beta" else set(models or LESSON_MODELS) <= set(carried.models)


def _query(link: str) -> dict[str, str]:
    return {key: values[0] for key, values in parse_qs(urlsplit(link).query, keep_blank_values=True).items()}


def _models(query: dict[str, str]) -> list[str]:
    return query["models"].split(",") if query.get("models") else []
