"""A lecture as a file, read by the same rules as browser/lecture/lecture.js; nothing of it is ever run.

`{"format": "latent-explorer lecture", "version": 1, "title", "scenes": [{"title", "notes", "link", "minutes"?, "path"?}]}`,
a path being a list of `{"link", "seconds"}`: the states that a scene of Explore then moves through, or the instants of the
film of a run.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from vae_engine.base.errors import EngineError
from vae_engine.base.places import place

FORMAT, VERSION = "latent-explorer lecture", 1
BUNDLED = "assets/lecture.json"
TEXT = 400_000
"""Characters that a lecture's file has at most."""
_SCENES, _TITLE, _NOTES, _LINK, _MINUTES, _KEYFRAMES, _SECONDS = 100, 160, 3000, 2400, 60, 20, 60
_FILM = re.compile(r"(\./train\?(?:[^#]*&)?run=[^#&]+[^#]*)#(?:.*&)?step=\d{1,8}(?:&.*)?", re.ASCII)
_ADDRESS = re.compile(r"\./(explore|learn|lab|train|runs|models|worksheet)?(\?[\w.,:;=&%+~-]*)?(#[\w.,:;=&%+~-]*)?", re.ASCII)


def bundled() -> str:
    """The text of the lecture that comes with the program."""
    return place(BUNDLED).read_text(encoding="utf-8")


def read(path: Path) -> str:
    """The text of a lecture's file. Raises EngineError, one sentence, for anything else."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeError):
        raise EngineError(f"{path} cannot be read as a text.") from None
    if complaint := trouble(text):
        raise EngineError(f"{path}: {complaint}")
    return text


def text_of(title: str, scenes: Sequence[dict[str, Any]]) -> str:
    """The text of a lecture's file."""
    about = {"format": FORMAT, "version": VERSION, "title": title, "scenes": list(scenes)}
    return json.dumps(about, ensure_ascii=False, indent=1) + "\n"


def trouble(text: str) -> str:
    """Why a text is no lecture, in one sentence; nothing where it is one."""
    if _length(text) > TEXT:
        return f"This file is too large to be a lecture, which has at most {TEXT:,} characters."
    try:
        given = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return "This is no lecture: the file is not JSON."
    if not isinstance(given, dict) or given.get("format") != FORMAT:
        return f"This is no lecture: its format is not “{FORMAT}”."
    if not _is_number(given.get("version")) or given["version"] != VERSION:
        return f"This lecture has another version than {VERSION}, the only one known here."
    if not _is_text(given.get("title"), _TITLE):
        return f"The lecture's title must be a text of at most {_TITLE} characters."
    scenes = given.get("scenes")
    if not isinstance(scenes, list) or len(scenes) > _SCENES:
        return f"A lecture needs a list of scenes, at most {_SCENES}."
    found = (f"Scene {number}: {wrong}" for number, scene in enumerate(scenes, 1) if (wrong := _wrong(scene)))
    return next(found, "")


def _wrong(scene: Any) -> str:
    if not isinstance(scene, dict):
        return "it is no scene."
    title = scene.get("title")
    if not _is_text(title, _TITLE) or not str(title).strip():
        return f"the title must be a text of 1 to {_TITLE} characters."
    if not _is_text(scene.get("notes"), _NOTES):
        return f"the notes must be a text of at most {_NOTES} characters."
    if not _is_link(scene.get("link")):
        return "the link must lead to a page of this program, as ./learn?step=beta does."
    if "minutes" in scene and not (_is_number(scene["minutes"]) and 0 <= scene["minutes"] <= _MINUTES):
        return f"the minutes must be a number from 0 to {_MINUTES}."
    if "path" in scene and not _is_path(scene["path"], _ground(scene["link"])):
        states = "states of Explore, or of instants of one run's film"
        return f"the path must be a list of 1 to {_KEYFRAMES} {states}, each with seconds above 0 and up to {_SECONDS}."
    return ""


def _is_path(path: Any, ground: str) -> bool:
    if not ground or not isinstance(path, list) or not 1 <= len(path) <= _KEYFRAMES:
        return False
    return all(_is_keyframe(one) and _ground(one["link"]) == ground for one in path)


def _is_keyframe(one: Any) -> bool:
    if not isinstance(one, dict) or not _is_link(one.get("link")):
        return False
    return _is_number(one.get("seconds")) and 0 < one["seconds"] <= _SECONDS


def _ground(link: str) -> str:
    """What a path from a checked link stays on: Explore, or the film of a run; nothing where there can be none."""
    if film := _FILM.fullmatch(link):
        return film[1]
    return "explore" if _ADDRESS.fullmatch(link)[1] in (None, "explore") else ""  # type: ignore[index]  # it is checked


def _is_link(link: Any) -> bool:
    return _is_text(link, _LINK) and bool(_ADDRESS.fullmatch(link))


def _is_text(value: Any, most: int) -> bool:
    return isinstance(value, str) and _length(value) <= most


def _length(text: str) -> int:
    """As JavaScript counts: an emoji is two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _is_number(value: Any) -> bool:
    return type(value) in (int, float)


def _refuse(constant: str) -> None:
    raise ValueError(constant)
