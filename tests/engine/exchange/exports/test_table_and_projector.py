"""The codes of a model as a table and for the Embedding Projector: row i is image i."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pyarrow import parquet
from support.image_files import class_folders

from vae_engine import EngineError
from vae_engine.data import datasets, mnist
from vae_engine.exchange.bundle import observed_shown, read_codes
from vae_engine.exchange.exports import projector, table
from vae_engine.stored import checkpoints, forward, registry
from vae_engine.stored.checkpoints import Stored


@pytest.fixture
def own(tmp_path: Path, tiny_vae: Path, digits: mnist.Images) -> Stored:
    """A model of images of one's own, whose files have names."""
    place = class_folders(tmp_path / "images", digits.images[:24], digits.labels[:24])
    data = datasets.pinned(str(place))
    stored = checkpoints.read(tiny_vae)
    return replace(stored, train=replace(stored.train, data=data, classes=datasets.classes(data)))


def test_a_table_has_the_codes_and_what_was_measured_of_every_image(tmp_path: Path) -> None:
    stored = registry.find("vae-mnist-small")
    table.write_table(stored, tmp_path / "codes.parquet")
    found = parquet.read_table(tmp_path / "codes.parquet").to_pydict()
    assert list(found) == ["row", "split", "label", "class", "z1", "z2", "std1", "std2", "elbo", "log_px"]
    test = mnist.load("test")
    assert found["label"] == test.labels.tolist()
    assert found["row"] == list(range(len(test)))
    codes, std = forward.encode(stored, observed_shown("mnist", len(test), stored.train.protocol)[:100])
    np.testing.assert_allclose(np.array([found["z1"], found["z2"]]).T[:100], codes, rtol=0, atol=1e-6)
    np.testing.assert_allclose(np.array([found["std1"], found["std2"]]).T[:100], std, rtol=0, atol=1e-6)
    kept = read_codes(stored)
    assert kept is not None
    assert found["log_px"] == kept[0]["points.log_px"].tolist()
    assert all(np.array(found["log_px"]) >= np.array(found["elbo"]) - 0.05)  # the gap is not negative


def test_images_of_ones_own_are_called_as_their_files_are(own: Stored, tmp_path: Path) -> None:
    table.write_table(own, tmp_path / "codes.csv")
    with (tmp_path / "codes.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["file"] for row in rows] == datasets.names(own.train.data)
    assert all(row["file"].split("/")[-2] == row["class"] for row in rows)
    assert "elbo" not in rows[0]  # nobody measured it
    assert {row["split"] for row in rows} <= {"test", "validation", "train"}


def test_a_table_of_another_kind_is_refused(own: Stored, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"\.csv or \.parquet"):
        table.write_table(own, tmp_path / "codes.xlsx")


def test_the_projector_has_a_vector_a_class_and_a_picture_for_each_image(tmp_path: Path) -> None:
    stored = registry.find("vae-mnist-small")
    projector.write_projector(stored, tmp_path)
    test = mnist.load("test")
    vectors = np.loadtxt(tmp_path / "vectors.tsv", delimiter="\t")
    codes, _ = forward.encode(stored, observed_shown("mnist", len(test), stored.train.protocol))
    np.testing.assert_allclose(vectors[:, :2], codes, rtol=1e-5, atol=1e-5)
    assert not np.any(vectors[:, 2:])
    assert vectors.shape == (10_000, 3)  # of two components the Embedding Projector shows no point
    assert (tmp_path / "metadata.tsv").read_text().split("\n") == [*map(str, test.labels), ""]  # no header over one column
    sprite = np.asarray(Image.open(tmp_path / "sprite.png"))
    assert sprite.shape == (2800, 2800)
    for index in (0, 99, 100, 9999):
        top, left = index // 100 * 28, index % 100 * 28
        assert np.array_equal(sprite[top : top + 28, left : left + 28], test.images[index])
    described = json.loads((tmp_path / "config.json").read_text())["embeddings"][0]
    assert described["tensorShape"] == [10_000, 3]
    for path in (described["tensorPath"], described["metadataPath"], described["sprite"]["imagePath"]):
        assert (tmp_path / path).is_file()
        assert f'"{path}"' in (tmp_path / "projector_config.pbtxt").read_text()


def test_two_columns_have_a_header_and_a_sprite_stays_square_and_small(own: Stored, tmp_path: Path) -> None:
    projector.write_projector(own, tmp_path / "out")
    lines = (tmp_path / "out" / "metadata.tsv").read_text().splitlines()
    assert lines[0] == "class\tfile"
    count = len(datasets.names(own.train.data))
    assert len(lines) == count + 1
    with Image.open(tmp_path / "out" / "sprite.png") as sprite:
        side = sprite.size
    assert side[0] == side[1] == 28 * (int(np.sqrt(count - 1)) + 1)
    assert (projector.LARGEST // 28) * 28 <= 8192


def test_columns_of_ones_own_go_along_and_none_hides_another(own: Stored, tmp_path: Path) -> None:
    digits = mnist.load("test").head(24)
    ages, classes = [None if i % 5 == 0 else 20.5 + i for i in range(24)], [f"kind {i % 2}" for i in range(24)]
    given = np.array([np.nan if age is None else age for age in ages])
    np.savez(tmp_path / "own.npz", images=digits.images, labels=digits.labels, age=given, z1=np.array(classes))
    data = str(tmp_path / "own.npz")
    stored = replace(own, train=replace(own.train, data=data, classes=datasets.classes(data)))
    table.write_table(stored, tmp_path / "codes.parquet")
    found = parquet.read_table(tmp_path / "codes.parquet").to_pydict()
    rows = [int(name.rsplit(" ", 1)[1]) for name in found["file"]]
    assert found["age"] == [ages[row] for row in rows]
    assert found["own_z1"] == [classes[row] for row in rows]
    table.write_table(stored, tmp_path / "codes.csv")
    with (tmp_path / "codes.csv").open(newline="") as file:
        assert [row["age"] for row in csv.DictReader(file)] == ["" if ages[row] is None else str(ages[row]) for row in rows]
    projector.write_projector(stored, tmp_path / "out")
    head, *lines = (tmp_path / "out" / "metadata.tsv").read_text().split("\n")
    assert head == "class\tfile\tage\tz1"
    assert lines[0].split("\t")[3] == classes[rows[0]]
