"""What each module of the product imports, read from its text."""

from __future__ import annotations

import ast
import posixpath
import re
import subprocess
import sys
from pathlib import Path

from support.builders import ROOT

_JS_IMPORT = re.compile(r'^(?:import|export)\b[^"\';]*?["\'](\.[^"\']+)["\'];', re.MULTILINE)


def python_modules(package: str) -> dict[str, Path]:
    """The modules of a package by their dotted names."""
    paths = sorted((ROOT / package).rglob("*.py"))
    return {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in paths}


def browser_modules() -> dict[str, Path]:
    """The browser's modules by their paths from the top: those that are written, not what is built of them."""
    folder = ROOT / "dashboard" / "browser"
    return {path.relative_to(ROOT).as_posix(): path for path in sorted(folder.rglob("*.js")) if "built" not in path.parts}


def imports(source: str, package: str) -> set[str]:
    """The dotted names of everything that a Python module imports, at its top or inside a function."""
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
    """The same for a file of the product."""
    return imports(path.read_text(encoding="utf-8"), ".".join(path.relative_to(ROOT).parent.parts))


def python_graph(*packages: str) -> dict[str, set[str]]:
    """For each module of some packages, those of their modules that it imports."""
    modules = {name: path for package in packages for name, path in python_modules(package).items()}
    graph = {}
    for name, path in modules.items():
        named = imports_of(path) & modules.keys()
        # `from a.b import c` names the package a.b on the way to its module a.b.c.
        graph[name] = {one for one in named if one != name and not any(other.startswith(f"{one}.") for other in named)}
    return graph


def browser_graph() -> dict[str, set[str]]:
    """For each of the browser's modules, those that it imports."""
    return {
        name: {posixpath.normpath(posixpath.join(posixpath.dirname(name), found)) for found in browser_imports(path)}
        for name, path in browser_modules().items()
    }


def browser_imports(path: Path) -> list[str]:
    """The relative paths that a browser module imports."""
    return _JS_IMPORT.findall(path.read_text(encoding="utf-8"))


def loaded_after(program: str) -> set[str]:
    """The modules loaded in a fresh process after a program ran there."""
    program += "\nimport sys\nprint('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())
