"""The command `experiment`: names, refusals in one line, and what it writes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from support.experiment_checks import tiny_result

from vae_engine import experiments
from vae_engine.base.errors import EngineError
from vae_engine.experiments import result as experiment_result
from vae_engine.experiments.common import of_scale

Command = Callable[..., tuple[int, str, str]]
NAMES = [one.name for one in experiments.EXPERIMENTS]


def test_list_names_all(command: Command) -> None:
    code, out, _ = command("experiment", "--list")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == NAMES
    assert len(NAMES) == 11
    code, out, _ = command("experiment", "--list", "--json")
    assert code == 0
    assert [one["name"] for one in json.loads(out)] == NAMES


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(("nothing-of-ours",), "nothing-of-ours"), ((), "--list"), (("wake-sleep", "--seed", "-1"), "--seed"),
     (("../wake-sleep",), "wake-sleep"), (("wake-sleep", "--seed", "2147483647"), "--seed")],
)  # fmt: skip
def test_a_bad_request_gives_one_line(command: Command, arguments: tuple[str, ...], said: str) -> None:
    code, out, error = command("experiment", *arguments)
    assert code == 2
    assert out == ""
    assert said in error
    assert len(error.strip().splitlines()) == 1


def test_a_scale_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(EngineError, match="choose one of tiny, full"):
        of_scale("huge", {"tiny": 1, "full": 2})


def test_the_result_is_printed_and_written(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result, asked = tiny_result("bound-estimators"), []
    monkeypatch.setattr(experiments, "run", lambda *arguments: asked.append(arguments[:3]) or result)
    code, out, _ = command("experiment", "bound-estimators", "--quick", "--seed", 5, "-o", tmp_path)
    assert code == 0
    assert asked == [("bound-estimators", "quick", 5)]
    assert all(line in out for line in result.findings.says)
    assert experiment_result.read(tmp_path) == result
    code, out, _ = command("experiment", "bound-estimators", "--json")
    assert json.loads(out)["findings"]["says"] == list(result.findings.says)
    assert asked[-1] == ("bound-estimators", "full", 0)
