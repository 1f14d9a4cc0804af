"""The data sets by name: MNIST as bundled, published ones once fetched, and images of your own by their path. No torch."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from vae_engine.base.errors import EngineError
from vae_engine.data import fetched
from vae_engine.data import mnist as data
from vae_engine.data import own as own_data
from vae_engine.data.collecting import Collection
from vae_engine.data.formats.columns import Column
from vae_engine.data.mnist import Images
from vae_engine.data.sets.catalogue import SETS
from vae_engine.stored.config import SIDE

MNIST = "mnist"
TITLES = {MNIST: "MNIST", **{name: one.title for name, one in SETS.items()}}
"""The data sets that have a name, and what people call them."""
SHOWN = 10_000
_ORDER = ("test", "validation", "train")

Splits = dict[str, int]
"""How many images of each split, in the order in which they stand in a list."""


def load(name: str, split: str) -> Images:
    """The images and labels of one split of a data set: train, validation or test; the same each time.

    Raises EngineError when the data set is not there or damaged.
    """
    if name == MNIST:
        return data.load(split)
    if split not in data.SPLITS:
        raise EngineError(f"There is no split called {split!r}; choose one of {', '.join(data.SPLITS)}.")
    return known(name).part(split)


def known(name: str) -> Collection:
    """All images of a data set with what was found in its files. Raises EngineError as `load` does."""
    if name in SETS:
        return fetched.known(SETS[name])
    return own_data.known(data.MNIST if name == MNIST else name)


def count(name: str, split: str) -> int:
    """How many images a split has. Raises EngineError when images of your own are not there."""
    if is_own(name):
        return own_data.counts(name)[split]
    return SETS[name].counts[split] if name in SETS else data.COUNTS[split]


def shown(name: str, most: int = SHOWN) -> tuple[Images, Splits]:
    """The first images of a data set for its maps, and how many there are of each split.

    Those of the test split; where that has fewer than `most`, then those of validation and those to train on, but for
    MNIST and what has its sizes. Raises EngineError as `load` does.
    """
    parts: list[Images] = []
    splits: Splits = {}
    for split in _ORDER if is_own(name) or count(name, "test") < data.COUNTS["test"] else ("test",):
        part = load(name, split).head(most - sum(splits.values()))
        parts.append(part)
        splits[split] = len(part)
        if sum(splits.values()) == most:
            break
    if len(parts) == 1:
        return parts[0], splits
    return Images(*(np.concatenate([getattr(part, of) for part in parts]) for of in ("images", "labels"))), splits


def rest(name: str, most: int = SHOWN) -> Images:
    """All images that `shown` leaves out, in the order test, validation, train; none where it is just the whole test split that
    is shown, as of MNIST and its like. Raises EngineError as `load` does.
    """
    if not is_own(name) and count(name, "test") == most:
        return load(name, "test").head(0)
    whole = known(name).images
    return Images(whole.images[most:], whole.labels[most:])


def names(name: str, most: int = SHOWN) -> list[str]:
    """What the files call the images of `shown`, where they are your own; those of named sets are known by split and row.

    Raises EngineError as `load` does.
    """
    if not is_own(name):
        return []
    found = known(name)
    return found.called(range(min(most, len(found.rows))))


def columns(name: str, most: int = SHOWN) -> list[Column]:
    """What else the files say of the images of `shown`, where they are your own. Raises EngineError as `load` does."""
    return [column.take(slice(most)) for column in known(name).columns] if is_own(name) else []


def sizes(name: str) -> Splits:
    """How many images of each split there are in all, in the order of `shown`. Raises EngineError as `count` does."""
    return {split: count(name, split) for split in _ORDER}


def classes(name: str) -> tuple[str, ...]:
    """What the labels 0, 1, … of a data set mean. Raises EngineError as `load` does."""
    if name == MNIST:
        return tuple("0123456789")
    if name in SETS:
        fetched.require(SETS[name])
        return SETS[name].classes
    return own_data.classes(name)


def named(name: str) -> str:
    """A data set as a run asks for it: a path is made absolute, since a run is read from other folders."""
    return own_data.address(name) if is_own(name) else name


def pinned(name: str) -> str:
    """A data set as a run keeps it: images of your own with a fingerprint, so that no others are ever taken for them.

    Raises EngineError as `load` does.
    """
    return own_data.address(name, pinned=True) if is_own(name) else name


def stamp(name: str) -> str:
    """Changes whenever the files of images of your own do; nothing of named sets, whose files never do. Raises as `load` does."""
    return own_data.stamp(name) if is_own(name) else ""


def is_fixed(name: str) -> bool:
    """Whether the images of a data set are never others: it has a name, or a fingerprint."""
    return not is_own(name) or own_data.unpinned(name) != name


def place(name: str) -> Path | None:
    """Where images of your own lie; None of a data set that has a name."""
    return own_data.path_of(name) if is_own(name) else None


def side(name: str) -> int:
    """Pixels along a side of the images of a data set: as is wished of images of your own, else 28. Raises EngineError."""
    return own_data.wishes_of(name).side if is_own(name) else SIDE


def of_side(name: str, pixels: int) -> str:
    """A data set whose images have so many pixels a side: images of your own are read at that, others have it or are refused."""
    if is_own(name):
        return own_data.address(name, replace(own_data.wishes_of(name), side=pixels))
    if pixels != SIDE:
        raise EngineError(f"{TITLES[name]} has images of {SIDE} × {SIDE} pixels, not {pixels} × {pixels}.")
    return name


def paper(name: str) -> str | None:
    """On which ground a data set shows its ink as its files do: light where 0, as networks see it, is white; dark where black.

    None of MNIST and its like, which are shown either way. Raises EngineError as `load` does.
    """
    if not is_own(name):
        return "dark" if name in SETS and SETS[name].is_shown_as_published else None
    return "light" if own_data.known(name).inverted else "dark"


def is_own(name: str) -> bool:
    """Whether a data set is images of your own, named by their path."""
    return name not in TITLES
