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
    """A sentence that says which scenes of a checked lecture the file leaves out; nothing where it shows them all."""
    names = [f"{place} “{scene['title']}”" for place, scene in enumerate(scenes, 1) if not is_shown(scene["link"], carried)]
    if not names:
        return ""
    count = f"{len(names)} of {len(scenes)} scenes {'is' if len(names) == 1 else 'are'} left out"
    return f"{count}, since the file does not carry what they show: {', '.join(names)}."


def is_shown(link: str, carried: Carried) -> bool:
    """Whether a file shows the scene of a checked link. Whether there is a step of Learn of that name it does not ask."""
    parts = urlsplit(link)
    page = parts.path.removeprefix("./") or "explore"
    query = {key: values[0] for key, values in parse_qs(parts.query, keep_blank_values=True).items()}
    models = query["models"].split(",") if query.get("models") else []
    if link in carried.stills:
        return True
    if page == "explore":
        return len(models) <= 2 and set(models) <= set(carried.models)
    if page != "learn" or not query.get("step"):
        return False
    return carried.ladder if query["step"] == "beta" else set(models or LESSON_MODELS) <= set(carried.models)
