"""Run files as a stranger would forge them."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

from vae_engine.runs.archive import FORMAT, MANIFEST


def parts_of(raw: bytes) -> dict[str, bytes]:
    """The parts of a run file, without its manifest."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name != MANIFEST}


def zipped(parts: dict[str, bytes], change: Callable[[zipfile.ZipInfo], None] = lambda entry: None, **manifest: Any) -> bytes:
    """A run file with parts of one's own, and a manifest that vouches for them."""
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in parts.items()}
    text = json.dumps({"format": FORMAT, "files": hashes, **manifest}).encode()
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {MANIFEST: text, **parts}.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            change(entry)
            archive.writestr(entry, content)
    return file.getvalue()
