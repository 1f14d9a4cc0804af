"""The built scripts in the forms that pages need."""

from __future__ import annotations

import pytest

from dashboard.shared import browser

HOSTS = ["streamlit/device", "streamlit/explore", "streamlit/film", "streamlit/learn", "file/explore", "file/film"]


@pytest.mark.parametrize("host", HOSTS)
def test_a_script_is_a_text_of_several_lines_that_begins_with_a_comment(host: str) -> None:
    """Streamlit takes anything else for a path."""
    text = browser.script(host)
    assert text.startswith("/*")
    assert text.count("\n") >= 3
    assert "</script" not in text.lower()


def test_style_sheets_follow_one_another() -> None:
    both = browser.styles("explore/explorer", "film/film")
    assert both.startswith("/*")
    assert both == browser.styles("explore/explorer") + "\n" + browser.styles("film/film")
