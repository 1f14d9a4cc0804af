"""A network as a list of plain layer records, derived from a ModelConfig, or listed in it.

One description, three interpreters: torch trains it (networks.py), numpy runs it where torch would
be too slow to import (forward.py), and the browser runs it from the exported bundle. A layer is a
JSON object with an `op` (records.py has all kinds); its weights are found under the dotted path of its
place in the list, as torch names them: `encoder.0.weight`. Knows nothing of torch.
"""

from __future__ import annotations

from vae_engine.stored.config import ListedConfig, ModelConfig
from vae_engine.stored.records import Layer

__all__ = ["Layer", "layers"]


def layers(config: ModelConfig) -> dict[str, list[Layer]]:
    """The layers of `encoder` (x [b, side²] → raw posterior or code) and `decoder` (z [b, d] → raw pixels).

    The encoder ends in 2·d numbers for a VAE (μ, then the raw spread) and in d for an autoencoder;
    the decoder in side² logits (Bernoulli) or 2·side² numbers (Gaussian: mean, then raw log σ).
    """
    if isinstance(config, ListedConfig):
        return dict(config.layers)  # whoever has it may take a part out
    head = config.latent_dim * (2 if config.kind == "vae" else 1)
    raw = config.pixels * (2 if config.likelihood == "gaussian" else 1)
    encoder = {"mlp": _mlp_encoder, "residual": _residual_encoder, "conv": _conv_encoder}[config.encoder](config, head)
    if config.decoder == "conv":
        return {"encoder": encoder, "decoder": _conv_decoder(config, raw)}
    decoder: list[Layer] = []
    width = config.latent_dim
    if config.decoder == "fourier":
        decoder.append({"op": "fourier", "in": width, "out": config.fourier_features, "scale": config.fourier_scale})
        width += 2 * config.fourier_features
    for out in config.decoder_widths:
        decoder += [_linear(width, out), _activation(config)]
        width = out
    return {"encoder": encoder, "decoder": [*decoder, _linear(width, raw)]}


def _linear(width: int, out: int) -> Layer:
    return {"op": "linear", "in": width, "out": out}


def _activation(config: ModelConfig) -> Layer:
    return {"op": config.activation}


def _hidden(config: ModelConfig, width: int, out: int) -> list[Layer]:
    norm = [{"op": "layer_norm", "size": out}] if config.layer_norm else []
    drop = [{"op": "dropout", "share": config.dropout}] if config.dropout else []
    return [_linear(width, out), *norm, _activation(config), *drop]


def _mlp_encoder(config: ModelConfig, head: int) -> list[Layer]:
    result: list[Layer] = []
    width = config.pixels
    for out in config.encoder_widths:
        result += _hidden(config, width, out)
        width = out
    return [*result, _linear(width, head)]


def _residual_encoder(config: ModelConfig, head: int) -> list[Layer]:
    """A linear layer to the first width, then one pre-norm block h + W₂ f(W₁ norm(h)) per further width."""
    width, *inner_widths = config.encoder_widths
    result: list[Layer] = [_linear(config.pixels, width)]
    for inner in inner_widths:
        block: list[Layer] = [{"op": "layer_norm", "size": width}, *_hidden(config, width, inner), _linear(inner, width)]
        result.append({"op": "residual", "layers": block})
    return [*result, {"op": "layer_norm", "size": width}, _activation(config), _linear(width, head)]


def _conv_encoder(config: ModelConfig, head: int) -> list[Layer]:
    """4×4 convolutions of stride 2, one per width but the last, which is a linear layer's."""
    *channels, hidden = config.encoder_widths
    result: list[Layer] = [{"op": "reshape", "shape": [1, config.side, config.side]}]
    count, side = 1, config.side
    for out in channels:
        result += [{"op": "conv", "in": count, "out": out, "kernel": 4, "stride": 2, "padding": 1}, _activation(config)]
        count, side = out, side // 2
    width = count * side * side
    return [*result, {"op": "flatten"}, *_hidden(config, width, hidden), _linear(hidden, head)]


def _conv_decoder(config: ModelConfig, raw: int) -> list[Layer]:
    """A hidden layer, maps of a quarter of the side (7×7 of 28×28), then two 4×4 transposed convolutions of stride 2."""
    hidden, first, second = config.decoder_widths
    maps, quarter = raw // config.pixels, config.side // 4
    return [
        _linear(config.latent_dim, hidden), _activation(config),
        _linear(hidden, first * quarter**2), _activation(config),
        {"op": "reshape", "shape": [first, quarter, quarter]},
        {"op": "conv_transpose", "in": first, "out": second, "kernel": 4, "stride": 2, "padding": 1}, _activation(config),
        {"op": "conv_transpose", "in": second, "out": maps, "kernel": 4, "stride": 2, "padding": 1},
        {"op": "flatten"},
    ]  # fmt: skip
