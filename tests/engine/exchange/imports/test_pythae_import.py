"""A folder of pythae's gives its own numbers here, with pythae or without it; nothing in it is unpickled."""

from __future__ import annotations

import copy
import json
import math
import os
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from engine.exchange.imports.torch_files import DOUBLED, OWN, Model, repacked, saved
from support.builders import attempt
from torch import Tensor, nn

from vae_engine import VAE, load_model
from vae_engine.exchange.imports import pythae_model, torch_zip
from vae_engine.exchange.imports.assumed import NOTHING
from vae_engine.model.objectives import kl

Command = Callable[..., tuple[int, str, str]]


GAUSSIAN = "gaussian of σ = 1 around the sigmoid of the decoder's last numbers, by its loss, mse"
CASES: dict[str, tuple[str, dict[str, Any], list[str], str]] = {
    "a VAE": ("VAE", {"reconstruction_loss": "mse"}, [], GAUSSIAN),
    "a VAE of bits": ("VAE", {"reconstruction_loss": "bce"}, [], "bernoulli, by its loss, bce"),
    "a β-VAE": ("BetaVAE", {"reconstruction_loss": "mse", "beta": 2.0}, [], GAUSSIAN),
    "an autoencoder": ("AE", {}, [], GAUSSIAN.replace("mse", "the squared error, which has its minimum at any σ")),
    "another σ": ("VAE", {"reconstruction_loss": "mse"}, ["--noise", "0.5"], GAUSSIAN.replace("σ = 1 ", "σ = 0.5 ")),
    "otherwise said": ("VAE", {"reconstruction_loss": "mse"}, ["--likelihood", "bernoulli"], "bernoulli, as said"),
}


def agrees(folder: Path, encode: Callable[[Tensor], list[Tensor]], decode: Callable[[Tensor], Tensor]) -> None:
    """An imported model gives the numbers of its original."""
    ours = load_model(str(folder))
    x, z = torch.rand(256, 784), torch.randn(256, 2) * 1.5
    with torch.no_grad():
        q = ours.encode(x)
        for found, want in zip([q] if isinstance(q, Tensor) else q, encode(x), strict=True):
            torch.testing.assert_close(found, want, rtol=1e-4, atol=1e-4)
        torch.testing.assert_close(ours.decode(z), decode(z).reshape(256, -1), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("case", CASES)
def test_a_folder_gives_its_own_numbers(case: str, tmp_path: Path, command: Command) -> None:
    kind, says, options, likelihood = CASES[case]
    original = saved(tmp_path / "theirs", kind, **says)
    code, text, error = command("import", tmp_path / "theirs", "-o", tmp_path / "mine", *options)
    assert code == 0, error
    assert f"likelihood   {likelihood}" in text
    assert ("trained with β = 2" in text) == (kind == "BetaVAE")
    assert "the original was not run" in text
    agrees(tmp_path / "mine", original.encoder, original.decode)


def test_mse_is_half_the_squared_error_and_a_constant(tmp_path: Path, command: Command) -> None:
    original = saved(tmp_path / "theirs", "VAE", reconstruction_loss="mse")
    assert command("import", tmp_path / "theirs", "-o", tmp_path / "mine")[0] == 0
    ours = load_model(str(tmp_path / "mine"))
    x, z = torch.rand(5, 784), torch.randn(5, 2)
    with torch.no_grad():
        theirs = 0.5 * ((original.decode(z) - x) ** 2).sum(-1)
        nll = -ours.likelihood.log_prob(x, ours.decode_logits(z))
    torch.testing.assert_close(nll, theirs + 784 / 2 * math.log(2 * math.pi), rtol=1e-6, atol=1e-3)


class Bomb:
    """What a pickle must not be able to do."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, ("bomb",)


def _pickled(place: Path) -> None:
    (place / "decoder.pkl").write_bytes(b"\x80\x04cos\nmkdir\n(S'bomb'\ntR.")


def _bomb(place: Path) -> None:
    torch.save({"model_state_dict": {"encoder.layers.0.0.weight": Bomb()}}, place / "model.pt")


def _large(place: Path) -> None:
    with zipfile.ZipFile(place / "model.pt", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("model/data.pkl", b"\0" * (torch_zip.LARGEST + 1))


def _says(**changed: Any) -> Callable[[Path], None]:
    def change(place: Path) -> None:
        path = place / "model_config.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | changed))

    return change


def _weights(change: Callable[[dict[str, Any]], Any]) -> Callable[[Path], None]:
    def rewrite(place: Path) -> None:
        kept = copy.deepcopy(Model("VAE").state_dict())
        change(kept)
        torch.save({"model_state_dict": kept}, place / "model.pt")

    return rewrite


def _pickle(pickled: bytes) -> Callable[[Path], None]:
    """Weights under whose name something else was pickled."""
    whole = b"\x80\x04}\x8c\x10model_state_dict" + pickled + b"s."

    def change(place: Path) -> None:
        path = place / "model.pt"
        path.write_bytes(repacked(path.read_bytes(), {"/data.pkl": whole}))

    return change


UNREADABLE = r"model.pt is not a file of torch.save that can be read \(ValueError\)"
_SHAPE = b"ctorch._utils\n_rebuild_tensor_v2\n(\x8c\x07storagectorch\nFloatStorage\n\x8c\x010\x8c\x03cpuK\x01tQK\x00%s)\x89)tR"
REFUSED: dict[str, tuple[Callable[[Path], Any], str]] = {
    "a pickle beside": (_pickled, "decoder.pkl, which is a pickle.*torch.onnx.export.*vae_engine.adopt"),
    "code in the weights": (_bomb, r"names (posix|nt)\.mkdir, which is code"),
    "networks of somebody's own": (_says(uses_default_encoder=False), "networks of somebody's own"),
    "another kind": (_says(name="VAMPConfig"), "of the kind 'VAMPConfig'"),
    "no kind": (_says(name=[1]), "of the kind"),
    "larger images": (_says(input_dim=[3, 32, 32]), r"shape \[3, 32, 32\]; here they are squares"),
    "images of no size": (_says(input_dim=[1, -28, 32]), r"shape \[1, -28, 32\]; here .*, of one grey map\.$"),
    "images with a border": (
        _says(input_dim=[1, 32, 32], latent_dim=2), r"of 32 × 32 pixels. MNIST .* put ZeroPad2d\(2\) before .*\(-2\) behind",
    ),
    "another code": (_says(latent_dim=3), "another number of latent dimensions"),
    "an unknown loss": (_says(reconstruction_loss="ssim"), "The loss \"ssim\""),
    "a loss that is none": (_says(reconstruction_loss=["mse"]), r'The loss \["mse"\]'),
    "no config": (lambda place: (place / "model_config.json").unlink(), "has no model_config.json"),
    "no weights": (lambda place: (place / "model.pt").unlink(), "has no model.pt"),
    "too large": (_large, "unpacks to more than 256 MiB"),
    # What is no weight may be huge to whoever looks into it, however small its file.
    "a name that holds itself": (_pickle(b"}" + DOUBLED + b"Ns"), UNREADABLE),
    "a weight that holds itself": (_pickle(b"}\x8c\x19encoder.layers.0.0.weight" + DOUBLED + b"s"), "lacks the layer"),
    "a list that holds itself": (_pickle(b"}\x8c\x19encoder.layers.0.0.weight" + OWN + b"s"), "lacks the layer"),
    "a side that is a tuple": (
        _pickle(b"}\x8c\x01w" + _SHAPE % b"(K\x01\x85J\xff\xff\xff\x7ft" + b"s"), UNREADABLE,
    ),
    "a weight that is missing": (_weights(lambda kept: kept.pop("decoder.layers.1.0.bias")), "lacks the layer 'decoder.layers.1"),
    "a weight that is too many": (_weights(lambda kept: kept.update(more=torch.ones(1))), "has 'more' as well"),
    "a number that is none": (
        _weights(lambda kept: kept["encoder.embedding.bias"].fill_(math.nan)), "'encoder.embedding' do not fit, or are not finite"
    ),
    "a shape that does not fit": (
        _weights(lambda kept: kept.update({"decoder.layers.0.0.weight": torch.ones(12, 3)})), r"decoder.0 \(linear\) does not fit"
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_understood_is_refused_in_a_line(
    case: str, tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    change, said = REFUSED[case]
    saved(tmp_path / "theirs", "VAE", reconstruction_loss="mse")
    change(tmp_path / "theirs")
    monkeypatch.chdir(tmp_path)
    code, _, error = command("import", tmp_path / "theirs", "-o", tmp_path / "mine")
    assert code == 2
    assert len(error.splitlines()) == 1
    assert re.search(said, error), error
    assert not (tmp_path / "mine").exists()
    assert not (tmp_path / "bomb").exists()


def test_the_folder_of_a_training_names_that_of_its_end(tmp_path: Path) -> None:
    saved(tmp_path / "training" / "final_model", "VAE")
    found = attempt(pythae_model.read, tmp_path, NOTHING)
    assert isinstance(found, str)
    assert f"did you mean {tmp_path / 'training' / 'final_model'}?" in found


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.float16])
def test_tensors_are_read_as_torch_reads_them(dtype: torch.dtype, tmp_path: Path) -> None:
    whole = torch.arange(24, dtype=dtype).reshape(4, 6)
    kept: dict[str, Any] = {
        "all": whole, "part": whole[1:3, 2:], "turned": whole.T, "none": torch.ones(0), "whole": nn.Parameter(whole.float()),
        "one": torch.tensor(3.5, dtype=dtype), "said": [1, 2.5, "text", None, True, (1, 2)],
    }  # fmt: skip
    torch.save(kept, tmp_path / "kept.pt")
    found = torch_zip.read(tmp_path / "kept.pt")
    assert found.keys() == kept.keys()
    for name, value in kept.items():
        if isinstance(value, Tensor):
            np.testing.assert_array_equal(found[name], value.detach().numpy())
        else:
            assert found[name] == value


def test_damaged_files_are_refused_in_a_line(tmp_path: Path) -> None:
    saved(tmp_path, "VAE", reconstruction_loss="mse")
    files = {path: path.read_bytes() for path in tmp_path.iterdir()}
    with zipfile.ZipFile(tmp_path / "model.pt") as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    pickled = next(name for name in parts if name.endswith("data.pkl"))
    rng, refused = np.random.default_rng(19), 0
    for index in range(300):
        path = [tmp_path / "model.pt", tmp_path / "model_config.json"][index % 2]
        content = bytearray(parts[pickled] if index % 4 == 0 else files[path])
        for place in rng.integers(0, len(content), 1 + index % 9):
            content[place] = rng.integers(256)
        if index % 4 == 0:  # a zip that is whole, with a damaged pickle in it
            with zipfile.ZipFile(path, "w") as packed:
                for name, part in (parts | {pickled: bytes(content)}).items():
                    packed.writestr(name, part)
        else:
            path.write_bytes(content[: rng.integers(len(content))] if index % 5 == 0 else content)
        refused += isinstance(attempt(pythae_model.read, tmp_path, NOTHING), str)
        path.write_bytes(files[path])
    assert refused > 100


@pytest.mark.long
@pytest.mark.parametrize("kind", ["AE", "VAE", "BetaVAE"])
@pytest.mark.parametrize("loss", ["mse", "bce"])
def test_what_pythae_itself_saves_gives_its_numbers(kind: str, loss: str, tmp_path: Path, command: Command) -> None:
    models = pytest.importorskip("pythae.models", reason="needs pythae 0.1.2")
    says: dict[str, Any] = {} if kind == "AE" else {"reconstruction_loss": loss}
    original = getattr(models, kind)(getattr(models, f"{kind}Config")(input_dim=(1, 28, 28), latent_dim=2, **says)).eval()
    original.save(str(tmp_path / "theirs"))
    code, _, error = command("import", tmp_path / "theirs", "-o", tmp_path / "mine")
    assert code == 0, error

    def encode(x: Tensor) -> list[Tensor]:
        found = original.encoder(x.reshape(-1, 1, 28, 28))
        return [found.embedding, *([] if kind == "AE" else [found.log_covariance])]

    agrees(tmp_path / "mine", encode, lambda z: original.decoder(z).reconstruction)
    ours = load_model(str(tmp_path / "mine"))
    if not isinstance(ours, VAE):
        return
    x = torch.rand(5, 784)
    with torch.no_grad():
        q = ours.encode(x)
        recon = original.decoder(q.mu).reconstruction
        _, theirs, kld = original.loss_function(recon, x.reshape(-1, 1, 28, 28), q.mu, q.logvar, q.mu)
        nll = -ours.likelihood.log_prob(x, ours.decode_logits(q.mu)).mean()
    constant = 784 / 2 * math.log(2 * math.pi) if loss == "mse" else 0.0
    torch.testing.assert_close(nll, theirs + constant, rtol=1e-5, atol=1e-3)
    torch.testing.assert_close(kl(q).mean(), kld, rtol=1e-4, atol=1e-5)
