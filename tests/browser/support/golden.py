"""Golden vectors for the browser's networks: python golden.py FOLDER

For every architecture a tiny random model, and every pretrained one, as a bundle of a few points; beside it,
as JSON, what numpy makes of the weights in the bundle and torch of the full-precision ones; of foreign models their probe.
"""

from __future__ import annotations

import dataclasses
import gzip
import json
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.numpy import load, save

from vae_engine.data import datasets
from vae_engine.data import mnist as data
from vae_engine.data.mnist import Images
from vae_engine.exchange import bundle as export
from vae_engine.exchange.imports import probe
from vae_engine.exchange.imports.folder import import_model
from vae_engine.exchange.imports.roles import Wishes
from vae_engine.model import loading
from vae_engine.model.models import Model, build_model
from vae_engine.stored import checkpoints, forward, registry
from vae_engine.stored.architecture import layers
from vae_engine.stored.config import ListedConfig, ModelConfig, TrainConfig

POINTS = 24
SMALL: dict[str, Any] = {"encoder_widths": (24, 17), "decoder_widths": (20, 24), "fourier_features": 5}
CONFIGS = {
    "mlp-relu": ModelConfig(**SMALL | {"decoder": "mlp", "activation": "relu"}),
    "mlp-tanh-norm-dropout": ModelConfig(**SMALL | {"activation": "tanh", "layer_norm": True, "dropout": 0.3}),
    "fourier-gelu-softplus": ModelConfig(**SMALL | {"spread": "softplus"}),
    "residual-silu": ModelConfig(**SMALL | {"encoder": "residual", "encoder_widths": (16, 24, 9), "activation": "silu"}),
    "residual-norm": ModelConfig(**SMALL | {"encoder": "residual", "layer_norm": True}),
    "conv": ModelConfig(encoder="conv", encoder_widths=(3, 5, 16), decoder="conv", decoder_widths=(12, 5, 3)),
    "conv-norm-gaussian": ModelConfig(
        encoder="conv", encoder_widths=(4, 10), layer_norm=True, decoder="conv", decoder_widths=(9, 8, 4), likelihood="gaussian"
    ),
    "ae-gaussian": ModelConfig(**SMALL | {"kind": "ae", "likelihood": "gaussian"}),
    "ae-conv": ModelConfig(kind="ae", encoder="conv", encoder_widths=(3, 5, 2, 16), decoder="conv", decoder_widths=(12, 5, 3)),
    "mlp-gaussian-fixed": ModelConfig(**SMALL | {"decoder": "mlp", "likelihood": "gaussian-fixed"}),
    "no-hidden-layer": ModelConfig(encoder_widths=(), decoder="mlp", decoder_widths=()),
    "mlp-16": ModelConfig(**SMALL | {"side": 16}),
    "conv-64": ModelConfig(
        encoder="conv", encoder_widths=(3, 5, 4, 16), decoder="conv", decoder_widths=(12, 5, 3), likelihood="gaussian", side=64
    ),
    "listed-gaussian-linear": ListedConfig(layers=layers(ModelConfig(**SMALL)), likelihood="gaussian-linear"),
}

FOREIGN = {"keras_onnx": Wishes(), "torch_conv": Wishes(mu="getitem_6", std="softplus", logits="conv2d")}
"""What Keras and torch wrote (tests/support/foreign_models.py)."""


def main(folder: Path) -> None:
    load_all = data.load
    export.data.load = lambda split: load_all(split).head(POINTS)  # type: ignore[assignment]
    export.read_codes = lambda stored: None  # those kept are of all images
    first = load_all("test").head(POINTS).images.tobytes()
    export.data.packed_test_images = lambda: gzip.compress(bytes(16) + first)
    names = [*CONFIGS, *FOREIGN, *registry.names()]
    for name in names:
        if name in FOREIGN:
            stored = checkpoints.read(imported(folder, name), name)
            (folder / f"{name}.probe").write_bytes(probe.probe(stored))
        elif name in CONFIGS:
            config = CONFIGS[name]
            train = TrainConfig() if config.side == 28 else TrainConfig(data=own_images(folder, name, config.side))
            stored = checkpoints.read(save_random(folder / "models" / name, config, train), name)
        else:
            stored = registry.find(name)
        write_case(folder, stored)
    test = load_all("test")
    (folder / "images.bin").write_bytes(test.images.tobytes())
    (folder / "golden.json").write_text(json.dumps({"names": names, "foreign": [*FOREIGN], "observed": observed(test)}))


def imported(folder: Path, name: str) -> Path:
    """A model that another program wrote, as it is read."""
    with zipfile.ZipFile("tests/fixtures/foreign.zip") as packed:
        packed.extractall(folder / "foreign")
    paths = [folder / "foreign" / name / f"{part}.onnx" for part in ("encoder", "decoder")]
    import_model(paths, folder / "models" / name, data="mnist", protocol="dynamic", wishes=FOREIGN[name])
    return folder / "models" / name


def own_images(folder: Path, name: str, side: int) -> str:
    """Images of one's own at another size: the digits, larger or smaller. Those of a map lie beside as bytes."""
    digits = data.load("test").head(POINTS)
    np.savez(folder / f"{name}.npz", images=digits.images, labels=digits.labels)
    address = datasets.of_side(str(folder / f"{name}.npz"), side)
    (folder / f"{name}.images").write_bytes(datasets.shown(address)[0].images.tobytes())
    return address


def save_random(folder: Path, config: ModelConfig, train: TrainConfig) -> Path:
    """A model whose weights are large enough that its pixels are not all ½."""
    model = build_model(config, seed=1)
    rng = torch.Generator().manual_seed(2)
    with torch.no_grad():
        for weight in model.parameters():
            weight.mul_(1.5).add_(0.1 * torch.randn(weight.shape, generator=rng))
    folder.mkdir(parents=True)
    loading.save(folder, model, train, {})
    return folder


def write_case(folder: Path, stored: checkpoints.Stored) -> None:
    bundle = export.bundle(stored)
    (folder / f"{stored.name}.bundle").write_bytes(bundle)
    for part, content in zip(("decoder", "encoder"), export.parted(stored), strict=True):
        (folder / f"{stored.name}.{part}").write_bytes(content)
    (folder / f"{stored.name}.f32.bundle").write_bytes(in_full_precision(bundle, stored))
    x = data.observe_fixed(datasets.shown(stored.train.data)[0].images, "dynamic", 0)[:4]
    z = np.random.default_rng(3).normal(0, 1.5, (37, 2)).astype(np.float32)
    rounded = {key: weight.astype(np.float32) for key, weight in export.weights(stored).items()}
    half = dataclasses.replace(stored, weights=rounded)
    model = loading.to_torch(stored)
    encoded, decoded = model.encode(torch.from_numpy(x)), model.decode(torch.from_numpy(z)).clip(0, 1)
    if stored.model.kind == "vae":
        encoded = torch.stack([encoded.mu, encoded.std])
    case = {
        "x": x.tolist(),
        "z": z.ravel().tolist(),
        "half": {"encoded": listed(*forward.encode(half, x)), "decoded": listed(forward.decode(half, z).clip(0, 1))},
        "full": {"encoded": encoded.ravel().tolist(), "decoded": decoded.ravel().tolist()},
        "inside": inside(loading.to_torch(half), torch.from_numpy(x[:1]), torch.from_numpy(z[:1])),
    }
    (folder / f"{stored.name}.json").write_text(json.dumps(case))


@torch.no_grad()
def inside(model: Model, x: torch.Tensor, z: torch.Tensor) -> dict[str, list[list[float]]]:
    """What every layer of the encoder gives for x, and of the decoder for z."""
    found: dict[str, list[list[float]]] = {"encoder": [], "decoder": []}
    for part, h in (("encoder", x), ("decoder", z)):
        for layer in getattr(model, part):
            h = layer(h)
            found[part].append(h.ravel().tolist())
    return found


def in_full_precision(bundle: bytes, stored: checkpoints.Stored) -> bytes:
    """The same bundle with float32 weights."""
    size = int.from_bytes(bundle[:8], "little")
    metadata = json.loads(bundle[8 : 8 + size])["__metadata__"]
    return save(load(bundle) | stored.weights, metadata)


def listed(*arrays: np.ndarray | None) -> list[float]:
    return [float(value) for array in arrays if array is not None for value in array.ravel()]


def observed(test: Images) -> list[dict[str, Any]]:
    """Some rows of `observe_fixed`, as the numbers of the pixels that are on."""
    rows = []
    for seed in (0, 1, 2**31 - 1):
        x = data.observe_fixed(test.images, "dynamic", seed)
        rows += [{"seed": seed, "index": index, "on": np.flatnonzero(x[index]).tolist()} for index in (0, 1, 4999, 9999)]
    return rows


if __name__ == "__main__":
    main(Path(sys.argv[1]))
