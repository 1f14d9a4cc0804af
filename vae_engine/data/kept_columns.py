"""Columns of one's own as tensors of a file: finite numbers, and marks where there are none. No files.

columns           uint8 [bytes]: UTF-8 JSON, for each column its `name` and its `words`, null for one of numbers
column.0, …       float32 [n], 0 where there is none; or uint8 [n], places in the words, 255 where there is none
column.0.absent   uint8 [n]: 1 where a number is not given; only where there are such
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import numpy as np

from vae_engine.base.errors import EngineError
from vae_engine.base.files import parse_json
from vae_engine.data.formats.columns import ABSENT, LONGEST, MOST_COLUMNS, MOST_WORDS, Column

LIST = "columns"


def tensors(columns: Sequence[Column], prefix: str = "") -> dict[str, np.ndarray]:
    """The tensors of columns, their names after a prefix; none of no columns."""
    if not columns:
        return {}
    listed = [{"name": one.name, "words": None if one.numbers is not None else list(one.words)} for one in columns]
    found = {prefix + LIST: np.frombuffer(json.dumps(listed, ensure_ascii=False).encode(), np.uint8)}
    for place, column in enumerate(columns):
        name = f"{prefix}column.{place}"
        if column.numbers is None:
            assert column.places is not None
            found[name] = column.places
        else:
            found[name] = np.nan_to_num(column.numbers, nan=0.0)
            if column.absent:
                found[f"{name}.absent"] = np.isnan(column.numbers).astype(np.uint8)
    return found


def read(given: Mapping[str, np.ndarray], count: int, file: str) -> dict[str, Column]:
    """The columns of so many images among tensors. Raises EngineError, `file` in it, for what `tensors` does not make."""
    if LIST not in given:
        return {}
    problem = EngineError(f"{file} has columns that cannot be read.")
    listed = parse_json(given[LIST].tobytes(), f"{file}: {LIST}")
    if not (isinstance(listed, list) and len(listed) <= MOST_COLUMNS and all(isinstance(one, dict) for one in listed)):
        raise problem
    found: dict[str, Column] = {}
    for place, one in enumerate(listed):
        name, words, values = one.get("name"), one.get("words"), given.get(f"column.{place}")
        if not _is_name(name) or name in found or values is None or values.shape != (count,):
            raise problem
        if words is None and values.dtype == np.float32:
            absent = given.get(f"column.{place}.absent", np.zeros(count, np.uint8))
            if absent.shape != (count,):
                raise problem
            found[name] = Column(name, np.where(absent != 0, np.float32("nan"), values))
        elif values.dtype == np.uint8 and _are_words(words) and (values[values != ABSENT] < len(words)).all():
            found[name] = Column(name, None, tuple(words), values)
        else:
            raise problem
    return found


def _is_name(text: object) -> bool:
    return isinstance(text, str) and 0 < len(text) <= LONGEST and text.isprintable()


def _are_words(words: object) -> bool:
    return isinstance(words, list) and len(words) <= MOST_WORDS and all(map(_is_name, words)) and len(set(words)) == len(words)
