"""What the pages show of a model, made once per server and never changed. No torch."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard import material as materials
from dashboard import static_export
from dashboard.lessons import STEPS, Answer
from dashboard.material import Material
from dashboard.worksheet import TASKS, ModelAnswer
from vae_engine import export, registry
from vae_engine.checkpoints import Stored

LESSON_MODELS = ("vae-mnist", "ae-mnist")
"""The VAE and the autoencoder that Explore opens on, and that lessons and tasks speak of."""


@st.cache_resource(show_spinner=False)
def stored(name: str) -> Stored:
    """A checked model, by name."""
    return registry.find(name)


def choices() -> tuple[tuple[str, ...], ...]:
    """For each map of the Explore page the models to choose from: the VAEs, then the autoencoders; the best ones first."""
    names = sorted(registry.names(), key=lambda name: name not in LESSON_MODELS)
    return explorable([stored(name) for name in names])


def explorable(models: Sequence[Stored]) -> tuple[tuple[str, ...], ...]:
    """The names of those models that a map can show, by kind; no list is empty."""
    lists = [tuple(m.name for m in models if m.model.kind == kind and m.model.latent_dim == 2) for kind in ("vae", "ae")]
    return tuple(names for names in lists if names)


def bundles(names: tuple[str, ...]) -> list[bytes]:
    """The bundles of models shown side by side; the first carries the images for all."""
    return [_bundle(name, position == 0) for position, name in enumerate(names)]


@st.cache_resource(show_spinner=False, max_entries=16)
def _bundle(name: str, with_images: bool) -> bytes:
    return export.bundle(stored(name), with_images=with_images)


@st.cache_resource(show_spinner=False, max_entries=4)
def html_page(names: tuple[str, ...]) -> bytes:
    """The Explore page of these models as one file; a class that asks for the same one waits once."""
    return static_export.page(names)


@st.cache_resource(show_spinner=False)
def material() -> Material:
    """What lessons and tasks measure. Raises EngineError when a model or its per-image numbers are missing."""
    vae, ae = (stored(name) for name in LESSON_MODELS)
    return materials.gather(vae, ae, ladder())


@st.cache_resource(show_spinner=False)
def lesson_answer(name: str) -> Answer:
    """The answer to the question of a step, worked out once."""
    return next(step for step in STEPS if step.name == name).question.answer(material())


@st.cache_resource(show_spinner=False)
def model_answer(name: str) -> ModelAnswer:
    """The model answer of a task, worked out once."""
    return next(task for task in TASKS if task.name == name).answer(material())


def ladder() -> tuple[Stored, ...]:
    """The bundled VAEs that differ in β only, ascending; none when there are not three of them."""
    return materials.ladder_of([stored(name) for name in registry.names()])


def ladder_bundles() -> list[bytes]:
    """Their bundles, the first with the images."""
    return bundles(tuple(one.name for one in ladder()))
