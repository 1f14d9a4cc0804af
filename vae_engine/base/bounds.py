"""What reading a stranger's file may take: so much more memory, and so many seconds.

A few lines in a file can ask for a terabyte, or for a year. Memory is held where Linux counts it; elsewhere time alone is.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from vae_engine.base.errors import EngineError

_STATUS = Path("/proc/self/status")
_POLL_SECONDS = 0.2


@contextlib.contextmanager
def memory(more: int) -> Iterator[None]:
    """Let the data of this process grow by so many bytes at most. Raises EngineError where Python itself asks for more;
    a library says in its own way that it got none.
    """
    found = re.search(r"VmData:\s+(\d+) kB", _STATUS.read_text()) if _STATUS.exists() else None
    if not found:
        yield
        return
    import resource

    before = resource.getrlimit(resource.RLIMIT_DATA)
    most = 1024 * int(found[1]) + more
    ceilings = [one for one in before if one != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_DATA, (min([most, *ceilings]), before[1]))
    try:
        yield
    except MemoryError:
        raise EngineError(f"Reading this needs more than {more >> 20} MiB of memory.") from None
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, before)


@contextlib.contextmanager
def seconds(most: float) -> Iterator[None]:
    """End this process with one line and exit code 2 when what is inside takes more of the processor: nothing less stops a
    library at work. A machine that is busy with other things takes nothing away.
    """
    last, done = time.process_time() + most, threading.Event()

    def watch() -> None:
        while not done.wait(_POLL_SECONDS):
            if time.process_time() > last:
                print(f"Reading this takes more than {most:g} seconds of the processor.", file=sys.stderr, flush=True)
                os._exit(2)

    threading.Thread(target=watch, daemon=True).start()
    try:
        yield
    finally:
        done.set()
