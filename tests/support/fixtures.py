"""Makes tests/fixtures/tiny and tests/fixtures/layers, which Python and Node both replay: `make fixtures`.

The bundle is made once and then kept, since no two machines train to the same bits; what is expected of it is worked out
anew each time.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from support import layer_cases
from support.builders import ROOT

from vae_engine.data import mnist
from vae_engine.exchange import bundle
from vae_engine.inference.exact import ExactInference, exact_log_px, log_joint
from vae_engine.inference.gaps import elbo_by_quadrature
from vae_engine.inference.posterior import exact_posterior
from vae_engine.model import loading
from vae_engine.model.models import Posterior
from vae_engine.runs import runs
from vae_engine.stored import checkpoints, weights
from vae_engine.stored.checkpoints import Stored
from vae_engine.stored.config import ModelConfig, TrainConfig

FOLDER = ROOT / "tests" / "fixtures" / "tiny"
POINTS = 40
IMAGES = (0, 1, 11, 23)
"""Test images; the posteriors of the last two have two modes each."""
Z = ((0.0, 0.0), (0.5, -1.25), (-2.0, 1.5), (3.0, 3.0), (-0.1, 2.2))
REACH, CELLS, LEAST = 4.0, 32, 1e-4
"""Cells along each axis of [−REACH, REACH]², and the mass of p(z|x) below which one is left out."""


def made() -> bytes:
    """The bundle of a small VAE that knows something of the digits, so that its posteriors have a shape."""
    config = ModelConfig(encoder_widths=(24,), decoder_widths=(48, 32), fourier_features=24)
    train = TrainConfig(steps=2500, train_size=20_000, held_out=50, learning_rate=4e-3, seed=1)
    with tempfile.TemporaryDirectory() as folder:
        for _ in runs.start(Path(folder) / "tiny", config, train):
            pass
        return bundle.bundle(checkpoints.read(Path(folder) / "tiny", "tiny"), points=POINTS)


def stored_of(packed: bytes) -> tuple[Stored, dict[str, np.ndarray]]:
    """The model in a bundle, by its half-precision weights, and all tensors of the bundle."""
    tensors, header = weights.parse(packed, "the fixture"), json.loads(weights.notes(packed)["bundle"])
    model = {name: one.astype(np.float32) for name, one in tensors.items() if name.startswith(("encoder.", "decoder."))}
    config = ModelConfig.from_dict(header["config"])
    return Stored("tiny", Path("tiny"), config, TrainConfig(), model, header["sha256"], header["metrics"]), tensors


def expected(packed: bytes) -> dict[str, Any]:
    """What both languages must find in the bundle, and make of it. Nats; `cells` are masses of p(z|x) by place in the grid,
    counted along z₁ first, from below.
    """
    stored, tensors = stored_of(packed)
    vae = loading.to_torch(stored)
    images = mnist.load("test").images[:POINTS]
    observed = mnist.observe_fixed(images, bundle.PROTOCOL, bundle.SEED)
    x, z = torch.from_numpy(observed[list(IMAGES)]), torch.tensor(Z)
    with torch.no_grad():
        q = vae.encode(x)
        pixels = vae.decode(z)
        joint = log_joint(vae, x, z)
    exact = exact_log_px(vae, x)
    inference = ExactInference(vae, max(exact.grid["range"]))
    posteriors = [exact_posterior(inference, one) for one in x]
    alone = [Posterior(q.mu[i : i + 1], q.logvar[i : i + 1]) for i in range(len(x))]
    elbos = [elbo_by_quadrature(vae, one, own, 20).item() for one, own in zip(x, alone, strict=True)]
    return {
        "codes": tensors["points.codes"].tolist(),
        "images": list(IMAGES),
        "on": [np.flatnonzero(observed[index]).tolist() for index in IMAGES],
        "mu": q.mu.tolist(),
        "std": q.std.tolist(),
        "z": [list(one) for one in Z],
        "pixels": pixels.double().numpy().round(7).tolist(),
        "log_joint": joint.tolist(),
        "log_px": exact.log_px.tolist(),
        "elbo": elbos,
        "modes": [len(one.modes) for one in posteriors],
        "cells": [_cells(one.z, one.weights) for one in posteriors],
    }


def _cells(z: torch.Tensor, mass: torch.Tensor) -> dict[str, float]:
    held = np.histogram2d(z[:, 1], z[:, 0], CELLS, [[-REACH, REACH]] * 2, weights=mass)[0].ravel()
    return {str(place): round(float(held[place]), 6) for place in np.flatnonzero(held > LEAST)}


if __name__ == "__main__":
    torch.set_num_threads(1)
    path = FOLDER / "tiny.bundle"
    if not path.exists():
        path.write_bytes(made())
    (FOLDER / "expected.json").write_text(json.dumps(expected(path.read_bytes())) + "\n", encoding="utf-8")
    layer_cases.write()
