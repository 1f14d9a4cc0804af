"""Fetching in the background: once at a time, its progress and its complaint there for every window."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from dashboard.jobs import fetching
from dashboard.jobs.fetching import Fetch
from vae_engine import EngineError
from vae_engine.data import fashion


def wait_for(holds: Callable[[], object]) -> None:
    for _ in range(6000):
        if holds():
            return
        time.sleep(0.01)
    raise AssertionError("waited a minute in vain")


def test_a_fetch_tells_how_far_it_is_and_is_not_begun_twice() -> None:
    go_on, begun = threading.Event(), []

    def slowly(progress: fashion.Progress) -> None:
        begun.append(1)
        progress("train-images-idx3-ubyte", 0.25)
        go_on.wait(60)

    fetch = Fetch(slowly)
    assert not fetch.running
    fetch.start()
    wait_for(lambda: fetch.share)
    fetch.start()
    assert (fetch.running, fetch.file, fetch.share) == (True, "train-images-idx3-ubyte", 0.25)
    go_on.set()
    wait_for(lambda: not fetch.running)
    assert begun == [1]
    assert fetch.complaint == ""


def test_a_fetch_that_fails_says_why_and_can_be_tried_again() -> None:
    tries = []

    def failing(progress: fashion.Progress) -> None:
        tries.append(1)
        if len(tries) == 1:
            raise EngineError("No mirror can be reached; try again later.")

    fetch = Fetch(failing)
    fetch.start()
    wait_for(lambda: not fetch.running)
    assert fetch.complaint == "No mirror can be reached; try again later."
    fetch.start()
    wait_for(lambda: not fetch.running)
    assert (len(tries), fetch.complaint) == (2, "")


def test_whether_fashion_is_here_is_told_by_its_files(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.setenv(fashion.VARIABLE, str(tmp_path))
    assert not fetching.is_here()
    monkeypatch.setattr(fashion, "load", lambda split: split)
    assert fetching.is_here()
