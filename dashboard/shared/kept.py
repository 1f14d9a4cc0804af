"""What a server made last, kept for whoever asks for the same. No Streamlit."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable


class Kept:
    """Bytes by their key, once for all visitors: a class watches one run and opens the same models. Bounded in bytes."""

    def __init__(self, most: int) -> None:
        self._most, self._size, self._lock = most, 0, threading.Lock()
        self._made: OrderedDict[Hashable, bytes] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], bytes]) -> bytes:
        """What belongs to a key, made if it is not kept. One at a time, so that training keeps its processor."""
        with self._lock:
            if key in self._made:
                self._made.move_to_end(key)
                return self._made[key]
            made = self._made[key] = make()
            self._size += len(made)
            while self._size > self._most:
                self._size -= len(self._made.popitem(last=False)[1])
            return made
