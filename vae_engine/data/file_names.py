"""What the files call their images, as packed text: a line an image. No files, no arrays."""

from __future__ import annotations

import gzip
from collections.abc import Iterable

from vae_engine.data.mnist import gunzip_bounded

_LONGEST = 120
_MOST_BYTES = 4 * _LONGEST + 1
"""Of one name in UTF-8, with the end of its line."""


def packed(names: Iterable[str]) -> bytes:
    """Names as gzip bytes, the same for the same names; of a long one its end, which tells it from its neighbours."""
    return gzip.compress("\n".join(map(_line, names)).encode("utf-8", "replace"), 6, mtime=0)


def unpacked(content: bytes, count: int, name: str) -> list[str] | None:
    """The names of `count` images, None where there are not as many. Raises EngineError, `name` in it, for other bytes."""
    lines = gunzip_bounded(content, count * _MOST_BYTES, name, "make it again").decode("utf-8", "replace").split("\n")
    return lines if len(lines) == count else None


def _line(name: str) -> str:
    plain = "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in name)
    return plain if len(plain) <= _LONGEST else f"…{plain[1 - _LONGEST :]}"
