"""The little of Markdown that texts are written in, as HTML."""

from __future__ import annotations

import pytest

from dashboard.shared.prose import as_html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("an *idea*, a **word** and `a < b`", "an <em>idea</em>, a <strong>word</strong> and <code>a &lt; b</code>"),
        ("**all *of* it**", "<strong>all <em>of</em> it</strong>"),
        ("[there](./lab?a=1&b=2)", '<a href="./lab?a=1&amp;b=2">there</a>'),
        ("<script>& 2 * 3 = 6", "&lt;script&gt;&amp; 2 * 3 = 6"),
        ('[x](./"onclick="y)', '[x](./"onclick="y)'),
    ],
)
def test_a_text_is_html_and_brings_none_of_its_own(text: str, html: str) -> None:
    assert as_html(text) == html


def test_formulas_are_made_by_whoever_can_and_are_no_prose() -> None:
    assert as_html("for $a < b$, $*x*$", formula=lambda latex: f"[{latex}]") == "for [a < b], [*x*]"


def test_words_explain_themselves_where_they_first_stand() -> None:
    once = as_html("an *encoder*, an encoder")
    assert once.count('class="term"') == 1
    assert once.startswith('an <em><span class="term"')
    assert as_html("an encoder", "the encoder") == "an encoder"
