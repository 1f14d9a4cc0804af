"""Frames and cast of two tiny runs made by hand, and what numpy says is in them: python film.py FOLDER"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from vae_engine.data import mnist as data
from vae_engine.exchange import film
from vae_engine.exchange.bundle import observed_shown
from vae_engine.runs import log as run_log
from vae_engine.runs import snapshots
from vae_engine.stored import checkpoints, forward
from vae_engine.stored.config import ModelConfig, TrainConfig
from vae_engine.stored.weights import expected_shapes

STEP = 6
NOISE = 0.3
TERMS = {"loss": 200.5, "nll": 180.25, "kl": 2.5}
HELD_OUT = {"nll": 181.5, "kl": 2.25, "elbo": -183.75}


def main(folder: Path) -> None:
    """Write the runs and what is to be read of them."""
    told = {}
    for kind in ("vae", "ae"):
        run = folder / f"run-{kind}"
        likelihood = {"vae": "bernoulli", "ae": "gaussian-fixed"}[kind]
        model = ModelConfig(kind=kind, encoder_widths=(8,), decoder_widths=(8,), fourier_features=3, likelihood=likelihood)
        write_run(run, model)
        (folder / f"{kind}.frame").write_bytes(film.frame(run, STEP))
        stored = snapshots.read(run, STEP)
        codes, _ = forward.encode(stored, observed_shown("mnist", film.POINTS))
        names = ("loss", "nll") if kind == "ae" else ("loss", "nll", "kl", "elbo")  # an autoencoder has no kl
        shown, held_out = ({name: terms[name] for name in names if name in terms} for terms in (TERMS, HELD_OUT))
        told[kind] = {
            "step": STEP, "noise": NOISE if model.noise_is_given else None,
            "codes": codes.reshape(-1).tolist(), "quantum": float(np.ptp(codes, axis=0).max()) / 65535,
            "training": {"step": 5, "seconds": 0.5, "progress": 0.9, **shown}, "held_out": {"step": 4, **held_out},
            "decoded": forward.decode(stored, np.array([[0.3, -0.2]])).reshape(-1).tolist(),
        }  # fmt: skip
    (folder / "cast").write_bytes(film.cast("mnist"))
    test = data.load("test")
    first = test.images[0].reshape(-1).tolist()
    told["cast"] = {"count": film.POINTS, "labels": test.labels[:20].tolist(), "first": first}
    (folder / "film.json").write_text(json.dumps(told))


def write_run(run: Path, model: ModelConfig) -> None:
    """A run of which one snapshot was kept, with random weights."""
    rng = np.random.default_rng(7)
    weights = {name: (0.3 * rng.standard_normal(shape)).astype(np.float16) for name, shape in expected_shapes(model).items()}
    if model.noise_is_given:
        weights["noise"] = np.array(NOISE, np.float32)
    checkpoints.write_config(run, model, TrainConfig(steps=STEP))
    snapshots.path_of(run, STEP).parent.mkdir()
    save_file(weights, snapshots.path_of(run, STEP))
    with (run / run_log.EVENTS).open("ab") as log:
        run_log.append(log, {"type": "epoch", "step": 4, "epoch": 1, "terms": HELD_OUT})
        run_log.append(log, {"type": "step", "step": 5, "seconds": 0.5, "progress": 0.9, **TERMS})
        run_log.append(log, {"type": "snapshot", "step": STEP})


if __name__ == "__main__":
    main(Path(sys.argv[1]))
