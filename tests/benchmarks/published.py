"""What a model of two latent dimensions comes to that was trained with a published setting, by this engine.

The Euclidean VAE of Mathieu, Le Lan, Maddison, Tomioka and Teh, "Continuous hierarchical representations with Poincaré
variational auto-encoders", NeurIPS 2019 (arXiv:1901.06033), as the repository of its authors gives the setting: one hidden
layer of 600 each way, ReLU, standard deviations by softplus, 80 epochs of Adam at 5e-4 with batches of 128. Otherwise than
there the pixels are binarised afresh in each epoch, as everywhere here, and 10,000 training images are held out.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

from vae_engine.data import mnist as data
from vae_engine.measure import evaluation
from vae_engine.model import loading
from vae_engine.runs import runs
from vae_engine.stored import checkpoints
from vae_engine.stored.checkpoints import Stored
from vae_engine.stored.config import ModelConfig, TrainConfig
from vae_engine.training.events import Finished

NAME = "Mathieu et al. 2019"
SAMPLES = 500
_MODEL = ModelConfig(encoder_widths=(600,), decoder="mlp", decoder_widths=(600,), activation="relu", spread="softplus")
_TRAIN = TrainConfig(learning_rate=5e-4, schedule="constant", batch_size=128, epochs=80)


def trained(run: Path, seed: int) -> Stored:
    """Train with the published setting, into a run directory."""
    *_, last = runs.start(run, _MODEL, dataclasses.replace(_TRAIN, seed=seed))
    assert isinstance(last, Finished), last
    return checkpoints.read(run)


def on_test(stored: Stored) -> dict[str, float]:
    """Terms of the bound and log p(x) by importance samples, of a model on the whole test split."""
    model, images = loading.to_torch(stored), data.load("test")
    terms = evaluation.held_out_terms(model, images, "dynamic", 0, 10)
    sampled = evaluation.importance_sampled_log_px(model, evaluation.observed(images, "dynamic", 0), SAMPLES, 0)
    return {**terms, "sampled": sampled.mean().item()}
