"""Where the program finds what came with it and keeps what it makes, and how it is mended: by how it was installed."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import subprocess
import sys
import tomllib
from pathlib import Path

import platformdirs
import pytest
from packaging.requirements import Requirement
from support.builders import ROOT

from vae_engine.base import places, remedies

WITHOUT_TORCH = "import sys; sys.modules['torch'] = None; "
"""Before a program: nothing named torch can be imported or found."""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """As if this copy were installed; where it carries what lies beside the packages."""
    (tmp_path / "packaged").mkdir()
    monkeypatch.setattr(places, "PACKAGED", tmp_path / "packaged")
    return tmp_path / "packaged"


def test_a_packaged_file_comes_before_that_of_a_checkout(installed: Path) -> None:
    assert places.place("README.md") == ROOT / "README.md"
    (installed / "README.md").write_text("")
    assert places.place("README.md") == installed / "README.md"


def test_runs_lie_in_a_checkout_or_among_the_users_data(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert places.runs() == platformdirs.user_data_path("latent-explorer", appauthor=False) / "runs"
    monkeypatch.undo()
    assert places.runs() == ROOT / "runs"


def test_a_checkout_is_mended_by_git_and_an_installed_copy_by_its_installer(
    installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted = importlib.metadata.PathDistribution(installed)
    (installed / "direct_url.json").write_text('{"url": "https://example.org/a.whl"}')
    monkeypatch.setattr(importlib.metadata, "distribution", lambda name: noted)
    expected = f"`{sys.executable} -m pip install --force-reinstall --no-deps 'https://example.org/a.whl'`"
    assert expected in remedies.restored("pretrained")
    (installed / "direct_url.json").unlink()
    assert "--no-deps 'latent-explorer'`" in remedies.restored("pretrained")
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name in ("pip", "torch") else found(name))
    assert f'`uv pip install --python {sys.executable} "{remedies.TORCH}"`' in remedies.without_torch()
    monkeypatch.setattr(places, "PACKAGED", installed / "none")
    assert "`git checkout -- pretrained`" in remedies.restored("pretrained")
    assert "`make install`" in remedies.without_torch()
    assert remedies.optional("h5py") == f"with `uv pip install --python {sys.executable} h5py`"  # which no plain install brings


def test_an_intel_mac_is_told_that_there_is_no_torch_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert remedies.without_torch() == ""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    assert "Macs with an Intel processor" in remedies.without_torch()
    assert "pip" not in remedies.without_torch()


def test_the_wheel_needs_what_the_requirements_name_and_leaves_torch_to_an_extra() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    required = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    (torch,) = project["optional-dependencies"]["train"]
    assert torch.split(";")[0] == remedies.TORCH
    assert sorted(required) == sorted([*project["dependencies"], torch])
    assert project["name"] == remedies.DISTRIBUTION


@pytest.mark.parametrize(("system", "processor"), [("darwin", "x86_64"), ("darwin", "arm64"), ("linux", "x86_64")])
def test_an_intel_mac_is_installed_on_without_the_torch_that_there_is_not(
    system: str, processor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr("platform.machine", lambda: processor)
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    (torch,) = (one for one in map(Requirement, lines) if one.name == "torch")
    assert torch.marker
    assert torch.marker.evaluate({"sys_platform": system, "platform_machine": processor}) != remedies.is_intel_mac()


@pytest.mark.parametrize("command", [["evaluate", "vae-mnist"], ["train", "--run-dir", "{}", "--steps", "1"]])
def test_without_torch_a_command_that_needs_it_says_so_in_one_line(command: list[str], tmp_path: Path) -> None:
    arguments = [one.format(tmp_path / "run") for one in command]
    program = f"{WITHOUT_TORCH}from vae_engine.command import cli; sys.exit(cli.main({arguments!r}))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Training and measuring need PyTorch")
    assert len(done.stderr.splitlines()) == 1
    assert not list(tmp_path.iterdir())


def test_without_torch_the_public_names_that_need_it_say_so_and_the_rest_works() -> None:
    program = (
        f"{WITHOUT_TORCH}import vae_engine; vae_engine.ModelConfig()\n"
        "try: vae_engine.load_model\nexcept ModuleNotFoundError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("Training and measuring need PyTorch")
