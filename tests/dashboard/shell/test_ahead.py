"""What the first page names ahead, and to whom."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Message

from dashboard.shell import ahead


@pytest.fixture(autouse=True)
def nothing_known() -> Iterator[None]:
    yield
    ahead.name([], [])


def links(path: str, query: str = "", accept: str = "text/html,*/*") -> list[str]:
    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "query_string": query.encode(),
        "headers": [(b"accept", accept.encode())],
    }
    answered: list[tuple[bytes, bytes]] = []

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        answered.extend(message.get("headers", []))

    asyncio.run(ahead.Ahead(PlainTextResponse("here"), page="/a/")(scope, receive, send))
    return [link for name, value in answered if name == b"link" for link in value.decode().split(", ")]


def test_only_the_first_page_names_what_it_will_ask_for_and_only_once_that_is_known() -> None:
    assert links("/a/") == []
    ahead.name(["view/x"], ["model/y", "model/z"])
    assert links("/a/") == [
        "<./view/x>; rel=modulepreload",
        "<./model/y>; rel=preload; as=fetch; crossorigin",
        "<./model/z>; rel=preload; as=fetch; crossorigin",
    ]
    assert links("/a/learn") == []
    assert links("/a/", query="models=run:1") == [], "it may show other models"
    assert links("/a/", accept="application/json") == []
