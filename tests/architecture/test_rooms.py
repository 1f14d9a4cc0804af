"""The dependency rule: rooms.toml says who may import whom, and what; the source is held to it."""

from __future__ import annotations

import ast
import importlib.util
import re
import subprocess
import tomllib
from collections import Counter
from fnmatch import fnmatchcase
from graphlib import TopologicalSorter
from pathlib import Path, PurePosixPath

import pytest
from support.builders import ROOT
from support.modules import browser_graph, browser_modules, imports, imports_of, loaded_after, python_graph, python_modules

RULES = tomllib.loads(Path(__file__).with_name("rooms.toml").read_text(encoding="utf-8"))
MOST_FILES = 24
PAGE_WORDS = re.compile(
    r"\b(?:document|window|getComputedStyle|matchMedia|(?:local|session)Storage|location|requestAnimationFrame|HTML\w+)\b(?=[.(\[])"
)
PYTHON = {"vae_engine": python_graph("vae_engine"), "dashboard": python_graph("dashboard")}
PATHS = python_modules("vae_engine") | python_modules("dashboard")


def room_of(tree: str, path: str) -> str:
    """The room of a tree in which a path lies, as rooms.toml names it."""
    folder = str(PurePosixPath(path).relative_to(tree).parent).removeprefix(".")
    rooms = [room for room in RULES[tree]["rooms"] if fnmatchcase(folder, room)]
    assert rooms, f"{path} lies in no room: name its folder in rooms.toml, after those it may import"
    return rooms[0]


def files(graph: dict[str, set[str]]) -> dict[str, set[str]]:
    """A graph of dotted names as one of paths."""
    named = {name: path.relative_to(ROOT).as_posix() for name, path in PATHS.items()}
    return {named[name]: {named[one] for one in imported} for name, imported in graph.items()}


def trespasses(tree: str, graph: dict[str, set[str]]) -> list[str]:
    """The imports that lead to a room named later, or from one room under a `*` to another."""
    rooms, found = RULES[tree]["rooms"], []
    for path, imported in graph.items():
        for other in imported:
            here, there = room_of(tree, path), room_of(tree, other)
            neighbours = here == there and PurePosixPath(path).parent != PurePosixPath(other).parent
            if rooms.index(there) > rooms.index(here) or neighbours:
                found.append(f"{path} imports {other}")
    return found


@pytest.mark.parametrize(
    ("tree", "graph"),
    [*((tree, files(graph)) for tree, graph in PYTHON.items()), ("dashboard/browser", browser_graph())],
    ids=["vae_engine", "dashboard", "browser"],
)
def test_a_module_imports_only_rooms_named_before_its_own_and_none_in_a_circle(tree: str, graph: dict[str, set[str]]) -> None:
    assert len(graph) > 50
    assert trespasses(tree, graph) == []
    TopologicalSorter(graph).prepare()  # raises CycleError, naming the circle


def test_a_trespass_is_noticed() -> None:
    assert trespasses("vae_engine", {"vae_engine/base/files.py": {"vae_engine/data/own.py"}})
    assert trespasses("vae_engine", {"vae_engine/experiments/collapse/views.py": {"vae_engine/experiments/wake_sleep/views.py"}})
    assert not trespasses("vae_engine", {"vae_engine/data/own.py": {"vae_engine/base/files.py", "vae_engine/data/mnist.py"}})
    with pytest.raises(AssertionError, match="no room"):
        room_of("vae_engine", "vae_engine/attic/old.py")


def test_imports_are_found_wherever_they_stand() -> None:
    source = (
        "import a.b\nfrom c import d\nfrom . import e\nfrom ..f import g\ndef h():\n    import i\nimportlib.import_module('j')"
    )
    assert imports(source, "p.q") == {"a.b", "c", "c.d", "p.q", "p.q.e", "p.f", "p.f.g", "i", "j"}


def test_the_engine_knows_nothing_of_dashboards_and_plots_and_pages_are_known_to_the_navigation_only() -> None:
    pages = {name for name in PYTHON["dashboard"] if name.endswith(".page")}
    assert len(pages) > 5
    for name, path in PATHS.items():
        found = {one.split(".")[0] for one in imports_of(path)} & {"dashboard", "streamlit", "plotly", "matplotlib"}
        assert not (name.startswith("vae_engine") and found), f"{name} imports {found}"
        assert name.startswith("dashboard.shell") or not imports_of(path) & pages, f"{name} imports a page"


@pytest.mark.parametrize("library", ["torch", "streamlit"])
def test_only_some_rooms_import_a_library_and_the_others_never_load_it(library: str) -> None:
    def allowed(path: Path) -> bool:
        name = path.relative_to(ROOT).as_posix()
        return room_of(tree := name.split("/")[0], name) in RULES[tree].get(library, [])

    using = {name for name, path in PATHS.items() if library in {one.split(".")[0] for one in imports_of(path)}}
    assert {name for name in using if not allowed(PATHS[name])} == set()
    # Torch is barred by room; Streamlit by module, since each page has its pure parts beside it.
    free = {name for name, path in PATHS.items() if (not allowed(path) if library == "torch" else name not in using)}
    acting = (".page", ".app", ".server", "__main__")  # lay out a page or serve when imported, or bring in one that does
    free = {name for name in free if not name.endswith(acting)}
    if not importlib.util.find_spec("anywidget"):  # without that package there is no widget to import
        free = {name for name in free if "anywidget" not in imports_of(PATHS[name])}
    assert len(free) > 30
    assert library not in loaded_after("\n".join(f"import {name}" for name in sorted(free)))


def test_only_state_touches_the_session_and_the_url() -> None:
    for name, path in python_modules("dashboard").items():
        if name != "dashboard.shared.state":
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                used = node.attr if isinstance(node, ast.Attribute) else node.name if isinstance(node, ast.alias) else ""
                assert used not in ("session_state", "query_params"), f"{name}, line {getattr(node, 'lineno', '?')}"


def test_one_module_computes_paths_from_where_it_lies() -> None:
    def uses(path: Path) -> bool:
        return any(isinstance(one, ast.Name) and one.id == "__file__" for one in ast.walk(ast.parse(path.read_text("utf-8"))))

    assert [name for name, path in PATHS.items() if uses(path)] == ["vae_engine.base.places"]


def test_only_some_rooms_of_the_browser_touch_the_page() -> None:
    assert PAGE_WORDS.search("document.createElement('p')")
    for name, path in browser_modules().items():
        if room_of("dashboard/browser", name) not in RULES["dashboard/browser"]["dom"]:
            code = re.sub(r"/\*.*?\*/|//[^\n]*", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
            assert not re.search(PAGE_WORDS, code.replace("state.history", "")), name


def test_no_folder_holds_more_files_than_one_can_look_over() -> None:
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    code = (name for name in names if name.endswith((".py", ".js", ".mjs", ".css", ".wat")) and (ROOT / name).exists())
    counted = Counter(str(PurePosixPath(name).parent) for name in code)
    assert {folder: count for folder, count in counted.items() if count > MOST_FILES} == {}
