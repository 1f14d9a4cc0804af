"""Joins the modules of browser/ into one script, because a page opened from disk cannot load modules.

Pure text work, deterministic: imports and the word `export` are taken out, and each module's text follows
those it imports. The modules keep to the few forms this needs; anything else is refused by name. Descriptions and
types (`/** … */` on lines of their own), a quarter of the text, stay in the modules: nobody reads them in a page.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "browser"

_IMPORT = re.compile(r'^import\s*\{[^}]*\}\s*from\s*"(\.[\w./]+)";\s*?\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|const|let|class)\b)", re.MULTILINE)
_DESCRIPTION = re.compile(r"^[ \t]*/\*\*(?:(?!\*/).)*\*/[ \t]*\n", re.MULTILINE | re.DOTALL)
_TOP_LEVEL = re.compile(r"^(?:export )?(?:async )?(?:function\*?|const|let|class) +([\w$]+)", re.MULTILINE)
_UNKNOWN = re.compile(r"^(?:import\b|export\b)[^\n]*", re.MULTILINE)


class ScriptError(Exception):
    """A module uses a form that cannot be joined; the text names module and line."""


def script(entry: str, folder: Path = FOLDER) -> str:
    """The text of `entry` and of all it imports, as one script.

    The modules are wrapped in one function that returns the entry's exports. Its source text is kept in
    `globalThis.__latentExplorerSource`, from which the page makes its worker without a second file.

    Raises ScriptError for a form of import or export it does not know, or for a top-level name given twice.
    """
    texts = _in_order(entry, folder)
    _refuse_duplicates(texts)
    exported = re.findall(r"^export (?:async )?(?:function|const|class) +([\w$]+)", texts[entry], re.MULTILINE)
    bodies = [f"// ---- {name}\n{_plain(name, text)}" for name, text in texts.items()]
    return "\n".join(
        [
            "// The latent explorer, joined by shared/browser_script.py; edit the modules in dashboard/browser/ instead.",
            "const latentExplorerProgram = function () {",
            '"use strict";',
            *bodies,
            f"return {{{', '.join(exported)}}};",
            "};",
            "globalThis.__latentExplorerSource = `(${latentExplorerProgram})();`;",
            "const latentExplorer = latentExplorerProgram();",
            "",
        ]
    )


def styles(name: str, folder: Path = FOLDER) -> str:
    """A style sheet."""
    return (folder / name).read_text(encoding="utf-8")


def told(data: Mapping[str, Any]) -> dict[str, str]:
    """Data for a component, as one text: to see whether a list among them is a table, Streamlit would import pandas."""
    return {"json": json.dumps(data)}


def _in_order(entry: str, folder: Path) -> dict[str, str]:
    """The modules by name, each after those it imports."""
    done: dict[str, str] = {}
    waiting: set[str] = set()

    def visit(name: str) -> None:
        if name in done:
            return
        if name in waiting:
            raise ScriptError(f"{name} imports itself by way of {', '.join(sorted(waiting))}.")
        waiting.add(name)
        text = (folder / name).read_text(encoding="utf-8")
        for imported in _IMPORT.findall(text):
            visit(posixpath.normpath(posixpath.join(posixpath.dirname(name), imported)))
        waiting.discard(name)
        done[name] = text

    visit(entry)
    return done


def _plain(name: str, text: str) -> str:
    plain = _EXPORT.sub("", _DESCRIPTION.sub("", _IMPORT.sub("", text)))
    unknown = _UNKNOWN.search(plain)
    if unknown:
        raise ScriptError(f"{name} has a line that cannot be joined: {unknown.group()}")
    return plain


def _refuse_duplicates(texts: dict[str, str]) -> None:
    owners: dict[str, str] = {}
    for name, text in texts.items():
        for declared in _TOP_LEVEL.findall(text):
            if declared in owners:
                raise ScriptError(f"{declared} is declared by {owners[declared]} and by {name}; rename one.")
            owners[declared] = name
