"""What the Runs page shows of models and runs, made once per server for each state of their weights. No torch."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from dashboard.jobs import jobs
from dashboard.jobs.run_view import State
from dashboard.runs import groups as run_groups
from dashboard.runs import pictures as run_pictures
from dashboard.runs import wording
from dashboard.runs.groups import Group, Latent
from dashboard.runs.pictures import Gaussian
from dashboard.runs.table import BUNDLED, IMPORTED, Notebook, Row, of_bundled
from dashboard.stock import catalogue
from vae_engine.base.errors import EngineError
from vae_engine.data import datasets
from vae_engine.data import mnist as data
from vae_engine.data.datasets import Splits
from vae_engine.publish import tables
from vae_engine.runs import snapshots
from vae_engine.stored import checkpoints, forward, registry
from vae_engine.stored.checkpoints import Stored

IMAGES = 1500
"""Images on a map at most."""
_BY_WEIGHTS: dict[str | type[Any], Callable[[Any], Any]] = {Row: lambda row: (str(row.folder), row.stamp)}
_OBSERVED_SEED = 0


@lru_cache(maxsize=4)
def _notebook(folder: Path) -> Notebook:
    return Notebook()


def rows() -> list[Row]:
    """Every own run and every bundled model as it stands."""
    shared = jobs.shared()
    return [*_notebook(shared.folder).rows(shared), *_bundled()]


@st.cache_resource(show_spinner=False)
def _bundled() -> list[Row]:
    """The bundled models, the best first, and those that cannot be read."""
    sound, damaged = [], []
    for name in registry.names():
        try:
            sound.append(catalogue.stored(name))
        except EngineError as error:
            damaged.append(Row(name, name, registry.PRETRAINED / name, State.DAMAGED, str(error), None, {}, {}, ()))
    return [*map(of_bundled, tables.ranked(sound)), *damaged]


@st.cache_resource(show_spinner=False, max_entries=8, hash_funcs=_BY_WEIGHTS)
def model(row: Row) -> Stored:
    """The model of a row, of a run that is not finished as its last snapshot has it. Raises EngineError when it has none."""
    if row.state == BUNDLED:
        return catalogue.stored(row.id)
    if row.state in (State.FINISHED, IMPORTED):
        return checkpoints.read(row.folder)
    if not (row.stamp and row.configs):
        raise EngineError(f"{row.name} has no weights yet.")
    return snapshots.read(row.folder, row.stamp[0])


@st.cache_resource(show_spinner=False, max_entries=4)
def _seen(data_set: str, protocol: str) -> tuple[np.ndarray, np.ndarray]:
    """The images of all maps, as every encoder trained on such pixels sees them: x [n, side²], labels [n]."""
    images, _ = datasets.shown(data_set, IMAGES)
    return data.observe_fixed(images.images, protocol, _OBSERVED_SEED), images.labels


@st.cache_resource(show_spinner=False, max_entries=64, hash_funcs=_BY_WEIGHTS)
def splits(row: Row) -> Splits:
    """Of which splits the images of a model's map are. Raises EngineError when its images are gone."""
    return datasets.shown(model(row).train.data, IMAGES)[1]


@st.cache_resource(show_spinner=False, max_entries=64, hash_funcs=_BY_WEIGHTS)
def sizes(row: Row) -> Splits:
    """How many images of each split the data of a model have in all. Raises EngineError when its images are gone."""
    return datasets.sizes(model(row).train.data)


@st.cache_resource(show_spinner=False, max_entries=64, hash_funcs=_BY_WEIGHTS)
def codes(row: Row) -> tuple[np.ndarray, np.ndarray]:
    """Where a model puts the images of its map, and their labels: [n, d], [n]. Raises EngineError."""
    stored = model(row)
    x, labels = _seen(stored.train.data, stored.train.protocol)
    return forward.encode(stored, x)[0], labels


def own_gaussian(row: Row) -> Gaussian:
    """What suits a model to draw z from: the prior, or the Gaussian of an autoencoder's codes. Raises EngineError."""
    if row.kind == "vae":
        return run_pictures.standard(model(row).model.latent_dim)
    return run_pictures.fitted(codes(row)[0])


@st.cache_resource(show_spinner=False, max_entries=1000, hash_funcs=_BY_WEIGHTS)
def thumbnail(row: Row, dark: bool) -> str:
    """A small manifold as a data URL; nothing where there are no sound weights, or the images to place an AE's are gone."""
    try:
        return run_pictures.thumbnail(model(row), own_gaussian(row), dark)
    except EngineError:
        return ""


def make_ready() -> None:
    """The small manifolds of the bundled models, for both themes."""
    for row in _bundled():
        for dark in (False, True):
            thumbnail(row, dark)


@st.cache_resource(show_spinner=False, max_entries=32, hash_funcs=_BY_WEIGHTS)
def manifold(row: Row, count: int, dark: bool) -> str:
    """A manifold as a data URL. Raises EngineError."""
    return run_pictures.manifold(model(row), own_gaussian(row), count, dark)


def chart(group: Group) -> go.Figure:
    """What a setting does to the runs that differ in it. Raises EngineError."""
    measured = tuple((row.term(group.split, "nll"), row.error(group.split, "nll")) for row in group.rows)
    return _chart(group, measured)


@st.cache_resource(
    show_spinner=False, max_entries=64, hash_funcs={Group: lambda one: (one.setting, [_BY_WEIGHTS[Row](row) for row in one.rows])}
)
def _chart(group: Group, measured: tuple[tuple[float | None, float | None], ...]) -> go.Figure:
    labels = wording.GROUP_PANELS | {"setting": wording.SYMBOLS.get(group.setting, group.setting)}
    return run_groups.chart(group, [latent(row) for row in group.rows], labels)


@st.cache_resource(show_spinner=False, max_entries=500, hash_funcs=_BY_WEIGHTS)
def latent(row: Row) -> Latent | None:
    """How much each dimension of a VAE says; None for an autoencoder. Raises EngineError."""
    return run_groups.latent_of(row, model(row)) if row.kind == "vae" else None
