"""Every kind of layer on a few numbers: records, weights and inputs, which torch, numpy and the browser run alike.

`make fixtures` writes them to tests/fixtures/layers: `cases.safetensors` (weights, inputs and, as its note `cases`, the
records), the same bits each time, and `expected.json`, what torch makes of them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.numpy import load, save
from support.builders import ROOT

from vae_engine.model import networks
from vae_engine.stored import forward, records
from vae_engine.stored.records import Layer

FOLDER = ROOT / "tests" / "fixtures" / "layers"
ROWS = 3


def _conv(op: str, inner: int, outer: int, kernel: Any, stride: Any, padding: Any, **more: Any) -> Layer:
    return {"op": op, "in": inner, "out": outer, "kernel": kernel, "stride": stride, "padding": padding, **more}


_SHRINK = {"op": "linear", "in": 6, "out": 4}
CASES: dict[str, tuple[tuple[int, ...], list[Layer]]] = {
    **{op: ((7,), [{"op": op}]) for op in records.POINTWISE if op != "log"},
    "log": ((5,), [{"op": "softplus"}, {"op": "log"}]),
    "leaky_relu": ((7,), [{"op": "leaky_relu", "slope": 0.2}]),
    "elu": ((7,), [{"op": "elu", "alpha": 1.5}]),
    "clamp": ((7,), [{"op": "clamp", "low": -0.5, "high": 1}]),
    "linear, fourier": ((4,), [{"op": "linear", "in": 4, "out": 3}, {"op": "fourier", "in": 3, "out": 5, "scale": 1}]),
    "layer norm": ((6,), [{"op": "layer_norm", "size": 6}, {"op": "dropout", "share": 0.5}]),
    "layer norm over channels": (
        (4, 3, 2),
        [
            {"op": "permute", "order": [1, 2, 0]},
            {"op": "layer_norm", "size": 4, "eps": 0.001},
            {"op": "permute", "order": [2, 0, 1]},
        ],
    ),
    "affine of maps": ((3, 2, 2), [{"op": "affine", "size": 3}, {"op": "affine", "size": 1}]),
    "affine of numbers": ((5,), [{"op": "affine", "size": 5}]),
    "reshape, permute, flatten": (
        (24,),
        [{"op": "reshape", "shape": [2, 3, 4]}, {"op": "permute", "order": [2, 0, 1]}, {"op": "flatten"}],
    ),
    "conv": ((2, 6, 5), [_conv("conv", 2, 3, 3, 2, 1)]),
    "conv of unequal sides": ((2, 6, 7), [_conv("conv", 2, 9, [1, 4], [2, 3], [0, 2])]),
    "conv, lopsided": ((1, 6, 6), [{"op": "pad", "edges": [0, 0, 1, 1]}, _conv("conv", 1, 2, 3, 2, 0)]),
    "transposed conv": ((3, 4, 3), [_conv("conv_transpose", 3, 2, 4, 2, 1)]),
    "transposed conv with more rows": ((3, 4, 3), [_conv("conv_transpose", 3, 2, 3, 2, 1, output_padding=1)]),
    "transposed conv, gaps": ((2, 3, 3), [_conv("conv_transpose", 2, 2, [2, 1], 3, 0, output_padding=[2, 1])]),
    "transposed conv, lopsided": ((3, 4, 4), [_conv("conv_transpose", 3, 2, 3, 2, 0), {"op": "pad", "edges": [0, 0, -1, -1]}]),
    "pad and crop": ((2, 4, 4), [{"op": "pad", "edges": [-1, 2, 1, -2]}]),
    "max pool": ((2, 6, 5), [{"op": "max_pool", "kernel": 2, "stride": 2, "edges": [0, 0, 0, 0]}]),
    "max pool with edges": ((2, 7, 7), [{"op": "max_pool", "kernel": [3, 2], "stride": [2, 1], "edges": [1, 0, 1, 1]}]),
    "mean pool": ((2, 6, 6), [{"op": "avg_pool", "kernel": 3, "stride": 2, "edges": [1, 1, 0, 0], "counting": True}]),
    "mean pool, edges not counted": (
        (2, 7, 7),
        [{"op": "avg_pool", "kernel": 2, "stride": 2, "edges": [0, 0, 1, 1], "counting": False}],
    ),
    "nearest": ((2, 3, 4), [{"op": "upsample", "to": [6, 9], "mode": "nearest", "corners": False}]),
    "bilinear": ((2, 3, 4), [{"op": "upsample", "to": [7, 8], "mode": "bilinear", "corners": False}]),
    "bilinear, corners kept": ((2, 3, 4), [{"op": "upsample", "to": [7, 8], "mode": "bilinear", "corners": True}]),
    "residual": ((6,), [{"op": "tanh"}, {"op": "residual", "layers": [{"op": "relu"}, {"op": "linear", "in": 6, "out": 6}]}]),
    "residual with a shortcut": (
        (2, 4, 4),
        [
            {
                "op": "residual",
                "layers": [_conv("conv", 2, 3, 3, 2, 1), {"op": "relu"}],
                "shortcut": [_conv("conv", 2, 3, 1, 2, 0)],
            },
        ],
    ),
    "parallel": (
        (6,),
        [{"op": "parallel", "parts": [[_SHRINK], [{"op": "relu"}, _SHRINK, {"op": "clamp", "low": -1, "high": 1}], []]}],
    ),
    "parallel maps": ((2, 3, 3), [{"op": "parallel", "parts": [[], [_conv("conv", 2, 1, 3, 1, 1)]]}]),
}  # fmt: skip


def made() -> bytes:
    """Weights, inputs and records of all cases; the same bytes each time."""
    rng = np.random.default_rng(19)
    tensors: dict[str, np.ndarray] = {}
    for name, (shape, described) in CASES.items():
        for key, sides in records.weight_shapes(described, name).items():
            tensors[key] = (rng.normal(size=sides) * 0.5).astype(np.float32)
        tensors[f"{name}.input"] = (rng.normal(size=(ROWS, *shape)) * 2).astype(np.float32)
    notes = {"cases": json.dumps({name: described for name, (_, described) in CASES.items()})}
    return save(tensors, notes)


def tensors() -> dict[str, np.ndarray]:
    """Weights and inputs, as kept."""
    return load((FOLDER / "cases.safetensors").read_bytes())


def by_torch(name: str, kept: dict[str, np.ndarray]) -> np.ndarray:
    """What torch makes of a case's input."""
    network = networks.build(CASES[name][1]).eval()
    own = {key.removeprefix(f"{name}."): torch.from_numpy(one) for key, one in kept.items() if key.startswith(f"{name}.")}
    x = own.pop("input")
    network.load_state_dict(own)
    with torch.no_grad():
        return network(x).numpy()


def by_numpy(name: str, kept: dict[str, np.ndarray]) -> np.ndarray:
    """What numpy makes of it."""
    return forward.run(CASES[name][1], name, kept, kept[f"{name}.input"])


def write(folder: Path = FOLDER) -> None:
    """Both files."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "cases.safetensors").write_bytes(made())
    kept = load(made())
    found = {name: by_torch(name, kept) for name in CASES}
    expected = {
        name: {"shape": list(one.shape[1:]), "numbers": one.astype(float).round(6).ravel().tolist()}
        for name, one in found.items()
    }
    (folder / "expected.json").write_text(json.dumps(expected) + "\n", encoding="utf-8")
