"""The trainings that the Train page offers ready-made. Pure."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from vae_engine.base.errors import EngineError
from vae_engine.stored import checkpoints, registry
from vae_engine.stored.config import LIVE_MODEL, LIVE_TRAIN, ModelConfig, TrainConfig

BEST_MODEL = "vae-mnist"
"""The bundled model whose settings are the best ones known here."""


_RUNG, _BETA = "vae-beta-1", 3.0
"""One of the bundled models that differ in β only, and a β that none of them has."""


@dataclass(frozen=True)
class Preset:
    """Settings with a name, and what to watch for while they train."""

    name: str
    title: str
    watch: str
    model: ModelConfig
    train: TrainConfig


_PAPER_MODEL = replace(LIVE_MODEL, encoder_widths=(500,), decoder="mlp", decoder_widths=(500,), activation="tanh")
_PAPER_TRAIN = replace(
    LIVE_TRAIN, initialisation="uniform", optimizer="adagrad", learning_rate=0.01, schedule="constant", grad_clip=0.0,
    batch_size=100, ema=0.0, seconds=60.0, epochs=0.0,
)  # fmt: skip
_CONVOLUTIONAL = replace(
    LIVE_MODEL, encoder="conv", encoder_widths=(16, 32, 256), decoder="conv", decoder_widths=(256, 32, 16)
)  # fmt: skip

_ALWAYS = (
    Preset(
        "demo", "Lecture demo",
        "Classes part within seconds; the manifold sharpens while the cloud of codes takes the shape of N(0, I).",
        LIVE_MODEL, LIVE_TRAIN,
    ),
    Preset(
        "autoencoder", "Plain autoencoder",
        "No KL and no prior: the codes spread far beyond the unit circle, and nothing fills the holes between them.",
        replace(LIVE_MODEL, kind="ae"), LIVE_TRAIN,
    ),
    Preset(
        "beta-4", "β = 4",
        "The KL is four times as dear: it settles lower, nll higher, classes overlap more and images blur.",
        LIVE_MODEL, replace(LIVE_TRAIN, beta=4.0),
    ),
    Preset(
        "collapse", "Let it collapse",
        "With β = 50 telling images apart does not pay: the KL goes to 0, every q(z|x) to the prior, every image to the mean.",
        LIVE_MODEL, replace(LIVE_TRAIN, beta=50.0),
    ),
    Preset(
        "aevb", "AEVB as published: M=100, L=1, Adagrad",
        "One hidden layer of 500 tanh units and a constant rate, as in 2014: the same picture comes much more slowly.",
        _PAPER_MODEL, _PAPER_TRAIN,
    ),
    Preset(
        "convolutional", "Convolutional",
        "Filters slide over the image: fewer weights and more work for each, so count images per second beside nats.",
        _CONVOLUTIONAL, replace(LIVE_TRAIN, learning_rate=2e-3, seconds=60.0, epochs=0.0),
    ),
    Preset(
        "exact", "Without an encoder",
        "The decoder climbs log p(x) itself, by points all over the plane. An encoder only follows; the last quarter is its own.",
        LIVE_MODEL, replace(LIVE_TRAIN, objective="exact", points=2048, batch_size=500, seconds=60.0, epochs=0.0),
    ),
)  # fmt: skip


@lru_cache(maxsize=4)
def _settings_of(bundled: Path) -> tuple[ModelConfig, TrainConfig]:
    return checkpoints.read_config(bundled)


def presets() -> tuple[Preset, ...]:
    """All of them; those like a bundled model only where it is bundled."""
    found = list(_ALWAYS)
    with contextlib.suppress(EngineError):
        model, train = _settings_of(registry.PRETRAINED / _RUNG)
        watch = "As the bundled vae-beta models but for β: set your own, and it stands with theirs on the β chart of Runs."
        found.append(Preset("ladder", "Like the β ladder, another β", watch, model, replace(train, beta=_BETA)))
    with contextlib.suppress(EngineError):
        best = _settings_of(registry.PRETRAINED / BEST_MODEL)
        watch = f"The settings of {BEST_MODEL}: after the first seconds, minutes of small gains until the rate has fallen."
        found.append(Preset("best", "Best quality", watch, *best))
    return tuple(found)
