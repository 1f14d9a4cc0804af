"""A model as a plain Python file, without our package, and its weights in safetensors beside it.

The file holds what a student would write: the modules that torch lacks, as networks.py has them, and two Sequentials.
Written without torch.
"""

from __future__ import annotations

import ast
import pkgutil
from pathlib import Path

import numpy as np
from safetensors.numpy import save as pack

from vae_engine.base.files import write_atomically
from vae_engine.stored.architecture import layers
from vae_engine.stored.checkpoints import WEIGHTS, Stored
from vae_engine.stored.records import Layer, pair

MODULE = "model.py"
_OWN = ("FourierFeatures", "Residual", "Parallel", "Affine", "Permute", "Pointwise", "Pool")
_PLAIN = {
    "flatten": "Flatten", "relu": "ReLU", "silu": "SiLU", "tanh": "Tanh", "gelu_erf": "GELU", "sigmoid": "Sigmoid",
    "softplus": "Softplus",
}  # fmt: skip
_ENCODE = {
    "logvar": ["mu, logvar = self.encoder(x).chunk(2, dim=-1)", "return mu, logvar"],
    "softplus": [
        "mu, spread = self.encoder(x).chunk(2, dim=-1)",
        "return mu, 2 * nn.functional.softplus(spread).clamp_min(1e-6).log()",
    ],
    "ae": ["return self.encoder(x)"],
}
_MEAN = {
    "bernoulli": "self.decode_raw(z).sigmoid()", "gaussian": "self.decode_raw(z).chunk(2, dim=-1)[0].sigmoid()",
    "gaussian-fixed": "self.decode_raw(z).sigmoid()", "gaussian-linear": "self.decode_raw(z)",
}  # fmt: skip
_RAW = {
    "bernoulli": "logits", "gaussian": "means before the sigmoid, then spreads: std = 0.01 + softplus",
    "gaussian-fixed": "means before the sigmoid; noise is their std", "gaussian-linear": "means; noise is their std",
}  # fmt: skip


def write_torch(stored: Stored, folder: Path) -> int:
    """Write `model.py` and `model.safetensors` into a folder; their size in bytes."""
    packed = pack({name: np.ascontiguousarray(tensor) for name, tensor in stored.weights.items()})
    text = source(stored).encode()
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(folder / WEIGHTS, packed)
    write_atomically(folder / MODULE, text)
    return len(packed) + len(text)


def source(stored: Stored) -> str:
    """The text of `model.py`."""
    model, described = stored.model, layers(stored.model)
    name = "".join(letter for letter in stored.name if letter.isalnum() or letter in " -_.")  # a folder's, and this is code
    parts = {part: _stack(described[part], 2) for part in ("encoder", "decoder")}
    body = "\n".join(parts.values())
    own = [text for name, text in _own_modules().items() if f"{name}(" in body]
    noise = '        self.register_buffer("noise", torch.ones(()))\n' if model.noise_is_given else ""
    raw = _RAW[model.likelihood]
    within = "" if model.likelihood == "gaussian-linear" else " in [0, 1]"
    kind = "VAE" if model.kind == "vae" else "Autoencoder"
    code = f"[b, {model.latent_dim}]"
    encoded = f"mu and logvar of q(z|x), each {code}" if model.kind == "vae" else f"the code {code}"
    encode = "\n        ".join(_ENCODE[model.spread if model.kind == "vae" else "ae"])
    imports = ["import math"] if any("math." in text for text in own) else []
    imports += ["from pathlib import Path", *(["from typing import Any"] if any("Any" in text for text in own) else []), ""]
    imports += ["import torch", "from safetensors.torch import load_file", "from torch import Tensor, nn"]
    return "\n\n\n".join(
        [
            f'"""{name}: {kind}, {model.likelihood} likelihood, pixels seen as {stored.train.protocol}.\n\n'
            f"    model = {kind}.load()\n    pixels = model.decode(torch.zeros(1, {model.latent_dim}))\n\n"
            f'Needs torch and safetensors only; the weights lie in {WEIGHTS} beside this file.\n"""\n\n' + "\n".join(imports),
            *own,
            f"class {kind}(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
            f"        self.encoder = {parts['encoder']}\n        self.decoder = {parts['decoder']}\n{noise}\n"
            f'    def encode(self, x):\n        """x [b, {model.pixels}] in [0, 1] → {encoded}."""\n        {encode}\n\n'
            f'    def decode_raw(self, z):\n        """z {code} → {raw}."""\n        return self.decoder(z)\n\n'
            f'    def decode(self, z):\n        """z {code} → E[x|z] [b, {model.pixels}]{within}."""\n'
            f"        return {_MEAN[model.likelihood]}\n\n"
            f"    @classmethod\n    def load(cls):\n        model = cls()\n"
            f'        model.load_state_dict(load_file(Path(__file__).with_name("{WEIGHTS}")))\n        return model.eval()\n',
        ]
    )


def _own_modules() -> dict[str, str]:
    """The source of the modules that torch lacks, by their names."""
    text = (pkgutil.get_data("vae_engine.model", "networks.py") or b"").decode()
    classes = {node.name: node for node in ast.parse(text).body if isinstance(node, ast.ClassDef)}
    return {name: ast.get_source_segment(text, classes[name]) or "" for name in _OWN}


def _stack(described: list[Layer], depth: int) -> str:
    inside = "".join(f"{'    ' * (depth + 1)}{_module(layer, depth + 1)},\n" for layer in described)
    return f"nn.Sequential(\n{inside}{'    ' * depth})" if described else "nn.Sequential()"


def _module(layer: Layer, depth: int) -> str:
    op = layer["op"]
    match op:
        case "linear":
            return f"nn.Linear({layer['in']}, {layer['out']})"
        case "fourier":
            return f"FourierFeatures({layer['in']}, {layer['out']}, {layer['scale']})"
        case "layer_norm":
            return f"nn.LayerNorm({layer['size']}, eps={layer.get('eps', 1e-5)})"
        case "affine":
            return f"Affine({layer['size']})"
        case "dropout":
            return f"nn.Dropout({layer['share']})"
        case "residual":
            return f"Residual({_stack(layer['layers'], depth)}, {_stack(layer.get('shortcut', []), depth)})"
        case "parallel":
            return f"Parallel({', '.join(_stack(part, depth) for part in layer['parts'])})"
        case "conv" | "conv_transpose":
            sides = [pair(layer.get(key, 0)) for key in ("kernel", "stride", "padding")]
            more = [pair(layer.get("output_padding", 0))] if op == "conv_transpose" else []
            kind = "Conv2d" if op == "conv" else "ConvTranspose2d"
            return f"nn.{kind}({layer['in']}, {layer['out']}, {', '.join(map(str, [*sides, *more]))})"
        case "pad":
            top, left, bottom, right = layer["edges"]
            return f"nn.ZeroPad2d(({left}, {right}, {top}, {bottom}))"
        case "max_pool" | "avg_pool":
            counts = "" if op == "max_pool" else f", largest=False, counting={layer['counting']}"
            return f"Pool({pair(layer['kernel'])}, {pair(layer['stride'])}, {layer['edges']}{counts})"
        case "upsample":
            corners = f", align_corners={layer['corners']}" if layer["mode"] == "bilinear" else ""
            return f'nn.Upsample({tuple(layer["to"])}, mode="{layer["mode"]}"{corners})'
        case "reshape":
            return f"nn.Unflatten(-1, {tuple(layer['shape'])})"
        case "permute":
            return f"Permute({layer['order']})"
        case "gelu":
            return 'nn.GELU(approximate="tanh")'
        case "leaky_relu":
            return f"nn.LeakyReLU({layer['slope']})"
        case "elu":
            return f"nn.ELU({layer['alpha']})"
        case "clamp":
            return f"nn.Hardtanh({layer['low']}, {layer['high']})"
        case "sin" | "cos" | "log":
            return f'Pointwise("{op}")'
    return f"nn.{_PLAIN[op]}()"
