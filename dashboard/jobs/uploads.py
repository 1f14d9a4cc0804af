"""Images that visitors upload to train on, or that came with their runs, kept beside the runs under the hash of their bytes.

No Streamlit, no torch.
"""

from __future__ import annotations

import contextlib
import hashlib
import time
from pathlib import Path

from dashboard.jobs import bin as run_bin
from vae_engine.base.errors import EngineError
from vae_engine.base.files import write_atomically
from vae_engine.data import own as own_data
from vae_engine.stored import checkpoints

UPLOADS = ".uploads"
_KEEP_SECONDS = 3600.0


def keep(runs: Path, raw: bytes, most_bytes: int) -> Path:
    """The file of uploaded .npz bytes, once they are known to be images. Earlier ones that no run needs are removed.

    Raises EngineError when they are no images, or when runs and uploads together would take more than `most_bytes`.
    """
    path = runs / UPLOADS / f"{hashlib.sha256(raw).hexdigest()[:20]}.npz"
    if not path.exists():
        sweep(runs)
        if run_bin.size(runs) + len(raw) > most_bytes:
            raise EngineError(f"With this file the runs here would take more than {most_bytes / 1e9:.1f} GB: delete some first.")
        write_atomically(path, raw)
    try:
        own_data.classes(path)
    except EngineError as error:
        path.unlink(missing_ok=True)
        raise EngineError(str(error).replace(str(path), "The uploaded file")) from None
    return path


def sweep(runs: Path) -> None:
    """Remove old images that no run was trained on, deleted runs included."""
    with contextlib.suppress(OSError):
        old = [path for path in (runs / UPLOADS).iterdir() if time.time() - path.stat().st_mtime >= _KEEP_SECONDS]
        used = _in_use(runs) if old else set()
        for path in old:
            if str(path) not in used:
                path.unlink(missing_ok=True)


def _in_use(runs: Path) -> set[str]:
    used = set()
    for config in (*runs.glob(f"*/{checkpoints.CONFIG}"), *runs.glob(f"{run_bin.BIN}/*/{checkpoints.CONFIG}")):
        with contextlib.suppress(EngineError):
            used.add(str(own_data.path_of(checkpoints.read_config_file(config)[1].data)))
    return used
