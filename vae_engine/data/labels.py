"""Labels of any form as whole numbers from 0 up, and what each of them means. No files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from vae_engine.base.errors import EngineError
from vae_engine.data.formats.names import naturally
from vae_engine.stored.config import MAX_CLASSES

_LONGEST = 40
UNLABELLED = ("image",)
_WAY_OUT = "; give others with --labels FILE, or --labels none to do without"


@dataclass(frozen=True)
class Labels:
    """Labels uint8 [n], the names of 0, 1, …, and in words what was done to get there."""

    values: np.ndarray
    classes: tuple[str, ...]
    said: str


def settled(given: list[np.ndarray | None], counts: list[int], names: tuple[str, ...] | None) -> Labels:
    """The labels of splits that follow each other, each with so many images.

    Raises EngineError for labels that are not one for each image, and for more classes than there may be.
    """
    if all(one is None for one in given):
        return Labels(np.zeros(sum(counts), np.uint8), names[:1] if names else UNLABELLED, "none: all images are one class")
    flat = [_flat(one, count) for one, count in zip(given, counts, strict=True) if one is not None]
    said = list(dict.fromkeys(words for _, words in flat if words))
    together = np.concatenate([one for one, _ in flat])
    values, classes, words = _text(together) if together.dtype.kind == "U" else _numbers(together, names)
    said += [words] if words else []
    if len(classes) > MAX_CLASSES:
        raise EngineError(f"there are {len(classes)} classes, where {MAX_CLASSES} are the most{_WAY_OUT}")
    _check_names(classes, "the names of its classes", _WAY_OUT)
    return Labels(values.astype(np.uint8), classes, "; ".join(said) or "as they are")


def renamed(labels: Labels, names: list[str]) -> Labels:
    """The same labels with other names for 0, 1, … Raises EngineError for names that are not one for each class."""
    if len(names) != len(labels.classes):
        found = f"{len(labels.classes)} ({', '.join(labels.classes[:5])}{', …' if len(labels.classes) > 5 else ''})"
        raise EngineError(f"--classes names {len(names)} {'class' if len(names) == 1 else 'classes'}, where there are {found}")
    _check_names(names, "the names of --classes")
    return replace(labels, classes=tuple(names), said=f"{labels.said}; named by --classes")


def _check_names(names: Sequence[str], what: str, way_out: str = "") -> None:
    if len(set(names)) < len(names) or not all(0 < len(name) <= _LONGEST and name.isprintable() for name in names):
        raise EngineError(f"{what} are not different printable ones of at most {_LONGEST} characters{way_out}")


def _flat(labels: np.ndarray, count: int) -> tuple[np.ndarray, str]:
    """Labels as one for each image: [n] of text or whole numbers."""
    said = ""
    if labels.ndim == 2 and 1 in labels.shape and labels.size == count:
        labels = labels.ravel()
    elif labels.ndim == 2 and len(labels) == count and labels.dtype.kind in "uifb":
        if _is_one_hot(labels):
            labels, said = labels.argmax(1), "one-hot"
        elif labels.dtype.kind == "i" and labels.shape[1] == 8:
            labels, said = labels[:, 0], "the first of QMNIST's eight columns"
    if labels.ndim != 1 or len(labels) != count:
        shape = " × ".join(f"{side:,}" for side in labels.shape)
        raise EngineError(f"its labels are {shape}, where one for each of its {count:,} images is read{_WAY_OUT}")
    if labels.dtype.kind == "S":
        return np.char.decode(labels, "utf-8", "replace"), said
    if labels.dtype.kind == "U":
        return labels, said
    if labels.dtype.kind == "f":
        if not (np.isfinite(labels).all() and (labels == np.rint(labels)).all() and (np.abs(labels) < 2**53).all()):
            raise EngineError(f"its labels are numbers that are not whole{_WAY_OUT}")
        return labels.astype(np.int64), said
    if labels.dtype.kind not in "iub":
        raise EngineError(f"its labels are {labels.dtype}, neither numbers nor text{_WAY_OUT}")
    return labels.astype(np.int64), said


def _is_one_hot(labels: np.ndarray) -> bool:
    return labels.shape[1] > 1 and bool(((labels == 0) | (labels == 1)).all() and (labels.sum(1) == 1).all())


def _text(labels: np.ndarray) -> tuple[np.ndarray, tuple[str, ...], str]:
    found, places = np.unique(labels, return_inverse=True)
    if len(found) > MAX_CLASSES:
        return places, tuple(map(str, found)), ""
    ordered = naturally(map(str, found))
    rank = np.array([ordered.index(str(name)) for name in found])
    return rank[places], tuple(ordered), ""


def _numbers(labels: np.ndarray, names: tuple[str, ...] | None) -> tuple[np.ndarray, tuple[str, ...], str]:
    """Numbers keep their meaning: where they do not count from 0 without a gap, their own values become the names."""
    low, high = (int(labels.min()), int(labels.max())) if len(labels) else (0, 0)
    if names and low >= 0 and high < len(names):
        return labels, names, ""
    if names and low >= 1 and high == len(names):
        return labels - 1, names, "counted from 1"
    if names:
        raise EngineError(f"its labels are {low} to {high}, where it names {len(names)} classes{_WAY_OUT}")
    if 0 <= low <= high < MAX_CLASSES and np.bincount(labels).all():
        return labels, tuple(map(str, range(high + 1))), ""
    found, places = np.unique(labels, return_inverse=True)
    gaps = high - low + 1 - len(found)
    said = f"counted from {low}" if low else ""
    said = "; ".join(part for part in (said, f"{gaps} values between {low} and {high} are not used" if gaps else "") if part)
    return places, tuple(map(str, found)), said
