"""A bundle, its encoder and its decoder in fewer bytes, for files and sites. Made without torch.

As `bundle.parted` has the first two, but for the tensors `decoder.*`, which are a file of their own, so that a map can be
shown before its decoder is here, and

    *.weight          uint16 [out, in] of a linear layer of up to 1,024 inputs: q + 128, modulo 65536, so that most high bytes
                      are alike; with `*.weight.rows` float32 [out] and `*.weight.columns` float32 [in]: q · rows · columns
    small tensors     float32: biases among them, which make up for what the weights lost
    train.sorted      uint8 [4, m]: instead of `train.codes`, which have no order: their places as numbers z₁ · 8192 + z₂, each
                      z in steps of 1/8191 of its range, sorted, as differences, the lowest bytes first
    header.rounded    {p, codes}: how far decoded probabilities and codes were found to be from those of the full weights

Probabilities are compared at the codes of all images that a map shows (2,000 where layers convolve) and on a grid over the
map, codes at those images; the rounding goes by training images and other places.
"""

from __future__ import annotations

import json

import numpy as np
from safetensors.numpy import save as pack

from vae_engine.data import datasets
from vae_engine.exchange import bundle as export
from vae_engine.exchange import rounded, rounding
from vae_engine.exchange.rounded import Rounding
from vae_engine.stored import forward, on_map
from vae_engine.stored import weights as weight_files
from vae_engine.stored.architecture import layers
from vae_engine.stored.checkpoints import Stored
from vae_engine.stored.weights import Weights

MOST_P, MOST_CODE = 4e-3, 0.01
_INPUTS = 4000  # by which the rounding goes
_CONVOLVED = 2000  # images that are looked at where each takes several times as long
_GRID = 50
_SMALL = 4096  # numbers
_BITS = 13
_PRIOR = 4.0  # standard deviations, as far as a map's decoder is asked at least


def parted(stored: Stored) -> tuple[bytes, bytes, bytes]:
    """A bundle without images, encoder and decoder's weights, its encoder, and its decoder. Raises as `bundle.parted` does."""
    content, encoder = export.parted(stored, whole=True)
    found = rounding_of(stored)
    bundle, notes = weight_files.parse(content, "a bundle"), weight_files.notes(content)
    bundle["train.sorted"] = _sorted_codes(bundle.pop("train.codes"))
    header = json.dumps(json.loads(notes["bundle"]) | {"rounded": found.within})
    small = {name: weight for name, weight in on_map.seen(stored).weights.items() if weight.size <= _SMALL} | found.biases
    apart = _packed(weight_files.parse(encoder, "an encoder"), found, small, **weight_files.notes(encoder))
    decoder = {name: bundle.pop(name) for name in list(bundle) if name.startswith("decoder.")}
    return _packed(bundle, found, small, bundle=header), apart, _packed(decoder, found, small)


def _packed(tensors: Weights, found: Rounding, small: Weights, **notes: str) -> bytes:
    coded = {}
    for name, tensor in tensors.items():
        if one := found.linear.get(name):
            coded[name] = (one.steps + 128).astype(np.uint16)
            coded |= {f"{name}.rows": one.rows, f"{name}.columns": one.columns}
        else:
            coded[name] = small.get(name, export.halved(tensor) if name.startswith(("encoder.", "decoder.")) else tensor)
    return pack({name: np.asarray(tensor, order="C") for name, tensor in coded.items()}, notes)


def rounding_of(stored: Stored) -> Rounding:
    """The rounding of a model (or of the plane through it): the one kept beside it, or a new one, which is kept there."""
    seen = on_map.seen(stored)
    kept = rounded.read(seen)
    if kept is None:
        rounded.keep(seen, kept := rounded_anew(stored))
    return kept


def rounded_anew(stored: Stored) -> Rounding:
    """As `rounding_of`, found in some seconds."""
    seen, protocol = on_map.seen(stored), stored.train.protocol
    is_quick = not any("conv" in layer["op"] for part in layers(seen.model).values() for layer in part)
    shown = export.observed_shown(stored.train.data, datasets.SHOWN if is_quick else _CONVOLVED, protocol).astype(np.float32)
    train = export.observed(stored.train.data, "train", protocol, _INPUTS).astype(np.float32)
    codes, _ = forward.encode(seen, shown)
    low, high = _area(codes, seen.model.kind)
    asked = np.concatenate([codes, _grid(low, high)])
    places = low + (high - low) * np.random.default_rng(0).random((_INPUTS // 2, 2))
    places = np.concatenate([places, forward.encode(seen, train[: _INPUTS // 2])[0]])
    p = forward.decode(seen, asked)

    def far_p(made: Stored, some: slice) -> float:
        return float(np.abs(forward.decode(made, asked[some]) - p[some]).max())

    def far_codes(made: Stored, some: slice) -> float:
        return float(np.abs(forward.encode(made, shown[some])[0] - codes[some]).max())

    decoder, half, of_p = rounding.within(seen, _in_half(seen, "decoder"), "decoder", places, far_p, MOST_P)
    encoder, model, of_codes = rounding.within(half, _in_half(seen, "encoder"), "encoder", train, far_codes, MOST_CODE)
    linear = decoder | encoder
    biases = {name: model.weights[name] for name in (one.removesuffix("weight") + "bias" for one in linear)}
    return Rounding(linear, biases, {"p": of_p, "codes": of_codes})


def _in_half(seen: Stored, part: str) -> Weights:
    """The large weights of a part as a bundle has them; those of linear layers are rounded anew."""
    large = {name: weight for name, weight in seen.weights.items() if name.startswith(part) and weight.size > _SMALL}
    return {name: weight.astype(np.float16).astype(np.float32) for name, weight in large.items()}


def _area(codes: np.ndarray, kind: str) -> tuple[np.ndarray, np.ndarray]:
    """The corners of what a map shows, more or less: all codes, and where the prior is."""
    low, high = codes.min(0), codes.max(0)
    return (np.minimum(low, -_PRIOR), np.maximum(high, _PRIOR)) if kind == "vae" else (low, high)


def _grid(low: np.ndarray, high: np.ndarray) -> np.ndarray:
    across, up = (np.linspace(low[axis], high[axis], _GRID) for axis in (0, 1))
    return np.stack(np.meshgrid(across, up), -1).reshape(-1, 2)


def _sorted_codes(codes: np.ndarray) -> np.ndarray:
    """Codes [m, 2] uint16 as `train.sorted` has them: uint8 [4, m]."""
    most = (1 << _BITS) - 1
    across, up = ((codes.astype(np.uint32) * most + 32767) // 65535).T
    places = np.sort(across << _BITS | up)
    return np.ascontiguousarray(np.diff(places, prepend=np.uint32(0)).astype("<u4").view(np.uint8).reshape(-1, 4).T)
