"""Others' models imported and explored: the time that each takes, and by how much ours differs from the original at most.

    python -m benchmarks.foreign_models FOLDER           makes them, in an environment that has their programs
    cd tests && python -m benchmarks.foreign FOLDER      imports them and writes README's table

Time is the processor's for the whole command: the start of Python, the images, and the proof on 256 inputs in numpy and torch.
What is read as data, and so not run, is held to what its own program gave for the same inputs (`reference.npz`).
Each is then opened in Explore, where the browser is asked for the same, and dragged about on its map.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Iterator
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from benchmarks import report
from benchmarks.explorer import SETTLED_MS, moving, opened
from benchmarks.report import ROOT, Row
from playwright.sync_api import Browser
from support.serving import chromium, dashboard

from dashboard.jobs.run_view import About, write_about
from vae_engine.exchange.imports import probe
from vae_engine.stored import checkpoints, forward
from vae_engine.stored.architecture import layers
from vae_engine.stored.checkpoints import Stored

MOST_SECONDS, MOST_OFF, COUNT = 10.0, 1e-4, 12
MOST_DECODE = {"dense": 1.0, "of maps": 4.0}  # ms
MOST_PAINTED, DRAG_SECONDS = 20.0, 4.0
FIRST_SECONDS = 300.0  # that the first opening may take: 20,000 images are encoded
ROWS = 6


def _rows(folder: Path) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as out, dashboard(Path(out) / "log.txt") as address, chromium() as browser:
        for number, place in enumerate(sorted(one for one in folder.iterdir() if one.is_dir())):
            kept = Path(out) / "runs" / f"foreign-{number}"
            off = yield from _imported(place, kept)
            write_about(kept, About(place.name, created=1.0))
            yield from _explored(browser, f"{address}/?models=run:{kept.name}", place.name, checkpoints.read(kept), off)


def _imported(place: Path, kept: Path) -> Generator[Row, None, float]:
    """Import one into a folder; by how much ours differs from the original."""
    files = sorted([*place.glob("*.onnx"), *place.glob("*.keras")], key=lambda path: path.stem != "encoder") or [place]
    command = [sys.executable, "-m", "vae_engine", "import", *files, "-o", kept, "--json"]
    began = _spent()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    seconds = _spent() - began
    if done.returncode:
        raise SystemExit(f"{place.name}: {done.stderr}")
    yield Row(f"{place.name}: imported and proved, CPU time", seconds, "s", most=MOST_SECONDS)
    about = json.loads(done.stdout)
    off = max(about["differs_by"].values())
    if not about["against"]:  # what the import told is by how much torch differs from numpy
        off += _off_reference(checkpoints.read(kept), place / "reference.npz")
    yield Row("… differs from the original by at most", off, "", most=MOST_OFF)
    return off


def _off_reference(stored: Stored, path: Path) -> float:
    """By how much numpy differs at most from what the original's own program gave."""
    with np.load(path) as said:
        mu, std = forward.encode(stored, said["x"])
        found = {"mu": mu, "std": std, "images": forward.decode(stored, said["z"]).reshape(len(said["z"]), -1)}
        return max(float(np.abs(numbers - said[name]).max()) for name, numbers in found.items())


def _explored(browser: Browser, address: str, name: str, stored: Stored, off: float) -> Iterator[Row]:
    began = time.perf_counter()
    with opened(browser, address, within=FIRST_SECONDS) as page:
        first = time.perf_counter() - began - SETTLED_MS / 1000
        found = moving(page, DRAG_SECONDS)
    answer = probe.answered(stored.folder, stored.sha256)
    if answer is None:
        raise SystemExit(f"{name}: the browser was not asked.")
    yield Row("… opened for the first time, proved in the browser and drawn", first, "s")
    yield Row("… the browser, with that, by at most", off + max(answer["differs_by"].values()), "", most=MOST_OFF)
    kind = "of maps" if any("conv" in layer["op"] for layer in layers(stored.model)["decoder"]) else "dense"
    yield Row(f"… one decode ({kind}) while dragging, p95", found["decode"], "ms", most=MOST_DECODE[kind])
    yield Row("… input → drawn, p95", found["p95"], "ms", most=MOST_PAINTED)


def _spent() -> float:
    """Processor time of all processes that were waited for, in seconds."""
    times = os.times()
    return times.children_user + times.children_system


def main() -> None:
    """Measure and keep."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    rows = report.printed(_rows(parser.parse_args().folder))
    if len(rows) != ROWS * COUNT:
        raise SystemExit(f"These are {len(rows) // ROWS} models, not {COUNT}.")
    software = f"torch {torch.__version__.partition('+')[0]}, onnxruntime {onnxruntime.__version__}"
    report.keep("foreign", "Twelve models that others' code defines", rows, software)


if __name__ == "__main__":
    main()
