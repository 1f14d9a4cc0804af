"""Whose weights a training begins with, where they are not fresh. Knows nothing of torch."""

from __future__ import annotations

from vae_engine.base.errors import EngineError
from vae_engine.stored import registry
from vae_engine.stored.architecture import layers
from vae_engine.stored.config import FRESH, ModelConfig, TrainConfig
from vae_engine.stored.weights import Weights


def weights(model: ModelConfig, train: TrainConfig) -> Weights:
    """The weights to begin with: of the decoder, and of an encoder of the same layers; none where all are fresh.

    Raises EngineError when there is no such model or its decoder is another one.
    """
    if train.begin == FRESH:
        return {}
    stored = registry.find(train.begin)
    ours, theirs = layers(model), layers(stored.model)
    alike = ours["decoder"] == theirs["decoder"] and model.likelihood == stored.model.likelihood
    if not alike or model.kind != stored.model.kind:
        raise EngineError(
            f"{train.begin} has another decoder, likelihood or kind than this model; take its network, but for the encoder."
        )
    parts = ("decoder.", "encoder.") if ours["encoder"] == theirs["encoder"] else ("decoder.",)
    return {name: tensor for name, tensor in stored.weights.items() if name.startswith(parts)}
