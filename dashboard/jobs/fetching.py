"""Fetching Fashion-MNIST in the background, once per server, seen from every window. No Streamlit, no torch."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cache

from vae_engine.base.errors import EngineError
from vae_engine.data import fashion


class Fetch:
    """One fetch at a time; what it reached and why it failed."""

    def __init__(self, fetch: Callable[[fashion.Progress], object] = fashion.fetch) -> None:
        self._fetch = fetch
        self._thread: threading.Thread | None = None
        self.file, self.share, self.complaint = "", 0.0, ""

    @property
    def running(self) -> bool:
        """Whether it is under way."""
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Fetch what is missing, unless that is under way."""
        if not self.running:
            self.file, self.share, self.complaint = "", 0.0, ""
            self._thread = threading.Thread(target=self._run, name="fetching", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        try:
            self._fetch(self._note)
        except (EngineError, OSError) as error:
            self.complaint = str(error)

    def _note(self, file: str, share: float) -> None:
        self.file, self.share = file, share


@cache
def shared() -> Fetch:
    """The fetch of this server."""
    return Fetch()


def is_here() -> bool:
    """Whether Fashion-MNIST can be trained on."""
    try:
        fashion.load("train")
    except EngineError:
        return False
    return True
