"""The scripts of the first page come from memory, the same as Streamlit's; all else comes from Streamlit."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Message
from streamlit.file_util import get_static_dir

from dashboard.shell import at_hand

STATIC = Path(get_static_dir())


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    yield
    at_hand.keep(STATIC, [])


def answer(path: str, method: str = "GET") -> tuple[dict[str, str], bytes]:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": method, "path": path, "query_string": b"", "headers": []}
    asyncio.run(at_hand.AtHand(PlainTextResponse("Streamlit"), base="/a")(scope, receive, send))
    return {name.decode(): value.decode() for name, value in sent[0]["headers"]}, sent[1]["body"]


def test_what_is_kept_comes_whole_and_for_good_and_all_else_from_streamlit() -> None:
    first, *rest = at_hand.of_the_page(STATIC)
    assert rest
    at_hand.keep(STATIC, [first])
    for _ in range(2):
        headers, body = answer(f"/a/{first}")
        assert body == (STATIC / first).read_bytes()
        assert headers["content-type"].startswith("text/javascript")
        assert "immutable" in headers["cache-control"]
    for path, method in ((f"/a/{first}", "HEAD"), (f"/{first}", "GET"), (f"/a/{rest[0]}", "GET"), ("/a/", "GET")):
        assert answer(path, method)[1] == b"Streamlit", (path, method)
