"""What the pages show of a model, made once per server and never changed. No torch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from dashboard.shared.model_choice import Choice
from dashboard.stock import material as materials
from dashboard.stock import own_runs
from dashboard.stock.library import BUNDLE, ENCODER, IMAGES, PROBE, Library, address, contents_of
from dashboard.stock.material import LESSON_MODELS, Material
from vae_engine.exchange.imports import probe
from vae_engine.experiments import result as experiment_result
from vae_engine.experiments.result import Result
from vae_engine.stored import registry
from vae_engine.stored.checkpoints import Stored

Stamp = tuple[int, str] | None
"""Of the weights of a run and of the images it is shown on; None of a bundled model."""


@dataclass(frozen=True)
class Shelf:
    """What the Explore page is given: models, the places of those that the maps show, and of the ladder of β."""

    library: Library
    shown: tuple[int, ...]
    ladder: tuple[int, ...] = ()


def stored(name: str) -> Stored:
    """A checked model, by the name of a bundled one or of a run. Raises EngineError."""
    return _stored(name, stamp_of(name))


@st.cache_resource(show_spinner=False, max_entries=24)
def _stored(name: str, stamp: Stamp) -> Stored:
    return own_runs.read(name) if stamp else registry.find(name)


def stamp_of(name: str) -> Stamp:
    """Changes when a run was trained again; bundled models never change. Raises EngineError when the run is gone."""
    return own_runs.stamp(own_runs.folder_of(name)) if name.startswith(own_runs.PREFIX) else None


def choices() -> tuple[Choice, ...]:
    """The models that the maps of Explore can show: the best bundled ones, the others, the ladder of β, own runs."""
    return (*materials.choices_of([stored(name) for name in registry.names()]), *own_runs.choices())


def shelf(names: tuple[str, ...]) -> Shelf:
    """What Explore needs to show these models; with a rung of the ladder of β comes the whole ladder."""
    placing = materials.placed(names, [one.name for one in ladder()])
    return Shelf(library(placing.names), placing.shown, placing.ladder)


def library(names: tuple[str, ...]) -> Library:
    """Where models shown side by side are, and the images of the first of them. Raises EngineError."""
    data_set = stored(names[0]).train.data
    # Models of one data set share its images, so that the browser keeps them once.
    pictured = next((name for name in LESSON_MODELS if stored(name).train.data == data_set), names[0])
    models = tuple(_addresses(name, _kept(name), (BUNDLE, ENCODER)) for name in names)
    probes = tuple(_addresses(name, _kept(name), (PROBE,))[0] if _is_to_be_asked(name) else "" for name in names)
    (images,) = _addresses(pictured, _kept(pictured), (IMAGES,))
    return Library(models, images, probes if any(probes) else ())


def _is_to_be_asked(name: str) -> bool:
    """Whether a model is of others' code, and no browser has told yet that it gives its numbers."""
    model = stored(name)
    return "imported" in model.metrics and probe.answered(model.folder, model.sha256) is None


def _kept(name: str) -> tuple[Stamp, int]:
    """Changes when a run was trained again, and when codes are kept beside it."""
    stamp = stamp_of(name)
    if not stamp:
        return None, 0
    _keep_codes(name, stamp)
    return stamp, own_runs.codes_kept(name)


@st.cache_resource(show_spinner=False, max_entries=100)
def _keep_codes(name: str, stamp: Stamp) -> None:
    own_runs.keep_codes(stored(name))


@st.cache_resource(show_spinner=False, max_entries=100)
def _addresses(name: str, kept: tuple[Stamp, int], wanted: tuple[str, ...]) -> tuple[str, ...]:
    model = stored(name)
    return tuple(address(name, part, contents) for part, contents in zip(wanted, contents_of(model, wanted), strict=True))


@st.cache_resource(show_spinner=False)
def material() -> Material:
    """What lessons and tasks measure. Raises EngineError when a model or its per-image numbers are missing."""
    vae, ae = (stored(name) for name in LESSON_MODELS)
    return materials.gather(vae, ae, ladder())


@st.cache_resource(show_spinner=False, max_entries=32)
def found(folder: Path, changed: int) -> Result:
    """What an experiment found, as its folder told when it was last changed. Raises EngineError."""
    return experiment_result.read(folder)


def ladder() -> tuple[Stored, ...]:
    """The bundled VAEs that differ in β only, ascending; none when there are not three of them."""
    return materials.ladder_of([stored(name) for name in registry.names()])
