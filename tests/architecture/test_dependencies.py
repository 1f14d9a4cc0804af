"""The dependency rule: who may import whom, read from the source."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.builders import ROOT

ENGINE, DASHBOARD = (sorted((ROOT / name).rglob("*.py")) for name in ("vae_engine", "dashboard"))
NUMPY_ONLY = (
    "stored/architecture", "stored/config", "data/mnist", "data/datasets", "base/errors", "experiments/result",
    "experiments/folder", "exchange/bundle", "data/fashion", "base/files", "exchange/film", "stored/forward", "base/locks",
    "data/own", "data/pictures", "stored/registry", "runs/archive", "runs/control", "runs/log", "runs/snapshots",
    "runs/standby", "runs/sweep", "stored/terms", "stored/weights",
)  # fmt: skip
WITHOUT_STREAMLIT = (
    "shared/browser.py", "jobs/estimates.py", "jobs/experiment_view.py", "shared/links.py", "jobs/fetching.py",
    "films/export.py", "films/routes.py", "jobs/jobs.py", "lab/bars.py", "lab/charts.py", "lab/places.py",
    "lab/style.py", "train/live_chart.py", "stock/material.py", "stock/measures.py", "shared/model_choice.py",
    "stock/own_runs.py", "train/presets.py", "jobs/bin.py", "shared/charts.py", "jobs/files.py", "runs/groups.py",
    "jobs/kind.py", "runs/maps.py", "runs/pictures.py", "jobs/process.py", "jobs/queue.py", "train/settings.py",
    "runs/table.py", "jobs/uploads.py", "jobs/run_view.py", "runs/wording.py", "explore/one_file.py",
    "train/wording.py", "shared/wording.py", "shared/numbers.py",
)  # fmt: skip


def imports(source: str, package: str) -> set[str]:
    """The dotted names of everything that a module imports, at its top or inside a function."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*parents, *([node.module] if node.module else [])])
            found |= {base} | {f"{base}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in ("importlib.import_module", "__import__"):
            found |= {arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)}
    return found


def imports_of(path: Path) -> set[str]:
    package = ".".join(path.relative_to(ROOT).parent.parts)
    return imports(path.read_text(encoding="utf-8"), package)


def offenders(paths: list[Path], forbidden: tuple[str, ...]) -> Iterator[str]:
    """The files that import any of the forbidden packages, and which."""
    for path in paths:
        for name in imports_of(path):
            if any(name == one or name.startswith(f"{one}.") for one in forbidden):
                yield f"{path.relative_to(ROOT)} imports {name}"


def label(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_imports_are_found_wherever_they_stand() -> None:
    source = (
        "import a.b\nfrom c import d\nfrom . import e\nfrom ..f import g\ndef h():\n    import i\nimportlib.import_module('j')"
    )
    assert imports(source, "p.q") == {"a.b", "c", "c.d", "p.q", "p.q.e", "p.f", "p.f.g", "i", "j"}


def test_the_engine_knows_nothing_of_dashboards_and_plots() -> None:
    assert ENGINE
    assert not list(offenders(ENGINE, ("dashboard", "streamlit", "plotly", "matplotlib")))


def test_the_dashboard_imports_torch_nowhere() -> None:
    assert not list(offenders(DASHBOARD, ("torch", "safetensors.torch")))


def test_pages_are_imported_by_the_navigation_only() -> None:
    others = [path for path in DASHBOARD if path != ROOT / "dashboard" / "shell" / "app.py"]
    pages = tuple(f"dashboard.{path.parent.name}.page" for path in DASHBOARD if path.name == "page.py")
    assert not list(offenders([*ENGINE, *others], pages))


def test_only_state_touches_the_session_and_the_url() -> None:
    allowed = ROOT / "dashboard" / "shared" / "state.py"
    for path in DASHBOARD:
        if path == allowed:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = node.attr if isinstance(node, ast.Attribute) else node.name if isinstance(node, ast.alias) else ""
            assert name not in ("session_state", "query_params"), f"{label(path)}, line {getattr(node, 'lineno', '?')}"


@pytest.mark.parametrize("path", DASHBOARD, ids=label)
def test_jobs_and_export_run_without_streamlit(path: Path) -> None:
    name = path.relative_to(ROOT / "dashboard").as_posix()
    if name in WITHOUT_STREAMLIT or (path.parent.name in ("steps", "worksheet") and path.name not in ("page.py", "bar.py")):
        assert not list(offenders([path], ("streamlit",)))


@pytest.mark.parametrize("module", NUMPY_ONLY)
def test_modules_without_torch_name_it_nowhere_at_their_top(module: str) -> None:
    tree = ast.parse((ROOT / "vae_engine" / f"{module}.py").read_text(encoding="utf-8"))
    top = "\n".join(ast.unparse(node) for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom)))
    assert "torch" not in top


def loaded_after(program: str) -> set[str]:
    """The modules loaded in a fresh process after a program ran there."""
    program += "\nimport sys\nprint('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "program",
    [
        "import vae_engine",
        "from vae_engine import ModelConfig, TrainConfig, EngineError",
        "import vae_engine.stored.forward, vae_engine.exchange.bundle, vae_engine.command.cli",
        "from vae_engine.stored import registry\nregistry.find({folder!r})",
        "import numpy\nfrom vae_engine.stored import forward, registry\n"
        "forward.decode(registry.find({folder!r}), numpy.zeros((1, 2)))",
        "from vae_engine.command import cli\ncli.main(['info', {folder!r}])\ncli.main(['models'])",
    ],
)
def test_torch_is_not_loaded_where_it_is_not_needed(program: str, tiny_vae: Path) -> None:
    loaded = loaded_after(program.format(folder=str(tiny_vae)))
    assert "vae_engine" in loaded
    assert not {"torch", "streamlit", "plotly"} & loaded


def test_the_public_names_are_all_there_and_no_others() -> None:
    import vae_engine

    for name in vae_engine.__all__:
        assert getattr(vae_engine, name).__name__ == name
    with pytest.raises(AttributeError, match="nothing_here"):
        vae_engine.nothing_here  # noqa: B018
