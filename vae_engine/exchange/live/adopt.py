"""A VAE that somebody wrote in torch, taken over while it is in memory: exported to ONNX, read and proved like any other file."""

from __future__ import annotations

import contextlib
import math
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from vae_engine.base.errors import EngineError
from vae_engine.base.files import write_json
from vae_engine.data import datasets
from vae_engine.exchange.imports import graph
from vae_engine.exchange.imports.assumed import NoSigmoidError, Said
from vae_engine.exchange.imports.folder import import_model
from vae_engine.exchange.imports.roles import Wishes
from vae_engine.exchange.imports.scale import scale
from vae_engine.exchange.live.by_torch import by_torch
from vae_engine.model.loading import load_model
from vae_engine.stored.config import LARGEST_SIDE, SIDE, SMALLEST_SIDE

_SIDES = (SIDE, *(side for side in range(SMALLEST_SIDE, LARGEST_SIDE + 1) if side != SIDE))
_ROWS = 2
_OPSET = 20
_NAMED = 6  # shapes in a complaint


def adopt(
    model: nn.Module | None = None,
    *,
    encoder: nn.Module | None = None,
    decoder: nn.Module | None = None,
    weights: str | Path | Mapping[str, Tensor] | None = None,
    layers: str | Path | Mapping[str, Any] | None = None,
    logits: bool = False,
    std: bool = False,
    folder: str | Path | None = None,
    data: str = datasets.MNIST,
    protocol: str = "grey",
    likelihood: str = "",
    noise: float | None = None,
    plane: str = "",
    normalised: tuple[float, float] | None = None,
) -> Any:
    """Your own VAE as one of our models, as `load_model` gives them; its own weights and mode are left as they are.

    Give an encoder, x → (μ, log σ²) or one output (μ and log σ² side by side, or the code of an autoencoder), and a decoder,
    z → pixels in [0, 1] by a last sigmoid; or a `model` with the methods `encode` and `decode`. An image is given as [n, side²],
    [n, 1, side, side] or [n, side, side], whichever it takes, of as many pixels as the decoder gives. `logits`: the decoder
    leaves the sigmoid to others. `std`: the second output is σ. Or give `weights`, a state_dict or its .safetensors file, and
    `layers`, the list of what they are of or its .json file, as imports/listed_model.py has it.

    `likelihood` "gaussian" with `noise` σ (default 1, in the scale of its own pixels): the decoder gives means. `normalised`: the
    mean and the std by which its pixels were normalised, such as (0.1307, 0.3081); where nothing is said, (0.5, 0.5) of a decoder
    that ends in tanh. The model that you get sees and gives pixels in [0, 1] all the same. `data` and `protocol` say what it was
    trained on, as for `import`, images of your own at the size that it takes; with `folder` the model is kept there. `plane` is
    the one on which a map shows more than two latent dimensions: "pca" (which it is by itself), "axes:0,3" or "images:5,17,99";
    the model keeps all of them.

    Raises EngineError, naming the layer where there is one, for what cannot be exported or is not understood, and where torch's
    own numbers and ours differ by more than 1e-4 on 256 inputs.
    """
    said = Said(likelihood, noise, scale=scale(normalised))
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        if weights is None and layers is None:
            paths, wishes = _exported(_parts(model, encoder, decoder), place, logits, std)
        elif weights is None or layers is None or (model, encoder, decoder) != (None, None, None):
            raise EngineError("Give weights= and layers= together, and no module besides.")
        else:
            paths, wishes = [_weights_file(weights, place), _layers_file(layers, place)], Wishes()
        kept = Path(folder) if folder is not None else place / "adopted"
        try:
            import_model(
                paths, kept, data=datasets.named(data), protocol=protocol, wishes=wishes, said=said, others=by_torch, plane=plane
            )
        except NoSigmoidError:
            if weights is not None:
                raise
            raise EngineError(
                "The decoder does not end in a sigmoid. If it gives logits, say logits=True; "
                'if it gives means, likelihood="gaussian".'
            ) from None
        return load_model(str(kept.resolve()))


def _weights_file(weights: str | Path | Mapping[str, Tensor], place: Path) -> Path:
    if isinstance(weights, (str, Path)):
        return Path(weights)
    path = place / "weights.safetensors"
    save_file({key: tensor.detach().cpu().clone(memory_format=torch.contiguous_format) for key, tensor in weights.items()}, path)
    return path


def _layers_file(layers: str | Path | Mapping[str, Any], place: Path) -> Path:
    if isinstance(layers, (str, Path)):
        return Path(layers)
    write_json(place / "layers.json", layers)
    return place / "layers.json"


def _exported(parts: tuple[_Part, _Part], place: Path, logits: bool, std: bool) -> tuple[list[Path], Wishes]:
    """Two networks as ONNX files, and the names of their values."""
    graph.packages()
    paths = [place / "encoder.onnx", place / "decoder.onnx"]
    with _at_rest(parts), torch.no_grad():
        x, outputs = _taken(
            parts[0], _images(*_SIDES), "encoder", f"square images of {SMALLEST_SIDE} to {LARGEST_SIDE} pixels a side"
        )
        if len(outputs) > 2:
            raise EngineError(f"The encoder returns {len(outputs)} tensors; let it return two, the mean and the log-variance.")
        width = math.prod(outputs[0].shape[1:])
        sizes = (width,) if len(outputs) == 2 or width % 2 else (width, width // 2)
        z, made = _taken(
            parts[1], [shape for size in sizes for shape in ((size,), (size, 1, 1))], "decoder", "points of the latent space"
        )
        if len(made) > 1:
            raise EngineError(f"The decoder returns {len(made)} tensors; let it return the pixels alone.")
        pixels = math.prod(made[0].shape[1:])
        if pixels != x[0].numel():  # an encoder of convolutions takes images of several sizes, a decoder gives those of one
            x, outputs = _taken(
                parts[0], _images(_side(pixels)), "encoder", f"images of the {pixels} pixels that the decoder gives"
            )
        heads = ["mu", "std" if std else "logvar"] if len(outputs) == 2 else ["code"]
        _export(parts[0], x, paths[0], heads, "encoder")
        _export(parts[1], z, paths[1], ["pixels"], "decoder")
    return paths, Wishes(**({name: name for name in heads} if len(heads) == 2 else {}), logits="pixels" if logits else "")


class _Part(nn.Module):
    """A network of a model: one method of it, as a module whose outputs are tensors."""

    def __init__(self, owner: nn.Module, method: str = "__call__") -> None:
        super().__init__()
        self.owner, self.method = owner, method

    def forward(self, given: Tensor) -> tuple[Tensor, ...]:
        made = getattr(self.owner, self.method)(given)
        outputs = tuple(made) if isinstance(made, (tuple, list)) else (made,)
        if not all(isinstance(one, Tensor) for one in outputs):
            raise _OddError(f"it returns {_kind(made)}, not tensors")
        return outputs


class _OddError(Exception):
    """A network takes what it is given and makes something else than rows of numbers."""


def _kind(made: Any) -> str:
    inside = f" of {', '.join(type(one).__name__ for one in made)}" if isinstance(made, (tuple, list)) else ""
    return f"a {type(made).__name__}{inside}"


def _parts(model: nn.Module | None, encoder: nn.Module | None, decoder: nn.Module | None) -> tuple[_Part, _Part]:
    given = [one for one in (model, encoder, decoder) if one is not None]
    strange = next((one for one in given if not isinstance(one, nn.Module)), None)
    if strange is not None:
        raise EngineError(f"A torch module is adopted, not {_kind(strange)}.")
    if model is None and encoder is not None and decoder is not None:
        return _Part(encoder), _Part(decoder)
    if model is None or len(given) > 1:
        raise EngineError("Give encoder= and decoder=, or one model that has both.")
    if not (callable(getattr(model, "encode", None)) and callable(getattr(model, "decode", None))):
        raise EngineError(f"{type(model).__name__} has no methods encode and decode; give encoder= and decoder= instead.")
    return _Part(model, "encode"), _Part(model, "decode")


@contextlib.contextmanager
def _at_rest(parts: tuple[_Part, ...]) -> Iterator[None]:
    """Every module in eval mode, and afterwards in the mode that it was in."""
    modes = {module: module.training for part in parts for module in part.modules()}
    for part in parts:
        part.eval()
    try:
        yield
    finally:
        for module, training in modes.items():
            module.training = training


def _images(*sides: int) -> list[tuple[int, ...]]:
    """Shapes of an image that an encoder may take; the first that it does is given."""
    return [shape for side in sides for shape in ((side**2,), (1, side, side), (side, side))]


def _side(pixels: int) -> int:
    """The pixels along a side of pictures of so many. Raises EngineError where these are no small squares."""
    side = math.isqrt(pixels)
    if side**2 != pixels or not SMALLEST_SIDE <= side <= LARGEST_SIDE:
        allowed = f"{SMALLEST_SIDE} to {LARGEST_SIDE} pixels a side"
        raise EngineError(f"The decoder gives {pixels:,} numbers, which is no square picture of {allowed}.")
    return side


def _taken(part: _Part, shapes: list[tuple[int, ...]], name: str, what: str) -> tuple[Tensor, tuple[Tensor, ...]]:
    """Rows of the first shape that a network takes, and what it makes of them. Raises EngineError where it takes none."""
    weight = next(part.parameters(), torch.zeros(()))
    if weight.dtype != torch.float32:
        raise EngineError(f"The {name}'s weights are {str(weight.dtype).removeprefix('torch.')}; call .float() on it before.")
    complaints: list[Exception] = []
    for shape in shapes:
        rows = torch.rand(_ROWS, *shape, generator=torch.Generator().manual_seed(0)).to(weight.device)
        try:
            made = part(rows)
            odd = next((one for one in made if not one.ndim or len(one) != _ROWS), None)
            if odd is not None:
                raise _OddError(f"of {_ROWS} rows it makes a tensor of shape {list(odd.shape)}")
            return rows, made
        except Exception as error:  # whatever somebody's own code raises
            complaints.append(error)
    odd_ones = [one for one in complaints if isinstance(one, _OddError)]
    first = (odd_ones or complaints)[0]
    said = f"{'' if odd_ones else f'{type(first).__name__}: '}{' '.join(str(first).split())[:200]}"
    listed = ", ".join(str(["n", *shape]).replace("'", "") for shape in shapes[:_NAMED])
    raise EngineError(f"The {name} takes no {what}, given as {listed}{' and so on' if shapes[_NAMED:] else ''}. {said}.")


def _export(part: _Part, rows: Tensor, path: Path, outputs: list[str], name: str) -> None:
    # The exporter by tracing, of which torch warns that it is the older one: the other needs the package onnxscript besides.
    axes = {one: {0: "n"} for one in ("given", *outputs)}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.onnx.export(
                part, (rows,), str(path), dynamo=False, opset_version=_OPSET, input_names=["given"], output_names=outputs,
                dynamic_axes=axes,
            )  # fmt: skip
    except Exception as error:  # the exporter's own errors, and what somebody's code raises while it is traced
        said = " ".join(str(error).split())[:200]
        raise EngineError(f"torch cannot export the {name} to ONNX: {said or type(error).__name__}") from None
