"""Models whose files torch alone writes, as pythae's folders and as a state_dict; and damage to what torch.save writes."""

from __future__ import annotations

import copy
import io
import json
import pickletools
import random
import struct
import zipfile
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor, nn


class Encoder(nn.Module):
    """pythae's default encoder, smaller."""

    def __init__(self, kind: str, pixels: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList([nn.Sequential(nn.Linear(pixels, 12), nn.ReLU())])
        self.embedding = nn.Linear(12, 2)
        if kind != "AE":
            self.log_var = nn.Linear(12, 2)

    def forward(self, x: Tensor) -> list[Tensor]:
        h = self.layers[0](x)
        return [self.embedding(h), *([self.log_var(h)] if hasattr(self, "log_var") else [])]


class Model(nn.Module):
    """pythae's default networks, by the names of its weights."""

    def __init__(self, kind: str, pixels: int = 784) -> None:
        super().__init__()
        self.encoder, self.decoder = Encoder(kind, pixels), nn.Module()
        self.decoder.layers = nn.ModuleList(
            [nn.Sequential(nn.Linear(2, 12), nn.ReLU()), nn.Sequential(nn.Linear(12, pixels), nn.Sigmoid())]
        )

    def decode(self, z: Tensor) -> Tensor:
        return self.decoder.layers[1](self.decoder.layers[0](z))  # type: ignore[index]


def saved(folder: Path, kind: str, side: int = 28, **says: Any) -> Model:
    """A model in the folder that pythae's `save` would write."""
    torch.manual_seed(0)
    model = Model(kind, side**2)
    folder.mkdir(parents=True, exist_ok=True)
    config = {
        "name": f"{kind}Config", "input_dim": [1, side, side], "latent_dim": 2, "uses_default_encoder": True,
        "uses_default_decoder": True, **says,
    }  # fmt: skip
    (folder / "model_config.json").write_text(json.dumps(config))
    (folder / "environment.json").write_text(json.dumps({"name": "EnvironmentConfig", "python_version": "3.12"}))
    torch.save({"model_state_dict": copy.deepcopy(model.state_dict())}, folder / "model.pt")
    return model


class Listed(nn.Module):
    """A VAE of convolutions, batch norms and a residual block, whose weights are listed below."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.norm = nn.Conv2d(1, 4, 3, stride=2, padding=1), nn.BatchNorm2d(4)
        self.inside, self.around = nn.Conv2d(4, 6, 3, padding=1), nn.Conv2d(4, 6, 1, bias=False)
        self.mean, self.logvar = nn.Linear(6 * 49, 2), nn.Linear(6 * 49, 2)
        self.up = nn.Sequential(
            nn.Linear(2, 6 * 49), nn.LayerNorm(6 * 49), nn.ELU(), nn.Unflatten(1, (6, 7, 7)),
            nn.ConvTranspose2d(6, 4, (4, 4), stride=2, padding=1), nn.LeakyReLU(), nn.Upsample((28, 28)), nn.Conv2d(4, 1, 1),
        )  # fmt: skip

    def encode(self, x: Tensor) -> list[Tensor]:
        h = torch.relu(self.norm(self.conv(x.reshape(-1, 1, 28, 28))))
        h = nn.functional.max_pool2d(self.inside(h) + self.around(h), 2).flatten(1)
        return [self.mean(h), self.logvar(h)]

    def decode(self, z: Tensor) -> Tensor:
        return self.up(z).sigmoid().flatten(1)


LAYERS: dict[str, Any] = {
    "encoder": [
        {"op": "reshape", "shape": [1, 28, 28]}, {"op": "conv", "weights": "conv", "stride": 2, "padding": 1},
        {"op": "affine", "weights": "norm"}, {"op": "relu"},
        {"op": "residual", "layers": [{"op": "conv", "weights": "inside", "padding": 1}],
         "shortcut": [{"op": "conv", "weights": "around"}]},
        {"op": "max_pool", "kernel": 2}, {"op": "flatten"},
        {"op": "parallel", "parts": [[{"op": "linear", "weights": "mean"}], [{"op": "linear", "weights": "logvar"}]]},
    ],
    "decoder": [
        {"op": "linear", "weights": "up.0"}, {"op": "layer_norm", "weights": "up.1"}, {"op": "elu"},
        {"op": "reshape", "shape": [6, 7, 7]}, {"op": "conv_transpose", "weights": "up.4", "stride": 2, "padding": 1},
        {"op": "leaky_relu"}, {"op": "upsample", "to": [28, 28]}, {"op": "conv", "weights": "up.7"}, {"op": "sigmoid"},
    ],
}  # fmt: skip
"""What a Listed is, as `import` takes it."""


def listed(folder: Path) -> Listed:
    """Its state_dict and its layers in a folder."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(5)
        model = Listed().eval()
        model.norm.running_mean.normal_(0, 0.3)  # type: ignore[union-attr]
        model.norm.running_var.uniform_(0.5, 2)  # type: ignore[union-attr]
    folder.mkdir(parents=True, exist_ok=True)
    save_file(model.state_dict(), folder / "weights.safetensors")
    (folder / "layers.json").write_text(json.dumps(LAYERS))
    return model


def _memo(index: int) -> bytes:
    return struct.pack("<I", 70_000 + index)


DOUBLED = b")" + b"".join(b"r" + _memo(index) + b"j" + _memo(index) + b"\x86" for index in range(60))
"""A tuple that holds one twice that holds one twice …: whoever walks it walks for ever."""
DEEP = b")" + b"\x85" * 100_000
"""A tuple in a tuple in a tuple …: whoever walks it falls off the stack."""
OWN = b"]\x94h\x00a"
"""A list that may hold another, or itself."""
_PARTS = (
    b"cos\nsystem\n(X\x0a\x00\x00\x00touch bombtR", b"cbuiltins\neval\n(X\x01\x00\x00\x001tR", b"cos\nsystem\n", b")\x81",
    b"(S'text'\nios\nsystem\n", b"cposix\nmkdir\n\x8c\x04bomb\x85R", DOUBLED, DEEP, OWN, DOUBLED + b"Ns", DEEP + b"Ns", b"N",
    b"}", b"]", b")", b"(", b"0", b"1", b"2", b"R", b"b", b"u", b"s", b"e", b"t", b".", b"Q", b"\x88", b"J\xff\xff\xff\x7f",
    b"J\xff\xff\xff\xff", b"\x8a\xff" + b"\x7f" * 255, b"\x8a\x08" + b"\xff" * 7 + b"\x7f", b"G" + b"\x7f" * 8,
    b"\x8c\x05torch\x8c\x05load\x93", b"X\xff\xff\xff\x7f", b"ctorch\nFloatStorage\n", b"ctorch\nSize\n", b"P1\n",
    b"ccollections\nOrderedDict\n",
)  # fmt: skip


def _another_pickle(pickled: bytes, rng: random.Random) -> bytes:
    """A pickle with another operation in it, or one less, or two that have changed places."""
    starts = [place or 0 for _, _, place in pickletools.genops(pickled)]
    parts = [pickled[start:end] for start, end in zip(starts, [*starts[1:], len(pickled)], strict=True)]
    for _ in range(rng.choice((1, 1, 2, 5))):
        at, other = rng.randrange(len(parts)), rng.randrange(len(parts))
        match rng.randrange(5):
            case 0:
                del parts[at]
            case 1:
                parts[at], parts[other] = parts[other], parts[at]
            case 2:
                parts[at] = rng.choice(_PARTS)
            case 3:
                parts.insert(at, rng.choice(_PARTS))
            case _:
                parts[at] = parts[other]
    return b"".join(parts)


def repacked(content: bytes, change: dict[str, bytes]) -> bytes:
    """A file of torch.save with other contents under the ends of some names; nothing takes a file away."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as packed, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as changed:
        for name in packed.namelist():
            part = next((new for end, new in change.items() if name.endswith(end)), packed.read(name))
            if part:
                changed.writestr(name, part)
    return out.getvalue()


def another_zip(content: bytes, rng: random.Random) -> bytes:
    """A file of torch.save whose zip is whole, but which says or holds something else."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        parts = {name.partition("/")[2]: packed.read(name) for name in packed.namelist()}
    name = rng.choice([one for one in parts if one.startswith("data/")])
    match rng.choice(("pickle", "pickle", "pickle", "numbers", "bytes", "order")):
        case "pickle":
            return repacked(content, {"/data.pkl": _another_pickle(parts["data.pkl"], rng)})
        case "numbers":
            part = parts[name]
            others = (b"", part[: rng.randrange(len(part))], part + part, b"\0" * 2**26, b"\xff" * len(part))
            return repacked(content, {f"/{name}": rng.choice(others)})
        case "bytes":
            pickled = bytearray(parts["data.pkl"])
            for _ in range(rng.randint(1, 9)):
                pickled[rng.randrange(len(pickled))] = rng.randrange(256)
            return repacked(content, {"/data.pkl": bytes(pickled)})
    return repacked(content, {"/byteorder": rng.choice((b"big", b"", b"\xff" * 9))})
