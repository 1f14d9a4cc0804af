"""Own runs as models of the Explore page: found by the name of their folder, noticed when they change or go."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from support.builders import rehash, save_model, tiny

from dashboard.jobs import jobs
from dashboard.jobs.run_view import About, write_about
from dashboard.stock import catalogue, own_runs
from dashboard.stock.material import LESSON_MODELS
from dashboard.train.wording import why_not_in_explore
from vae_engine.base import locks
from vae_engine.base.errors import EngineError
from vae_engine.data import datasets
from vae_engine.exchange import bundle as export
from vae_engine.runs import snapshots
from vae_engine.stored import checkpoints


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of runs, which are shown on a few hundred images."""
    load = datasets.load
    monkeypatch.setattr(datasets, "load", lambda name, split: load(name, split).head(300))
    monkeypatch.setenv(jobs.VARIABLE, str(tmp_path))
    return tmp_path


def finished(folder: Path, name: str = "", created: float = 0.0, **model: object) -> Path:
    """A finished run with few weights."""
    save_model(folder, tiny(**model))
    if name:
        write_about(folder, About(name, created=created))
    return folder


def test_finished_runs_are_offered_by_their_titles_the_newest_first(runs: Path) -> None:
    finished(runs / "one", "My first", 1.0)
    finished(runs / "two", "My second", 2.0, kind="ae")
    offered = [choice for choice in catalogue.choices() if choice.group == own_runs.GROUP]
    assert [(one.name, one.title, one.kind) for one in offered] == [
        ("run:two", "My second", "ae"),
        ("run:one", "My first", "vae"),
    ]
    assert catalogue.choices()[0].name == LESSON_MODELS[0]


def test_unfinished_damaged_and_other_runs_are_left_out(runs: Path) -> None:
    finished(runs / "sound", "Sound")
    (finished(runs / "unfinished") / checkpoints.METRICS).unlink()
    (finished(runs / "damaged") / checkpoints.CONFIG).write_text("{")
    finished(runs / "one-dimensional", latent_dim=1)
    finished(runs / "..no id")
    (runs / "a file").write_text("x")
    assert [choice.title for choice in own_runs.choices()] == ["Sound"]


def test_a_run_of_more_dimensions_is_shown_on_the_plane_of_its_codes_most_variance(runs: Path) -> None:
    finished(runs / "deep", "Deep", latent_dim=4)
    (choice,) = own_runs.choices()
    stored = catalogue.stored(choice.name)
    assert stored.model.plane["found"] == "pca"
    assert stored.model.latent_dim == 4
    assert catalogue.library((choice.name,))
    kept = export.read_codes(stored)
    assert kept is not None
    assert kept[0]["points.codes"].shape[1] == 2
    assert why_not_in_explore((stored.model, stored.train), None) == ""


def test_a_stopped_run_is_offered_as_its_last_snapshot_has_it_but_not_while_it_trains(runs: Path) -> None:
    folder = finished(runs / "one", "Cut short")
    (folder / checkpoints.METRICS).unlink()
    (folder / snapshots.SNAPSHOTS).mkdir()
    weights = (folder / checkpoints.WEIGHTS).read_bytes()
    for step in (5, 120):
        snapshots.path_of(folder, step).write_bytes(weights)
    (choice,) = own_runs.choices()
    assert (choice.name, choice.title) == ("run:one", "Cut short, stopped at step 120")
    stored = catalogue.stored("run:one")
    assert (stored.name, stored.metrics["steps"], stored.metrics["split"]) == ("run:one", 120, "validation")
    assert catalogue.library(("run:one",))
    with locks.hold(folder / locks.RUN, "busy"):
        assert own_runs.choices() == []
        with pytest.raises(EngineError, match="Cut short cannot be shown: it is still training"):
            catalogue.stored("run:one")


def test_there_need_be_no_folder_of_runs(runs: Path) -> None:
    shutil.rmtree(runs)
    assert own_runs.choices() == []


def test_a_run_is_encoded_once_and_then_known(runs: Path) -> None:
    folder = finished(runs / "one")
    first = catalogue.library(("run:one",))
    kept = export.read_codes(checkpoints.read(folder))
    assert kept is not None
    assert len(kept[0]["train.codes"]) == 300
    assert catalogue.library(("run:one",)) == first


def test_a_run_that_was_trained_again_or_deleted_is_noticed(runs: Path) -> None:
    folder = finished(runs / "one")
    before = catalogue.library(("run:one",))
    save_model(folder, tiny(), seed=5)
    rehash(folder)
    after = catalogue.library(("run:one",))
    assert after != before
    assert json.loads((folder / checkpoints.METRICS).read_text())["weights_sha256"] == catalogue.stored("run:one").sha256
    shutil.rmtree(folder)
    with pytest.raises(EngineError, match="no run called 'one'"):
        catalogue.library(("run:one",))


def test_damaged_codes_beside_a_run_are_written_again(runs: Path) -> None:
    folder = finished(runs / "one")
    (folder / "codes.safetensors").write_bytes(b"x" * 100)
    own_runs.keep_codes(checkpoints.read(folder))
    assert export.read_codes(checkpoints.read(folder)) is not None


def test_a_rung_brings_the_whole_ladder_and_the_images_once() -> None:
    rungs = [one.name for one in catalogue.ladder()]
    shelf = catalogue.shelf((rungs[3], "ae-mnist"))
    assert shelf.ladder == tuple(range(len(rungs)))
    assert shelf.shown == (3, len(rungs))
    assert len(shelf.library.models) == len(rungs) + 1
    assert shelf.library.images == catalogue.library(LESSON_MODELS).images
    assert catalogue.shelf(("vae-mnist", "ae-mnist")).ladder == ()
