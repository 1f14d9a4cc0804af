"""What lessons and tasks measure: a VAE and an autoencoder with the test images as each sees them. No torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dashboard.shared.model_choice import Choice
from vae_engine.base.errors import EngineError
from vae_engine.data import mnist as data
from vae_engine.exchange import bundle as export
from vae_engine.stored.checkpoints import Stored

LESSON_MODELS = ("vae-mnist", "ae-mnist")
"""The VAE and the autoencoder that Explore opens on, and that lessons and tasks speak of."""

_BUNDLED, _LADDER = "Bundled", "β ladder"


@dataclass(frozen=True)
class Truths:
    """Per-image numbers of the test split, as vae_engine.measure.image_truths measured them: each [n]."""

    log_px: np.ndarray
    elbo: np.ndarray
    modes: np.ndarray

    @property
    def gap(self) -> np.ndarray:
        """KL(q ‖ p(z|x)) = log p(x) − ELBO, nats."""
        return self.log_px - self.elbo


@dataclass(frozen=True, eq=False)
class Material:
    """Two models and what they make of the n test images. Arrays are never written to; equal only to itself."""

    vae: Stored
    ae: Stored
    x: np.ndarray
    """uint8 [n, 784]: the binary images that both encoders see."""
    labels: np.ndarray
    mu: np.ndarray
    std: np.ndarray
    """q(z|x) of the VAE: each [n, 2]."""
    codes: np.ndarray
    """Of the autoencoder: [n, 2]."""
    training: dict[str, np.ndarray]
    """Codes of the training images by kind of model: [m, 2]."""
    truths: Truths
    ladder: tuple[Stored, ...] = ()
    """Models that differ in β only, ascending."""

    def places(self, kind: str) -> np.ndarray:
        """Where a kind of model puts the test images: [n, 2]."""
        return self.mu if kind == "vae" else self.codes

    def model(self, kind: str) -> Stored:
        """The model of a kind."""
        return self.vae if kind == "vae" else self.ae


@dataclass(frozen=True)
class Placing:
    """The models that an Explore page is given, and their places: of those that the maps show, and of the ladder of β."""

    names: tuple[str, ...]
    shown: tuple[int, ...]
    ladder: tuple[int, ...] = ()


def placed(names: Sequence[str], rungs: Sequence[str]) -> Placing:
    """What a page needs to show these models: with a rung of the ladder of β on the first map comes the whole ladder."""
    if not names or names[0] not in rungs:
        return Placing(tuple(names), tuple(range(len(names))))
    others = tuple(range(len(rungs), len(rungs) + len(names) - 1))
    return Placing((*rungs, *names[1:]), (rungs.index(names[0]), *others), tuple(range(len(rungs))))


def choices_of(models: Sequence[Stored]) -> tuple[Choice, ...]:
    """Those of these models that a map can show, in the order of a list: the best ones, the others, the ladder of β."""
    rungs = [one.name for one in ladder_of(models)]
    first = [one for name in LESSON_MODELS for one in models if one.name == name]
    others = [one for one in models if one.name not in (*LESSON_MODELS, *rungs)]
    ladder = [one for name in rungs for one in models if one.name == name]
    groups = dict.fromkeys(rungs, _LADDER)
    flat = (one for one in (*first, *others, *ladder) if one.model.has_map)
    return tuple(Choice(m.name, m.name, groups.get(m.name, _BUNDLED), m.model.kind, m.train.data) for m in flat)


def gather(vae: Stored, ae: Stored, ladder: Sequence[Stored] = ()) -> Material:
    """The material of two models. Raises EngineError when the VAE's per-image numbers were not measured."""
    (vae_codes, vae_places), (ae_codes, ae_places) = (export.read_codes(one) or export.encode_all(one) for one in (vae, ae))
    if not {"points.log_px", "points.elbo", "points.modes"} <= vae_codes.keys():
        raise EngineError(f"{vae.name} has no per-image numbers yet; `python -m vae_engine truths {vae.name}` measures them.")
    return Material(
        vae=vae,
        ae=ae,
        x=export.observed_test().astype(np.uint8),
        labels=data.load("test").labels,
        mu=_dequantised(vae_codes["points.codes"], vae_places["points"]),
        std=vae_codes["points.std"].astype(np.float64),
        codes=_dequantised(ae_codes["points.codes"], ae_places["points"]),
        training={
            "vae": _dequantised(vae_codes["train.codes"], vae_places["train"]),
            "ae": _dequantised(ae_codes["train.codes"], ae_places["train"]),
        },
        truths=Truths(*(vae_codes[f"points.{name}"].astype(np.float64) for name in ("log_px", "elbo", "modes"))),
        ladder=tuple(ladder),
    )


def codes_of(model: Stored) -> np.ndarray:
    """Where a model puts the test images: [n, 2]."""
    codes, places = export.read_codes(model) or export.encode_all(model)
    return _dequantised(codes["points.codes"], places["points"])


def _dequantised(codes: np.ndarray, place: dict[str, Sequence[float]]) -> np.ndarray:
    low, high = np.asarray(place["low"]), np.asarray(place["high"])
    return low + codes / 65535 * (high - low)


def ladder_of(models: Sequence[Stored]) -> tuple[Stored, ...]:
    """The VAEs among these that were trained alike but for β, ascending; none when fewer than three values were tried."""
    groups: dict[str, dict[float, Stored]] = {}
    for one in models:
        if one.model.kind == "vae":
            alike = {**one.model.to_dict(), **one.train.to_dict(), "beta": None}
            groups.setdefault(repr(sorted(alike.items())), {})[one.train.beta] = one
    largest = max(groups.values(), key=len, default={})
    return tuple(largest[beta] for beta in sorted(largest)) if len(largest) >= 3 else ()
