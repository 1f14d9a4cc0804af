"""What a map shows of a model: of one with two latent dimensions all, of one with more the plane that was laid through them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from vae_engine.base.errors import EngineError
from vae_engine.stored import forward, plane
from vae_engine.stored.architecture import layers
from vae_engine.stored.checkpoints import Stored
from vae_engine.stored.config import ListedConfig
from vae_engine.stored.plane import Plane
from vae_engine.stored.weights import Weights


def plane_of(stored: Stored) -> Plane | None:
    """The plane on which a model is shown; None of one with two latent dimensions. Raises EngineError where it has neither."""
    model = stored.model
    if not model.has_map:
        raise EngineError(f"{stored.name} has {model.latent_dim} latent dimensions; the browser draws 2.")
    return plane.read(model.plane) if isinstance(model, ListedConfig) and model.plane else None


def seen(stored: Stored) -> Stored:
    """A model itself, or the plane through it as a model of two dimensions, by one linear layer before and one behind.

    The decoder begins with z = o + P w. The encoder ends in w = Pᵀμ and gives no spread: q(w|x) has the covariance
    Pᵀ diag(σ²) P, which is in general no diagonal one, and q(z|x) has a width beside the plane, too. So it is of kind ae
    whatever the model is. Raises EngineError as `plane_of` does.
    """
    cut = plane_of(stored)
    if cut is None:
        return stored
    described, dimensions = layers(stored.model), stored.model.latent_dim
    head = dimensions * (2 if stored.model.kind == "vae" else 1)
    first = {"op": "linear", "in": 2, "out": dimensions}
    last = {"op": "linear", "in": head, "out": 2}
    model = ListedConfig(
        kind="ae", latent_dim=2, likelihood=stored.model.likelihood, side=stored.model.side,
        layers={"encoder": [*described["encoder"], last], "decoder": [first, *described["decoder"]]},
    )  # fmt: skip
    end = f"encoder.{len(described['encoder'])}"
    dtype = np.result_type(*stored.weights.values())
    project = np.zeros((2, head))
    project[:, :dimensions] = cut.axes.T  # the spreads come behind the means
    added = {f"{end}.weight": project, f"{end}.bias": np.zeros(2), "decoder.0.weight": cut.axes, "decoder.0.bias": cut.origin}
    weights = _one_later(stored.weights) | {name: tensor.astype(dtype) for name, tensor in added.items()}
    return replace(stored, model=model, weights=weights)


def encode(stored: Stored, x: np.ndarray) -> tuple[np.ndarray, np.ndarray | None, np.ndarray | None]:
    """Where a map has the codes of x [n, side²] [n, 2], their σ [n, 2] of a VAE, and on a plane how far they lie off it [n].

    On a plane there is no σ. Raises EngineError as `plane_of` does.
    """
    cut = plane_of(stored)
    codes, std = forward.encode(stored, x)
    return (codes, std, None) if cut is None else (cut.place(codes), None, cut.off(codes))


def _one_later(weights: Weights) -> Weights:
    """The weights of a model whose decoder has one more layer before all others."""
    moved = {}
    for name, tensor in weights.items():
        part, _, rest = name.partition(".")
        index, _, inner = rest.partition(".")
        moved[f"decoder.{int(index) + 1}.{inner}" if part == "decoder" else name] = tensor
    return moved
