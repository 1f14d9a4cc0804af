"""The data sets by name: MNIST as bundled, Fashion-MNIST once fetched, and images of your own by their path. No torch."""

from __future__ import annotations

from pathlib import Path

from vae_engine.data import fashion
from vae_engine.data import mnist as data
from vae_engine.data import own as own_data
from vae_engine.data.mnist import Images

MNIST, FASHION = "mnist", "fashion"


def load(name: str, split: str) -> Images:
    """The images and labels of one split of a data set: train, validation or test; the same each time.

    Raises EngineError when the data set is not there or damaged.
    """
    if name == MNIST:
        return data.load(split)
    if name == FASHION:
        return fashion.load(split)
    return own_data.load(Path(name), split)


def train_count(name: str) -> int:
    """How many images there are to train on. Raises EngineError when images of your own are not there."""
    return len(load(name, "train")) if is_own(name) else data.TRAIN_COUNT


def classes(name: str) -> tuple[str, ...]:
    """What the labels 0, 1, … of a data set mean. Raises EngineError as `load` does."""
    if name == MNIST:
        return tuple("0123456789")
    if name == FASHION:
        load(name, "test")
        return fashion.CLASSES
    return own_data.classes(Path(name))


def named(name: str) -> str:
    """A data set as a run keeps it: a path is made absolute, since a run is read from other folders."""
    return str(Path(name).expanduser().resolve()) if is_own(name) else name


def is_own(name: str) -> bool:
    """Whether a data set is images of your own, named by their path."""
    return name not in (MNIST, FASHION)
