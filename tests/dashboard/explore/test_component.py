"""What Python believes of what the browser reports."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dashboard.explore import page
from dashboard.explore.component import Asked, ExplorerResult, answers, checked
from dashboard.explore.page import remember
from dashboard.shared import state
from dashboard.shared.model_choice import Choice, Pair


def test_a_report_becomes_a_result():
    link = "mode=inspect&image=41"
    report = {"z": {"vae": [0.5, -1], "ae": [12.25, 3.0]}, "mode": "inspect", "selection": 41, "held": True, "link": link}
    result = checked(report, ["a", "b"], [["a", "c"], ["b"]])
    assert result == ExplorerResult({"vae": (0.5, -1.0), "ae": (12.25, 3.0)}, "inspect", 41, link, ("a", "b"), True)


def test_the_places_on_the_maps_of_two_vaes_are_told_apart_and_remembered_in_order(monkeypatch):
    result = checked({"z": {"vae-2": [2, 2], "vae": [1, 1]}}, None, [])
    assert result.z == {"vae": (1, 1), "vae-2": (2, 2)}
    kept = []
    monkeypatch.setattr(state, "keep_explored", lambda *told: kept.append(told))
    remember(("a", "b"), result)
    remember(("a", "b"), replace(result, held=True))
    link = "./?models=a,b#mode=move&z=1%2C1%3B2%2C2"
    assert kept == [(link, False), (link, True)]


@pytest.mark.parametrize(
    "report",
    [
        None,
        "x" * 100_000,
        [],
        {"z": [1, 2]},
        {"z": {"vae": [float("nan"), 0]}},
        {"z": {"vae": [1e9, 0]}},
        {"z": {"vae": [1]}},
        {"z": {"vae": "12"}},
        {"z": {"gan": [0, 0]}},
        {"mode": "fly"},
        {"mode": ["move"]},
        {"selection": -1},
        {"selection": True},
        {"selection": 1e9},
        {"held": "yes"},
        {"link": 7},
        {"link": "x" * 9000},
        {"link": "z=NaN"},
    ],
)
def test_nonsense_counts_as_nothing(report):
    assert checked(report, None, []) == ExplorerResult()


@pytest.mark.parametrize("models", ["ab", ["a"], ["a", "x"], [["a"], "b"], 7])
def test_only_offered_models_can_be_chosen(models):
    assert checked(None, models, [["a"], ["b"]]).models is None


def test_answers_are_those_of_models_on_show_whatever_else_is_sent() -> None:
    good = {"model": "run:a", "complaint": "", "browser": "Chrome 156"}
    assert answers([good], ["run:a", "b"]) == [Asked("run:a", good, "")]
    assert answers([good | {"complaint": 500 * "x"}], ["run:a"])[0].complaint == 400 * "x"
    odd = ({"model": "other"}, {"complaint": None}, {"model": []})
    for sent in (None, "text", 3, [None], [3], [[]], *([good | one] for one in odd)):
        assert answers(sent, ["run:a"]) == []


def test_a_model_that_a_browser_refuses_gives_way_to_others_with_a_sentence_that_names_it(monkeypatch) -> None:
    choices = [Choice("vae-mnist", "vae-mnist", "", "vae", "mnist"), Choice("run:a", "From my course", "", "vae", "mnist")]
    chosen: list[Pair] = []
    sent = [{"model": "run:a", "complaint": "in Chrome 156 its decoder gives other numbers than its own, by 3"}]
    monkeypatch.setattr(state, "widget", lambda key: {"asked": sent})
    monkeypatch.setattr(state, "choose_models", chosen.append)
    page._answer(choices, Pair((choices[1],)))
    (pair,) = chosen
    assert pair.names == ("vae-mnist",)
    assert pair.notice.startswith(
        "From my course is not shown: in Chrome 156 its decoder gives other numbers than its own, by 3. "
    )
