"""A run on images of one's own is handed around with them, and without the path where they lay."""

from __future__ import annotations

import os
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
from support.builders import attempt, short, tiny

from dashboard.jobs import files as run_files
from dashboard.jobs import run_view
from dashboard.jobs import uploads as run_uploads
from dashboard.jobs.jobs import Jobs, Limits
from dashboard.runs import table as run_table
from vae_engine.data import datasets
from vae_engine.data import mnist as data
from vae_engine.data import own as own_data
from vae_engine.exchange import bundle as export
from vae_engine.runs import archive as run_archive
from vae_engine.runs import runs
from vae_engine.stored import checkpoints, registry

CLASSES = ("even", "odd")


@pytest.fixture
def images(tmp_path: Path, digits: data.Images) -> Path:
    """Sixty digits of two classes as a file."""
    path = tmp_path / "secret place" / "own.npz"
    path.parent.mkdir()
    np.savez(path, images=digits.images[:60], labels=digits.labels[:60] % 2, classes=np.array(CLASSES))
    return path


def trained(folder: Path, images: Path, steps: int = 12, held_out: int = 5, **model: object) -> Path:
    """A run on those images."""
    asked = iter(range(steps))
    settings = short(data=str(images), classes=CLASSES, held_out=held_out)
    list(runs.start(folder, tiny(**model), settings, should_stop=lambda: next(asked, None) is None))
    return folder


@pytest.mark.parametrize("steps", [12, 4])
def test_it_is_measured_on_as_many_images_as_there_are_and_says_so(images: Path, tmp_path: Path, steps: int) -> None:
    """Finished, or stopped after its first epoch: a twelfth of sixty are held out, whatever was asked for."""
    view = run_view.read_run(trained(tmp_path / "run", images, steps, held_out=2000))
    assert view.measured == len(datasets.load(str(images), "validation")) == 5
    assert run_table.of_run(view).numbers[run_table.HELD_OUT].n == 5


def data_of(folder: Path) -> str:
    return checkpoints.read_config(folder)[1].data


def test_it_arrives_with_the_same_images_splits_and_classes_and_can_be_sent_on(images: Path, tmp_path: Path) -> None:
    run = trained(tmp_path / "run", images)
    run_archive.pack(run, tmp_path / "run.zip")
    with zipfile.ZipFile(tmp_path / "run.zip") as archive:
        assert not any(b"secret place" in archive.read(name) for name in archive.namelist())
    known = {split: datasets.load(str(images), split) for split in data.SPLITS}
    bundle = export.bundle(registry.find(str(run)))
    images.unlink()
    for sent, copy in (("run.zip", "copy"), ("again.zip", "another")):
        run_archive.unpack(tmp_path / sent, tmp_path / copy)
        assert data_of(tmp_path / copy) == str(tmp_path / copy / run_archive.IMAGES)
        assert datasets.classes(data_of(tmp_path / copy)) == CLASSES
        for split, expected in known.items():
            found = datasets.load(data_of(tmp_path / copy), split)
            assert np.array_equal(found.images, expected.images)
            assert np.array_equal(found.labels, expected.labels)
        run_archive.pack(tmp_path / copy, tmp_path / "again.zip")
    tensors = [own_data.weights.parse(raw, "a bundle") for raw in (bundle, export.bundle(registry.find(str(tmp_path / "copy"))))]
    assert tensors[0].keys() == tensors[1].keys()
    assert all(np.array_equal(tensors[0][name], tensors[1][name]) for name in tensors[0])
    assert (tmp_path / "run.zip").read_bytes() == (tmp_path / "again.zip").read_bytes()


def test_a_stopped_one_goes_on_where_it_arrives(images: Path, tmp_path: Path) -> None:
    run_archive.pack(trained(tmp_path / "run", images, steps=5), tmp_path / "run.zip")
    run_archive.unpack(tmp_path / "run.zip", tmp_path / "copy")
    images.unlink()
    assert list(runs.resume(tmp_path / "copy"))[-1].step == 12


def test_runs_on_the_same_images_share_them_in_the_dashboard_until_none_needs_them(images: Path, tmp_path: Path) -> None:
    jobs = Jobs(tmp_path / "runs", Limits(running=0))
    sent = [run_files.packed(trained(tmp_path / kind, images, kind=kind)) for kind in ("vae", "ae")]
    received = [run_files.receive(jobs, content, "one.zip", "") for content in sent]
    places = {data_of(jobs.run_folder(run)) for run in received}
    (kept,) = (jobs.folder / run_uploads.UPLOADS).iterdir()
    assert places == {str(kept)}, "so that Explore shows them side by side"
    for place, run in enumerate(received):
        os.utime(kept, (time.time() - 4000,) * 2)
        run_uploads.sweep(jobs.folder)
        assert kept.exists(), f"{2 - place} runs need them"
        jobs.delete(run)
    for folder in (jobs.folder / ".bin").iterdir():
        os.utime(folder, (time.time() - 4000,) * 2)
    run_files.receive(jobs, sent[0], "one.zip", "")  # the bin is emptied first, then comes what needs the images again
    assert kept.exists()


def test_without_its_images_it_is_not_packed(images: Path, tmp_path: Path) -> None:
    run = trained(tmp_path / "run", images)
    np.savez(images, images=np.zeros((20, 28, 28), np.uint8))
    assert "other classes" in str(attempt(run_archive.pack, run, tmp_path / "run.zip"))
    images.unlink()
    assert "no images" in str(attempt(run_archive.pack, run, tmp_path / "run.zip"))
    assert not (tmp_path / "run.zip").exists()


def test_a_limit_counts_the_images_as_they_are_packed(images: Path, tmp_path: Path) -> None:
    run = trained(tmp_path / "run", images)
    whole = run_archive.pack(run, tmp_path / "run.zip")
    assert whole < len(own_data.packed(images)) + sum(file.stat().st_size for file in run.rglob("*") if file.is_file())
    for limit in (whole - 1, whole - (run / run_archive.STATE).stat().st_size):
        assert run_archive.pack(run, tmp_path / "light.zip", limit) <= limit
        assert run_archive.IMAGES in run_archive.read(tmp_path / "light.zip")
