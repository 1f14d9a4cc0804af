"""The dashboard's server: pages and films on one port, what kills left behind cleared away at its start."""

from __future__ import annotations

import asyncio
import os
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from support.explorer_page import until
from support.hosts.crowd import PAGES, Visitor, arrive
from support.hosts.proxy import prefixed
from support.serving import dashboard


def metrics(address: str) -> bytes:
    """What Streamlit tells of its caches, those of modules that were imported."""
    with urllib.request.urlopen(f"{address}/_stcore/metrics", timeout=10) as told:  # noqa: S310 (our own server)
        return told.read()


def test_a_server_gives_pages_films_and_the_speakers_window_and_clears_away_what_kills_left_behind(tmp_path: Path) -> None:
    orphan = tmp_path / "runs" / ".new-20250101-000000-abcdef"
    orphan.mkdir(parents=True)
    os.utime(orphan, (0, 0))
    with dashboard(tmp_path / "log.txt") as address:
        assert not orphan.exists()
        with urllib.request.urlopen(f"{address}/learn", timeout=10) as page:  # noqa: S310 (our own server)
            assert b"<html" in page.read()
        with urllib.request.urlopen(f"{address}/explore?models=a,b", timeout=10) as page:  # noqa: S310
            assert page.url == f"{address}/?models=a,b"
        with urllib.request.urlopen(f"{address}/speaker", timeout=10) as page:  # noqa: S310
            assert b"BroadcastChannel" in page.read(), "it is no page of Streamlit's"
        until(lambda: b"dashboard.models.page." in metrics(address))  # nobody has come, and all pages are imported
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"{address}/film/nobody/cast", timeout=10)  # noqa: S310
        assert refused.value.code == 404
        assert "no run called" in refused.value.read().decode()
        refused.value.close()


@pytest.mark.long
def test_a_class_that_opens_all_pages_at_once_on_a_new_server_finds_them_whole(tmp_path: Path) -> None:
    async def meet(address: str) -> list[Visitor]:
        visitors = [await arrive(address, f"visitor-{number}") for number in range(2 * len(PAGES))]
        await asyncio.gather(*(visitor.visit(page) for visitor, page in zip(visitors, 2 * PAGES, strict=True)))
        await asyncio.gather(*(visitor.leave() for visitor in visitors))
        return visitors

    with dashboard(tmp_path / "log.txt") as address:
        visitors = asyncio.run(meet(address))
    assert [trouble for visitor in visitors for trouble in visitor.troubles] == []
    assert visitors[0].received < 200_000, "models and scripts go beside the websocket"


def test_below_a_path_and_behind_a_proxy_pages_and_films_are_found_and_nothing_above_it(tmp_path: Path) -> None:
    with dashboard(tmp_path / "log.txt", base_path="/a/b") as address, prefixed(address, "/a/b", strips=False) as outside:
        for served in (address, outside):
            asked = urllib.request.Request(f"{served}/", headers={"Accept": "text/html", "Accept-Encoding": "gzip"})  # noqa: S310
            with urllib.request.urlopen(asked, timeout=10) as page:  # noqa: S310 (our own server)
                assert b'import("./view/streamlit/explore/' in page.read(), "the first page begins with Explore"
            with urllib.request.urlopen(f"{served}/learn", timeout=10) as page:  # noqa: S310 (our own server)
                assert b"<html" in page.read()
            with urllib.request.urlopen(f"{served}/explore?models=a,b", timeout=10) as page:  # noqa: S310
                assert page.url == f"{served}/?models=a,b"
            with urllib.request.urlopen(f"{served}/speaker", timeout=10) as page:  # noqa: S310
                assert b"BroadcastChannel" in page.read()
            for path, said in ((f"{served}/film/nobody/cast", b"no run called"), (served.removesuffix("/a/b") + "/film/x", b"")):
                with pytest.raises(urllib.error.HTTPError) as refused:
                    urllib.request.urlopen(path, timeout=10)  # noqa: S310
                assert refused.value.code == 404
                assert said in refused.value.read()
                refused.value.close()
