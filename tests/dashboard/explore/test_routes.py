"""A lecture sent to the server comes back as one page, and what is none with one sentence."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import unquote

import pytest
from starlette.requests import Request
from starlette.responses import Response

from dashboard.explore import routes
from dashboard.lecture.lecture import bundled, text_of


def sent(text: bytes, kind: str = "application/json") -> Response:
    """The server's answer."""

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": text, "more_body": False}

    scope = {"type": "http", "method": "POST", "path": "/lecture-page", "headers": [(b"content-type", kind.encode())]}
    answer: Response = asyncio.run(routes.ROUTES[0].endpoint(Request(scope, receive)))
    return answer


@pytest.mark.parametrize(
    ("text", "kind", "status", "told"),
    [
        (b"[]", "application/json", 400, "This is no lecture: its format is not"),
        (b"\xff", "application/json", 400, "This is no lecture"),
        (bundled().encode(), "text/plain", 415, "is sent as JSON"),  # as any site's form may send
        (b" " * 1_600_001, "application/json", 413, "too large"),
    ],
)
def test_what_is_no_lecture_is_refused_in_one_sentence(text: bytes, kind: str, status: int, told: str) -> None:
    answer = sent(text, kind)
    assert answer.status_code == status
    assert told in bytes(answer.body).decode()


@pytest.mark.long
def test_a_lecture_comes_back_as_one_page_and_what_it_leaves_out_is_named() -> None:
    title, notes = "Mein Überblick", ""
    scenes = [{"title": title, "notes": notes, "link": link} for link in ("./#mode=walk", "./runs?run=x")]
    answer = sent(text_of("Mine", scenes).encode())
    assert answer.status_code == 200
    assert b'id="lecture"' in bytes(answer.body)
    assert unquote(answer.headers["X-Left-Out"]).startswith("1 of 2 scenes is left out")
    assert "Überblick" in unquote(answer.headers["X-Left-Out"])
