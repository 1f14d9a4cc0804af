"""README tells the truth: its table is what its command prints, and the Python it shows runs."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from benchmarks import report
from benchmarks.report import Row
from support.builders import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_table_of_numbers_is_what_its_command_prints(command: Callable[..., tuple[int, str, str]]) -> None:
    code, printed, _ = command("models", "--markdown")
    assert code == 0
    table = README.split("<!-- numbers -->")[1].split("<!-- /numbers -->")[0]
    assert table.strip() == printed.strip()


def test_table_of_experiments_is_what_its_command_prints(command: Callable[..., tuple[int, str, str]]) -> None:
    code, printed, _ = command("experiment", "--list", "--markdown")
    assert code == 0
    table = README.split("<!-- experiments -->")[1].split("<!-- /experiments -->")[0]
    assert table.strip() == printed.strip()


def test_table_of_formats_is_what_its_command_prints(command: Callable[..., tuple[int, str, str]]) -> None:
    code, printed, _ = command("data", "--formats")
    assert code == 0
    table = README.split("<!-- formats -->")[1].split("<!-- /formats -->")[0]
    assert table.strip() == printed.strip()


def test_table_of_data_sets_is_what_its_command_prints(command: Callable[..., tuple[int, str, str]]) -> None:
    code, printed, _ = command("fetch", "--list", "--markdown")
    assert code == 0
    table = README.split("<!-- sets -->")[1].split("<!-- /sets -->")[0]
    assert table.strip() == printed.strip()


def test_table_of_layers_is_what_its_command_prints(command: Callable[..., tuple[int, str, str]]) -> None:
    code, printed, _ = command("import", "--layers")
    assert code == 0
    table = README.split("<!-- layers -->")[1].split("<!-- /layers -->")[0]
    assert table.strip() == printed.strip()


def test_table_of_speed_is_what_the_benchmarks_found() -> None:
    results = json.loads(report.RESULTS.read_text(encoding="utf-8"))
    table = README.split(report.BEGIN)[1].split(report.END)[0]
    assert table.strip() == report.markdown(results).strip()


@pytest.mark.parametrize(
    ("row", "target", "met"),
    [
        (Row("a", 19.9, "ms", most=20), "≤ 20 ms", "yes"),
        (Row("a", 20.1, "ms", most=20), "≤ 20 ms", "**no**"),
        (Row("a", 54.0, "per s", least=55), "≥ 55 per s", "**no**"),
        (Row("a", 1, "", most=1, least=1), "1", "yes"),
        (Row("a", 2, "", most=1, least=1), "1", "**no**"),
        (Row("a", 7.125, "ms"), "", ""),
    ],
)
def test_a_row_says_whether_its_target_was_met(row: Row, target: str, met: str) -> None:
    assert row.cells()[1] == target
    assert row.cells()[3] == met


def test_a_new_table_replaces_the_old_one_and_nothing_else() -> None:
    text = f"before {report.BEGIN}\nold\n{report.END} after"
    assert report.with_table(text, "new") == f"before {report.BEGIN}\nnew\n{report.END} after"


def test_no_table_that_is_read_has_a_hyphen_for_a_minus_sign() -> None:
    cards = [path.read_text(encoding="utf-8") for path in (ROOT / "pretrained").glob("*/README.md")]
    rows = [line for text in (README, *cards) for line in text.splitlines() if line.startswith("| ")]
    assert [row for row in rows if re.search(r"(?<![^\s(|])-\d", row)] == []
    assert sum("−1" in row for row in rows) > 50


def test_first_python_example_runs() -> None:
    example = re.findall(r"```python\n(.*?)```", README, re.DOTALL)[0]
    names: dict[str, object] = {}
    exec(compile(example, "README.md", "exec"), names)  # noqa: S102 (our own text)
    assert names["digits"].shape == (10, 784)  # type: ignore[attr-defined]


def test_model_cards_are_what_the_models_say() -> None:
    from vae_engine.publish.publish import card
    from vae_engine.stored import registry

    for name in registry.names():
        stored = registry.find(name)
        assert (stored.folder / "README.md").read_text(encoding="utf-8") == card(stored)
