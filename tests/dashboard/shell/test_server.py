"""The dashboard's server: pages and films on one port, what kills left behind cleared away at its start."""

from __future__ import annotations

import os
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from support.serving import dashboard


def test_a_server_gives_pages_and_films_and_clears_away_what_kills_left_behind(tmp_path: Path) -> None:
    orphan = tmp_path / "runs" / ".new-20250101-000000-abcdef"
    orphan.mkdir(parents=True)
    os.utime(orphan, (0, 0))
    with dashboard(tmp_path / "log.txt") as address:
        assert not orphan.exists()
        with urllib.request.urlopen(f"{address}/learn", timeout=10) as page:  # noqa: S310 (our own server)
            assert b"<html" in page.read()
        with urllib.request.urlopen(f"{address}/explore?models=a,b", timeout=10) as page:  # noqa: S310
            assert page.url == f"{address}/?models=a,b"
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"{address}/film/nobody/cast", timeout=10)  # noqa: S310
        assert refused.value.code == 404
        assert "no run called" in refused.value.read().decode()
        refused.value.close()
