"""What a page asks for is said in words that fit a finger as well as a mouse, or in both."""

from __future__ import annotations

import re

from support.builders import ROOT

_MOUSE = re.compile(
    r"\b(double-)?click(ed|s|ing)? (?!\w+\()(a|an|it|the|on|to|or|does|point)\b|\bhover over\b|\bthe wheel\b", re.IGNORECASE
)
_COMMENT = re.compile(r"^\s*(//|\*|/\*|#)")
_ON_HOVER = "title:"
"""What only a resting mouse brings up."""


def sentences() -> dict[str, list[str]]:
    """The lines of the dashboard that speak of a mouse, by file."""
    found = {}
    for path in sorted((ROOT / "dashboard").rglob("*")):
        if path.suffix not in (".py", ".js") or "built" in path.parts:
            continue
        text = re.sub(r'^\s*"""(?:.|\n)*?"""$', "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        code = [re.sub(r"\s//.*|/\*\*.*\*/", "", line) for line in text.splitlines() if not _COMMENT.match(line)]
        lines = [line for line in code if (said := _MOUSE.search(line)) and _ON_HOVER not in line[: said.start()]]
        if lines:
            found[path.name] = lines
    return found


def test_who_has_no_mouse_is_told_what_to_do_too() -> None:
    sources = (ROOT / "dashboard/browser/explore").rglob("*.js")
    touches = {path.name for path in sources if "lx-hint-touch" in path.read_text(encoding="utf-8")}
    assert {name: lines for name, lines in sentences().items() if name not in touches} == {}
    assert touches <= set(sentences()), "and it is looked for rightly"
