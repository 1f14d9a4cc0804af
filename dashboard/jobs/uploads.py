"""Images that visitors upload to train on, or that came with their runs, kept beside the runs under their hash.

No Streamlit, no torch.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import shutil
import time
from collections.abc import Mapping
from pathlib import Path

from dashboard.jobs import bin as run_bin
from vae_engine.base.errors import EngineError
from vae_engine.base.files import write_atomically
from vae_engine.data import own as own_data
from vae_engine.data.formats import reading
from vae_engine.stored import checkpoints

UPLOADS = ".uploads"
UPLOAD = "The upload"
"""What is uploaded is called in complaints, instead of where it lies."""
_SEND_ONE = "send the files of one of them only (× takes a file out)"
_KEEP_SECONDS = 3600.0
_DEEPEST = 8


def keep(runs: Path, files: Mapping[str, bytes], most_bytes: int) -> Path:
    """Where uploaded files lie, once they are known to be images: the one, or the folder of several. Their names stay.

    Earlier ones that no run needs are removed. Raises EngineError when they are no images, or when runs and uploads together
    would take more than `most_bytes`.
    """
    named = {_safe(name): content for name, content in files.items()}
    digest = hashlib.sha256()
    for name, content in sorted(named.items()):
        digest.update(f"{name} {len(content)} ".encode() + content)
    folder = runs / UPLOADS / digest.hexdigest()[:20]
    tops = {name.partition("/")[0] for name in named}
    path = folder / tops.pop() if len(tops) == 1 else folder  # the file, or the folder as it is called there
    if not folder.exists():
        sweep(runs)
        if run_bin.size(runs) + sum(map(len, named.values())) > most_bytes:
            raise EngineError(f"With these files the runs would take more than {most_bytes / 1e9:.1f} GB: delete some first.")
        for name, content in named.items():
            write_atomically(folder / name, content)
    try:
        _read(path)
    except EngineError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise EngineError(told(error, path)) from None
    return path


def told(error: EngineError, path: Path) -> str:
    """What is wrong with an upload at a path, for whoever sent it and knows of no path."""
    return str(error).replace(str(path), UPLOAD).replace(reading.WANT_ONE, _SEND_ONE)


def _read(path: Path) -> None:
    """Raises EngineError, unless there are images at a path, some of which may be damaged and can be left out."""
    try:
        own_data.classes(path)
    except EngineError:
        own_data.classes(own_data.address(path, own_data.Wishes(damaged="leave-out")))


def _safe(name: str) -> str:
    """A file name from a stranger, with its folders, as one that means nothing to any file system and leads nowhere."""
    parts = [re.sub(r"[^A-Za-z0-9._-]+", "-", part)[-80:].lstrip(".-") for part in re.split(r"[\\/]", name)]
    return "/".join([part for part in parts if part][-_DEEPEST:]) or "images"


def sweep(runs: Path) -> None:
    """Remove old images that no run was trained on, deleted runs included."""
    with contextlib.suppress(OSError):
        old = [path for path in (runs / UPLOADS).iterdir() if time.time() - path.stat().st_mtime >= _KEEP_SECONDS]
        used = _in_use(runs) if old else set()
        for path in old:
            if path in used:
                continue
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)


def _in_use(runs: Path) -> set[Path]:
    """The images that runs were trained on, and the folders that these lie in."""
    used = set()
    for config in (*runs.glob(f"*/{checkpoints.CONFIG}"), *runs.glob(f"{run_bin.BIN}/*/{checkpoints.CONFIG}")):
        with contextlib.suppress(EngineError):
            place = own_data.path_of(checkpoints.read_config_file(config)[1].data)
            used |= {place, *place.parents}
    return used
