"""A state_dict and a list of its layers are a model with torch's own numbers; what does not fit is said in a sentence."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from engine.exchange.imports.torch_files import LAYERS, listed
from safetensors.torch import save_file
from torch import Tensor

from vae_engine import Autoencoder, load_model

Command = Callable[..., tuple[int, str, str]]
X, Z = torch.rand((8, 784), generator=torch.Generator().manual_seed(1)), torch.tensor([[0.3, -1.2], [2.0, 0.1]])


def test_it_gives_the_numbers_of_torch(tmp_path: Path, command: Command) -> None:
    own = listed(tmp_path / "theirs")
    files = [tmp_path / "theirs" / name for name in ("weights.safetensors", "layers.json")]
    code, text, error = command("import", *files, "-o", tmp_path / "mine", "--json")
    assert code == 0, error
    about = json.loads(text)
    assert about["likelihood"] == "bernoulli, assumed"
    assert (about["against"], about["proved_in"]) == ("", ["numpy", "torch"])
    ours = load_model(str(tmp_path / "mine"))
    with torch.no_grad():
        q = ours.encode(X)
        torch.testing.assert_close([q.mu, q.logvar], own.encode(X), rtol=1e-5, atol=1e-5)
        torch.testing.assert_close(ours.decode(Z), own.decode(Z), rtol=1e-5, atol=1e-5)


def test_a_code_is_an_autoencoder_and_half_precision_is_read(tmp_path: Path, command: Command) -> None:
    own = listed(tmp_path)
    kept = {name: tensor.half() if tensor.is_floating_point() else tensor for name, tensor in own.state_dict().items()}
    save_file({name: tensor for name, tensor in kept.items() if not name.startswith("logvar")}, tmp_path / "weights.safetensors")
    layers = copy.deepcopy(LAYERS)
    layers["encoder"][-1] = {"op": "linear", "weights": "mean"}
    (tmp_path / "layers.json").write_text(json.dumps(layers))
    files = [tmp_path / "layers.json", tmp_path / "weights.safetensors"]
    code, _, error = command("import", *files, "-o", tmp_path / "mine")
    assert code == 0, error
    ours = load_model(str(tmp_path / "mine"))
    assert isinstance(ours, Autoencoder)
    torch.testing.assert_close(ours.encode(X), own.encode(X)[0], rtol=0, atol=5e-3)


def _layer(part: str, place: int, **says: Any) -> Callable[[dict[str, Any], dict[str, Tensor]], Any]:
    return lambda layers, weights: layers[part][place].update(says)


REFUSED: dict[str, tuple[Callable[[dict[str, Any], dict[str, Tensor]], Any], str]] = {
    "no such weights": (
        _layer("encoder", 1, weights="conv9"),
        r"layers.json: encoder.1 \(conv\) wants 'conv9.weight', which is not in weights.safetensors; that has around.weight",
    ),
    "no name": (lambda layers, _: layers["encoder"][1].pop("weights"), r"encoder.1 \(conv\) must name its weights"),
    "weights of another kind": (_layer("encoder", 1, weights="mean"), r"encoder.1 \(conv\) takes weights of 4 sides.*has 2"),
    "another size": (_layer("decoder", 0, out=5), r"decoder.0 \(linear\) has out 5, and its weights 294"),
    "another kernel": (_layer("encoder", 1, kernel=[5, 5]), r"encoder.1 \(conv\) has kernel \[5, 5\], and its weights \[3, 3\]"),
    "a shape that does not fit": (
        _layer("encoder", 0, shape=[1, 14, 56, 1]), r"encoder.1 \(conv\) does not fit the shape \[1, 14, 56, 1\] before it",
    ),
    "an unknown kind": (_layer("encoder", 3, op="softmax"), r"encoder.3: there is no layer 'softmax'; known are linear"),
    "an unknown setting": (_layer("encoder", 1, dilation=2), r"encoder.1 \(conv\) has an unknown setting 'dilation'"),
    "a setting that is needed": (lambda layers, _: layers["encoder"][5].pop("kernel"), r"encoder.5 \(max_pool\) lacks '"),
    "a layer that was forgotten": (lambda layers, _: layers["decoder"].pop(1), r"no layer for 'up.1.bias' and 1 more of weights"),
    "logits": (lambda layers, _: layers["decoder"].pop(), r'If it gives logits, add \{"op": "sigmoid"\} to its list'),
    "another picture": (_layer("decoder", 6, to=[32, 32]), r"its decoder gives \[1, 32, 32\], and not the 784 numbers"),
    "biases of another number": (
        lambda _, weights: weights.update({"mean.bias": torch.zeros(3)}), r"parts.0.0 \(linear\) has 2 outputs, and its weights",
    ),
    "whole numbers": (
        lambda _, weights: weights.update({"mean.bias": torch.zeros(2, dtype=torch.int64)}), "'mean.bias' is int64; weights are",
    ),
    "no number": (lambda _, weights: weights["mean.bias"].fill_(torch.nan), "not finite"),
    "no decoder": (lambda layers, _: layers.pop("decoder"), r"must be a JSON object of two lists of layers"),
    "no list": (lambda layers, _: layers.update(encoder="conv"), "encoder must be a list of layers"),
    "a name that is none of a setting": (_layer("encoder", 1, value="x"), "has an unknown setting 'value'"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_does_not_fit_is_named_in_a_line(case: str, tmp_path: Path, command: Command) -> None:
    change, said = REFUSED[case]
    weights, layers = {name: one.clone() for name, one in listed(tmp_path).state_dict().items()}, copy.deepcopy(LAYERS)
    change(layers, weights)
    save_file(weights, tmp_path / "weights.safetensors")
    (tmp_path / "layers.json").write_text(json.dumps(layers))
    files = [tmp_path / "layers.json", tmp_path / "weights.safetensors"]
    code, _, error = command("import", *files, "-o", tmp_path / "mine")
    assert code == 2
    assert re.search(said, error), error
    assert len(error.splitlines()) == 1
    assert not (tmp_path / "mine").exists()
