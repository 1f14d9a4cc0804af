"""An address that is no page is answered by a plain page; every other is left to whoever answers it."""

from __future__ import annotations

import asyncio
import re

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Message
from support.builders import ROOT

from dashboard.shell.nowhere import PAGES, Nowhere
from dashboard.shell.wording import JOIN_PATH

OTHERS = "left to others"


def answer(path: str, base: str = "", accept: str = "text/html,*/*") -> tuple[int, str]:
    """The status and the text."""
    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": [(b"accept", accept.encode())]}
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request"}

    asyncio.run(Nowhere(PlainTextResponse(OTHERS), base)(scope, receive, send))
    return sent[0]["status"], sent[1]["body"].decode()


@pytest.mark.parametrize("base", ["", "/a/b"])
def test_a_wrong_address_is_named_and_leads_to_every_page(base: str) -> None:
    for path, up in (("nonsense", "./"), ("learn/more", "../"), ("a/b/c", "../../"), ("learn?x=<b>".replace("?", "%3F"), "./")):
        status, text = answer(f"{base}/{path}", base)
        assert status == 404
        assert re.findall(r'href="([^"]*)"', text)[1:] == [up + page for page in PAGES]
    assert "<b>" not in answer(f"{base}/<b>", base)[1]


def test_pages_and_what_they_are_made_of_are_left_to_others() -> None:
    known = [*PAGES, "learn/", "explore", "speaker", JOIN_PATH]
    parts = [
        "static/js/x",
        "favicon.png",
        "_stcore/health",
        "model/x/bundle/1",
        "film/x/page",
        "view/streamlit/explore/1",
        "media/x.png",
    ]
    for path in known + parts:
        assert answer(f"/{path}") == (200, OTHERS), path
    assert answer("/train/_stcore/host-config", accept="*/*") == (200, OTHERS)
    assert answer("/outside", base="/a/b") == (200, OTHERS)


def test_the_pages_are_those_of_the_navigation_in_its_order() -> None:
    paths = re.findall(r'url_path="(\w+)"|url_path=lecture_wording.LECTURE_(PATH)', (ROOT / "dashboard/shell/app.py").read_text())
    of = {"explore": ""}
    named = [of.get(path, path) or "" for path, _ in paths if path] + ["lecture" for path, lecture in paths if lecture]
    assert sorted(named) == sorted(PAGES)
