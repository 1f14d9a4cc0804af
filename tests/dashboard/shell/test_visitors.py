"""Whose browser it is: a secret that every browser gets once, and the presenter's link."""

from __future__ import annotations

import asyncio
from http.cookies import SimpleCookie

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Message

from dashboard.shared.visitors import COOKIE, PRESENTER, PRESENTERS_COOKIE, SHARED, may_change_all, owner
from dashboard.shell.visitors import Visitors

SECRET = "a-secret-of-the-course"  # noqa: S105 (of these tests)
PAGE = "text/html,*/*"


class Visitor:
    """A browser before a page behind the middleware."""

    def __init__(self) -> None:
        self.cookies: dict[str, str] = {}

    def get(self, address: str, accept: str = PAGE) -> tuple[int, dict[str, str], str]:
        """Status, headers and text of an answer, whose cookies are kept."""
        path, _, query = address.partition("?")
        sent = {"accept": accept, "cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        scope = {
            "type": "http", "method": "GET", "scheme": "http", "server": ("host", 80), "path": path,
            "query_string": query.encode(), "headers": [(name.encode(), value.encode()) for name, value in sent.items()],
        }  # fmt: skip
        answers: list[Message] = []

        async def send(message: Message) -> None:
            answers.append(message)

        async def receive() -> Message:
            return {"type": "http.request", "body": b""}

        asyncio.run(Visitors(PlainTextResponse("page"))(scope, receive, send))
        headers = {name.decode(): value.decode() for name, value in answers[0]["headers"]}
        self.cookies |= {name: one.value for name, one in SimpleCookie(headers.get("set-cookie", "")).items()}
        return answers[0]["status"], headers, b"".join(one.get("body", b"") for one in answers).decode()


def test_a_browser_gets_its_secret_with_the_first_page_and_keeps_it() -> None:
    browser, another = Visitor(), Visitor()
    assert "set-cookie" not in browser.get("/picture", "image/png")[1]
    _, first, _ = browser.get("/train")
    assert {"HttpOnly", "SameSite=Lax"} <= set(first["set-cookie"].split("; "))
    assert "Path=" not in first["set-cookie"], "so that it is of the folder that the browser sees behind a proxy"
    assert "set-cookie" not in browser.get("/train")[1]
    another.get("/train")
    secret, other = browser.cookies[COOKIE], another.cookies[COOKIE]
    assert len(secret) >= 32
    assert owner({COOKIE: secret}) == owner({COOKIE: secret}) != owner({COOKIE: other})
    assert secret not in owner({COOKIE: secret})
    assert owner({}) == ""


def test_the_presenters_link_is_taken_once_and_leaves_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PRESENTER, SECRET)
    browser = Visitor()
    status, headers, _ = browser.get(f"/train?run=a%20b&presenter={SECRET}")
    assert (status, headers["location"]) == (303, "./train?run=a%20b")
    assert browser.cookies == {PRESENTERS_COOKIE: SECRET}
    status, headers, text = browser.get("/train?presenter=a-secret-of-the-cours")
    assert status == 403
    assert "presenter's link" in text
    assert "set-cookie" not in headers


def test_only_on_a_server_for_others_are_runs_their_owners() -> None:
    presenter = {PRESENTERS_COOKIE: SECRET}
    assert may_change_all({}, {})
    assert not may_change_all({}, {SHARED: "1", PRESENTER: SECRET})
    assert not may_change_all({PRESENTERS_COOKIE: ""}, {SHARED: "1", PRESENTER: ""})
    assert may_change_all(presenter, {SHARED: "1", PRESENTER: SECRET})
    assert not may_change_all(presenter, {SHARED: "1", PRESENTER: "another-of-the-next-year"})
