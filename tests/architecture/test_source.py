"""Rules for every source file: no pickle, short files, documented functions, no path of one machine."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest
from support.builders import ROOT

LONGEST = 400
TEXT = {".py", ".js", ".mjs", ".ts", ".md", ".toml", ".txt", ".json", ".yml", ".yaml", ".html", ".css", ".cfg", ".wat", ""}
GENERATED = {"package-lock.json"}


@cache
def sources() -> list[Path]:
    """Every file that git tracks, or would track: not the ignored ones."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def with_suffix(*suffixes: str) -> list[Path]:
    return [path for path in sources() if path.suffix in suffixes]


def label(path: Path) -> str:
    return str(path.relative_to(ROOT))


def unpicklers(tree: ast.AST) -> set[str]:
    """What in a program could unpickle: the modules, torch.load and its weights_only, numpy's allow_pickle."""
    found = set()
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                found |= {alias.name.split(".")[0] for alias in names}
            case ast.ImportFrom(module=str(module), names=names):
                found |= {module.split(".")[0], *(f"{module}.{alias.name}" for alias in names)}
            case ast.Attribute(value=ast.Name(id="torch"), attr="load"):
                found.add("torch.load")
            case ast.keyword(arg="weights_only"):
                found.add("weights_only")
            case ast.keyword(arg="allow_pickle", value=value) if ast.unparse(value) != "False":
                found.add("allow_pickle")
    return found & {"pickle", "cPickle", "_pickle", "dill", "joblib", "shelve", "cloudpickle", "marshal",
                    "torch.load", "weights_only", "allow_pickle"}  # fmt: skip


@pytest.mark.parametrize(
    "source",
    ["import pickle", "from pickle import loads", "import torch\ntorch.load(p)", "from torch import load", "f(weights_only=True)",
     "np.load(p, allow_pickle=True)", "def f():\n    import dill"],
)  # fmt: skip
def test_every_way_to_unpickle_is_noticed(source: str) -> None:
    assert unpicklers(ast.parse(source))


def test_nothing_unpickles() -> None:
    found = {label(path): unpicklers(ast.parse(path.read_text(encoding="utf-8"))) for path in with_suffix(".py")}
    assert {name: what for name, what in found.items() if what} == {}


def test_no_file_of_code_is_longer_than_400_lines() -> None:
    lengths = {label(path): len(path.read_text(encoding="utf-8").splitlines()) for path in with_suffix(".py", ".js", ".mjs")}
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


def undocumented(tree: ast.Module) -> list[str]:
    """The public functions, classes and methods of a module that have no docstring; the module itself, too."""
    missing = [] if ast.get_docstring(tree) else ["the module"]
    scopes: list[tuple[str, ast.Module | ast.ClassDef]] = [("", tree)]
    while scopes:
        prefix, scope = scopes.pop()
        for node in scope.body:
            if not isinstance(node, (ast.FunctionDef, ast.ClassDef)) or node.name.startswith("_"):
                continue
            if not ast.get_docstring(node) and node.name != "forward":  # torch's name for "call"
                missing.append(prefix + node.name)
            if isinstance(node, ast.ClassDef):
                scopes.append((f"{node.name}.", node))
    return missing


def test_everything_public_in_the_engine_is_documented() -> None:
    assert undocumented(ast.parse("class A:\n    def b(self): ...\ndef _c(): ...")) == ["the module", "A", "A.b"]
    found = {p.name: undocumented(ast.parse(p.read_text(encoding="utf-8"))) for p in (ROOT / "vae_engine").rglob("*.py")}
    assert {name: what for name, what in found.items() if what} == {}


def test_everything_public_in_the_engine_is_annotated() -> None:
    for path in (ROOT / "vae_engine").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                assert node.returns is not None or node.name == "forward", f"{path.name}: {node.name}"


def not_there(tree: ast.AST, given: Mapping[str, set[str]]) -> set[str]:
    """What a program takes by name from modules that do not have it; `given` is what those have."""
    taken = {
        (node.module, alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module in given
        for alias in node.names
    }
    return {f"{module}.{name}" for module, name in taken if name not in given[str(module)] and f"{module}.{name}" not in given}


def names_of(tree: ast.Module) -> set[str]:
    """What a module has at its top: what it defines, sets and imports."""
    found: set[str] = set()
    for node in tree.body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                found.add(name)
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                found |= {(alias.asname or alias.name).split(".")[0] for alias in names}
            case ast.Assign() | ast.AnnAssign():
                found |= {one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
    return found


def test_what_benchmarks_and_tests_take_from_one_another_is_there() -> None:
    # No test runs a benchmark, and none is typed: what another file no longer has would come out when somebody measures.
    assert not_there(ast.parse("from a import b, c\nfrom a.d import e"), {"a": {"b"}, "a.d": {"e"}}) == {"a.c"}
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in with_suffix(".py") if "tests" in path.parts}
    modules = {".".join(path.relative_to(ROOT / "tests").with_suffix("").parts): tree for path, tree in trees.items()}
    given = {name: names_of(tree) for name, tree in modules.items()}
    missing = {label(path): not_there(tree, given) for path, tree in trees.items()}
    assert {name: what for name, what in missing.items() if what} == {}


MACHINE = re.compile(r"(?<![\w.:/-])(/(?:home|root|work|Users|tmp|mnt)/[\w.-]+|[A-Z]:\\\\?Users)")


@pytest.mark.parametrize(("text", "noticed"), [
    ('open("/home/ann/x")', True), ("/work" + "/main", True), ("C:\\Users\\ann", True), ("see https://a.b/home/x", False),
    ("docs/home/x", False), ("~/.cache", False),
])  # fmt: skip
def test_a_path_of_one_machine_is_noticed(text: str, noticed: bool) -> None:
    assert bool(MACHINE.search(text)) is noticed


def test_no_text_file_names_a_path_of_one_machine() -> None:
    found = {}
    for path in sources():
        if path.suffix in TEXT and path.name not in GENERATED and path != Path(__file__).resolve():
            try:
                hits = MACHINE.findall(path.read_text(encoding="utf-8"))
            except UnicodeDecodeError:
                continue
            if hits:
                found[label(path)] = hits
    assert found == {}


def test_the_browser_asks_for_nothing_from_the_root_of_the_server() -> None:
    # A proxy, or the server itself, may have put a path before all of its addresses.
    asked = re.compile(r"(fetch|Source|Url|href|src|import)\s*[(:=]\s*[\"'`]/[a-z]")
    assert asked.search('source: createHttpSource("/film")')
    assert asked.search("pageUrl: `/film/${run}`")
    for path in (ROOT / "dashboard" / "browser").rglob("*.js"):
        if "built" not in path.parts:
            assert not asked.search(path.read_text(encoding="utf-8")), label(path)


def test_nothing_is_fetched_from_elsewhere_when_a_page_is_shown() -> None:
    for path in with_suffix(".js", ".html", ".css"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"(src|href)=[\"']https?://|@import|url\(['\"]?https?://|import\(?\s*['\"]https?://", text), label(
            path
        )
