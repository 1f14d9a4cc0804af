"""The words of the subject, each with what it means: what a page explains on hover, tap and focus.

The table is browser/words/glossary.json, from which browser/words/terms.js explains the labels of live views. A marked
word is a button of its own: a pointer, a finger or the Tab key opens what it means, without a script. Escape closes it
where a live view is on the page.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from functools import lru_cache

from vae_engine.base.places import place

_TABLE: Mapping[str, Mapping[str, str]] = json.loads(place("dashboard/browser/words/glossary.json").read_text(encoding="utf-8"))
"""By word what it `means` and how a text says it (`said`, a pattern); what has no pattern stands in lists only."""
GLOSSARY: Mapping[str, str] = {name: one["means"] for name, one in _TABLE.items()}

_FORMS: Mapping[str, str] = {name: one["said"] for name, one in _TABLE.items() if "said" in one}
_NAMES = sorted(_FORMS, key=lambda name: -len(name))
_PATTERN = re.compile(
    r"(?P<skip>\$[^$]*\$|`[^`]*`|<[^>]*>)|"
    + "|".join(rf"(?<![\w-])(?P<t{i}>{_FORMS[name]})(?![\w-])" for i, name in enumerate(_NAMES))
)


def marked(text: str, *before: str) -> str:
    """Markdown in which each word of the glossary can be asked for where it first stands; not those in texts `before` it."""
    seen = {name for one in before for name in words_of(one)}

    def mark(match: re.Match[str]) -> str:
        name = _name(match)
        if not name or name in seen:
            return match[0]
        seen.add(name)
        return _button(match[0], name)

    return _PATTERN.sub(mark, text)


@lru_cache(maxsize=256)
def words_of(text: str) -> tuple[str, ...]:
    """The words of the glossary that a text uses, in its order."""
    return tuple(dict.fromkeys(name for match in _PATTERN.finditer(text) if (name := _name(match))))


def _name(match: re.Match[str]) -> str:
    return "" if match["skip"] else _NAMES[int(match.lastgroup[1:])] if match.lastgroup else ""


def _button(word: str, name: str) -> str:
    meaning = html.escape(GLOSSARY[name])
    label = f"{html.escape(word)}: {meaning}"
    shown = f'{word}<span aria-hidden="true">{meaning}</span>'
    return f'<span class="term" role="button" tabindex="0" aria-label="{label}">{shown}</span>'
