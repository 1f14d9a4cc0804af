"""Knobs: the settings that can be turned while a run trains, and the turns that were. Knows nothing of torch.

A run is its settings, its seed and its turns, each with the step at which it took effect: who trains again with these turns
at these steps comes to the same weights. Measured terms stay what they are (β = 1, one z): the objective is turned, and with
the noise of p(x|z), which lies among the weights, the model itself.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from vae_engine.base.errors import EngineError
from vae_engine.stored.config import ModelConfig, TrainConfig

Value = bool | int | float
_TYPES: dict[str, type] = {"beta": float, "learning_rate": float, "kl": bool, "samples": int, "noise": float}
KNOBS = tuple(_TYPES)
_NAMES = {"beta": "β", "learning_rate": "learning rate", "kl": "KL", "samples": "samples of z", "noise": "noise"}
NO_NOISE = {
    "bernoulli": "The Bernoulli likelihood has no noise to set.",
    "gaussian": "This Gaussian likelihood learns the noise of every pixel; there is none to set.",
}
"""Why a likelihood has no noise that could be given."""
TURNED, PLANNED = "turned", "planned"
"""The types of the events of a log that are about knobs: a turn that took effect, and the turns that are to be replayed."""


@dataclass(frozen=True)
class Turned:
    """A knob was turned when `step` steps were done: from the next one on `new` is in force, and no longer `old`."""

    step: int
    knob: str
    old: Value
    new: Value


@dataclass(frozen=True)
class Planned:
    """What is to be replayed after `step` steps: the turns that a run had at later steps before it went on from here."""

    step: int
    turns: tuple[Turned, ...]


def at_first(train: TrainConfig) -> dict[str, Value]:
    """Where the knobs of a run stand before any is turned."""
    return {"beta": train.beta, "learning_rate": train.learning_rate, "kl": True, "samples": train.samples, "noise": train.noise}


def in_force(train: TrainConfig, turns: Iterable[Turned]) -> dict[str, Value]:
    """Where the knobs stand after some turns, oldest first."""
    return at_first(train) | {turn.knob: turn.new for turn in turns}


def applied(train: TrainConfig, standing: Mapping[str, Any]) -> TrainConfig:
    """The settings by which the next step is taken: a KL that is off has the weight 0."""
    beta = standing["beta"] if standing["kl"] else 0.0
    settings = {knob: value for knob, value in standing.items() if knob != "kl"}
    return replace(train, **settings | {"beta": beta})


def why_not(knob: str, model: ModelConfig, train: TrainConfig) -> str:
    """Why a knob cannot be turned in a run; nothing where it can."""
    if knob not in _TYPES:
        return f"There is no knob called {knob[:40]!r}; choose one of {', '.join(KNOBS)}."
    if knob != "learning_rate" and model.kind == "ae":
        return "A plain autoencoder draws no z and has no KL; only its learning rate can be turned."
    if knob in ("beta", "kl", "samples") and train.is_exact:
        return "Exact learning has no KL to weigh and draws no z from q."
    if knob in ("beta", "kl") and train.objective == "iwae":
        return "The IWAE bound has no KL of its own to weigh."
    return NO_NOISE.get(model.likelihood, "") if knob == "noise" else ""


def checked(knob: str, value: Any, model: ModelConfig, train: TrainConfig) -> Value:
    """The value to which a knob is turned. Raises EngineError, one sentence, where it cannot be turned, or not there."""
    if reason := why_not(knob, model, train):
        raise EngineError(reason)
    if knob == "kl":
        if type(value) is not bool:
            raise EngineError(f"kl must be true or false, not {str(value)[:40]!r}.")
        return value
    setting: Value = getattr(replace(train, **{knob: value}), knob)
    return _TYPES[knob](setting)


def told(turn: Turned) -> str:
    """A turn in words: `β 1 → 4 at step 1,200`."""
    return f"{change(turn)} at step {turn.step:,}"


def change(turn: Turned) -> str:
    """What a turn changed: `β 1 → 4`."""
    return f"{_NAMES[turn.knob]} {_text(turn.old)} → {_text(turn.new)}"


def marks(turns: Iterable[Turned]) -> dict[int, str]:
    """What was turned at each step, for a mark on an axis of steps."""
    found: dict[int, str] = {}
    for turn in turns:
        found[turn.step] = f"{found[turn.step]}, {change(turn)}" if turn.step in found else change(turn)
    return found


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:g}"


def turns(events: Iterable[Mapping[str, Any]]) -> list[Turned]:
    """The turns that took effect, oldest first, of the events of a log; what is none is left out."""
    return [turn for event in events if event.get("type") == TURNED and (turn := _turn(event))]


def record(events: Iterable[Mapping[str, Any]]) -> list[Turned]:
    """All turns that belong to a run, by step: those that took effect, and those that are still to be replayed."""
    found: dict[tuple[int, str], Turned] = {}
    ahead: list[Turned] = []
    for event in events:
        if event.get("type") == TURNED and (turn := _turn(event)):
            found[turn.step, turn.knob] = turn
        elif event.get("type") == PLANNED:
            ahead = planned(event) or []
            found = {key: turn for key, turn in found.items() if turn.step <= event["step"]}
    for turn in ahead:
        found.setdefault((turn.step, turn.knob), turn)
    return sorted(found.values(), key=lambda turn: turn.step)


def planned(event: Mapping[str, Any]) -> list[Turned] | None:
    """The turns that an event plans; None where it is none of ours."""
    listed = event.get("turns")
    if not isinstance(listed, list):
        return None
    found = [_turn(one) if isinstance(one, dict) else None for one in listed]
    sound = [turn for turn in found if turn]
    return sound if len(sound) == len(found) else None


def is_turn(event: Mapping[str, Any]) -> bool:
    """Whether an event tells of a turn as training writes it."""
    return _turn(event) is not None


def as_event(step: int, ahead: Iterable[Turned]) -> dict[str, Any]:
    """The event that plans turns."""
    return {"type": PLANNED, "step": step, "turns": [asdict(turn) for turn in ahead]}


def _turn(event: Mapping[str, Any]) -> Turned | None:
    step, knob, values = event.get("step"), event.get("knob"), (event.get("old"), event.get("new"))
    if not (isinstance(knob, str) and knob in _TYPES and type(step) is int and 0 <= step < 10**9):
        return None
    kinds = (int, float) if _TYPES[knob] is float else (_TYPES[knob],)
    sound = all(type(value) in kinds and math.isfinite(value) and abs(value) < 1e300 for value in values)  # type: ignore[arg-type]
    return Turned(step, knob, *values) if sound else None  # type: ignore[arg-type]
