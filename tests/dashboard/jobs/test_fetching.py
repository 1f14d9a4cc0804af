"""Fetching in the background: once at a time, its progress and its complaint there for every window."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from dashboard.jobs import fetching
from dashboard.jobs.fetching import Fetch
from vae_engine import EngineError
from vae_engine.data import fetched
from vae_engine.data.sets.catalogue import SETS
from vae_engine.data.sets.download import Report, Step


def wait_for(holds: Callable[[], object]) -> None:
    for _ in range(6000):
        if holds():
            return
        time.sleep(0.01)
    raise AssertionError("waited a minute in vain")


def test_a_fetch_tells_how_far_it_is_and_is_not_begun_twice() -> None:
    go_on, begun = threading.Event(), []
    step = Step("train-images-idx3-ubyte", 1, 4, 3.0)

    def slowly(report: Report) -> None:
        begun.append(1)
        report(step)
        go_on.wait(60)

    fetch = Fetch(slowly)
    assert not fetch.running
    fetch.start()
    wait_for(lambda: fetch.step)
    fetch.start()
    assert (fetch.running, fetch.step) == (True, step)
    go_on.set()
    wait_for(lambda: not fetch.running)
    assert begun == [1]
    assert fetch.complaint == ""


def test_a_fetch_that_fails_says_why_and_can_be_tried_again() -> None:
    tries = []

    def failing(report: Report) -> None:
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


def test_whether_a_set_is_here_is_told_by_its_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(fetched.VARIABLE, str(tmp_path))
    assert fetching.is_here("mnist")
    folder = fetched.folder(SETS["emnist-letters"])
    folder.mkdir()
    for file in SETS["emnist-letters"].files:
        assert not fetching.is_here("emnist-letters")
        (folder / file.name).touch()
    assert fetching.is_here("emnist-letters")
    assert not fetching.is_here("emnist-digits")


def test_each_set_has_one_fetch_on_a_server() -> None:
    assert fetching.shared("kmnist") is fetching.shared("kmnist")
    assert fetching.shared("kmnist") is not fetching.shared("qmnist")
