"""One statement of the engine's source, found by name, so that what a page shows is what runs."""

from __future__ import annotations

import ast
import threading
from dataclasses import dataclass
from functools import lru_cache
from textwrap import dedent

from vae_engine.base.places import place

_PARSING = threading.Lock()
"""Python 3.11 counts how deep trees go for all threads at once, so that of two that parse one may fail."""


@dataclass(frozen=True)
class Excerpt:
    """A statement as it stands in a file of the repository."""

    path: str
    line: int
    code: str


@dataclass(frozen=True)
class Source:
    """Where a statement is to be found: see `source_of`."""

    path: str
    name: str
    assigns: str = ""
    case: str = ""

    def excerpt(self) -> Excerpt:
        """The statement as it stands now."""
        return source_of(self.path, self.name, self.assigns, self.case)


@lru_cache
def source_of(path: str, name: str, assigns: str = "", case: str = "") -> Excerpt:
    """The statement of a function (or `Class.method`) that returns its result, or that assigns to `assigns`.

    Of a function that matches its argument with texts, `case` says in which case.
    Reads the text of the file and imports nothing. Raises LookupError when the function or the statement is gone.
    """
    text, body = _parsed(path)
    for part in name.split("."):
        found = next((one for one in body if isinstance(one, ast.FunctionDef | ast.ClassDef) and one.name == part), None)
        if found is None:
            raise LookupError(f"{path} has no {name}.")
        body = found.body
    if case:
        body = _case(body, case)
    statements = (one for top in body for one in ast.walk(top) if isinstance(one, ast.stmt))
    wanted = [one for one in statements if _is_wanted(one, assigns)]
    if not wanted:
        where = f"{name}, case {case}," if case else name
        raise LookupError(f"{where} in {path} has no statement {'that assigns ' + assigns if assigns else 'that returns'}.")
    statement = wanted[0 if assigns else -1]
    return Excerpt(path, statement.lineno, dedent(ast.get_source_segment(text, statement, padded=True) or ""))


@lru_cache(maxsize=4)
def _parsed(path: str) -> tuple[str, list[ast.stmt]]:
    """A file and its statements; many are asked for of one file, one after the other."""
    text = place(path).read_text(encoding="utf-8")
    with _PARSING:
        return text, ast.parse(text).body


def _case(body: list[ast.stmt], text: str) -> list[ast.stmt]:
    cases = [case for one in body if isinstance(one, ast.Match) for case in one.cases]
    return next((case.body for case in cases if text in ast.unparse(case.pattern).strip("'\"").split("' | '")), [])


def _is_wanted(node: ast.stmt, assigns: str) -> bool:
    if not assigns:
        return isinstance(node, ast.Return)
    return isinstance(node, ast.Assign) and any(ast.unparse(target) == assigns for target in node.targets)
