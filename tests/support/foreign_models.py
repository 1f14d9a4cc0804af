"""Small VAEs that others' programs wrote, for tests of what we read: python foreign_models.py FILE.zip

Run in an environment of its own, with torch, onnx, onnxscript and keras; what it made is kept
in tests/fixtures/foreign.zip, since those programs are no part of ours. Weights are drawn by seed and rounded, not trained.
"""

from __future__ import annotations

import os
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Dense(nn.Module):
    """As PyTorch's example VAE: two heads over one hidden layer."""

    def __init__(self, noisy: bool = False, activation: Any = F.relu) -> None:
        super().__init__()
        self.fc1, self.fc21, self.fc22 = nn.Linear(784, 3), nn.Linear(3, 2), nn.Linear(3, 2)
        self.noisy, self.activation = noisy, activation

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        h = self.activation(self.fc1(x))
        mu, logvar = self.fc21(h), self.fc22(h)
        return (mu, logvar, mu + torch.exp(0.5 * logvar) * torch.randn_like(mu)) if self.noisy else (mu, logvar)


class DenseDecoder(nn.Module):
    """As PyTorch's example VAE."""

    def __init__(self, activation: Any = F.relu) -> None:
        super().__init__()
        self.fc3, self.fc4, self.activation = nn.Linear(2, 3), nn.Linear(3, 784), activation

    def forward(self, z: Tensor) -> Tensor:
        return torch.sigmoid(self.fc4(self.activation(self.fc3(z))))


class Whole(nn.Module):
    """One graph with both: x → reconstruction, mu, logvar."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder, self.decoder = Dense(), DenseDecoder()

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        mu, logvar = self.encoder(x.view(-1, 784))
        z = mu + torch.exp(0.5 * logvar) * torch.randn_like(logvar)
        return self.decoder(z), mu, logvar


class Block(nn.Module):
    """A residual block with a shortcut of its own."""

    def __init__(self, inner: int, outer: int) -> None:
        super().__init__()
        self.conv = nn.Sequential(nn.BatchNorm2d(inner), nn.SiLU(), nn.Conv2d(inner, outer, 3, padding=1))
        self.skip = nn.Conv2d(inner, outer, 1)

    def forward(self, h: Tensor) -> Tensor:
        return self.skip(h) + self.conv(h)


class Conv(nn.Module):
    """Convolutions, batch norms, a residual block; a spread given as σ."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(1, 3, 4, 2, 1), nn.BatchNorm2d(3), nn.LeakyReLU(0.2), Block(3, 4), nn.MaxPool2d(2), nn.ELU(),
            nn.AvgPool2d(3, 2, 1), nn.Flatten(), nn.LayerNorm(64), nn.GELU(), nn.Dropout(0.3),
        )  # fmt: skip
        self.head = nn.Linear(64, 4)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        mu, spread = self.head(self.body(x)).chunk(2, dim=1)
        return mu, F.softplus(spread)


class ConvDecoder(nn.Module):
    """Transposed convolutions, upsampling of both kinds, GELU in tanh form; gives logits."""

    def __init__(self) -> None:
        super().__init__()
        self.start = nn.Linear(2, 36)
        self.body = nn.Sequential(
            nn.GELU(approximate="tanh"), nn.Unflatten(1, (4, 3, 3)), nn.Upsample(size=(7, 7), mode="bilinear"),
            nn.ConvTranspose2d(4, 3, 3, 2, 1, output_padding=1), nn.BatchNorm2d(3), nn.GELU(), nn.Upsample(scale_factor=2),
            nn.Conv2d(3, 1, 3, padding=1),
        )  # fmt: skip

    def forward(self, z: Tensor) -> Tensor:
        return self.body(self.start(z))


def drawn(module: nn.Module, seed: int = 0) -> nn.Module:
    """The module at rest, with weights and batch statistics drawn by seed; half-precision numbers pack well."""
    rng = torch.Generator().manual_seed(seed)
    for name, tensor in module.state_dict().items():
        if tensor.dtype.is_floating_point:
            scale = 0.3 if tensor.ndim < 2 else tensor[0].numel() ** -0.5
            # Means and spreads as a trained encoder has them: so its outputs can be told apart by what they give.
            centres = {"fc21.bias": 1.0, "fc22.bias": -4.0}
            centre = 1.0 if "var" in name else next((one for end, one in centres.items() if name.endswith(end)), 0.0)
            tensor.copy_((torch.randn(tensor.shape, generator=rng) * scale).half() + centre)
    return module.eval()


def write_torch(folder: Path) -> None:
    """What torch's exporters write."""
    x, z, image = torch.rand(1, 784), torch.randn(1, 2), torch.rand(2, 1, 28, 28)
    batch = torch.export.Dim("batch")

    def export(name: str, module: nn.Module, given: Tensor, **options: Any) -> None:
        (folder / name).mkdir(parents=True, exist_ok=True)
        torch.onnx.export(drawn(module), (given,), str(folder / name / options.pop("file", "encoder.onnx")), **options)

    export("torch_default", Dense(), x)
    export("torch_default", DenseDecoder(), z, file="decoder.onnx")
    export("torch_dynamic", Dense(noisy=True, activation=F.gelu), image[:, 0].reshape(2, 784), dynamic_shapes=({0: batch},))
    export("torch_dynamic", DenseDecoder(F.silu), z.repeat(2, 1), file="decoder.onnx", dynamic_shapes=({0: batch},))
    export("torch_whole", Whole(), image, dynamic_shapes=({0: batch},))
    export("torch_conv", Conv(), image, dynamic_shapes=({0: batch},))
    export("torch_conv", ConvDecoder(), z.repeat(2, 1), file="decoder.onnx", dynamic_shapes=({0: batch},))
    old = {"dynamo": False, "opset_version": 17}
    export("torch_old", Conv(), image, **old, dynamic_axes={"x": {0: "n"}}, input_names=["x"], output_names=["loc", "scale"])
    export("torch_old", ConvDecoder(), z, **old, file="decoder.onnx")


def write_keras(folder: Path) -> None:
    """What Keras writes of its own example, the convolutional VAE with two latents, made small; by the torch backend."""
    os.environ["KERAS_BACKEND"] = "torch"
    import keras
    from keras import layers, ops

    @keras.saving.register_keras_serializable("foreign")
    class Sampling(layers.Layer):
        def call(self, inputs: Any) -> Any:
            mean, log_var = inputs
            return mean + ops.exp(0.5 * log_var) * keras.random.normal(ops.shape(mean))

    keras.utils.set_random_seed(0)
    image = keras.Input((28, 28, 1))
    h = layers.Conv2D(4, 3, activation="relu", strides=2, padding="same")(image)
    h = layers.Conv2D(6, 3, activation="relu", strides=2, padding="same")(h)
    h = layers.Dense(8, activation="relu")(layers.Flatten()(h))
    mean, log_var = layers.Dense(2, name="z_mean")(h), layers.Dense(2, name="z_log_var")(h)
    encoder = keras.Model(image, [mean, log_var, Sampling()([mean, log_var])], name="encoder")
    plain = keras.Model(image, [mean, log_var], name="encoder")
    z = keras.Input((2,))
    h = layers.Reshape((7, 7, 6))(layers.Dense(7 * 7 * 6, activation="relu")(z))
    h = layers.Conv2DTranspose(6, 3, activation="relu", strides=2, padding="same")(h)
    h = layers.Conv2DTranspose(4, 3, activation="relu", strides=2, padding="same")(h)
    decoder = keras.Model(z, layers.Conv2DTranspose(1, 3, activation="sigmoid", padding="same")(h), name="decoder")
    for model in (plain, decoder):
        model.set_weights([weight.astype("float16").astype("float32") for weight in model.get_weights()])
    plain.get_layer("z_mean").bias.assign([1.0, -1.0])
    plain.get_layer("z_log_var").bias.assign([-4.0, -4.0])
    # The layer that draws cannot be exported to ONNX: torch knows no generator there.
    for name, model in (("keras_onnx", plain), ("keras_onnx", decoder)):
        (folder / name).mkdir(parents=True, exist_ok=True)
        model(torch.zeros(1, *model.input_shape[1:]))
        model.export(str(folder / name / f"{model.name}.onnx"), format="onnx", verbose=False)
    odd_encoder = keras.Sequential(
        [
            keras.Input((28, 28, 1)), layers.Conv2D(3, 4, strides=3, padding="same", activation="gelu"),
            layers.BatchNormalization(), layers.LeakyReLU(), layers.MaxPooling2D(3, 2, padding="same"),
            layers.ZeroPadding2D(((1, 0), (0, 2))), layers.AveragePooling2D(2, 2, padding="same"), layers.LayerNormalization(),
            layers.Activation("elu"), layers.Flatten(), layers.Dense(4),
        ]
    )  # fmt: skip
    odd_decoder = keras.Sequential(
        [
            keras.Input((2,)), layers.Dense(18, activation="silu"), layers.Reshape((3, 3, 2)),
            layers.Conv2DTranspose(3, 4, strides=2, padding="same", activation="leaky_relu"),
            layers.UpSampling2D(2, interpolation="bilinear"), layers.Conv2DTranspose(2, 5, strides=2, padding="same"),
            layers.UpSampling2D(2), layers.Cropping2D(((3, 4), (4, 3))), layers.Conv2DTranspose(2, 3, padding="valid"),
            layers.Cropping2D(((7, 8), (8, 7))), layers.Activation("sigmoid"),
            layers.Conv2D(1, 2, padding="same", activation="sigmoid"),
        ]
    )  # fmt: skip
    rng = np.random.default_rng(0)
    for model in (odd_encoder, odd_decoder):
        model.set_weights(
            [(rng.random(w.shape) - 0.3 * (w.ndim > 1)).astype("float16").astype("float32") for w in model.get_weights()]
        )
    x, given = rng.random((2, 28, 28, 1)).astype("float32").round(2), rng.normal(size=(2, 2)).astype("float32").round(2)
    for name, (first, second) in {"keras": (plain, decoder), "keras_odd": (odd_encoder, odd_decoder)}.items():
        (folder / name).mkdir(exist_ok=True)
        first.save(folder / name / "encoder.keras")
        second.save(folder / name / "decoder.keras")
        codes = first(x)
        codes = np.concatenate([one.detach().numpy() for one in codes], 1) if isinstance(codes, list) else codes.detach().numpy()
        np.savez_compressed(
            folder / name / "expected.npz", x=x, z=given, codes=codes, pixels=second(given).detach().numpy().reshape(2, -1)
        )
    encoder.save(folder / "keras" / "sampling.keras")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        write_torch(Path(place))
        write_keras(Path(place))
        with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
            for path in sorted(Path(place).rglob("*.*")):
                packed.write(path, path.relative_to(place))
