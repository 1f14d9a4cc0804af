"""What the engine makes of some images' exact posteriors: python exact.py FOLDER NAME COUNT GAPS

Writes the bundle of a model, COUNT test images and, as JSON, their exact log p(x) and the gaps of the first GAPS of
them, all by the half-precision weights that the bundle holds. NAME is a pretrained model or a likelihood, with which
a small model is trained for a few seconds.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path

import torch

from vae_engine.data import mnist as data
from vae_engine.exchange import bundle as export
from vae_engine.inference.exact import ExactInference, exact_log_px
from vae_engine.inference.gaps import gaps
from vae_engine.model import loading
from vae_engine.runs import runs
from vae_engine.stored import checkpoints, registry
from vae_engine.stored.checkpoints import Stored
from vae_engine.stored.config import ModelConfig, TrainConfig


def main(folder: Path, name: str, count: int, with_gaps: int) -> None:
    stored = registry.find(name) if name in registry.names() else trained(folder / "run", name)
    images = data.load("test").head(count).images
    (folder / "model.bundle").write_bytes(export.bundle(stored, with_images=False))
    (folder / "images.bin").write_bytes(images.tobytes())
    weights = {key: weight.astype("float32") for key, weight in export.weights(stored).items()}
    vae = loading.to_torch(dataclasses.replace(stored, weights=weights))
    x = torch.from_numpy(data.observe_fixed(images, "dynamic", 0))
    exact = exact_log_px(vae, x)
    inference = ExactInference(vae, max(exact.grid["range"]))
    found = [gaps(inference, image) for image in x[:with_gaps]]
    numbers = [{"encoder": gap.encoder_elbo, "best": gap.best_elbo} for gap in found]
    (folder / "exact.json").write_text(json.dumps({"logPx": exact.log_px.tolist(), "gaps": numbers}))


def trained(folder: Path, likelihood: str) -> Stored:
    """A small model that knows something of the digits, so that its posteriors have a shape."""
    model = ModelConfig(encoder_widths=(64, 64), decoder_widths=(64, 64), fourier_features=16, likelihood=likelihood)
    for _ in runs.start(folder, model, TrainConfig(steps=400, held_out=50, learning_rate=4e-3)):
        pass
    return checkpoints.read(folder, likelihood)


if __name__ == "__main__":
    torch.set_num_threads(1)
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
