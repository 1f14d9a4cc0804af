"""The films of a site: every instant of a run as a file, in the form that the browser reads from a server, packed."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dashboard.films.export import MOST_BYTES, reel_of, thinned
from dashboard.site import wording
from dashboard.site.files import Files
from dashboard.stock.library import planes
from vae_engine.exchange import film

_FRAME = ".bin"


def told(runs: Sequence[Path], files: Files, most: int = MOST_BYTES) -> dict[str, Any]:
    """What the browser is told of the films of run folders, by name in addresses; their instants are added to the files.

    Of a film that would take more than `most` bytes instants are left out evenly. Raises EngineError where one has none.
    """
    found: dict[str, Any] = {}
    for folder in runs:
        reel = reel_of(folder)
        newest = _packed(film.frame(folder, reel.steps[-1]))
        steps = thinned(reel.steps, max(2, most // len(newest)))
        frames = {step: files.add(f"film/{step}", _FRAME, _packed(film.frame(folder, step))) for step in steps}
        about = {"run": folder.name, "title": reel.title, "kind": reel.kind, "steps": steps, "latest": None, "live": False}
        found[folder.name] = {
            "reel": about | {"turns": reel.turns}, "frames": frames, "note": wording.held(len(steps), len(reel.steps)),
            "cast": files.add("film/cast", _FRAME, _packed(film.cast(reel.data))),
        }  # fmt: skip
    return found


def _packed(content: bytes) -> bytes:
    return gzip.compress(planes(content), 9, mtime=0)
