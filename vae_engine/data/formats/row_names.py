"""What images are called that come out of one file: by its name and their row, or as the file calls them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath


class Rows(Sequence[str]):
    """What images are called that have a row and no file."""

    def __init__(self, file: str, count: int) -> None:
        self._file, self._count = file, count

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, row: int) -> str:  # type: ignore[override]
        if not 0 <= row < self._count:
            raise IndexError(row)
        return f"{self._file}, row {row:,}"


class Chained(Sequence[str]):
    """Names of several parts, one after the other."""

    def __init__(self, parts: list[Sequence[str]]) -> None:
        self._parts = parts

    def __len__(self) -> int:
        return sum(map(len, self._parts))

    def __getitem__(self, row: int) -> str:  # type: ignore[override]
        for part in self._parts:
            if row < len(part):
                return part[row]
            row -= len(part)
        raise IndexError(row)


def own_name(text: str | bytes) -> str:
    """What a file calls another, without the folders of whoever's machine that was."""
    name = (text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)).replace("\\", "/")
    return PurePosixPath(name).name if name.startswith("/") or name[1:2] == ":" else name
