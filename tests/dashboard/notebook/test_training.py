"""A training in a notebook: its events go on as they are, and the browser is sent what it needs without asking."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.builders import short, tiny

from vae_engine import EngineError, train
from vae_engine.data import mnist as data
from vae_engine.stored.weights import notes

pytest.importorskip("anywidget", reason="the package anywidget is not installed")

from dashboard.notebook import training


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[dict[str, Any], list[bytes] | None]]:
    messages: list[tuple[dict[str, Any], list[bytes] | None]] = []
    monkeypatch.setattr(training.Training, "send", lambda self, content, buffers=None: messages.append((content, buffers)))
    monkeypatch.setattr(training, "display", lambda view: None)
    return messages


def test_the_first_and_the_last_instant_are_kept_and_then_it_is_over(sent: list[Any], digits: data.Images) -> None:
    images = {"train_images": digits, "validation_images": digits.head(20)}
    events = list(training.watch(tiny(), short(), **images))
    expected = [type(event).__name__ for event in train(tiny(), short(), **images)]
    assert [type(event).__name__ for event in events if type(event).__name__ not in ("Live", "Step")] == [
        name for name in expected if name != "Step"
    ]
    *frames, (end, nothing) = sent
    assert (end, nothing) == ({"live": False}, None)
    assert frames[0][0] == {"step": 0, "kept": True, "live": True}
    assert frames[-1][0] == {"step": events[-1].step, "kept": True, "live": True}
    header = json.loads(notes(frames[-1][1][0])["frame"])
    assert header["step"] == events[-1].step
    assert header["held_out"]["nll"] == [event for event in events if type(event).__name__ == "Epoch"][-1].terms["nll"]


def test_instants_come_no_closer_than_their_pace(sent: list[Any], digits: data.Images, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "_PACE", 1e6)
    list(training.watch(tiny(), short(), train_images=digits, validation_images=digits.head(20)))
    assert [said.get("step") for said, _ in sent][1:-2] == []


def test_a_training_that_is_left_is_over(sent: list[Any], digits: data.Images) -> None:
    for _ in training.watch(tiny(), short(), train_images=digits, validation_images=digits.head(20)):
        break
    assert sent[-1][0] == {"live": False}


def test_other_latent_spaces_have_no_map(sent: list[Any]) -> None:
    with pytest.raises(EngineError, match="2 latent dimensions, not 3"):
        next(training.watch(tiny(latent_dim=3), short()))
    assert sent == []
