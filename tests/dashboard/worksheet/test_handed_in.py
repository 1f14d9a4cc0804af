"""Files that a class handed in: read with care, judged by the page's checks, and laid out as a table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dashboard.shell.command import main
from dashboard.stock.material import Material
from dashboard.worksheet import TASKS, handed_in
from dashboard.worksheet.export import entry, to_json
from vae_engine.base.errors import EngineError


def saved(folder: Path, content: Any, name: str = "ada.json") -> Path:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def stands(sheet: handed_in.Judged) -> dict[str, str]:
    return {one.task.name: stand for one, stand in zip(sheet.entries, sheet.stands, strict=True) if stand}


def test_what_the_page_saves_is_judged_as_the_page_judges_it(subject: Material, tmp_path: Path) -> None:
    answers = {"gap": ("3", ""), "quieter": (0, "Because."), "two-modes": ("99", ""), "between": ("no link", "")}
    entries = [entry(task, subject, *answers.get(task.name, (None, ""))) for task in TASKS]
    found = handed_in.judge(handed_in.read(saved(tmp_path, to_json("Mine", [], entries, "Ada"))), subject)
    assert found.name == "Ada"
    assert {one.task.name: one.verdict for one in found.entries} == {one.task.name: one.verdict for one in entries}
    assert stands(found) == {"gap": "not yet", "quieter": "done", "two-modes": "wordless", "between": "unread"}


def test_the_table_has_a_sign_for_each_task_and_the_page_the_states(subject: Material, tmp_path: Path) -> None:
    link = "https://course.example.org/vae/#mode=move&z=0.0%2C0.7%3B0%2C0"
    tasks = [{"task": "quieter", "answer": 0, "words": "<b>so</b>"}, {"task": "between", "answer": link, "words": ""}]
    sheets = [
        handed_in.judge(handed_in.read(saved(tmp_path, {"name": name, "tasks": tasks[:count]})), subject)
        for name, count in (("Ada", 2), ("Bo & Co", 1))
    ]
    head, first, second = handed_in.table(sheets).splitlines()[:3]
    assert head.split() == [str(place) for place in range(1, len(TASKS) + 1)]
    assert (first.split()[0], first.split()[-1], second.split()[-1]) == ("Ada", f"1/{len(TASKS)}", f"1/{len(TASKS)}")
    assert sum(sign in "✓✗◐?" for sign in first) == 2
    page = handed_in.to_html(sheets, ["A note."])
    assert "Bo &amp; Co" in page
    assert "&lt;b&gt;so&lt;/b&gt;" in page
    assert page.count("<section>") == 3
    assert 'class="blank"' not in page, "nobody writes on it with a pen"
    assert "on the VAE&#x27;s map" in page
    assert f'href="{link.replace("&", "&amp;")}"' in page
    assert handed_in.told(sheets)[0]["tasks"]["quieter"] == "done"


@pytest.mark.parametrize("content", ["", "[1]", '{"tasks": 3}', "{", "[" * 5000])
def test_what_is_no_sheet_is_refused_in_a_sentence(content: str, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="holds no answers"):
        handed_in.read(saved(tmp_path, content))


def test_what_makes_no_sense_in_a_sheet_counts_as_not_given(tmp_path: Path) -> None:
    tasks = [7, {"task": 3}, {"task": "quieter", "answer": 99}, {"task": "gap", "answer": ["x"], "words": 5}, {"task": "none"}]
    sheet = handed_in.read(saved(tmp_path, {"name": 5, "models": 3, "tasks": tasks}, "bo.json"))
    assert (sheet.name, sheet.models) == ("bo", ())
    assert set(sheet.answers.values()) == {(None, "")}


def test_answers_about_other_models_are_refused(subject: Material, tmp_path: Path) -> None:
    sheet = handed_in.read(saved(tmp_path, {"name": "Ada", "models": ["a", "b"], "tasks": []}))
    with pytest.raises(EngineError, match="about a and b: name these with --models"):
        handed_in.judge(sheet, subject)


def test_the_command_prints_the_table_and_writes_the_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = saved(tmp_path, {"name": "Ada", "tasks": [{"task": "quieter", "answer": 0, "words": "So."}]})
    assert main(["worksheet", str(file), "-o", str(tmp_path / "class.html")]) == 0
    assert "1/20" in capsys.readouterr().out
    assert "Ada" in (tmp_path / "class.html").read_text("utf-8")
    assert main(["worksheet", str(tmp_path / "nothing.json")]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
