"""Torch networks built from the layer records of architecture.py: forward passes and nothing else."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from vae_engine.stored.architecture import Layer


class FourierFeatures(nn.Module):
    """[z, sin(zW), cos(zW)] with fixed W ~ N(0, scale²): lets a decoder vary quickly with z.

    z [b, d] → [b, d + 2·count]. Source: Tancik et al., arXiv:2006.10739, eq. 5.
    """

    weight: Tensor

    def __init__(self, dim: int, count: int, scale: float) -> None:
        super().__init__()
        self.register_buffer("weight", torch.randn(dim, count) * scale)

    def forward(self, z: Tensor) -> Tensor:
        angle = z @ self.weight
        return torch.cat([z, angle.sin(), angle.cos()], dim=-1)


class Residual(nn.Module):
    """h + f(h) around a stack of layers."""

    def __init__(self, layers: nn.Sequential) -> None:
        super().__init__()
        self.layers = layers

    def forward(self, h: Tensor) -> Tensor:
        return h + self.layers(h)


def build(layers: list[Layer]) -> nn.Sequential:
    """The network of a list of layer records, freshly initialised from torch's default generator."""
    return nn.Sequential(*map(_module, layers))


def _module(layer: Layer) -> nn.Module:
    match layer["op"]:
        case "linear":
            return nn.Linear(layer["in"], layer["out"])
        case "fourier":
            return FourierFeatures(layer["in"], layer["out"], layer["scale"])
        case "layer_norm":
            return nn.LayerNorm(layer["size"])
        case "dropout":
            return nn.Dropout(layer["share"])
        case "residual":
            return Residual(build(layer["layers"]))
        case "conv":
            return nn.Conv2d(layer["in"], layer["out"], layer["kernel"], layer["stride"], layer["padding"])
        case "conv_transpose":
            return nn.ConvTranspose2d(layer["in"], layer["out"], layer["kernel"], layer["stride"], layer["padding"])
        case "reshape":
            return nn.Unflatten(-1, layer["shape"])
        case "flatten":
            return nn.Flatten(-3)
        case "gelu":
            # The tanh form, because numpy and the browser have no error function.
            return nn.GELU(approximate="tanh")
        case "relu":
            return nn.ReLU()
        case "silu":
            return nn.SiLU()
        case "tanh":
            return nn.Tanh()
    raise ValueError(f"unknown layer {layer!r}")
