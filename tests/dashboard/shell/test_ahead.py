"""What the first page names ahead, and to whom."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.responses import HTMLResponse, Response
from starlette.types import Message, Receive, Scope, Send
from streamlit.file_util import get_static_dir

from dashboard.shell import ahead


@pytest.fixture(autouse=True)
def nothing_known() -> Iterator[None]:
    yield
    ahead.name([], [])
    ahead.begin("", {})


async def page_of_streamlit(scope: Scope, receive: Receive, send: Send) -> None:
    """As Streamlit answers: with a tag, packed for who takes that, and briefly where the tag is known."""
    headers = dict(scope["headers"])
    if b"if-none-match" in headers:
        answer = Response(status_code=304)
    elif b"accept-encoding" in headers:
        answer = HTMLResponse("packed")
    else:
        answer = HTMLResponse("<html><head></head></html>", headers={"ETag": "of the file"})
    await answer(scope, receive, send)


def answer_to(path: str, query: str = "", accept: str = "text/html,*/*") -> tuple[list[tuple[str, str]], str]:
    """The headers and the body of an answer."""
    asked = {"accept": accept, "accept-encoding": "gzip", "if-none-match": "of the file"}
    headers = [(name.encode(), value.encode()) for name, value in asked.items()]
    scope = {"type": "http", "method": "GET", "path": path, "query_string": query.encode(), "headers": headers}
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(ahead.Ahead(page_of_streamlit, page="/a/")(scope, receive, send))
    told = [(name.decode(), value.decode()) for name, value in sent[0]["headers"]]
    return told, b"".join(message.get("body", b"") for message in sent[1:]).decode()


def links(path: str, query: str = "", accept: str = "text/html,*/*") -> list[str]:
    return [link for name, value in answer_to(path, query, accept)[0] if name == "link" for link in value.split(", ")]


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


def test_the_first_page_begins_with_what_it_will_show_and_is_another_when_that_is() -> None:
    ahead.name(["view/x"], [])
    ahead.begin("view/x", {"library": {"id": "</script>"}, "shown": [0, 1]})
    headers, body = answer_to("/a/")
    head, _, rest = body.partition("</head>")
    assert rest == "</html>"
    assert 'import("./view/x")' in head
    told = head[head.index("begin(") + len("begin(") : head.index("), () =>")]
    assert json.loads(told) == {"library": {"id": "</script>"}, "shown": [0, 1]}
    assert head.count("</script>") == 1, "what it is told ends no script"
    names = {name for name, _ in headers}
    assert not names & {"etag", "last-modified", "content-length"}, "they would be those of the page without it"
    assert answer_to("/a/learn")[1] == answer_to("/a/", query="models=run:1")[1] == "", "as Streamlit answers"


def test_the_parts_of_streamlits_client_that_show_the_page_are_named_with_what_they_import_and_its_page_does_not() -> None:
    static = Path(get_static_dir())
    found = ahead.parts_of_the_client(static)
    page = (static / "index.html").read_text()
    assert {Path(script).name.partition(".")[0] for script in found} > {"Html", "BidiComponent"}
    assert len(set(found)) == len(found)
    for script in found:
        imported = ahead._IMPORTED.findall((static / script).read_text())
        assert all(f"static/js/{one}" in found or one in page for one in imported)
        assert script not in page
