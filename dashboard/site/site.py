"""The whole site: its pages and what they need, from models, runs and a lecture."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dashboard.explore.engine_lines import engine_lines
from dashboard.explore.one_file import lecture_for
from dashboard.lecture.stills import stills
from dashboard.shared import browser
from dashboard.site import films, html, icons, lab, learn, models, shelf, training, wording, worksheet
from dashboard.site.files import Files, check
from dashboard.site.html import Link
from dashboard.site.shelf import Shelf
from dashboard.stock.library import tightly
from dashboard.stock.material import ladder_of
from dashboard.worksheet import content as tasks
from vae_engine.stored import registry

WORKER = "service-worker.js"
_EXPLORE, _LECTURE, _FILMS = Link("", wording.EXPLORE), Link("lecture/", wording.LECTURE), Link("train/", wording.FILMS)
_LEARN, _LAB = Link("learn/", wording.LEARN), Link("lab/", wording.LAB)
_WORKSHEET = Link("worksheet/", wording.WORKSHEET)
_MODELS, _SPEAKER = Link("models/", wording.MODELS), Link("speaker/", wording.LECTURE)
_TRAIN = Link("training/", wording.TRAIN)
_TOY = Link(training.TOY, wording.TOY, below=_TRAIN.path)
_MOVED = Link("explore/", wording.EXPLORE)
_INDEX = "index.html"


def write(
    folder: Path,
    names: Sequence[str] = (),
    runs: Sequence[Path] = (),
    lecture: str | None = None,
    teaches: bool = False,
    data: Sequence[str] = (),
) -> tuple[int, int]:
    """Write the site of models, by name or folder, of the films of run folders, and of the text of a lecture's file.

    Unless they are said, the models are all bundled ones, and the lecture is the bundled one or, for models that it does
    not speak of, that measured on them. A site that `teaches` has model answers. `data` are the sets that its Train offers beside
    MNIST, unless they are said those of training.OFFERED that are here. Gives the number of files and of bytes.
    Raises EngineError, and then the folder is as it was.
    """
    check(folder)
    return contents(shelf.read(names, runs), runs, lecture, teaches, data).write(folder)


def contents(shown: Shelf, runs: Sequence[Path], lecture: str | None, teaches: bool = False, data: Sequence[str] = ()) -> Files:
    """All files of the site; where it `teaches`, the worksheet has model answers."""
    files = Files()
    told = shown.told(files)
    filmed = films.told(runs, files)
    measured = learn.material(shown)
    found = lab.told(files)
    there = {_LEARN: measured, _WORKSHEET: measured, _LAB: found, _FILMS: filmed}
    bar = [link for link in (_EXPLORE, _LEARN, _WORKSHEET, _LECTURE, _LAB, _TRAIN, _FILMS, _MODELS) if there.get(link, True)]
    drawn = [(files.add("icon", ".png", icons.icon(size, cut)), size, cut) for size in icons.SIZES for cut in (False, True)]
    files.put(html.MANIFEST, html.manifest(drawn))
    needs: dict[str, list[str]] = {}

    def put(link: Link, host: str, styles: Sequence[str], about: Mapping[str, Any], content: str = "", foot: bool = True) -> None:
        program = files.add(host, ".bin", tightly(browser.script(f"site/{host}").encode()))
        style = files.add(host, ".css", browser.styles(*styles, "lecture/lecture", "hosts/site/site").encode())
        icon = drawn[0][0]
        look = {"style": style, "program": program, "icon": icon}
        files.put(link.path + _INDEX, html.page(link, bar, **look, about=about, content=content, foot=foot))
        needs[link.path + _INDEX] = [f"{program.removesuffix('.bin')}.js", style, icon, html.MANIFEST]

    hand = {"hand": tasks.at_hand(measured)} if measured else {}
    sheets = ("book/book", "words/terms", "worksheet/sheet") if measured else ()
    put(_EXPLORE, "explore", (*browser.EXPLORE, *sheets), {"shelf": told, "engine": engine_lines(), **hand}, foot=False)
    experiments = [one["name"] for one in found.get("experiments", ())]
    about = _lecture(shown, lecture) | {
        "shelf": told,
        "runs": [*filmed],
        "experiments": experiments,
        "pages": ["models", "training"],
    }
    put(_LECTURE, "lecture", browser.LECTURE, about)
    if measured:
        put(_LEARN, "learn", browser.LEARN, learn.told(measured) | {"shelf": told}, foot=False)
        put(_WORKSHEET, "worksheet", browser.WORKSHEET, worksheet.told(measured, files, teaches) | {"shelf": told})
    if found:
        put(_LAB, "lab", browser.LAB, found)
        shown_there = [_LAB.path + _INDEX, *needs[_LAB.path + _INDEX], *lab.shown_by(about["lecture"], found)]
        needs[_LECTURE.path + _INDEX] += shown_there  # in frames, without a network as well
    if filmed:
        put(_FILMS, "film", browser.FILM, {"runs": filmed}, foot=False)
    put(_TRAIN, "train", (*browser.TRAIN, *sheets), training.told(files, data) | {"engine": engine_lines(), **hand}, foot=False)
    put(_TOY, "toy", browser.TOY, training.toy(files), foot=False)
    put(_MODELS, "plain", (), {}, models.content(shown))
    for link, host, asked_by in ((_SPEAKER, "streamlit/speaker", _LECTURE), (_MOVED, "site/moved", _EXPLORE)):
        style = files.add("bare", ".css", browser.styles("lecture/notes").encode())
        script = files.add(host.split("/")[1], ".js", browser.script(host).encode())
        files.put(link.path + _INDEX, html.bare(link, style=style, script=script))
        needs[link.path + _INDEX] = [style, script]
        needs[asked_by.path + _INDEX] += [link.path + _INDEX, style, script]
    about = {"version": files.version, "files": sorted(files.contents), "pages": needs}
    files.put(WORKER, f"globalThis.latentExplorerSite = {json.dumps(about)};\n{browser.script('site/worker')}")
    return files


def _lecture(shown: Shelf, given: str | None) -> dict[str, Any]:
    """What the page Lecture is told: a lecture, its models, the places of usual ones and rungs among them, its stills."""
    stored = {one.name: one for one in (*shown.models, *shown.runs)}
    usual, rungs = shown.usual, shown.ladder
    names = [*usual, *(name for name in rungs if name not in usual)]
    bundled = ladder_of([registry.find(name) for name in registry.names()])
    text = given or lecture_for([stored[name] for name in usual], bundled)
    drawn = stills(json.loads(text)["scenes"], () if rungs else bundled)
    places = {"usual": [*range(len(usual))], "ladder": [names.index(name) for name in rungs]}
    return {"names": names, "lecture": text, "stills": drawn, **places}
