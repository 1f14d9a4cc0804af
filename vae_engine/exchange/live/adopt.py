"""A VAE that somebody wrote in torch, taken over while it is in memory: exported to ONNX, read and proved like any other file."""

from __future__ import annotations

import contextlib
import math
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from vae_engine.base.errors import EngineError
from vae_engine.data import datasets
from vae_engine.exchange.imports import graph
from vae_engine.exchange.imports.assumed import GAUSSIAN, Said
from vae_engine.exchange.imports.folder import import_model
from vae_engine.exchange.imports.roles import Wishes
from vae_engine.exchange.live.by_torch import by_torch
from vae_engine.model.loading import load_model
from vae_engine.stored.architecture import PIXELS

_IMAGES = ((PIXELS,), (1, 28, 28), (28, 28))
"""Shapes of an image that an encoder may take; the first that it does is given."""
_ROWS = 2
_OPSET = 20


def adopt(
    model: nn.Module | None = None,
    *,
    encoder: nn.Module | None = None,
    decoder: nn.Module | None = None,
    logits: bool = False,
    std: bool = False,
    folder: str | Path | None = None,
    data: str = datasets.MNIST,
    protocol: str = "grey",
    likelihood: str = "",
    noise: float | None = None,
    plane: str = "",
) -> Any:
    """Your own VAE as one of our models, as `load_model` gives them; its own weights and mode are left as they are.

    Give an encoder, x → (μ, log σ²) or one output (μ and log σ² side by side, or the code of an autoencoder), and a decoder,
    z → pixels in [0, 1] by a last sigmoid; or a `model` with the methods `encode` and `decode`. An image is given as [n, 784],
    [n, 1, 28, 28] or [n, 28, 28], whichever it takes. `logits`: the decoder leaves the sigmoid to others. `std`: the second
    output is σ. `likelihood` "gaussian" with `noise` σ (default 1): the decoder gives means. `data` and `protocol` say what it
    was trained on, as for `import`; with `folder` the model is kept there. `plane` is the one on which a map shows more than two
    latent dimensions: "pca" (which it is by itself), "axes:0,3" or "images:5,17,99"; the model keeps all of them.

    Raises EngineError, naming the layer where there is one, for what cannot be exported or is not understood, and where torch's
    own numbers and ours differ by more than 1e-4 on 256 inputs.
    """
    graph.packages()
    parts = _parts(model, encoder, decoder)
    with tempfile.TemporaryDirectory() as place, _at_rest(parts), torch.no_grad():
        paths = [Path(place) / "encoder.onnx", Path(place) / "decoder.onnx"]
        x, outputs = _taken(parts[0], _IMAGES, "encoder")
        if len(outputs) > 2:
            raise EngineError(f"The encoder returns {len(outputs)} tensors; let it return two, the mean and the log-variance.")
        width = math.prod(outputs[0].shape[1:])
        sizes = (width,) if len(outputs) == 2 or width % 2 else (width, width // 2)
        z, made = _taken(parts[1], [shape for size in sizes for shape in ((size,), (size, 1, 1))], "decoder")
        if len(made) > 1:
            raise EngineError(f"The decoder returns {len(made)} tensors; let it return the pixels alone.")
        if not logits and likelihood != GAUSSIAN and (made[0].min() < 0 or made[0].max() > 1):
            raise EngineError(
                "The decoder gives numbers outside [0, 1]. If these are logits, say logits=True; "
                'if they are means, likelihood="gaussian".'
            )
        heads = ["mu", "std" if std else "logvar"] if len(outputs) == 2 else ["code"]
        _export(parts[0], x, paths[0], heads, "encoder")
        _export(parts[1], z, paths[1], ["pixels"], "decoder")
        wishes = Wishes(**({name: name for name in heads} if len(heads) == 2 else {}), logits="pixels" if logits else "")
        kept = Path(folder) if folder is not None else Path(place) / "adopted"
        said = Said(likelihood, noise)
        data = datasets.named(data)
        import_model(paths, kept, data=data, protocol=protocol, wishes=wishes, said=said, others=by_torch, plane=plane)
        return load_model(str(kept.resolve()))


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


def _taken(part: _Part, shapes: Any, name: str) -> tuple[Tensor, tuple[Tensor, ...]]:
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
    listed = ", ".join(str(["n", *shape]).replace("'", "") for shape in shapes)
    what = "images of 28 × 28 pixels" if name == "encoder" else "points of the latent space"
    raise EngineError(f"The {name} takes no {what}, given as {listed}. {said}.")


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
