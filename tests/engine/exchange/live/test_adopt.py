"""A torch module in memory becomes a model of ours with its own numbers, itself unchanged; all else is refused in a sentence."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from support.builders import one_line, save_model, tiny
from torch import Tensor, nn

from vae_engine import Autoencoder, EngineError, adopt, load_model
from vae_engine.stored import registry


class Example(nn.Module):
    """PyTorch's own example, with two latents and fewer hidden units."""

    def __init__(self, latents: int = 2) -> None:
        super().__init__()
        self.fc1, self.fc21, self.fc22 = nn.Linear(784, 8), nn.Linear(8, latents), nn.Linear(8, latents)
        self.fc3, self.fc4 = nn.Linear(latents, 8), nn.Linear(8, 784)

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        h = F.relu(self.fc1(x))
        return self.fc21(h), self.fc22(h)

    def decode(self, z: Tensor) -> Tensor:
        return torch.sigmoid(self.fc4(F.relu(self.fc3(z))))

    def forward(self, x: Tensor) -> Any:
        mu, logvar = self.encode(x.view(-1, 784))
        return self.decode(mu + torch.randn_like(mu) * torch.exp(0.5 * logvar)), mu, logvar


class Conv(nn.Module):
    """Images as one map, batch norm, dropout, σ by softplus."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(1, 3, 4, 2, 1), nn.BatchNorm2d(3), nn.SiLU(), nn.Dropout(0.4), nn.Flatten())
        self.mean, self.spread = nn.Linear(588, 2), nn.Linear(588, 2)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        h = self.body(x)
        return self.mean(h), F.softplus(self.spread(h)) + 1e-3


def drawn_maps() -> nn.Module:
    """z as an image of one pixel, logits as a map."""
    return nn.Sequential(nn.ConvTranspose2d(2, 3, 7), nn.ELU(), nn.ConvTranspose2d(3, 1, 4, 4))


def made(build: Callable[[], nn.Module]) -> nn.Module:
    """A module with weights by seed, in training mode as after a student's loop."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        return build().train()


X, Z = torch.rand(4, 784, generator=torch.Generator().manual_seed(1)), torch.tensor([[0.3, -1.2], [2.0, 0.1]])


def test_a_model_with_encode_and_decode(tmp_path: Path) -> None:
    own = made(Example)
    model = adopt(own, folder=tmp_path / "mine")
    mu, logvar = own.encode(X)  # type: ignore[operator]
    q = model.encode(X)
    torch.testing.assert_close((q.mu, q.logvar), (mu, logvar), rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(model.decode(Z), own.decode(Z), rtol=1e-5, atol=1e-5)  # type: ignore[operator]
    kept = registry.find(str(tmp_path / "mine"))
    assert kept.metrics["imported"]["proved_in"] == ["numpy", "torch"]
    assert model.trained == kept.train == load_model(str(tmp_path / "mine")).trained
    assert model.trained.protocol == "grey"


def test_a_model_of_more_latents_is_whole_and_says_on_which_plane_it_is_shown() -> None:
    own = made(lambda: Example(5))
    model = adopt(own, plane="axes:4,1")
    z = torch.rand(3, 5, generator=torch.Generator().manual_seed(2))
    torch.testing.assert_close(model.decode(z), own.eval().decode(z), atol=1e-5, rtol=0)
    assert (model.config.latent_dim, model.config.plane["found"]) == (5, "axes:4,1")
    with pytest.raises(EngineError, match="shown whole"):
        adopt(made(Example), plane="pca")


def test_an_encoder_and_a_decoder_keep_their_mode_and_weights() -> None:
    encoder, decoder = made(Conv), made(drawn_maps)
    encoder.body[3].eval()  # type: ignore[index]
    before = {name: tensor.clone() for name, tensor in encoder.state_dict().items()}
    modes = [module.training for module in encoder.modules()]
    threads = torch.get_num_threads()
    model = adopt(encoder=encoder, decoder=decoder, logits=True, std=True)
    assert [module.training for module in encoder.modules()] == modes
    assert torch.get_num_threads() == threads
    torch.testing.assert_close(encoder.state_dict(), before, rtol=0, atol=0)
    mu, std = encoder.eval()(X.reshape(-1, 1, 28, 28))
    q = model.encode(X)
    torch.testing.assert_close((q.mu, q.std), (mu, std), rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(model.decode_logits(Z), decoder(Z[:, :, None, None]).flatten(1), rtol=1e-5, atol=1e-5)


def test_one_output_is_both_heads_or_a_code() -> None:
    decoder = made(lambda: nn.Sequential(nn.Linear(2, 784), nn.Sigmoid(), nn.Unflatten(1, (28, 28))))
    both = made(lambda: nn.Sequential(nn.Flatten(), nn.Linear(784, 4)))
    q = adopt(encoder=both, decoder=decoder).encode(X)
    torch.testing.assert_close(torch.cat([q.mu, q.logvar], 1), both(X), rtol=1e-5, atol=1e-5)
    code = made(lambda: nn.Sequential(nn.Flatten(), nn.Linear(784, 2), nn.Tanh()))
    model = adopt(encoder=code, decoder=decoder)
    assert isinstance(model, Autoencoder)
    torch.testing.assert_close(model.encode(X), code(X), rtol=1e-5, atol=1e-5)


def test_a_decoder_of_means_has_a_gaussian_likelihood() -> None:
    own = made(lambda: nn.Sequential(nn.Linear(2, 784), nn.Softplus()))
    encoder = made(lambda: nn.Sequential(nn.Flatten(), nn.Linear(784, 4)))
    with pytest.raises(EngineError, match='if it gives means, likelihood="gaussian"'):
        adopt(encoder=encoder, decoder=own)
    model = adopt(encoder=encoder, decoder=own, likelihood="gaussian", noise=0.3)
    assert (model.config.likelihood, model.trained.noise) == ("gaussian-linear", 0.3)
    torch.testing.assert_close(model.decode(Z), own(Z), rtol=1e-5, atol=1e-5)


def test_larger_pictures_are_taken_where_their_border_is_a_layer() -> None:
    """The way round that the complaint about another size names."""
    encoder = made(lambda: nn.Sequential(nn.ZeroPad2d(2), nn.Conv2d(1, 3, 4, 2, 1), nn.ReLU(), nn.Flatten(), nn.Linear(768, 4)))
    decoder = made(
        lambda: nn.Sequential(nn.Linear(2, 3 * 64), nn.Unflatten(1, (3, 8, 8)), nn.ConvTranspose2d(3, 1, 4, 4), nn.Sigmoid(),
                              nn.ZeroPad2d(-2))
    )  # fmt: skip
    model = adopt(encoder=encoder, decoder=decoder)
    q = model.encode(X)
    torch.testing.assert_close(torch.cat([q.mu, q.logvar], 1), encoder(X.reshape(-1, 1, 28, 28)), rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(model.decode(Z), decoder(Z).flatten(1), rtol=1e-5, atol=1e-5)


def maps_in_tanh() -> nn.Module:
    return nn.Sequential(drawn_maps(), nn.Tanh())


@pytest.mark.parametrize("border", [0, 1])
def test_a_decoder_that_ends_in_tanh_has_pixels_from_minus_one(border: int, tmp_path: Path) -> None:
    encoder = made(lambda: nn.Sequential(nn.Conv2d(1, 3, 4, 2, border), nn.ReLU(), nn.Flatten(), nn.LazyLinear(4)))
    encoder(torch.zeros(2, 1, 28, 28))
    own = made(maps_in_tanh)
    model = adopt(encoder=encoder, decoder=own, folder=tmp_path / "mine")
    q = model.encode(X)
    want = encoder(2 * X.reshape(-1, 1, 28, 28) - 1)
    torch.testing.assert_close(torch.cat([q.mu, q.logvar], 1), want, rtol=1e-6, atol=1e-6)
    means = (own(Z[:, :, None, None]).flatten(1) + 1) / 2
    torch.testing.assert_close(model.decode(Z), means, rtol=1e-6, atol=1e-6)
    assert (model.config.likelihood, model.trained.noise) == ("gaussian-fixed", 0.5)
    about = registry.find(str(tmp_path / "mine")).metrics["imported"]
    assert about["likelihood"] == "gaussian of σ = 0.5 (1 in its own pixels) around 0.5 + 0.5 y, y the decoder's tanh, assumed"
    assert "in [−1, 1], assumed of a decoder that ends in tanh" in about["pixels"]


def test_pixels_that_were_standardised_are_said() -> None:
    encoder = made(lambda: nn.Sequential(nn.Flatten(), nn.Linear(784, 4)))
    own = made(lambda: nn.Linear(2, 784))
    model = adopt(encoder=encoder, decoder=own, likelihood="gaussian", noise=0.5, normalised=(0.1307, 0.3081))
    q = model.encode(X)
    torch.testing.assert_close(torch.cat([q.mu, q.logvar], 1), encoder((X - 0.1307) / 0.3081), rtol=1e-5, atol=2e-6)
    torch.testing.assert_close(model.decode(Z), 0.1307 + 0.3081 * own(Z), rtol=1e-6, atol=1e-6)
    assert model.trained.noise == pytest.approx(0.5 * 0.3081)


def test_weights_with_a_list_of_layers_need_no_export(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnx", None)
    own = made(lambda: nn.Sequential(nn.Flatten(), nn.Linear(784, 4), nn.Linear(2, 784)))
    layers = {
        "encoder": [{"op": "linear", "weights": "1"}],
        "decoder": [{"op": "linear", "weights": "2"}, {"op": "sigmoid"}],
    }
    model = adopt(weights=own.state_dict(), layers=layers)
    q = model.encode(X)
    torch.testing.assert_close(torch.cat([q.mu, q.logvar], 1), own[:2](X), rtol=1e-5, atol=1e-5)  # type: ignore[index, operator]
    torch.testing.assert_close(model.decode(Z), own[2](Z).sigmoid(), rtol=1e-5, atol=1e-5)  # type: ignore[index, operator]
    save_file(own.state_dict(), tmp_path / "own.safetensors")
    with pytest.raises(EngineError, match=r'add \{"op": "sigmoid"\} to its list'):
        adopt(weights=tmp_path / "own.safetensors", layers=layers | {"decoder": layers["decoder"][:1]})


def test_our_own_model_is_adopted_too(tmp_path: Path) -> None:
    own = load_model(str(save_model(tmp_path / "model", tiny("conv", "conv", spread="softplus"))))
    q, again = own.encode(X), adopt(own).encode(X)
    torch.testing.assert_close((again.mu, again.std), (q.mu, q.std), rtol=1e-4, atol=1e-5)


def linear(*sizes: int) -> nn.Module:
    return nn.Sequential(nn.Flatten(), nn.Linear(*sizes))


class Sentence(nn.Module):
    def forward(self, x: Tensor) -> str:
        return "a code"


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "nothing": ({}, "Give encoder= and decoder="),
    "half": ({"encoder": linear(784, 4)}, "Give encoder= and decoder="),
    "a model without the methods": ({"model": linear(784, 4)}, "Sequential has no methods encode and decode"),
    "weights alone": ({"weights": {}}, "Give weights= and layers= together"),
    "weights and a module": ({"weights": {}, "layers": {}, "model": linear(784, 4)}, "and no module besides"),
    "no module": ({"encoder": "vae.onnx", "decoder": linear(2, 784)}, "A torch module is adopted, not a str"),
    "images of another size": (
        {"encoder": linear(1024, 4), "decoder": nn.Sequential(linear(2, 1024), nn.Sigmoid())},
        r"images of 32 × 32 pixels. MNIST has images of 28 .* put ZeroPad2d\(2\) before",
    ),
    "no images": ({"encoder": linear(1000, 4), "decoder": linear(2, 784)}, r"takes no square images of 4 to 64 pixels .*1000x4"),
    "no tensors": ({"encoder": Sentence(), "decoder": linear(2, 784)}, "it returns a str, not tensors"),
    "three outputs": (
        {"encoder": nn.LSTM(28, 2, batch_first=True), "decoder": linear(2, 784)}, "it returns a tuple of Tensor, tuple",
    ),
    "larger pictures": (
        {"encoder": linear(784, 4), "decoder": nn.Sequential(linear(2, 1024), nn.Sigmoid())}, "no images of the 1024 pixels that",
    ),
    "pictures that are no squares": (
        {"encoder": linear(784, 4), "decoder": linear(2, 800)}, "gives 800 numbers, which is no square",
    ),
    "another latent space": ({"encoder": linear(784, 4), "decoder": linear(3, 784)}, "takes no points of the latent space"),
    "logits unsaid": ({"encoder": linear(784, 4), "decoder": linear(2, 784)}, "say logits=True"),
    "half precision": ({"encoder": linear(784, 4).half(), "decoder": linear(2, 784)}, r"weights are float16; call .float\(\)"),
    "a layer that is unknown": (
        {"encoder": nn.Sequential(linear(784, 4), nn.Softmax(1)), "decoder": nn.Sequential(linear(2, 784), nn.Sigmoid())},
        "Softmax .* is of a kind that is not known",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_vae_of_such_images_is_refused_in_a_sentence(case: str, tmp_path: Path) -> None:
    given, said = REFUSED[case]
    modules = [one.train() for one in given.values() if isinstance(one, nn.Module)]
    with pytest.raises(EngineError, match=said) as caught:
        adopt(**given, folder=tmp_path / "mine")
    assert one_line(caught.value)
    assert all(one.training for one in modules)
    assert not (tmp_path / "mine").exists()


def test_without_onnx_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(EngineError, match="ONNX needs the packages onnx and onnxruntime"):
        adopt(made(Example))
