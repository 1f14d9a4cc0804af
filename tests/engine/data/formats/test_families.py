"""Files that lie beside others, or that say more than images and labels: what people who know them would expect."""

from __future__ import annotations

import gzip
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from support.builders import attempt
from support.image_files import COUNT, LETTERS, frame, hugging_face, meanings, pairs

from vae_engine.data import own
from vae_engine.data.mnist import Images


def test_a_shard_brings_all_the_others(some: Images, tmp_path: Path) -> None:
    table = hugging_face(some.images, some.labels)
    for name, part in {
        "train-00000-of-00002": (0, 20),
        "train-00001-of-00002": (20, 20),
        "test-00000-of-00001": (40, 20),
    }.items():
        pq.write_table(table.slice(*part), tmp_path / f"{name}.parquet")
    for name in ("train-00000-of-00002", "train-00001-of-00002", "test-00000-of-00001"):
        found = own.read(tmp_path / f"{name}.parquet")
        assert meanings(found) == pairs(some, LETTERS)
        assert found.report.own_split


@pytest.mark.parametrize("order", [(2, 1, 0), (0, 2, 1)], ids=["images first in MATLAB", "images last in MATLAB"])
def test_matlab_7_3_stores_all_sizes_the_other_way_round(order: tuple[int, ...], some: Images, tmp_path: Path) -> None:
    with h5py.File(tmp_path / "own.mat", "w", userblock_size=512) as file:
        file["X"], file["y"] = some.images.transpose(order), some.labels[None].astype(float)
        for name in "Xy":
            file[name].attrs["MATLAB_class"] = np.bytes_("double")
    assert meanings(own.read(tmp_path / "own.mat")) == pairs(some)


def test_names_of_files_in_a_file_are_those_of_its_images(some: Images, tmp_path: Path) -> None:
    names = np.array([f"/of/someone/{i}.png" if i % 2 else f"scans/{i}.png" for i in range(COUNT)])
    np.savez(tmp_path / "own.npz", images=some.images, labels=some.labels, filenames=names)
    found = own.read(tmp_path / "own.npz")
    for place, name in enumerate(found.called(range(COUNT))):
        index = int(Path(name).stem)
        assert name == (f"{index}.png" if index % 2 else f"scans/{index}.png")
        assert np.array_equal(found.images.images[place], some.images[index])
    np.savez(tmp_path / "own.npz", images=some.images, labels=some.labels, filenames=names[1:])
    assert own.read(tmp_path / "own.npz").called([0])[0].startswith("own.npz, row ")


def test_a_folder_from_kaggle_is_what_has_labels(some: Images, tmp_path: Path) -> None:
    table = frame(some.images, some.labels)
    table.head(40).to_csv(tmp_path / "train.csv", index=False)
    table.iloc[40:, 1:].to_csv(tmp_path / "test.csv", index=False)
    pd.DataFrame({"ImageId": range(1, 21), "Label": 0}).to_csv(tmp_path / "sample_submission.csv", index=False)
    found = own.read(tmp_path)
    assert found.report.count == 40
    assert found.report.left_out == (
        "sample_submission.csv, a form for answers",
        "test.csv, which has no labels where the rest has",
    )


@pytest.mark.parametrize("name", ["mnist.pkl.gz", "data.pt", "data.pickle"])
def test_a_pickle_is_refused_with_the_way_out(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(gzip.compress(b"\x80\x04]q\x00.") if name.endswith("gz") else b"\x80\x04]q\x00.")
    said = attempt(own.read, tmp_path / name)
    assert isinstance(said, str)
    assert "never read: np.savez" in said
