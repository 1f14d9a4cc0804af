"""Training in a notebook with its map as it moves: the events of `train`, shown as a film while they come (anywidget)."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Any

import anywidget
import numpy as np
import traitlets
from IPython.display import display

import vae_engine
from dashboard.shared import browser
from vae_engine.base.errors import EngineError
from vae_engine.exchange import film
from vae_engine.stored.checkpoints import Stored
from vae_engine.stored.config import ModelConfig, TrainConfig
from vae_engine.stored.in_memory import NOWHERE

_PACE = 0.4
"""Seconds between instants: each takes a tenth of one from training."""
_LOGGED = ("step", "epoch", "turned", "planned")


def watch(model_config: ModelConfig, config: TrainConfig, *, title: str = "Training", **options: Any) -> Iterator[Any]:
    """Train as `vae_engine.train` does, and show the map below the cell as it moves; yields the same events.

        for event in watch(ModelConfig(), TrainConfig(seconds=20)):
            pass
        event.model                     # the last is Finished: Explorer(event.model)

    Raises EngineError for impossible requests.
    """
    view = Training(model_config, config, title)
    display(view)
    try:
        for event in vae_engine.train(model_config, config, live=True, **options):
            view.hear(event)
            yield event
    finally:
        view.end()


class Training(anywidget.AnyWidget):
    """The film of one training. It is sent from here, since a kernel that trains answers nothing."""

    _esm = browser.script("notebook/film")
    _styles = traitlets.Unicode(browser.styles(*browser.FILM)).tag(sync=True)
    _cast = traitlets.Bytes().tag(sync=True)
    _kind = traitlets.Unicode().tag(sync=True)
    title = traitlets.Unicode().tag(sync=True)

    def __init__(self, model_config: ModelConfig, config: TrainConfig, title: str) -> None:
        if model_config.latent_dim != 2:
            raise EngineError(f"A map has 2 latent dimensions, not {model_config.latent_dim}; train() shows none.")
        super().__init__(_cast=film.cast(config.data), _kind=model_config.kind, title=title)
        self._now = Stored(title, NOWHERE, model_config, config, {}, "", {})
        self._log: list[dict[str, Any]] = []
        self._sent = -np.inf

    def hear(self, event: Any) -> None:
        """Note an event of the training, and show the weights that it brings when it is time."""
        kind = type(event).__name__.lower()
        if kind in _LOGGED:
            self._log.append({"type": kind, **asdict(event)})
        elif kind in ("snapshot", "live") and (event.step == 0 or time.monotonic() - self._sent >= _PACE):
            self._show(event.step, event.weights, kind == "snapshot")
        elif kind == "finished":
            self._show(event.step, event.model.state_dict(), True)

    def end(self) -> None:
        """Nothing more will come."""
        self.send({"live": False})

    def _show(self, step: int, weights: dict[str, Any], kept: bool) -> None:
        numbers = {name: tensor.detach().cpu().numpy().astype(np.float32) for name, tensor in weights.items()}
        with contextlib.suppress(EngineError):  # of codes that are not finite: the training says itself that it has failed
            content = film.frame_of(replace(self._now, weights=numbers, metrics={"steps": step}), self._log)
            self.send({"step": step, "kept": kept, "live": True}, [content])
        self._sent = time.monotonic()
