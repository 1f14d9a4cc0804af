"""Others' models imported: the time that each takes, and by how much ours differs from the original at most.

    python -m benchmarks.foreign_models FOLDER           makes them, in an environment that has their programs
    cd tests && python -m benchmarks.foreign FOLDER      imports them and writes README's table

Time is the processor's for the whole command: the start of Python, the images, and the proof on 256 inputs in numpy and torch.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import onnxruntime
import torch
from benchmarks import report
from benchmarks.report import ROOT, Row

MOST_SECONDS, MOST_OFF, COUNT = 10.0, 1e-4, 12


def _rows(folder: Path) -> Iterator[Row]:
    for place in sorted(one for one in folder.iterdir() if one.is_dir()):
        files = sorted([*place.glob("*.onnx"), *place.glob("*.keras")], key=lambda path: path.stem != "encoder") or [place]
        with tempfile.TemporaryDirectory() as out:
            command = [sys.executable, "-m", "vae_engine", "import", *files, "-o", f"{out}/model", "--json"]
            began = _spent()
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
            seconds = _spent() - began
        if done.returncode:
            raise SystemExit(f"{place.name}: {done.stderr}")
        yield Row(f"{place.name}: imported and proved, CPU time", seconds, "s", most=MOST_SECONDS)
        about = json.loads(done.stdout)
        # Of what is read as data the original is not run: then torch and numpy are held to one another.
        who = "differs from the original" if about["against"] else "torch differs from numpy (the original is not run)"
        yield Row(f"… {who} by at most", max(about["differs_by"].values()), "", most=MOST_OFF)


def _spent() -> float:
    """Processor time of all processes that were waited for, in seconds."""
    times = os.times()
    return times.children_user + times.children_system


def main() -> None:
    """Measure and keep."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    rows = report.printed(_rows(parser.parse_args().folder))
    if len(rows) != 2 * COUNT:
        raise SystemExit(f"These are {len(rows) // 2} models, not {COUNT}.")
    software = f"torch {torch.__version__.partition('+')[0]}, onnxruntime {onnxruntime.__version__}"
    report.keep("foreign", "Twelve models that others' code defines", rows, software)


if __name__ == "__main__":
    main()
