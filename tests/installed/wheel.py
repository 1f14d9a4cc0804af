"""The program as it is installed: sdist, wheel of it, an empty environment outside the checkout, and what works there.

Minutes, and packages from an index: `make test-wheel`. What the wheel holds is tested in tests/architecture.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect
from support.copies import Copy
from support.explorer_page import here
from support.serving import ROOT, chromium, installed_dashboard, offline_context

from vae_engine.base.remedies import TORCH
from vae_engine.stored import registry

SMALL = ["vae-mnist-small", "ae-mnist-small"]
SENTENCE = "Training and measuring need PyTorch, which is not installed here"


def test_it_lists_checks_and_exports_without_torch(copy: Copy) -> None:
    where = copy.run("python", "-c", "import dashboard, vae_engine; print(dashboard.__file__, vae_engine.__file__)")
    assert str(ROOT) not in where
    checks = json.loads(copy.run("latent-explorer", "doctor", "--json"))
    (torch,) = (check for check in checks if check["what"] == "torch")
    assert SENTENCE in torch["found"]
    assert "git" not in json.dumps(checks)
    assert [row["name"] for row in json.loads(copy.run("latent-explorer", "models", "--json"))] == registry.names()
    copy.run("latent-explorer", "export", *SMALL, "--to", "html", "-o", "explorer.html")
    assert (copy.folder / "explorer.html").stat().st_size > 3e6


@pytest.mark.parametrize(
    "command",
    [
        ["evaluate", "vae-mnist-small", "--limit", "20"],
        ["train", "--run-dir", "run", "--seconds", "3"],
        ["experiment", "collapse"],
    ],
)
def test_what_needs_torch_says_in_one_line_how_to_add_it(copy: Copy, command: list[str]) -> None:
    said = copy.run("latent-explorer", *command, code=2)
    assert said.startswith(SENTENCE)
    assert len(said.splitlines()) == 1
    assert TORCH in said


def test_its_pages_open_offline_and_it_keeps_runs_among_the_data_of_the_user(copy: Copy, tmp_path: Path) -> None:
    served = installed_dashboard(copy.bin / "latent-explorer", copy.folder, tmp_path / "log.txt", copy.environment)
    with served as address, chromium() as browser:
        context, troubles = offline_context(browser, viewport={"width": 1366, "height": 768})
        page = context.new_page()
        page.goto(address)
        here(page)
        page.screenshot(path=tmp_path / "explore.png")
        page.goto(f"{address}/train")
        expect(page.get_by_text(SENTENCE).first).to_be_visible()
        page.screenshot(path=tmp_path / "train.png")
        assert troubles == []
    assert list(copy.home.rglob("latent-explorer/runs")), "a folder of runs below the user's home"
    assert {path.name for path in copy.folder.iterdir()} <= {"explorer.html"}


def test_with_torch_it_measures_and_trains(copy: Copy) -> None:
    copy.install(TORCH)
    numbers = json.loads(copy.run("latent-explorer", "evaluate", "vae-mnist-small", "--limit", "20", "--json").splitlines()[0])
    assert numbers["n"] == 20
    copy.run("latent-explorer", "train", "--run-dir", "run", "--seconds", "3", "--json")
    assert (copy.folder / "run" / "model.safetensors").exists()
    checks = {check["what"]: check["found"] for check in json.loads(copy.run("latent-explorer", "doctor", "--json"))}
    assert checks["torch"].startswith("2.")
