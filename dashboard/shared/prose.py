"""Texts of the dashboard, written in the little of Markdown that they use, as HTML: for pages that no Streamlit lays out."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

from dashboard.shared.glossary import marked

_PIECE = re.compile(
    r"(?P<tag><[^>]*>)|\$(?P<formula>[^$]+)\$|\*\*(?P<strong>.+?)\*\*|\*(?P<em>[^*]+)\*|`(?P<code>[^`]+)`"
    r"|\[(?P<link>[^\]]+)\]\((?P<to>[^)\s\x22]+)\)"
)


def as_html(text: str, *before: str, formula: Callable[[str], str] = html.escape) -> str:
    """One paragraph as HTML, in which words of the glossary explain themselves, but none that a text `before` it uses.

    `formula` makes HTML of what stands between dollar signs.
    """

    def piece(match: re.Match[str]) -> str:
        if match["tag"]:
            return match[0]
        if latex := match["formula"]:
            return formula(html.unescape(latex))
        if match["link"]:
            return f'<a href="{match["to"]}">{inner(match["link"])}</a>'
        kind = str(match.lastgroup)
        return f"<{kind}>{match[kind] if kind == 'code' else inner(match[kind])}</{kind}>"

    def inner(part: str) -> str:
        return _PIECE.sub(piece, part)

    return inner(marked(html.escape(text, quote=False), *before))
