"""README tells the truth: its table is what its command prints, and the Python it shows runs."""

from __future__ import annotations

import re
from collections.abc import Callable

from builders import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_table_of_numbers_is_what_its_command_prints(command: Callable[..., tuple[int, str, str]]) -> None:
    code, printed, _ = command("models", "--markdown")
    assert code == 0
    table = README.split("<!-- numbers -->")[1].split("<!-- /numbers -->")[0]
    assert table.strip() == printed.strip()


def test_first_python_example_runs() -> None:
    example = re.findall(r"```python\n(.*?)```", README, re.DOTALL)[0]
    names: dict[str, object] = {}
    exec(compile(example, "README.md", "exec"), names)  # noqa: S102 (our own text)
    assert names["digits"].shape == (10, 784)  # type: ignore[attr-defined]


def test_model_cards_are_what_the_models_say() -> None:
    from vae_engine import registry
    from vae_engine.publish import card

    for name in registry.names():
        stored = registry.find(name)
        assert (stored.folder / "README.md").read_text(encoding="utf-8") == card(stored)
