"""Links that open a new tab say so."""

from __future__ import annotations

from pathlib import Path

from streamlit.testing.v1 import AppTest

import dashboard
from dashboard.shared import new_tab


def _page() -> None:
    from dashboard.shared import new_tab

    new_tab.link("See it in Explore", "./?models=a")


def test_the_words_of_the_link_say_that_it_opens_a_new_tab() -> None:
    (link,) = AppTest.from_function(_page).run().get("link_button")
    assert (link.proto.label, link.proto.url) == ("See it in Explore, new tab", "./?models=a")


def test_no_page_opens_a_new_tab_in_another_way() -> None:
    folder = Path(dashboard.__file__).parent
    pages = [path for path in folder.rglob("*.py") if any(way in path.read_text() for way in ("link_button(", '"_blank"'))]
    assert pages == [Path(new_tab.__file__)]
    scripts = [path for path in (folder / "browser").rglob("*.js") if "built" not in path.parts]
    assert [path.name for path in scripts if "_blank" in path.read_text()] == ["new_tab.js"]
