"""Where the knobs of a run stand as it trains: turned by hand, or again as they once were. Pure but for its own state."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence

from vae_engine.base.errors import EngineError
from vae_engine.stored import knobs
from vae_engine.stored.config import ModelConfig, TrainConfig
from vae_engine.stored.knobs import Planned, Turned, Value


class Dials:
    """The knobs of a run with those turns of its record in force that lie up to a step, and later ones still to come.

    Raises EngineError for a record that holds an impossible turn.
    """

    def __init__(self, model: ModelConfig, train: TrainConfig, record: Sequence[Turned], after: int) -> None:
        for turn in record:
            knobs.checked(turn.knob, turn.new, model, train)
        self._model, self._train = model, train
        self._standing = knobs.in_force(train, (turn for turn in record if turn.step <= after))
        self._ahead = [turn for turn in record if turn.step > after]
        self.settings = knobs.applied(train, self._standing)
        """Those by which the next step is taken."""

    def turn(self, step: int, asked: Mapping[str, Value]) -> Iterator[Turned | Planned]:
        """Turn what is asked for or to be replayed now that so many steps are done; what happened.

        A knob that somebody takes in hand is replayed no longer. What cannot be turned stays as it is.
        """
        taken_over = any(turn.knob in asked for turn in self._ahead)
        wanted = {turn.knob: turn.new for turn in self._ahead if turn.step <= step}
        self._ahead = [turn for turn in self._ahead if turn.step > step and turn.knob not in asked]
        for knob, value in asked.items():
            with contextlib.suppress(EngineError):
                wanted[knob] = knobs.checked(knob, value, self._model, self._train)
        if taken_over:
            yield Planned(step, tuple(self._ahead))
        for knob in (one for one in knobs.KNOBS if one in wanted):
            old, value = self._standing[knob], wanted[knob]
            if value != old:
                self._standing[knob] = value
                self.settings = knobs.applied(self._train, self._standing)
                yield Turned(step, knob, old, value)
