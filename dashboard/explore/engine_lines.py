"""The lines of the engine that compute what the mode Network of Explore shows, as they stand in its source now."""

from __future__ import annotations

from functools import lru_cache

from dashboard.shared.source import Source

_NETWORKS, _MODELS = "vae_engine/model/networks.py", "vae_engine/model/models.py"
_OPS = ("linear", "layer_norm", "dropout", "conv", "conv_transpose", "reshape", "flatten", "gelu", "relu", "silu", "tanh")

SOURCES = {op: Source(_NETWORKS, "_module", case=op) for op in _OPS} | {
    "fourier": Source(_NETWORKS, "FourierFeatures.forward"),
    "residual": Source(_NETWORKS, "Residual.forward"),
    "encode-vae": Source(_MODELS, "VAE.encode", assigns="(mu, raw)"),
    "encode-ae": Source(_MODELS, "Autoencoder.encode"),
    "std": Source(_MODELS, "Posterior.std"),
    "sample": Source(_MODELS, "Posterior.sample"),
    "decode": Source(_MODELS, "_Model.decode"),
}
"""By the name of the layer, or of the step between the networks; browser/explore/network/card.js asks for them."""


@lru_cache
def engine_lines() -> dict[str, dict[str, str | int]]:
    """Path, number and text of each line."""
    found = {name: source.excerpt() for name, source in SOURCES.items()}
    return {name: {"path": one.path, "line": one.line, "code": one.code.strip()} for name, one in found.items()}
