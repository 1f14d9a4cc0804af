"""Progress on stderr: bars with ETA, loss and rate, silent where stderr is no terminal."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from tqdm import tqdm

from vae_engine.base import figures
from vae_engine.training import training


class _Bar:
    """A tqdm bar counting thousandths, made on first use and closed at the end."""

    def __init__(self) -> None:
        self._bar = tqdm(total=1000, bar_format="{l_bar}{bar}| {elapsed}<{remaining} {postfix}", disable=None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._bar.close()

    def _to(self, share: float) -> None:
        self._bar.update(round(1000 * share) - self._bar.n)


class TrainingBar(_Bar):
    """Shows where a training run stands."""

    def show(self, event: training.Event) -> None:
        """Take in one event."""
        if isinstance(event, training.Step):
            self._bar.set_postfix_str(f"loss {event.loss:.1f}, {event.images_per_second:,.0f} images/s")
            self._to(event.progress)
        elif isinstance(event, training.Epoch):
            self._bar.set_description_str(figures.told(event.terms))
        elif isinstance(event, training.Finished):
            self._to(1.0)


class StageBar(_Bar):
    """Shows a job that goes through named stages, each from 0 to 1."""

    def __init__(self) -> None:
        super().__init__()
        self._stage = ""

    def show(self, stage: str, share: float) -> None:
        """Say which stage is under way and how much of it is done."""
        if stage != self._stage:
            self._stage = stage
            self._bar.reset()
            self._bar.set_description_str(stage)
        self._to(share)
