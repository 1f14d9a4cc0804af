"""A run that the browser trained is a run of the engine: it unpacks, opens, and is trained again to the same weights."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.builders import ROOT

from dashboard.site.training import MODEL, TRAIN
from vae_engine.data import datasets
from vae_engine.data import mnist as data
from vae_engine.exchange import film
from vae_engine.measure.evaluation import held_out_terms
from vae_engine.model import loading
from vae_engine.runs import archive, runs
from vae_engine.stored import checkpoints, registry
from vae_engine.training import training

NODE = shutil.which("node")
SHORT = {
    "steps": 13,
    "batch_size": 32,
    "initialisation": "he",
    "learning_rate": 0.004,
    "adam_beta2": 0.99,
    "grad_clip": 200.0,
    "ema": 0.9,
}


def trained(folder: Path, images: np.ndarray, **settings: Any) -> Path:
    """The file of a run that the browser's modules trained on these images."""
    assert NODE, "These tests need Node 20 or newer (https://nodejs.org); a visitor of the product does not."
    (folder / "images.bin").write_bytes(images.tobytes())
    told = json.dumps({"side": images.shape[1], "own": False, **settings})
    command = [NODE, ROOT / "tests/browser/support/train_run.mjs", folder / "images.bin", told, folder / "run.zip"]
    subprocess.run(command, check=True, capture_output=True)
    return folder / "run.zip"


def test_a_run_of_the_browser_unpacks_and_is_trained_again_to_the_same_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "autocast", lambda device: contextlib.nullcontext())  # some processors take half the digits
    train, held = data.load("train").head(100), data.load("validation").head(30)
    model = MODEL.to_dict() | {"encoder_widths": [24, 16], "decoder_widths": [16, 24]}
    labels = [*train.labels.tolist(), *held.labels.tolist()]
    images = np.concatenate([train.images, held.images])
    packed = trained(tmp_path, images, labels=labels, classes=TRAIN.classes, split=[100, 30], model=model, train=SHORT)
    archive.unpack(packed, tmp_path / "run")
    stored = registry.find(str(tmp_path / "run"))
    events = runs.read_events(tmp_path / "run")
    assert (stored.train.train_size, stored.train.steps) == (100, SHORT["steps"])
    assert events[-1]["type"] == "finished"
    terms = held_out_terms(loading.to_torch(stored), held, "dynamic", stored.train.seed)
    assert {name: stored.metrics[name] for name in terms} == pytest.approx(terms, rel=1e-5, abs=1e-4)
    again = [event for event in training.train(stored.model, stored.train) if isinstance(event, training.Finished)][-1]
    for name, weight in again.model.state_dict().items():
        assert np.abs(weight.numpy() - stored.weights[name]).max() < 1e-3 * np.abs(stored.weights[name]).max(), name
    steps = [event["step"] for event in events if event["type"] == "snapshot"]
    assert steps == [0, 1, 2, 3, 4, 5, 6, 7, 9, 11, 13]
    assert film.frame(tmp_path / "run", 13)


def test_a_run_on_images_of_ones_own_brings_them_along(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    images, labels = rng.integers(0, 256, (90, 12, 12), np.uint8), rng.integers(0, 3, 90).tolist()
    model = {"kind": "ae", "encoder_widths": [16], "decoder": "mlp", "decoder_widths": [16]}
    packed = trained(tmp_path, images, labels=labels, classes=["a", "b", "c"], split=[60, 20], own=True, model=model, train=SHORT)
    archive.unpack(packed, tmp_path / "run")
    model_config, train = checkpoints.read_config(tmp_path / "run")
    assert (model_config.kind, model_config.side, train.classes) == ("ae", 12, ("a", "b", "c"))
    for split, part in (("train", images[:60]), ("validation", images[60:80]), ("test", images[80:])):
        np.testing.assert_array_equal(datasets.load(train.data, split).images, part)
