"""A film as one HTML file: no server, no network, every instant in it as explorable as on the page."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dashboard.explore.one_file import block, one_file
from dashboard.jobs.run_view import read_run
from dashboard.shared import browser
from dashboard.stock.library import planes
from vae_engine.base.errors import EngineError
from vae_engine.exchange import film
from vae_engine.stored import knobs

MOST_BYTES = 20 * 10**6
_NOT_FRAMES = 1.5 * 10**6  # script and images


@dataclass(frozen=True)
class Reel:
    """A run as far as its film is about it."""

    folder: Path
    title: str
    kind: str
    data: str
    steps: tuple[int, ...]
    turns: tuple[tuple[int, str], ...]


def page(runs: Sequence[Path], most: int = MOST_BYTES) -> bytes:
    """The file for one or two run folders, of at most so many bytes: instants are left out evenly, and it says so.

    Raises EngineError when there are other than one or two runs, or one cannot be shown.
    """
    if not 1 <= len(runs) <= 2:
        raise EngineError(f"A film has one or two runs, not {len(runs)}.")
    reels = [reel_of(folder) for folder in runs]
    newest = [_frame(place, reel, reel.steps[-1]) for place, reel in enumerate(reels)]
    room = max(2, int((most - _NOT_FRAMES) / sum(map(len, newest))))
    chosen = set(thinned(sorted({step for reel in reels for step in reel.steps}), room))  # in step
    kept = [[step for step in reel.steps if step in chosen or step == reel.steps[-1]] for reel in reels]
    blocks = [_frame(place, reel, step) for place, reel in enumerate(reels) for step in kept[place][:-1]]
    data_sets = list(dict.fromkeys(reel.data for reel in reels))
    casts = [block(f"cast-{place}", planes(film.cast(data))) for place, data in enumerate(data_sets)]
    described = [
        {"run": str(place), "title": reel.title, "kind": reel.kind, "steps": kept[place], "latest": None, "live": False,
         "turns": reel.turns, "cast": data_sets.index(reel.data)}
        for place, reel in enumerate(reels)
    ]  # fmt: skip
    about = json.dumps({"reels": described, "note": _note(reels, kept, most)}).replace("<", "\\u003c")
    about = f'<script type="application/json" id="film">{about}</script>'
    title = "Film of " + " and ".join(reel.title for reel in reels)
    styles = browser.styles(*browser.FILM)
    parts = [*blocks, *newest, *casts, about]
    return one_file(title, "film-page", "Opening the film …", parts, styles, "file/film", "openFilmPage")


def reel_of(folder: Path) -> Reel:
    """The instants of a run's film. Raises EngineError where it cannot be read or has none."""
    view = read_run(folder)
    if view.configs is None:
        raise EngineError(view.message)
    if not view.snapshots:
        raise EngineError(f"{view.about.name} has no instants yet; there is nothing to show.")
    model, train = view.configs
    turns = tuple(knobs.marks(view.turned).items())
    return Reel(folder, view.about.name, model.kind, train.data, tuple(sorted(set(view.snapshots))), turns)


def _frame(place: int, reel: Reel, step: int) -> str:
    return block(f"frame-{place}-{step}", planes(film.frame(reel.folder, step)))


def thinned(steps: Sequence[int], most: int) -> list[int]:
    """At most so many of the steps, at least two, evenly in their order, with the first and the last."""
    if len(steps) <= most:
        return list(steps)
    return [steps[round(i * (len(steps) - 1) / (most - 1))] for i in range(most)]


def _note(reels: Sequence[Reel], kept: Sequence[list[int]], most: int) -> str:
    """What was left out, if anything was."""
    left = [
        f"{len(steps)} of {len(reel.steps)} instants of {reel.title}"
        for reel, steps in zip(reels, kept, strict=True)
        if len(steps) < len(reel.steps)
    ]
    return f"This file holds {' and '.join(left)}, so that it stays below {most / 1e6:.0f} MB." if left else ""
