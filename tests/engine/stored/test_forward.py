"""The numpy forward pass, for every architecture, against the torch one."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
import torch
from support.builders import DECODERS, ENCODERS, listed, save_model, tiny

from vae_engine import ModelConfig
from vae_engine.data import mnist as data
from vae_engine.model import loading
from vae_engine.model.models import Posterior
from vae_engine.stored import checkpoints, forward

ACTIVATIONS = ("gelu", "relu", "silu", "tanh")
CONFIGS = [tiny(e, d, layer_norm=True, dropout=0.2) for e, d in itertools.product(ENCODERS, DECODERS)]
CONFIGS += [tiny(e, d, kind="ae") for e, d in zip(ENCODERS, DECODERS, strict=True)]
CONFIGS += [tiny(activation=activation) for activation in ACTIVATIONS]
CONFIGS += [tiny(spread="softplus"), tiny(likelihood="gaussian-fixed"), tiny("conv", "conv", likelihood="gaussian", latent_dim=5)]
CONFIGS += [
    listed(),
    listed(likelihood="gaussian-linear"),
    tiny(encoder_widths=(), decoder_widths=()),
    tiny("conv", encoder_widths=(2, 3, 4, 8)),
]


def label(config: ModelConfig) -> str:
    return "-".join([config.kind, config.encoder, config.decoder, config.activation, config.likelihood, config.spread])


def stored_model(folder: Path, config: ModelConfig) -> checkpoints.Stored:
    return checkpoints.read(save_model(folder / "model", config))


@pytest.mark.parametrize("config", CONFIGS, ids=label)
def test_numpy_and_torch_agree_to_a_hundred_thousandth(config: ModelConfig, tmp_path: Path, digits: data.Images) -> None:
    stored = stored_model(tmp_path, config)
    model = loading.to_torch(stored)
    x = data.observe_fixed(digits.images, "dynamic", 0)
    found, (codes, std) = model.encode(torch.from_numpy(x)), forward.encode(stored, x)
    if isinstance(found, Posterior):
        assert std is not None
        np.testing.assert_allclose(codes, found.mu, rtol=0, atol=1e-5)
        np.testing.assert_allclose(std, found.std, rtol=0, atol=1e-5)
    else:
        assert std is None
        np.testing.assert_allclose(codes, found, rtol=0, atol=1e-5)
    z = np.random.default_rng(0).normal(size=(20, config.latent_dim)).astype(np.float32) * 3
    images = forward.decode(stored, z)
    assert images.shape == (20, 28, 28)
    np.testing.assert_allclose(images.reshape(20, -1), model.decode(torch.from_numpy(z)), rtol=0, atol=1e-5)


def test_softplus_spread_of_any_size_is_that_of_torch(tmp_path: Path) -> None:
    stored = stored_model(tmp_path, tiny(spread="softplus"))
    for raw in (-200.0, -20.0, 0.0, 20.0, 200.0):
        stored.weights["encoder.4.bias"][2:] = raw
        x = np.zeros((1, 784), np.float32)
        expected = loading.to_torch(stored).encode(torch.from_numpy(x)).std
        np.testing.assert_allclose(forward.encode(stored, x)[1], expected, rtol=1e-4, atol=2e-6)


def test_chunks_do_not_change_the_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = stored_model(tmp_path, tiny("conv", "conv"))
    z = np.random.default_rng(1).normal(size=(25, 2))
    whole = forward.decode(stored, z)
    monkeypatch.setattr(forward, "_CHUNK", 7)
    np.testing.assert_allclose(forward.decode(stored, z), whole, rtol=0, atol=1e-6)


def test_no_input_gives_no_output(tiny_vae: Path) -> None:
    stored = checkpoints.read(tiny_vae)
    assert forward.decode(stored, np.zeros((0, 2))).shape == (0, 28, 28)
    assert forward.encode(stored, np.zeros((0, 784), np.float32))[0].shape == (0, 2)
