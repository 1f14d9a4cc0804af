"""A training process that stands by: it prepares what every run needs, until it is told on stdin which run to go on with.

So a run starts within a fraction of a second instead of seconds, and is bit for bit the run of a process started for it.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
from pathlib import Path

from vae_engine.base.errors import EngineError
from vae_engine.data import datasets
from vae_engine.stored.config import ModelConfig, TrainConfig

RUN, OUTPUT = "run_dir", "output"
"""What the line on stdin says, as JSON: the folder of the run, and the file that takes what is printed."""


def order(folder: Path, output: Path) -> bytes:
    """The line that sends a waiting process to a run."""
    return json.dumps({RUN: str(folder), OUTPUT: str(output)}).encode() + b"\n"


def wait() -> Path:
    """The folder of the run to go on with, once stdin names it; preparations go on meanwhile.

    The process ends without a word when stdin does: then there is nobody left to send it anywhere.
    """
    _preparing.start()
    line = sys.stdin.buffer.readline()
    try:
        asked = json.loads(line)
        folder, output = Path(asked[RUN]), Path(asked[OUTPUT])
    except (ValueError, KeyError, TypeError):
        os._exit(0)  # at once: the thread may be in the middle of an import
    _say_into(output)
    return folder


def finish_preparing() -> None:
    """Wait until all is prepared, if this process stood by."""
    if _preparing.is_alive():
        _preparing.join()


def _say_into(output: Path) -> None:
    """From now on nothing comes from the process that started this one, or goes there: it may end, this one stays."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    file = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
    for old, new in ((0, nothing), (1, file), (2, file)):
        os.dup2(new, old)


def _prepare() -> None:
    """Import torch and unpack MNIST, then take one step, because the first one imports and compiles a lot more."""
    from vae_engine.training import progress as console  # noqa: F401 (imported for later)
    from vae_engine.training import training

    with contextlib.suppress(EngineError):  # the run itself says what is wrong
        images = datasets.load(datasets.MNIST, "train").head(8)
        datasets.load(datasets.MNIST, "validation")
        model = ModelConfig(encoder_widths=(8,), decoder_widths=(8,), fourier_features=4)
        settings = TrainConfig(steps=1, held_out=8)
        for _ in training.train(model, settings, train_images=images, validation_images=images):
            pass


_preparing = threading.Thread(target=_prepare, daemon=True)
