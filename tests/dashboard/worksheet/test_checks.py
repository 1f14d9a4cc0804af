"""Checks as data: Python and the sheet of a site, by its own models, say the same of an answer."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.builders import ROOT

from dashboard.stock.material import Material
from dashboard.worksheet import TASKS, Task, content, judged
from dashboard.worksheet.bands import ByImage, ByNumber
from dashboard.worksheet.export import shown
from dashboard.worksheet.limits import ByPlace
from dashboard.worksheet.task import link_to
from vae_engine.exchange import bundle as export

NODE = shutil.which("node")
PROGRAM = """
import {judged} from "./dashboard/browser/worksheet/checks.js";
import {readBundle} from "./dashboard/browser/model/bundle.js";
import {createModel} from "./dashboard/browser/model/explorer_model.js";
import {readFileSync} from "node:fs";
const {tasks, words, facts, given, bundles} = JSON.parse(readFileSync(0, "utf8"));
const models = bundles.map((path, place) => createModel(readBundle(new Uint8Array(readFileSync(path))), place));
const say = ([name, raw]) => judged(tasks.find((task) => task.name === name), raw, words, {facts, models});
console.log(JSON.stringify(given.map(say)));
"""


def numbers_about(task: Task, material: Material, random: np.random.Generator) -> list[tuple[float, ...]]:
    """Numbers at, within, and beyond the ends of every band."""
    assert isinstance(task.check, ByNumber)
    parts = []
    for part in task.check.parts:
        ends = [end for band in part(material) for end in (band.low, band.high) if np.isfinite(end)]
        parts.append([round(end + step, 4) for end in ends for step in (-0.3, -0.001, 0, 0.001, 0.3, *random.normal(size=3))])
    most = max(map(len, parts))
    return list(zip(*(np.resize(part, most).tolist() for part in parts), strict=True))


def judged_by_node(subject: Material, facts: list[str], given: list[tuple[str, Any]], bundles: list[str]) -> list[Any]:
    if not NODE:
        pytest.skip("Node is not installed")
    told = {**content.told(subject), "facts": facts, "given": given, "bundles": bundles}
    done = subprocess.run(
        [NODE, "--input-type=module", "-e", PROGRAM], input=json.dumps(told), cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [(one["right"], one["text"]) for one in json.loads(done.stdout)]


def test_the_sheet_of_a_site_judges_numbers_options_and_images_as_python_does(subject: Material) -> None:
    random = np.random.default_rng(0)
    given: list[tuple[str, Any]] = []
    facts = content.said_of_images(subject)
    wanted = []
    for task in TASKS:
        if isinstance(task.check, ByNumber):
            options = [(place,) for place in range(len(task.options))]
            for numbers in options or numbers_about(task, subject, random):
                given.append((task.name, numbers[0] if options else "; ".join(map(str, numbers))))
                wanted.append(task.check(subject, numbers if len(numbers) > 1 else numbers[0]))
        elif isinstance(task.check, ByImage):
            for image in random.integers(len(facts), size=40).tolist():
                given.append((task.name, random.choice([f"image {image}", f"./#mode=inspect&image={image}", str(image)])))
                wanted.append(task.check(subject, image))
    found = judged_by_node(subject, facts, given, [])
    assert found == [(verdict.right, verdict.text) for verdict in wanted]
    assert {right for right, _ in found} == {True, False}
    assert len(found) > 200


@pytest.mark.long
def test_the_sheet_of_a_site_judges_places_and_walks_as_python_does(subject: Material, tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    bundles = [tmp_path / model.name for model in (subject.vae, subject.ae)]
    for path, model in zip(bundles, (subject.vae, subject.ae), strict=True):
        path.write_bytes(export.parted(model)[0])
    given, wanted = [], []
    for task in TASKS:
        if isinstance(task.check, ByPlace):
            links = [str(task.answer(subject).given), "./?models=other,ae-mnist#z=1,1;0,0", "#z=1", "nothing", "#mode=move"]
            for image in random.integers(len(subject.x), size=30).tolist():
                z = np.round(subject.places(task.kind)[image] + random.normal(size=2) * 0.5, 4)
                links.append(f"#mode=walk&ends=i{image}%3Bi{image + 1}" if task.form == "walk" else link_to(task.kind, z))
            given += [(task.name, link) for link in links]
            wanted += [judged(task, subject, link) for link in links]
    found = judged_by_node(subject, [], given, list(map(str, bundles)))
    for (right, text), verdict, asked in zip(found, wanted, given, strict=True):
        assert verdict is not None
        assert right == verdict.right, (asked, text, verdict)
        assert verdict.is_refusal or text == verdict.text
    assert sum(right for right, _ in found) >= 5


SHOWN = """
import {shownAnswer} from "./dashboard/browser/worksheet/shown.js";
import {readFileSync} from "node:fs";
const {tasks, words, given} = JSON.parse(readFileSync(0, "utf8"));
console.log(JSON.stringify(given.map(([name, raw]) => shownAnswer(tasks.find((task) => task.name === name), raw, words.shown))));
"""


@pytest.mark.skipif(not NODE, reason="Node is not installed")
def test_a_printed_answer_reads_as_in_the_dashboards_file(subject: Material) -> None:
    tasks = {task.name: task for task in TASKS}
    given: list[tuple[str, Any]] = [
        ("between", "http://localhost/#mode=move&z=0.0529%2C-1.1626%3B0%2C0"), ("between", "no link"),
        ("between", "#mode=rubbish"), ("hole", "./#z=0%2C0%3B-3.5%2C7"),
        ("walk", "#mode=walk&ends=i7%3Bp0%3A1%2C-2&z=0,0;0,0"), ("two-modes", "304"), ("two-modes", "./#image=12"),
        ("quieter", 1), ("grid", "711; 57"), ("gap", None),
    ]  # fmt: skip
    command = [str(NODE), "--input-type=module", "-e", SHOWN]
    told = json.dumps({**content.told(subject), "given": given})
    done = subprocess.run(command, cwd=ROOT, input=told, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert found == [shown(tasks[name], subject, raw) for name, raw in given]
    assert found[0] == "z = (0.05, −1.16) on the VAE's map"
