"""The built scripts in the forms that pages need."""

from __future__ import annotations

import runpy

import pytest
import streamlit as st
from support.builders import ROOT

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


def test_wherever_an_explorer_stands_it_has_every_style_sheet_that_there_is_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, str] = {}
    monkeypatch.setattr(st.components.v2, "component", lambda name, css="", **_: given.update({name: css}))
    for page in ("explore", "lecture"):
        runpy.run_path(str(ROOT / f"dashboard/{page}/component.py"))
    there = ROOT / "dashboard/browser"
    sheets = [str(path.relative_to(there).with_suffix("")) for path in sorted(there.glob("explore/**/*.css"))]
    assert sorted(browser.EXPLORE) == sheets
    for sheet in sheets:
        for component in ("latent_explorer", "latent_lecture"):
            assert browser.styles(sheet) in given[component], (component, sheet)
