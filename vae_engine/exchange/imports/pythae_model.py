"""A folder that pythae saved, as layer records: `model_config.json`, `environment.json` and `model.pt`, read as data.

Its default networks are known here by their layers and called by their weights. A network of one's own lies in a pickle beside
them, which would have to be run: such a folder is refused. The losses are named for what they are: `mse` is half the squared
error, so −log p(x|z) of Gaussian pixels with σ = 1 but for pixels/2 · log 2π; `bce` is that of Bernoulli pixels. Its autoencoder
has the whole squared error and nothing beside it, so that any σ has the same minimum; it gets 1 as well.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from vae_engine.base.errors import EngineError
from vae_engine.base.files import read_json
from vae_engine.exchange.imports import torch_zip
from vae_engine.exchange.imports.assumed import BERNOULLI, GAUSSIAN, Said
from vae_engine.exchange.imports.built import Built, layer, linear, parallel
from vae_engine.exchange.imports.parts import Found, side_of, unasked
from vae_engine.exchange.imports.scale import AS_IS
from vae_engine.exchange.imports.tidy import tidy

CONFIG, WEIGHTS, PICKLES = "model_config.json", "model.pt", ("encoder.pkl", "decoder.pkl")
FILES = (CONFIG, WEIGHTS, *PICKLES)
"""All that a folder may hold of a model."""
_KINDS = {"AEConfig": "ae", "VAEConfig": "vae", "BetaVAEConfig": "vae"}
_LOSSES = {"mse": GAUSSIAN, "bce": BERNOULLI}
_WAY_OUT = "export both networks to ONNX (torch.onnx.export), or adopt the live model in Python (vae_engine.adopt)"


def read(folder: Path, said: Said) -> Found:
    """The model of a folder. Raises EngineError, saying what is wrong and, where there is one, the way out."""
    if not (folder / CONFIG).is_file():
        inner = "" if not (ends := sorted(folder.glob(f"**/final_model/{CONFIG}"))) else f"; did you mean {ends[-1].parent}?"
        raise EngineError(f"{folder} is not the folder of a pythae model: it has no {CONFIG}{inner or '.'}")
    config = read_json(folder / CONFIG, 100_000)
    name = config.get("name") if isinstance(config, dict) else None
    if not isinstance(name, str) or name not in _KINDS:
        raise EngineError(
            f"{folder.name} is of the kind {str(name)[:60]!r}; of pythae's models {', '.join(_KINDS)} are read. "
            f"For others {_WAY_OUT}."
        )
    own = [pickle for pickle in PICKLES if (folder / pickle).exists()]
    if own or not (config.get("uses_default_encoder") and config.get("uses_default_decoder")):
        lies = f"{' and '.join(own)}, which is a pickle: to read it would be to run it" if own else "networks of somebody's own"
        raise EngineError(f"{folder.name} holds {lies}. Instead, {_WAY_OUT}.")
    side = side_of(folder.name, _sides(config.get("input_dim")))
    if not (folder / WEIGHTS).is_file():
        raise EngineError(f"{folder} is not the folder of a pythae model: it has no {WEIGHTS}.")
    kept = torch_zip.read(folder / WEIGHTS)
    tensors = kept.get("model_state_dict") if isinstance(kept, dict) else None
    if not isinstance(tensors, dict):
        raise EngineError(f"{folder.name}: {WEIGHTS} holds no weights under the name that pythae gives them.")
    network = _Network(folder.name, tensors)
    kind, latent = _KINDS[name], config.get("latent_dim")
    encoder = [*network.linear("encoder.layers.0.0"), layer("relu")]
    heads = [network.linear(f"encoder.{head}") for head in (["embedding", "log_var"] if kind == "vae" else ["embedding"])]
    encoder += [parallel(heads)] if kind == "vae" else heads[0]
    seen = said.scale or AS_IS
    if seen != AS_IS:
        encoder = tidy([*seen.before, *encoder], (side**2,))
    decoder = [*network.linear("decoder.layers.0.0"), layer("relu"), *network.linear("decoder.layers.1.0")]
    network.check(latent)
    said = said if said.likelihood else _by_loss(config, kind, said)
    told = f"mean and log-variance of pythae's {name.removesuffix('Config')}" if kind == "vae" else "code of pythae's AE"
    beta = f", trained with β = {config['beta']:g}" if isinstance(config.get("beta"), (int, float)) else ""
    return Found(
        kind, side, latent, unasked("encoder", folder.name, encoder, f"{told}, its default MLP{beta}"),
        unasked("decoder", folder.name, decoder, "logits before its sigmoid"), said.chosen(folder.name, squashed=True), said,
        seen, AS_IS,
    )  # fmt: skip


def _by_loss(config: dict[str, Any], kind: str, said: Said) -> Said:
    """p(x|z) by the loss that the model was trained by."""
    if kind == "ae":
        return replace(said, likelihood=GAUSSIAN, by="by its loss, the squared error, which has its minimum at any σ")
    loss = config.get("reconstruction_loss", "mse")
    if not isinstance(loss, str) or loss not in _LOSSES:
        raise EngineError(f"The loss {json.dumps(loss)[:60]} of this model is not known here; say --likelihood.")
    return replace(said, likelihood=_LOSSES[loss], by=f"by its loss, {loss}")


def _sides(value: Any) -> list[int]:
    return [side for side in value if type(side) is int] if isinstance(value, list) else []


class _Network:
    """The weights of a default model, each used once."""

    def __init__(self, file: str, tensors: dict[Any, Any]) -> None:
        self.file, self.tensors, self.used = file, tensors, set[str]()

    def linear(self, name: str) -> list[Built]:
        """W h + b by the name of its layer."""
        weight, bias = self._array(f"{name}.weight"), self._array(f"{name}.bias")
        if (weight.ndim, bias.ndim) != (2, 1) or weight.dtype.kind != "f" or bias.dtype.kind != "f":
            raise EngineError(f"{self.file} is not pythae's default network: it lacks the layer {name!r}.")
        if len(weight) != len(bias) or not (np.isfinite(weight).all() and np.isfinite(bias).all()):
            raise EngineError(f"{self.file}: the weights of {name!r} do not fit, or are not finite.")
        self.used |= {f"{name}.weight", f"{name}.bias"}
        return [linear(weight, bias)]

    def _array(self, name: str) -> np.ndarray:
        """A tensor by its name, else one without sides: what else a file holds is not looked into, since it may hold itself."""
        found = self.tensors.get(name)
        return found if isinstance(found, np.ndarray) else np.zeros(())

    def check(self, latent: Any) -> None:
        """Raise EngineError where weights are left over, or the code is not as wide as the config says."""
        left = sorted(str(name) for name in self.tensors.keys() - self.used)
        if left:
            raise EngineError(f"{self.file} is not pythae's default network: it has {left[0][:60]!r} as well.")
        if type(latent) is not int or self.tensors["encoder.embedding.weight"].shape[0] != latent:
            raise EngineError(f"{self.file}: its weights give another number of latent dimensions than its config.")
