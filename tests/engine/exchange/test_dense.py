"""A dense bundle: what its bytes decode and encode stays as near to the full weights as it says. Float64, from the bytes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support.builders import save_model

from vae_engine.data import mnist
from vae_engine.exchange import bundle as export
from vae_engine.exchange import dense, rounding
from vae_engine.stored import checkpoints, forward, registry, weights
from vae_engine.stored.checkpoints import Stored
from vae_engine.stored.config import ModelConfig

PAIRS = ("vae-mnist", "ae-mnist", "vae-mnist-small", "ae-mnist-small")


def as_read(stored: Stored, *parts: bytes) -> Stored:
    """The model that the bytes of a bundle and its encoder hold, as bundle.js reads it, in float64."""
    raw = {name: tensor for part in parts for name, tensor in weights.parse(part, "a part").items()}
    read = {}
    for name in stored.weights:
        tensor = raw[name].astype(np.float64)
        if f"{name}.rows" in raw:
            steps = raw[name].view(np.int16).astype(np.float64) - 128
            tensor = steps * raw[f"{name}.rows"][:, None].astype(np.float64) * raw[f"{name}.columns"]
        read[name] = tensor
    return replace(stored, weights=read)


def exactly(stored: Stored) -> Stored:
    return replace(stored, weights={name: weight.astype(np.float64) for name, weight in stored.weights.items()})


def log_px(stored: Stored, x: np.ndarray, z: np.ndarray, cell: float) -> np.ndarray:
    """log p(x) of x [n, 784], nats, summed over the prior on a grid z: log ∫ p(x|z) p(z) dz."""
    logits = forward.run(forward.layers(stored.model)["decoder"], "decoder", stored.weights, z)
    joint = x @ logits.T - np.logaddexp(0, logits).sum(1) - (z**2).sum(1) / 2 - np.log(2 * np.pi)
    return np.logaddexp.reduce(joint, axis=1) + 2 * np.log(cell)


def grid(reach: float, count: int) -> np.ndarray:
    line = np.linspace(-reach, reach, count)
    return np.stack(np.meshgrid(line, line), -1).reshape(-1, 2)


@pytest.mark.long
@pytest.mark.parametrize("name", PAIRS)
def test_decoded_probabilities_and_codes_are_within_what_is_promised_and_log_px_near(name: str) -> None:
    stored = registry.find(name)
    parts = dense.parted(stored)
    full, read = exactly(stored), as_read(stored, *parts)
    x = export.observed_test().astype(np.float64)
    codes, spread = forward.encode(full, x)
    read_codes, read_spread = forward.encode(read, x)
    within = json.loads(weights.notes(parts[0])["bundle"])["rounded"]
    assert within["p"] <= dense.MOST_P
    assert within["codes"] <= dense.MOST_CODE
    assert np.abs(read_codes - codes).max() == pytest.approx(within["codes"], abs=1e-4)
    decoded = [forward.decode(one, codes) for one in (full, read)]
    assert np.abs(decoded[0] - decoded[1]).max() <= dense.MOST_P + 1e-4
    if spread is not None and read_spread is not None:
        assert np.abs(np.log(read_spread / spread)).max() < 0.02
        z, few = grid(4.5, 181), x[:: len(x) // 100]
        true, found = (log_px(one, few, z, 9 / 180) for one in (full, read))
        print(name, "log p(x) moved by", np.abs(found - true).max(), within)
        assert np.abs(found - true).max() < 0.1


@pytest.mark.long
def test_a_small_model_is_read_as_it_was_rounded_and_its_training_codes_are_where_they_were(tiny_vae: Path) -> None:
    stored = checkpoints.read(tiny_vae)
    content, *others = dense.parted(stored)
    assert [name for name in weights.parse(content, "a bundle") if name.startswith("decoder.")] == [], "it is a part of its own"
    read = as_read(stored, content, *others)
    z = grid(3, 20)
    assert np.abs(forward.decode(read, z) - forward.decode(exactly(stored), z)).max() <= dense.MOST_P + 1e-4
    plain, tensors = (weights.parse(one, "a bundle") for one in (export.parted(stored, whole=True)[0], content))
    places = np.cumsum(np.ascontiguousarray(tensors["train.sorted"].T).view("<u4").ravel())
    found = np.stack([places >> 13, places & 8191], 1) / 8191
    true = plain["train.codes"] / 65535
    assert np.abs(np.sort(found[:, 0]) - np.sort(true[:, 0])).max() <= 0.5 / 8191 + 1e-6
    assert np.abs(np.sort(found[:, 1]) - np.sort(true[:, 1])).max() <= 0.5 / 8191 + 1e-6


def test_errors_given_to_inputs_that_go_along_are_a_third_of_those_of_rounding_each_weight() -> None:
    rng = np.random.default_rng(0)
    inputs = (rng.normal(size=(500, 4)) @ rng.normal(size=(4, 64)) + 0.05 * rng.normal(size=(500, 64))).astype(np.float32)
    weight, bias = rng.normal(size=(32, 64)), rng.normal(size=32)
    rows = np.full(32, 0.1)
    one, moved = rounding._linear(weight, bias, inputs, inputs, rows, 1e-4)
    nearest = np.rint(weight / 0.1) * 0.1
    wanted = inputs @ weight.T + bias
    fed, plain = (np.sqrt(np.mean((inputs @ w.T + b - wanted) ** 2)) for w, b in ((one.weight(), moved), (nearest, bias)))
    assert fed < plain / 3


@pytest.mark.long
def test_layers_that_are_not_linear_stay_as_they_are(tmp_path: Path) -> None:
    stored = checkpoints.read(save_model(tmp_path / "conv", ModelConfig(encoder="conv", decoder="conv")))
    x = (mnist.load("test").head(40).images.reshape(-1, 784) / 255).astype(np.float32)
    codes = forward.encode(stored, x)[0]
    far = lambda made, some: float(np.abs(forward.encode(made, x[some])[0] - codes[some]).max())  # noqa: E731
    found, model, error = rounding.within(stored, {}, "encoder", x, far, 1e-3)
    assert error == far(model, slice(None)) <= 1e-3
    changed = {name for name, weight in model.weights.items() if not np.array_equal(weight, stored.weights[name])}
    assert changed <= {*found} | {name.replace("weight", "bias") for name in found}
    assert {stored.weights[name].ndim for name in found} <= {2}
