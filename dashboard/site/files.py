"""The files of a site by their paths, named after their content; and its folder, written as a whole or not at all."""

from __future__ import annotations

import contextlib
import gzip
import json
import shutil
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dashboard.shared.browser import digest
from dashboard.site import wording
from vae_engine.base.errors import EngineError
from vae_engine.base.files import patiently

MARK = "site.json"
_FORMAT = {"format": "latent-explorer site", "version": 1}
_TEXTS = (".html", ".js", ".css", ".json", ".webmanifest")
_NAME = 16  # hexadecimal digits of a content's digest: a site has some hundreds of files


class Files:
    """What lies in the folder of a site."""

    def __init__(self) -> None:
        self.contents: dict[str, bytes] = {}

    def add(self, place: str, ending: str, content: bytes) -> str:
        """Add a content; its address, which begins with `place` and is another for each content."""
        path = f"{place}-{digest(content)[:_NAME]}{ending}"
        self.contents[path] = content
        return path

    def put(self, path: str, text: str) -> None:
        """Add a text at an address that stays the same from version to version."""
        self.contents[path] = text.encode()

    @property
    def version(self) -> str:
        """Another for each content of the whole."""
        return digest(repr([(path, digest(content)) for path, content in sorted(self.contents.items())]).encode())[:_NAME]

    def write(self, folder: Path) -> tuple[int, int]:
        """Write all into a folder in place of an earlier site; how many files there are, and their bytes without packed copies.

        Texts lie there a second time as `.gz`, which hosts such as nginx send instead (`gzip_static on`). Raises
        EngineError where the folder holds anything else, and where it cannot be written to; either is left as it was.
        """
        check(folder)
        fresh = folder.with_name(f".{folder.name}.{uuid.uuid4().hex}.tmp")
        try:
            fresh.mkdir(parents=True)
            for path, content in {**self.contents, MARK: json.dumps(_FORMAT).encode()}.items():
                (fresh / path).parent.mkdir(parents=True, exist_ok=True)
                (fresh / path).write_bytes(content)
                if path.endswith(_TEXTS):
                    (fresh / f"{path}.gz").write_bytes(gzip.compress(content, 9, mtime=0))
            _replace(folder, fresh)
        except OSError as error:
            raise EngineError(f"Cannot write {folder}: {error.strerror or error}.") from None
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
        return len(self.contents), sum(map(len, self.contents.values()))


def check(folder: Path) -> None:
    """Raise EngineError unless a site can be written here: nothing is there, an empty folder, or an earlier site."""
    try:
        if not folder.exists() or (folder.is_dir() and (_is_site(folder) or not any(folder.iterdir()))):
            return
    except OSError as error:
        raise EngineError(f"Cannot read {folder}: {error.strerror or error}.") from None
    raise wording.occupied(folder)


def _is_site(folder: Path) -> bool:
    with contextlib.suppress(OSError, ValueError):
        about: Any = json.loads((folder / MARK).read_text(encoding="utf-8"))
        return isinstance(about, Mapping) and about.get("format") == _FORMAT["format"]
    return False


def _replace(folder: Path, fresh: Path) -> None:
    """Put a folder in the place of another, which comes back where that fails."""
    old = fresh.with_suffix(".old")
    if folder.exists():
        patiently(lambda: folder.rename(old))
    try:
        patiently(lambda: fresh.rename(folder))
    except OSError:
        if old.exists():
            old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)
