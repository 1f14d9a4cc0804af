"""What the live lecture recipe reaches in 20 seconds of training on this machine, on the test split.

cd tests && python -m benchmarks.live_recipe
"""

from __future__ import annotations

import dataclasses
import statistics
import tempfile
from pathlib import Path

import torch
from benchmarks import report
from benchmarks.report import Row

from vae_engine.data import mnist as data
from vae_engine.measure import evaluation
from vae_engine.model import loading
from vae_engine.runs import runs
from vae_engine.stored import checkpoints
from vae_engine.stored.config import LIVE_MODEL, LIVE_TRAIN
from vae_engine.training.events import Finished

SEEDS = (0, 1, 2)
TARGET = -138.0  # nats per image
SAMPLES = 10


def trained(seed: int) -> dict[str, float]:
    """Terms of the bound of one run on the whole test split, and the images it was trained with."""
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / "run"
        train = dataclasses.replace(LIVE_TRAIN, seed=seed)
        *_, last = runs.start(run, LIVE_MODEL, train)
        assert isinstance(last, Finished), last
        terms = evaluation.held_out_terms(loading.to_torch(checkpoints.read(run)), data.load("test"), "dynamic", 0, SAMPLES)
    return {**terms, "images": last.step * train.batch_size}


def main() -> None:
    """Train three times and keep the medians."""
    quick = report.asked_quick(__doc__, "one seed, printed only")
    found = [trained(seed) for seed in SEEDS[: 1 if quick else None]]
    middle = {key: statistics.median(one[key] for one in found) for key in found[0]}
    rows = [
        Row("ELBO on test after 20 s of the live recipe, median of three seeds", middle["elbo"], "nats/image", least=TARGET),
        Row("the worst of the three", min(one["elbo"] for one in found), "nats/image"),
        Row("training images seen in 20 s", middle["images"], "images"),
    ]
    print(report.table(rows))
    if not quick:
        report.keep("live_recipe", "Live training", rows, f"torch {torch.__version__.split('+')[0]}")


if __name__ == "__main__":
    main()
