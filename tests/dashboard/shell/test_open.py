"""`latent-explorer open`: a model of somebody's own is imported, what was assumed is said, and Explore opens on it."""

from __future__ import annotations

import json
import urllib.request
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from support.builders import ROOT
from support.explorer_page import until
from support.serving import free_port

from dashboard.jobs import brought
from dashboard.shell import command
from vae_engine.command import cli


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    with zipfile.ZipFile(ROOT / "tests" / "fixtures" / "foreign.zip") as packed:
        packed.extractall(tmp_path, [name for name in packed.namelist() if name.startswith("torch_default/")])
    return [str(tmp_path / "torch_default" / f"{part}.onnx") for part in ("encoder", "decoder")]


def test_open_imports_once_says_what_was_assumed_and_leads_to_explore(
    files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(brought, "_engine", lambda arguments, seconds: cli.main([*arguments, "--json"]))  # spares a process
    monkeypatch.setattr(command, "_serve", lambda arguments, asked, address: opened.append(address) or 0)
    more = ["--runs-dir", str(tmp_path / "runs"), "--port", str(free_port()), "--likelihood", "gaussian", "--noise", "0.5"]
    assert command.main(["open", *files, *more]) == 0
    text = capsys.readouterr().out.partition("\n")[2]
    assert "likelihood   gaussian of σ = 0.5 around the sigmoid" in text
    assert f"Opening {opened[0]}; stop with Ctrl-C." in text
    assert command.main(["open", *files, *more, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert opened == [told["url"]] * 2
    assert told["url"].endswith(f"/?models=run:{told['run']}")
    assert [path.name for path in (tmp_path / "runs").iterdir() if not path.name.startswith(".")] == [told["run"]]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["nothing.onnx"], "is not a file"),
        (["--likelihood", "poisson", "x.onnx"], "invalid choice"),
        (["--port", "0", "x.onnx"], "There is no port 0"),
    ],
)
def test_bad_input_gets_one_sentence(given: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        code = command.main(["open", *given, "--runs-dir", str(tmp_path / "runs")])
    except SystemExit as ended:
        code = ended.code  # type: ignore[assignment]
    error = capsys.readouterr().err
    assert code == 2
    assert said in error
    assert len(error.splitlines()) == 1


@pytest.mark.long
def test_the_server_shows_the_model_that_was_opened(files: list[str], tmp_path: Path, start_python: Callable) -> None:
    port = free_port()
    process = start_python(
        "-m", "dashboard", "open", *files, "--no-browser", "--port", port, "--runs-dir", tmp_path / "runs", "--json"
    )

    def answers() -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=5):
                return True
        except OSError:
            return False

    until(answers)
    process.terminate()
    told = json.loads(process.communicate()[0].splitlines()[0])  # Streamlit has words of its own
    assert told["imported"]["likelihood"] == "bernoulli, assumed"
