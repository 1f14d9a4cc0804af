"""Runs as files to hand around, out of the dashboard and into it. No Streamlit."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path

from dashboard.jobs.jobs import Jobs
from dashboard.jobs.run_view import NAME_LENGTH
from vae_engine.base.errors import EngineError
from vae_engine.runs import archive as run_archive

MAX_UPLOAD = 64 * 2**20
"""What the server lets in (`server.maxUploadSize` in its settings)."""
_MAX_FILE = MAX_UPLOAD - 2**20  # the request is a little larger than the file
_THE_FILE = "The file"


def packed(folder: Path) -> bytes:
    """A run as a file that can be uploaded again. Raises EngineError when it cannot be handed around."""
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "run.zip"
        run_archive.pack(folder, path, _MAX_FILE)
        return path.read_bytes()


def file_name(name: str) -> str:
    """A name for the file of a run that every system takes."""
    return re.sub(r"[^\w.-]+", "-", name).strip("-.") or "run"


def receive(jobs: Jobs, content: bytes, name: str, owner: str) -> str:
    """Make a run of an uploaded file; its id. Raises EngineError, one sentence about the file."""
    stem = "".join(one for one in Path(name).stem if one.isprintable()).strip()[:NAME_LENGTH] or "uploaded"
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "run.zip"
        try:
            path.write_bytes(content)
            return jobs.receive(path, stem, owner)
        except OSError as error:
            raise EngineError(f"The upload could not be kept: {error.strerror or error}.") from None
        except EngineError as error:
            about = str(error).replace(f"{path}{os.sep}", f"{_THE_FILE}: ").replace(str(path), _THE_FILE)
            raise EngineError(about) from None
