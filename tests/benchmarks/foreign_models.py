"""Twelve VAEs as others' code defines them, in the sizes that they have there: python -m benchmarks.foreign_models FOLDER

Run in an environment of its own, with torch, onnx, onnxscript, keras and pythae, in `tests`; `foreign.py` then imports them.
Weights are those with which each begins: how well a model does is nothing to an import.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from support.foreign_models import Block, Dense, DenseDecoder, Whole
from torch import Tensor, nn

HIDDEN = 400  # of PyTorch's example
INPUTS = 256


class LightningEncoder(nn.Module):
    """As in PyTorch-VAE (AntixK), which is written for Lightning: convolution, batch norm, leaky ReLU; for 28 × 28 pixels."""

    def __init__(self) -> None:
        super().__init__()
        widths = [1, 32, 64]
        self.encoder = nn.Sequential(
            *(
                nn.Sequential(nn.Conv2d(a, b, kernel_size=3, stride=2, padding=1), nn.BatchNorm2d(b), nn.LeakyReLU())
                for a, b in pairwise(widths)
            )
        )
        self.fc_mu, self.fc_var = nn.Linear(64 * 49, 2), nn.Linear(64 * 49, 2)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        h = torch.flatten(self.encoder(x), start_dim=1)
        return self.fc_mu(h), self.fc_var(h)


class LightningDecoder(nn.Module):
    """The same of the decoder; its tanh is a sigmoid here, since pixels are in [0, 1]."""

    def __init__(self) -> None:
        super().__init__()
        self.decoder_input = nn.Linear(2, 64 * 49)
        self.decoder = nn.Sequential(
            nn.ConvTranspose2d(64, 32, kernel_size=3, stride=2, padding=1, output_padding=1), nn.BatchNorm2d(32), nn.LeakyReLU()
        )
        self.final_layer = nn.Sequential(
            nn.ConvTranspose2d(32, 32, kernel_size=3, stride=2, padding=1, output_padding=1), nn.BatchNorm2d(32), nn.LeakyReLU(),
            nn.Conv2d(32, out_channels=1, kernel_size=3, padding=1), nn.Sigmoid(),
        )  # fmt: skip

    def forward(self, z: Tensor) -> Tensor:
        return self.final_layer(self.decoder(self.decoder_input(z).view(-1, 64, 7, 7)))


class ResidualEncoder(nn.Module):
    """Residual blocks, pooling, layer norm, GELU."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(1, 32, 4, 2, 1), nn.BatchNorm2d(32), nn.ELU(), Block(32, 64), nn.MaxPool2d(2), nn.Flatten(),
            nn.LayerNorm(64 * 49), nn.GELU(),
        )  # fmt: skip
        self.fc_mu, self.fc_logvar = nn.Linear(64 * 49, 2), nn.Linear(64 * 49, 2)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        h = self.body(x)
        return self.fc_mu(h), self.fc_logvar(h)


class UpsamplingDecoder(nn.Module):
    """Upsampling of both kinds instead of transposed convolutions."""

    def __init__(self) -> None:
        super().__init__()
        self.start = nn.Linear(2, 64 * 49)
        self.body = nn.Sequential(
            nn.SiLU(), nn.Unflatten(1, (64, 7, 7)), nn.Upsample(scale_factor=2, mode="bilinear"), nn.Conv2d(64, 32, 3, padding=1),
            nn.SiLU(), nn.Upsample(scale_factor=2), nn.Conv2d(32, 1, 3, padding=1), nn.Sigmoid(),
        )  # fmt: skip

    def forward(self, z: Tensor) -> Tensor:
        return self.body(self.start(z))


class Of(nn.Module):
    """A network of pythae's, whose answer is a dictionary."""

    def __init__(self, network: nn.Module, *names: str) -> None:
        super().__init__()
        self.network, self.names = network, names

    def forward(self, x: Tensor) -> tuple[Tensor, ...] | Tensor:
        found = self.network(x)
        return tuple(found[name] for name in self.names) if len(self.names) > 1 else found[self.names[0]]


def _sized(module: nn.Module) -> nn.Module:
    """PyTorch's example with its own hidden width instead of that of the tests."""
    torch.manual_seed(0)
    for name, layer in list(module.named_modules()):
        if isinstance(layer, nn.Linear):
            sides = [HIDDEN if side == 3 else side for side in (layer.in_features, layer.out_features)]
            module.set_submodule(name, nn.Linear(*sides))
    _as_trained(module)
    return module


def _as_trained(module: nn.Module) -> None:
    """Means and spreads of the size that training gives them: by that they are told apart where their names do not tell."""
    for name, layer in module.named_modules():
        centre = {"fc21": 1.0, "fc22": -4.0}.get(name.rpartition(".")[2])
        if centre is not None:
            nn.init.constant_(layer.bias, centre)  # type: ignore[arg-type]


def _with_running_means(module: nn.Module) -> nn.Module:
    """Batch statistics as training leaves them."""
    for layer in module.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.running_mean.normal_(0, 0.2)  # type: ignore[union-attr, operator]
            layer.running_var.uniform_(0.5, 2)  # type: ignore[union-attr, operator]
    return module.eval()


def _export(place: Path, module: nn.Module, given: Tensor, **options: Any) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(_with_running_means(module), (given,), str(place), verbose=False, **options)


def _say(place: Path, encode: Callable[[Tensor], tuple[Tensor, Tensor]], decode: Callable[[Tensor], Tensor]) -> None:
    """What a program gives for its model: x [n, 784], mu and std [n, 2], z [n, 2], images [n, 784]."""
    rng = torch.Generator().manual_seed(0)
    x, z = torch.rand(INPUTS, 784, generator=rng), 2 * torch.randn(INPUTS, 2, generator=rng)
    with torch.no_grad():
        mu, logvar = encode(x)
        images = decode(z).reshape(INPUTS, -1)
    said = {"x": x, "mu": mu, "std": torch.exp(0.5 * logvar), "z": z, "images": images}
    np.savez(place / "reference.npz", **{name: numbers.cpu().numpy() for name, numbers in said.items()})


def write(folder: Path) -> None:
    """All twelve, each in a folder of its name."""
    rows, z, image = torch.rand(2, 784), torch.randn(2, 2), torch.rand(2, 1, 28, 28)
    free = {"dynamic_shapes": ({0: torch.export.Dim("batch")},)}
    old = {"dynamo": False, "opset_version": 17}
    example = {
        "PyTorch's example": {},
        "PyTorch's example, batch free, z drawn inside": free,
        "PyTorch's example, old exporter": old,
    }
    for name, options in example.items():
        noisy = options is free
        _export(folder / name / "encoder.onnx", _sized(Dense(noisy=noisy)), rows, **options)
        _export(folder / name / "decoder.onnx", _sized(DenseDecoder()), z, **options)
    _export(folder / "PyTorch's example in one graph" / "encoder.onnx", _sized(Whole()), image, **free)
    for name, options in {
        "PyTorch-VAE (Lightning)": {},
        "PyTorch-VAE, batch free": free,
        "PyTorch-VAE, old exporter": old,
    }.items():
        torch.manual_seed(0)
        _export(folder / name / "encoder.onnx", LightningEncoder(), image, **options)
        _export(folder / name / "decoder.onnx", LightningDecoder(), z, **options)
    _export(folder / "residual and upsampling" / "encoder.onnx", ResidualEncoder(), image, **free)
    _export(folder / "residual and upsampling" / "decoder.onnx", UpsamplingDecoder(), z, **free)
    _pythae(folder, image, z)
    _keras(folder)


def _pythae(folder: Path, image: Tensor, z: Tensor) -> None:
    from pythae.models import VAE, VAEConfig
    from pythae.models.nn.benchmarks.mnist import Decoder_Conv_AE_MNIST, Encoder_Conv_VAE_MNIST

    config = VAEConfig(input_dim=(1, 28, 28), latent_dim=2)
    default = VAE(config).eval()
    default.save(str(folder / "pythae's default MLP"))

    def encode(x: Tensor) -> tuple[Tensor, Tensor]:
        found = default.encoder(x.reshape(-1, 1, 28, 28))
        return found.embedding, found.log_covariance

    _say(folder / "pythae's default MLP", encode, lambda z: default.decoder(z).reconstruction)
    torch.manual_seed(0)
    place = folder / "pythae's MNIST conv nets, as ONNX"
    _export(place / "encoder.onnx", Of(Encoder_Conv_VAE_MNIST(config), "embedding", "log_covariance"), image)
    _export(place / "decoder.onnx", Of(Decoder_Conv_AE_MNIST(config), "reconstruction"), z)


def _keras(folder: Path) -> None:
    os.environ["KERAS_BACKEND"] = "torch"
    import keras
    from keras import layers

    keras.utils.set_random_seed(0)
    image, z = keras.Input((28, 28, 1)), keras.Input((2,))
    h = layers.Conv2D(32, 3, activation="relu", strides=2, padding="same")(image)
    h = layers.Conv2D(64, 3, activation="relu", strides=2, padding="same")(h)
    h = layers.Dense(16, activation="relu")(layers.Flatten()(h))
    encoder = keras.Model(image, [layers.Dense(2, name="z_mean")(h), layers.Dense(2, name="z_log_var")(h)], name="encoder")
    h = layers.Reshape((7, 7, 64))(layers.Dense(7 * 7 * 64, activation="relu")(z))
    h = layers.Conv2DTranspose(64, 3, activation="relu", strides=2, padding="same")(h)
    h = layers.Conv2DTranspose(32, 3, activation="relu", strides=2, padding="same")(h)
    decoder = keras.Model(z, layers.Conv2DTranspose(1, 3, activation="sigmoid", padding="same")(h), name="decoder")
    encoder.get_layer("z_mean").bias.assign([1.0, -1.0])
    encoder.get_layer("z_log_var").bias.assign([-4.0, -4.0])
    place = folder / "Keras' example"
    place.mkdir(parents=True, exist_ok=True)
    _say(place, lambda x: encoder(x.reshape(-1, 28, 28, 1)), decoder)
    for model in (encoder, decoder):
        for name in ("Keras' example", "Keras' example, as ONNX"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        model.save(folder / "Keras' example" / f"{model.name}.keras")
        model(torch.zeros(1, *model.input_shape[1:]))
        model.export(str(folder / "Keras' example, as ONNX" / f"{model.name}.onnx"), format="onnx", verbose=False)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
