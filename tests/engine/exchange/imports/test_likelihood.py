"""p(x|z) of an imported model: assumed where nothing is said, as said otherwise, and in every place told."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch

from vae_engine import load_model
from vae_engine.exchange.imports.assumed import Said
from vae_engine.stored import checkpoints, forward

Command = Callable[..., tuple[int, str, str]]

SIGMOID = "around the sigmoid of the decoder's last numbers, as said"
CONV = ["--mu", "getitem_6", "--std", "softplus"]
CASES: dict[str, tuple[str, list[str], str, float | None]] = {
    "nothing said": ("torch_default", [], "bernoulli, assumed", None),
    "bernoulli": ("torch_default", ["--likelihood", "bernoulli"], "bernoulli, as said", None),
    "gaussian around a sigmoid": (
        "torch_default", ["--likelihood", "gaussian"], f"gaussian of σ = 1 {SIGMOID}", 1.0,
    ),
    "gaussian around means as they are": (
        "torch_conv", [*CONV, "--likelihood", "gaussian", "--noise", "0.3"],
        "gaussian of σ = 0.3 around the decoder's output as it is, as said", 0.3,
    ),
    "gaussian around logits": (
        "torch_conv", [*CONV, "--logits", "conv2d", "--likelihood", "gaussian"],
        f"gaussian of σ = 1 {SIGMOID}", 1.0,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_is_said_of_the_pixels_is_their_density(case: str, foreign: Path, tmp_path: Path, command: Command) -> None:
    name, options, told, noise = CASES[case]
    paths = [foreign / name / f"{part}.onnx" for part in ("encoder", "decoder")]
    code, text, error = command("import", *paths, "-o", tmp_path / "mine", *options)
    assert code == 0, error
    assert f"likelihood   {told}" in text
    session = onnxruntime.InferenceSession(paths[1], providers=["CPUExecutionProvider"])
    z = np.array([[0.3, -1.2]], np.float32)
    pixels = torch.from_numpy(session.run(None, {session.get_inputs()[0].name: z})[0].reshape(1, -1)).double()
    if "--logits" in options:
        pixels = pixels.sigmoid()
    x = torch.rand((4, 784), generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    want = (x * pixels.log() + (1 - x) * (1 - pixels).log()).sum(-1)
    if noise:
        want = -((x - pixels) ** 2).sum(-1) / (2 * noise**2) - 784 / 2 * math.log(2 * math.pi * noise**2)
    model = load_model(str(tmp_path / "mine"))
    raw = model.decode_logits(torch.from_numpy(z))
    torch.testing.assert_close(model.likelihood.log_prob(x, raw.double().expand(4, -1)), want, rtol=1e-5, atol=1e-3)
    torch.testing.assert_close(model.decode(torch.from_numpy(z)).double(), pixels, rtol=0, atol=1e-5)
    decoded = forward.decode(checkpoints.read(tmp_path / "mine"), z).reshape(1, -1)
    np.testing.assert_allclose(decoded, pixels, rtol=0, atol=1e-5)
    info = json.loads(command("info", tmp_path / "mine", "--json")[1])
    assert info["metrics"]["imported"]["likelihood"] == told
    assert info["train"].get("noise") == noise
    if name == "torch_conv":
        return  # as with the dense one, and slow
    measured = json.loads(command("evaluate", tmp_path / "mine", "--limit", "4", "--is-samples", "10", "--json")[1])
    assert measured.get("noise") == noise
    assert ("caveat" in measured) == (noise is None)  # of grey pixels only a density is one of the pixels


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("torch_conv", CONV, "--logits conv2d; if it gives means, say --likelihood gaussian"),
        ("torch_default", ["--noise", "0.5"], "has no noise to set"),
        ("torch_default", ["--likelihood", "gaussian", "--noise", "0"], "noise must be a number from 0.001"),
        ("torch_default", ["--likelihood", "gaussian", "--noise", "nan"], "noise must be a number from 0.001"),
    ],
)
def test_what_cannot_be_is_refused_in_a_line(
    name: str, options: list[str], said: str, foreign: Path, tmp_path: Path, command: Command
) -> None:
    paths = [foreign / name / f"{part}.onnx" for part in ("encoder", "decoder")]
    code, _, error = command("import", *paths, "-o", tmp_path / "mine", *options)
    assert code == 2
    assert said in error
    assert len(error.splitlines()) == 1
    assert not (tmp_path / "mine").exists()


def test_a_noise_that_nobody_gave_is_one() -> None:
    assert Said().noise_of("bernoulli") is None
    assert Said("gaussian").noise_of("gaussian-fixed") == 1.0
    assert Said("gaussian", 0.2).noise_of("gaussian-linear") == 0.2
