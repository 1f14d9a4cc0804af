"""Which arrays of a file are columns of one's own: those with one number or text for each image that are nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from vae_engine.base.errors import EngineError
from vae_engine.data.formats.arrays import Array
from vae_engine.data.formats.columns import MOST_COLUMNS, MOST_ROWS, Column, Gathering, of_numbers, plain
from vae_engine.data.formats.names import called, without_split
from vae_engine.data.formats.places import named


def _is_column(array: Array) -> bool:
    """Whether an array may be one, by its shape and what it is of."""
    sides = [side for side in array.shape if side != 1]
    return not array.fault and not array.pictures and array.dtype.kind in "uifbUS" and len(sides) == 1 and len(array.shape) < 3


def _of_array(name: str, array: Array) -> Column:
    """A column from an array [n], [n, 1] or [1, n], block by block. Raises as reading it does."""
    if array.dtype.kind in "uif":
        return of_numbers(name, (block.ravel() for block in array.blocks()))
    gathered = Gathering(name)
    for block in array.blocks():
        if gathered.is_hopeless:
            break
        for cell in block.ravel().tolist():
            gathered.add(cell.decode("utf-8", "replace") if isinstance(cell, bytes) else str(cell))
    return gathered.column()


def apart(
    arrays: Mapping[str, Array], names: Iterable[str], split: str, splits: Iterable[str]
) -> tuple[dict[str, dict[str, Array]], list[str]]:
    """Of arrays that are neither images nor labels those that may be columns, by split; and the names of the others.

    `split` is that of the file, `splits` are those that it has images of.
    """
    found: dict[str, dict[str, Array]] = {one: {} for one in splits}
    others = []
    for name in names:
        of, title = called(name).split or split, plain(without_split(name))
        if of in found and title and title not in found[of] and _is_column(arrays[name]):
            found[of][title] = arrays[name]
        else:
            others.append(name)
    return found, others


def read(arrays: Mapping[str, Array], count: int) -> tuple[dict[str, Column], list[str]]:
    """The columns of so many images, and what is left out, in words."""
    fitting = [title for title, array in arrays.items() if max(array.shape) == count <= MOST_ROWS]
    found, left_out = {}, [_told(title) for title in arrays if title not in fitting]
    for title in fitting[:MOST_COLUMNS]:
        try:
            found[title] = _of_array(title, arrays[title])
        except EngineError as error:
            left_out.append(f"{_told(title)}, which {error}")
    return found, left_out + beyond(fitting[MOST_COLUMNS:])


def beyond(names: list[str]) -> list[str]:
    """What is left out where there are too many columns, in words."""
    return [f"what is beyond {MOST_COLUMNS} columns ({named(names)})"] if names else []


def _told(title: str) -> str:
    return f"array {ascii(title)[:40]}"
