"""Models that other programs wrote, brought among the runs: each imported once, by a process of its own. No Streamlit."""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from dashboard.jobs.jobs import Jobs
from dashboard.jobs.run_view import NAME_LENGTH
from vae_engine.base.errors import EngineError
from vae_engine.base.files import read_json, write_json
from vae_engine.base.places import CODE
from vae_engine.exchange.imports import probe, pythae_model
from vae_engine.stored import checkpoints

BROUGHT = "brought.json"
"""Beside a model that was brought: by what it is known again."""
SECONDS = 90.0
"""The longest that reading a model may take."""
MEASURED, MEASURING_SECONDS = 500, 600.0
"""How many test images are measured, and the longest that this may take."""
_READING = threading.Lock()


def bring(jobs: Jobs, files: Sequence[Path], options: Mapping[str, str], owner: str = "", name: str = "") -> str:
    """The id of the run that holds a model, given by its files and `options` of the engine's `import`.

    The same files with the same options are read once. Without a `name` it is called as its files are.
    Raises EngineError, one sentence, where they cannot be read.
    """
    if jobs.read_only:
        raise EngineError(jobs.why_not())
    files = sorted((path.expanduser().resolve() for path in files), key=lambda path: "dec" in path.stem.lower())
    known_by = _digest(files, options)
    if (before := _before(jobs.folder, known_by)) is not None:
        return before
    with _alone(), tempfile.TemporaryDirectory() as place:
        made = Path(place) / "model"
        _import([*map(str, files), *(f"--{name}={value}" for name, value in options.items())], made)
        if not checkpoints.read_config(made)[0].has_map:
            raise EngineError(f"{called(files)} has one latent dimension, and a map shows two; `import` keeps it to measure.")
        write_json(made / BROUGHT, {"known_by": known_by})
        return jobs.take_in(lambda folder: shutil.copytree(made, folder), name or called(files), owner)


def measure(folder: Path) -> None:
    """Measure a model on MEASURED test images, their pixels 0 or 1 as the bundled models see them, and keep the numbers.

    Raises EngineError, one sentence, where that cannot be done.
    """
    with _alone():
        few = ["--limit", str(MEASURED), "--is-samples", "50"]  # the exact log p(x) is what is wanted
        _engine(["evaluate", str(folder), "--protocol", "dynamic", *few, "--save"], MEASURING_SECONDS)


def about(folder: Path) -> dict[str, Any]:
    """What is known of a model that was brought, as the import told it, and what a browser answered of it (`in_browser`).

    Nothing of other runs. Raises EngineError.
    """
    metrics = read_json(folder / checkpoints.METRICS)
    told = metrics.get("metrics", {}).get("imported") if isinstance(metrics, dict) else None
    if not isinstance(told, dict):
        return {}
    return {**told, "in_browser": probe.answered(folder, metrics.get("weights_sha256", ""))}


def called(files: Sequence[Path]) -> str:
    """A name for the model of some files: what theirs have in common, else that of their folder."""
    stems = [path.name.split(".")[0] for path in files]
    same = itertools.takewhile(lambda letters: len(set(letters)) == 1, zip(*stems, strict=False))
    stem = "".join(letters[0] for letters in same).strip("-_ ")
    known = {"", "encoder", "decoder", "enc", "dec", "model", "final_model", "vae"}
    name = files[0].parent.name if stem.lower() in known else stem
    return "".join(one for one in name if one.isprintable()).strip()[:NAME_LENGTH] or "model"


def _import(arguments: Sequence[str], output: Path) -> None:
    _engine(["import", *arguments, "-o", str(output)], SECONDS)


def _engine(arguments: Sequence[str], seconds: float) -> None:
    """Have the engine's command do something, for so long at most. Raises EngineError with its complaint."""
    # Not by a path to this folder: what lies where the visitor stands must not be taken for a module.
    command = [sys.executable, "-P", "-m", "vae_engine", *arguments, "--json"]
    try:
        done = subprocess.run(
            command, env=os.environ | {"PYTHONPATH": str(CODE)}, capture_output=True, timeout=seconds, stdin=subprocess.DEVNULL
        )
    except subprocess.TimeoutExpired:
        raise EngineError(f"This model takes more than {seconds:.0f} seconds, too long to wait for.") from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise EngineError(
            said[-1] if done.returncode == 2 and said else "The model could not be read or measured: the process ended early."
        )


def _digest(files: Sequence[Path], options: Mapping[str, str]) -> str:
    """The same for the same contents with the same options, wherever they lie."""
    digest = hashlib.sha256(repr(sorted(options.items())).encode())
    for path in files:
        beside = path.with_name(f"{path.name}.data")
        for part in [path / name for name in pythae_model.FILES] if path.is_dir() else [path, beside]:
            if part.is_file():
                digest.update(f"{part.suffix} {part.stat().st_size} ".encode())
                with part.open("rb") as content:
                    digest.update(hashlib.file_digest(content, "sha256").digest())
    return digest.hexdigest()


def _before(runs: Path, known_by: str) -> str | None:
    """The run that was made of the same."""
    for path in runs.glob(f"*/{BROUGHT}"):
        with contextlib.suppress(EngineError):
            if not path.parent.name.startswith(".") and read_json(path) == {"known_by": known_by}:
                return path.parent.name
    return None


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """One at a time: each takes a processor and some memory."""
    if not _READING.acquire(blocking=False):
        raise EngineError("Another model is just being read or measured; try again in a moment.")
    try:
        yield
    finally:
        _READING.release()
