"""The page Lab of the site: what the bundled experiments found, a file each, and the script that draws their figures."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from dashboard.lab import content
from dashboard.shared import browser
from dashboard.site.files import Files
from vae_engine.experiments import BUNDLED, EXPERIMENTS
from vae_engine.experiments import result as experiment_result


def told(files: Files) -> dict[str, Any]:
    """What the browser is told of the page, whose results are added to the files of the site; empty where none are bundled.

    Raises EngineError for a result that cannot be read.
    """
    there = [one for one in EXPERIMENTS if (BUNDLED / one.name / experiment_result.RESULT).is_file()]
    if not there:
        return {}
    return {
        "titles": {"lab": {one.name: one.title for one in there}},
        "experiments": [{"name": one.name, "title": one.title, "parts": _parts(one.name, files)} for one in there],
        "plotly": files.add("lab/plotly", ".js", browser.script("lab/plotly").encode()),
        "words": content.words(),
    }


def shown_by(lecture: str, told: Mapping[str, Any]) -> list[str]:
    """The files of the page, told as above, that the scenes of a lecture's file need."""
    asked = [one for one in told["experiments"] if re.search(rf"experiment={re.escape(one['name'])}\b(?!-)", lecture)]
    return [told["plotly"], *(one["parts"]["shown"] for one in asked)] if asked else []


def _parts(name: str, files: Files) -> dict[str, str]:
    """Where what an experiment found is: as the page shows it, all of it, and its curves."""
    folder = BUNDLED / name
    shown = json.dumps(content.told(experiment_result.read(folder)), ensure_ascii=False, separators=(",", ":"))
    kept = {"shown": (".json", shown.encode())}
    for part, file in (("result", experiment_result.RESULT), ("curves", experiment_result.CURVES)):
        kept[part] = (f".{file.split('.')[1]}", (folder / file).read_bytes())
    return {part: files.add(f"lab/{name}-{part}", ending, text) for part, (ending, text) in kept.items()}
