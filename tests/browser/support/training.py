"""What torch and the engine make of trainings that the browser does, too: python training.py FOLDER [--whole]

Beside the images, as bytes: the first weights, the terms and gradients of one batch of each kind of network; for whole trainings
of 50 steps the terms of every step, those of held-out images, and the weights at the end; and numbers as numpy and torch draw
them. tests/fixtures/training keeps what takes no seconds; --whole does the live recipe, too.
"""

from __future__ import annotations

import contextlib
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save

from vae_engine.data import mnist as data
from vae_engine.model.models import Model, build_model, start_at_mean_image, start_balanced
from vae_engine.stored.architecture import layers
from vae_engine.stored.config import LIVE_MODEL, LIVE_TRAIN, ModelConfig, TrainConfig
from vae_engine.training import training

SIDE = 10
"""Of the middles of digits, so that the files are small; and no whole number of panels."""
SMALL: dict[str, Any] = {"encoder_widths": (13, 10), "decoder_widths": (12, 9), "fourier_features": 9, "side": SIDE}
MODELS = {
    "relu": ModelConfig(**SMALL | {"decoder": "mlp", "activation": "relu"}),
    "tanh": ModelConfig(**SMALL | {"activation": "tanh"}),
    "silu": ModelConfig(**SMALL | {"activation": "silu", "latent_dim": 5}),
    "gelu": ModelConfig(**SMALL),
    "autoencoder": ModelConfig(**SMALL | {"kind": "ae"}),
    "no-hidden-layer": ModelConfig(encoder_widths=(), decoder="mlp", decoder_widths=(), side=SIDE),
}
BATCH = TrainConfig(batch_size=21, initialisation="he", beta=1.7, kl_warmup_epochs=0.8, seed=3, train_size=300, held_out=30)
"""Of a size that is no multiple of anything."""
SHORT = replace(LIVE_TRAIN, seconds=0.0, steps=50, train_size=300, held_out=60, seed=5)
RUNS = {
    "live": (replace(LIVE_MODEL, encoder_widths=(40, 17), decoder_widths=(33, 40), side=SIDE), SHORT),
    "autoencoder-grey": (
        ModelConfig(kind="ae", encoder_widths=(24, 17), decoder="mlp", decoder_widths=(17, 24), activation="relu", side=SIDE),
        replace(
            SHORT, batch_size=30, protocol="grey", weight_decay=0.01, initialisation="uniform", schedule="one-cycle", ema=0.0
        ),
    ),
}
WHOLE = {"live-28": (LIVE_MODEL, replace(SHORT, train_size=1000, held_out=700))}
"""Those that take seconds."""
FIRST_STEP = 7
"""The step of the one batch: of the first epoch, while β is warmed up."""


def main(folder: Path, whole: bool) -> None:
    torch.set_num_threads(1)
    training.autocast = lambda device: contextlib.nullcontext()  # type: ignore[assignment]  # some processors take half the digits
    folder.mkdir(exist_ok=True)
    runs = RUNS | (WHOLE if whole else {})
    for side in {model.side for model, _ in runs.values()}:
        for split in ("train", "validation"):
            (folder / f"{split}-{side}.bin").write_bytes(images_of(side, split).images.tobytes())
    told = {
        "batches": {name: batch(folder, name) for name in MODELS},
        "runs": {name: run(folder, name, *runs[name]) for name in runs},
    }
    (folder / "training.json").write_text(json.dumps({**told, "drawn": drawn(), "first_step": FIRST_STEP}))


def images_of(side: int, split: str) -> data.Images:
    """The first digits of a split, or their middles, as images of another size."""
    images, edge = data.load(split).head(300 if side == SIDE else 1000), (28 - side) // 2
    return data.Images(np.ascontiguousarray(images.images[:, edge : 28 - edge, edge : 28 - edge]), images.labels)


def batch(folder: Path, name: str) -> dict[str, Any]:
    config, images = MODELS[name], images_of(SIDE, "train")
    model = build_model(config, BATCH.seed)
    start_balanced(model, BATCH.seed)
    start_at_mean_image(model, images.images)
    (folder / f"{name}.first").write_bytes(save(model.state_dict()))
    order = data.generator(BATCH.seed, 1, 0).permutation(len(images))
    chosen = images.images[order[FIRST_STEP * BATCH.batch_size : (FIRST_STEP + 1) * BATCH.batch_size]]
    x = torch.from_numpy(data.observe(chosen, BATCH.protocol, data.generator(BATCH.seed, 2, FIRST_STEP)))
    epoch = FIRST_STEP / (BATCH.train_size // BATCH.batch_size)
    rng = torch.Generator().manual_seed(BATCH.seed * 2**32 + FIRST_STEP)
    loss, nll, kl = training.batch_loss(model, BATCH, x, rng, BATCH.beta * min(1.0, epoch / BATCH.kl_warmup_epochs))
    loss.backward()
    gradients = {key: weight.grad for key, weight in model.named_parameters() if weight.grad is not None}
    (folder / f"{name}.gradients").write_bytes(save(gradients))
    terms = {"nll": nll.tolist(), "kl": kl.tolist()}
    return {"model": config.to_dict(), "train": BATCH.to_dict(), "layers": layers(config), "terms": terms}


def run(folder: Path, name: str, model: ModelConfig, config: TrainConfig) -> dict[str, Any]:
    steps, kept, terms = [], None, {}
    for event in training.train(
        model,
        config,
        train_images=images_of(model.side, "train"),
        validation_images=images_of(model.side, "validation"),
        holding=counted(steps),
    ):
        if isinstance(event, training.Step):
            steps.append([event.nll, event.kl, event.learning_rate])
        if isinstance(event, training.Finished):
            kept, terms = event.model, event.terms
    (folder / f"{name}.last").write_bytes(save(state(kept)))
    return {"model": model.to_dict(), "train": config.to_dict(), "steps": steps, "terms": terms}


def counted(steps: list[Any]) -> Any:
    """Whether training is to wait: until the step was told, so that every one is told alone."""
    return lambda step: step > len(steps)


def state(model: Model | None) -> dict[str, torch.Tensor]:
    assert model is not None
    return model.state_dict()


def drawn() -> dict[str, Any]:
    """What numpy and torch draw."""
    generator, rng = data.generator(7, 2, 5), torch.Generator().manual_seed(5)
    return {
        "order": data.generator(7, 1, 3).permutation(1000).tolist(),
        "far": data.generator(2**31 - 1, 1, 2, 3, 4).permutation(9).tolist(),
        "bytes": list(generator.bytes(1001)),
        "below_255": generator.integers(0, 255, 700, np.uint8).tolist(),
        "uniform": torch.empty(20).uniform_(-0.3, 0.3, generator=rng).tolist(),
        "normal": torch.randn(40, generator=rng).tolist(),
        "more": torch.empty(1500).normal_(0, 0.25, generator=rng).tolist(),
        "few": torch.empty(6).normal_(0, 2, generator=rng).tolist(),
    }  # fmt: skip


if __name__ == "__main__":
    main(Path(sys.argv[1]), "--whole" in sys.argv)
