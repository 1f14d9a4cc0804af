"""What Python believes of what the film reports, and what it tells the browser of a run."""

from __future__ import annotations

import json

import pytest

from dashboard.films import component
from dashboard.films.component import FilmResult, Reel, checked, film


@pytest.mark.parametrize(
    "report", [None, "x" * 1000, [], {"step": -1}, {"step": True}, {"step": 1.5}, {"step": 10**12}, {"step": "3"}]
)
def test_nonsense_counts_as_nothing(report: object) -> None:
    assert checked(report) == FilmResult(None)


def test_the_step_on_show_comes_back() -> None:
    assert checked({"step": 1234}) == FilmResult(1234)


def test_a_step_that_was_kept_twice_is_one_instant(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[dict] = []
    monkeypatch.setattr(
        component, "_component", lambda **given: told.append(json.loads(given["data"]["json"])) or {"report": {"step": 6}}
    )
    assert film([Reel("one", "One", "vae", (0, 1, 6, 6), None, False, ((3, "β 1 → 4"),))], link="step=1") == FilmResult(6)
    (data,) = told
    described = {"run": "one", "title": "One", "kind": "vae", "steps": [0, 1, 6], "latest": None, "live": False}
    assert data["reels"] == [{**described, "turns": [[3, "β 1 → 4"]], "moment": None}]


@pytest.mark.parametrize("count", [0, 3])
def test_a_film_has_one_or_two_reels(count: int) -> None:
    with pytest.raises(ValueError, match="one or two"):
        film([Reel("one", "One", "vae", (0,), None, False)] * count)
