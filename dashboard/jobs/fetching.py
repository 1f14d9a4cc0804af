"""Fetching published data sets in the background, each once per server, seen from every window. No Streamlit, no torch."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cache

from vae_engine.base.errors import EngineError
from vae_engine.data import fetched
from vae_engine.data.sets.catalogue import SETS
from vae_engine.data.sets.download import Report, Step


class Fetch:
    """One fetch at a time; what it reached and why it failed."""

    def __init__(self, fetch: Callable[[Report], object]) -> None:
        self._fetch = fetch
        self._thread: threading.Thread | None = None
        self.step: Step | None = None
        self.complaint = ""

    @property
    def running(self) -> bool:
        """Whether it is under way."""
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Fetch what is missing, unless that is under way."""
        if not self.running:
            self.step, self.complaint = None, ""
            self._thread = threading.Thread(target=self._run, name="fetching", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        try:
            self._fetch(self._note)
        except (EngineError, OSError) as error:
            self.complaint = str(error)

    def _note(self, step: Step) -> None:
        self.step = step


@cache
def shared(name: str) -> Fetch:
    """The fetch of a data set by this server."""
    return Fetch(lambda report: fetched.fetch(SETS[name], report))


def is_here(name: str) -> bool:
    """Whether a data set of a name can be trained on."""
    return name not in SETS or fetched.is_here(SETS[name])
