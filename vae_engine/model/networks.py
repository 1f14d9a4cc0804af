"""Torch networks built from the layer records of architecture.py: forward passes and nothing else."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn

from vae_engine.stored.records import Layer, pair


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
    """h + f(h) around a stack of layers, or g(h) + f(h) with one in the shortcut, too."""

    def __init__(self, layers: nn.Sequential, shortcut: nn.Sequential) -> None:
        super().__init__()
        self.layers = layers
        self.shortcut = shortcut

    def forward(self, h: Tensor) -> Tensor:
        return self.shortcut(h) + self.layers(h)


class Parallel(nn.Module):
    """Several stacks of layers over the same numbers, put together along the first axis: h → [f(h), g(h), …]."""

    def __init__(self, *parts: nn.Sequential) -> None:
        super().__init__()
        self.parts = nn.ModuleList(parts)

    def forward(self, h: Tensor) -> Tensor:
        return torch.cat([part(h) for part in self.parts], dim=1)


class Affine(nn.Module):
    """w h + b, one w and b for each map or number, or one for all: what a batch norm does once trained."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))
        self.bias = nn.Parameter(torch.zeros(size))

    def forward(self, h: Tensor) -> Tensor:
        by_map = (-1, *[1] * (h.ndim - 2))
        return h * self.weight.reshape(by_map) + self.bias.reshape(by_map)


class Permute(nn.Module):
    """Another order of the axes of each row."""

    def __init__(self, order: list[int]) -> None:
        super().__init__()
        self.order = order

    def forward(self, h: Tensor) -> Tensor:
        return h.permute(0, *(1 + axis for axis in self.order))


class Pointwise(nn.Module):
    """A function of torch that has no module: sin, cos, log."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def forward(self, h: Tensor) -> Tensor:
        return getattr(torch, self.name)(h)


class Pool(nn.Sequential):
    """Pooling over edges of −∞, or of zeros that its mean counts or not."""

    def __init__(self, kernel: Any, stride: Any, edges: list[int], largest: bool = True, counting: bool = True) -> None:
        top, left, bottom, right = edges
        around = nn.ConstantPad2d((left, right, top, bottom), -math.inf if largest else 0.0)
        super().__init__(around, (nn.MaxPool2d if largest else nn.AvgPool2d)(kernel, stride))
        self.counting = counting

    def forward(self, h: Tensor) -> Tensor:
        found = super().forward(h)
        return found if self.counting else found / super().forward(torch.ones_like(h[:1, :1]))


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
            return nn.LayerNorm(layer["size"], eps=layer.get("eps", 1e-5))
        case "dropout":
            return nn.Dropout(layer["share"])
        case "affine":
            return Affine(layer["size"])
        case "residual":
            return Residual(build(layer["layers"]), build(layer.get("shortcut", [])))
        case "parallel":
            return Parallel(*map(build, layer["parts"]))
        case "conv":
            return nn.Conv2d(layer["in"], layer["out"], *_sides(layer, "kernel", "stride", "padding"))
        case "conv_transpose":
            return nn.ConvTranspose2d(layer["in"], layer["out"], *_sides(layer, "kernel", "stride", "padding", "output_padding"))
        case "pad":
            top, left, bottom, right = layer["edges"]
            return nn.ZeroPad2d((left, right, top, bottom))
        case "max_pool":
            return Pool(layer["kernel"], layer["stride"], layer["edges"])
        case "avg_pool":
            return Pool(layer["kernel"], layer["stride"], layer["edges"], largest=False, counting=layer["counting"])
        case "upsample":
            corners = layer["corners"] if layer["mode"] == "bilinear" else None
            return nn.Upsample(tuple(layer["to"]), mode=layer["mode"], align_corners=corners)
        case "reshape":
            return nn.Unflatten(-1, layer["shape"])
        case "flatten":
            return nn.Flatten()
        case "permute":
            return Permute(layer["order"])
        case "gelu":
            # The tanh form, because numpy and the browser have no error function, and `gelu_erf` costs them more.
            return nn.GELU(approximate="tanh")
        case "relu":
            return nn.ReLU()
        case "silu":
            return nn.SiLU()
        case "tanh":
            return nn.Tanh()
        case "gelu_erf":
            return nn.GELU()
        case "leaky_relu":
            return nn.LeakyReLU(layer["slope"])
        case "elu":
            return nn.ELU(layer["alpha"])
        case "clamp":
            return nn.Hardtanh(layer["low"], layer["high"])
        case "sigmoid":
            return nn.Sigmoid()
        case "softplus":
            return nn.Softplus()
        case "sin" | "cos" | "log":
            return Pointwise(layer["op"])
    raise ValueError(f"unknown layer {layer!r}")


def _sides(layer: Layer, *names: str) -> Any:
    return [pair(layer.get(name, 0)) for name in names]
