"""What real writers write is read back as it was: every image with its label, under whatever names and in whatever order."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from pathlib import Path

import h5py
import idx2numpy
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import scipy.io
from support.builders import attempt
from support.image_files import LETTERS, WRITERS, class_folders, encoded, frame, hugging_face, meanings, pairs

from vae_engine.data import own
from vae_engine.data.formats import extras
from vae_engine.data.mnist import Images


@pytest.mark.parametrize("kind", WRITERS)
def test_every_format_gives_the_images_with_their_labels(kind: str, some: Images, tmp_path: Path) -> None:
    path = WRITERS[kind](tmp_path, some.images, some.labels)
    found = own.read(path)
    named = [(image, LETTERS[int(label)] if kind == "parquet" else label) for image, label in pairs(some)]
    assert meanings(found) == sorted(named)
    assert list(found.splits.values()) == [5, 5, 50]
    shout = path.rename(path.with_name(path.name.upper()))
    if kind not in ("npy", "idx", "idx.gz"):  # whose labels lie beside them
        assert meanings(own.read(shout)) == meanings(found), "capitals"


LABELS = {
    "[n, 1]": lambda y: y[:, None],
    "one-hot": lambda y: np.eye(10, dtype=np.uint8)[y],
    "text": lambda y: y.astype(str),
    "bytes": lambda y: y.astype("S2"),
    "floats": lambda y: y.astype(np.float64),
    "big-endian": lambda y: y.astype(">i8"),
}


@pytest.mark.parametrize("form", LABELS)
def test_labels_of_any_form_mean_the_same(form: str, some: Images, tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", images=some.images, labels=LABELS[form](some.labels))
    assert meanings(own.read(tmp_path / "a.npz")) == pairs(some)


def test_labels_from_one_and_with_gaps_keep_their_numbers_as_names(some: Images, tmp_path: Path) -> None:
    counted = np.arange(60) % 10
    np.savez(tmp_path / "one.npz", images=some.images, labels=counted + 1)
    found = own.read(tmp_path / "one.npz")
    assert (found.classes, found.report.labels) == (tuple(map(str, range(1, 11))), "counted from 1")
    assert np.array_equal(found.as_in_the_files().labels, counted)
    np.savez(tmp_path / "gap.npz", images=some.images, labels=np.where(some.labels < 5, 3, 8))
    assert own.read(tmp_path / "gap.npz").classes == ("3", "8")
    np.savez(tmp_path / "two.npz", images=some.images, labels=counted + 1, class_names=list(LETTERS))
    found = own.read(tmp_path / "two.npz")
    assert (found.classes, found.as_in_the_files().labels.tolist()) == (tuple(LETTERS), counted.tolist())


LAYOUTS = {
    "Fortran": np.asfortranarray,
    "flat": lambda x: x.reshape(len(x), -1),
    "flat, Fortran": lambda x: np.asfortranarray(x.reshape(len(x), -1)),
    "channel last": lambda x: x[..., None],
    "channel first": lambda x: x[:, None],
    "colour first": lambda x: np.stack([x] * 3, 1),
    "int64": lambda x: x.astype(np.int64),
    ">u2": lambda x: x.astype(">u2"),
    "float in [0, 1]": lambda x: (x / 255).astype(np.float32),
    "float in [0, 255]": lambda x: x.astype(np.float64),
    "float in [-1, 1]": lambda x: x / 127.5 - 1,
    "standardised": lambda x: (x - 33.3) / 78.6,
    "float16": lambda x: x.astype(np.float16),
}


@pytest.mark.parametrize("packed", [True, False], ids=["npz", "npy"])
@pytest.mark.parametrize("form", LAYOUTS)
def test_arrays_of_any_layout_and_range_are_the_same_images(form: str, packed: bool, some: Images, tmp_path: Path) -> None:
    made = LAYOUTS[form](some.images)
    path = tmp_path / ("x.npz" if packed else "x.npy")
    np.savez(path, images=made) if packed else np.save(path, made)
    off = np.abs(own.read(path).as_in_the_files().images.astype(int) - some.images).max()
    assert off <= (1 if form == "standardised" else 0)


@pytest.mark.parametrize(("top", "kind"), [(1, np.uint8), (1, bool), (16, np.uint8), (16, np.float64), (1, np.float32)])
def test_masks_and_few_tones_fill_the_range(top: int, kind: type, some: Images, tmp_path: Path) -> None:
    """0 … top becomes 0 … 255, so that nothing is black only for having been stored in few tones."""
    tones = np.rint(some.images / 255 * top)
    np.savez(tmp_path / "m.npz", images=tones.astype(kind))
    found = own.read(tmp_path / "m.npz")
    assert np.array_equal(found.as_in_the_files().images, np.rint(tones * (255 / top)))
    digits8 = np.rint(some.images[:, ::4, ::4][:, :7, :7] / 255 * 16).astype(np.uint8)
    np.savez(tmp_path / "small.npz", images=digits8)
    assert own.read(tmp_path / "small.npz").images.images.max() > 240, "scaled before it is enlarged"


def test_masks_in_picture_files_fill_the_range(some: Images, tmp_path: Path) -> None:
    class_folders(tmp_path / "m", (some.images > 127).astype(np.uint8), some.labels)
    assert sorted(np.unique(own.read(tmp_path / "m").images.images)) == [0, 255]


@pytest.mark.parametrize("kind", ["u1", "i2", "i4", "f4", "f8"])
def test_idx_of_any_type(kind: str, some: Images, tmp_path: Path) -> None:
    (tmp_path / "images.idx").write_bytes(idx2numpy.convert_to_string(some.images.astype(kind)))
    assert np.array_equal(own.read(tmp_path / "images.idx").as_in_the_files().images, some.images)


NAMES = [  # as unpackers, authors and mirrors have them
    ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"), ("train-images.idx3-ubyte", "train-labels-idx1-ubyte"),
    ("Train-Images-idx3-ubyte", "Train-Labels-idx1-ubyte"), ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte"),
    ("qmnist-train-images-idx3-ubyte", "qmnist-train-labels-idx2-int"),
]  # fmt: skip


@pytest.mark.parametrize(("images", "labels"), NAMES)
def test_idx_finds_its_labels_and_its_test_files_by_any_habit(images: str, labels: str, some: Images, tmp_path: Path) -> None:
    for split, part in (("train", slice(0, 50)), ("t10k" if "qmnist" not in images else "test", slice(50, 60))):
        y = some.labels[part].astype(np.int32)
        table = np.stack([y, *[y + 100] * 7], 1) if "idx2" in labels else y.astype(np.uint8)
        for name, array in ((images, some.images[part]), (labels, table)):
            raw = idx2numpy.convert_to_string(np.ascontiguousarray(array))
            name = name.replace("train", split).replace("Train", split)
            (tmp_path / name).write_bytes(gzip.compress(raw) if name.endswith(".gz") else raw)
    for path in (tmp_path, next(tmp_path.glob("*mages*"))):
        found = own.read(path)
        assert meanings(found) == pairs(some)
        assert (found.splits["test"], found.report.own_split) == (10, True)
        kept = found.part("test")
        assert sorted(x.tobytes() for x in kept.images) == sorted(x.tobytes() for x in some.images[50:]), "test stays test"


@pytest.mark.parametrize("names", ["{split}_images {split}_labels", "x_{split} y_{split}", "X_{split} y_{split}"])
def test_an_npz_with_a_split_keeps_it_and_names_what_it_leaves_out(names: str, some: Images, tmp_path: Path) -> None:
    arrays = {}
    for split, part in {"train": slice(0, 40), "val": slice(40, 50), "test": slice(50, 60)}.items():
        x, y = names.format(split=split).split()
        arrays |= {x: some.images[part], y: some.labels[part][:, None]}
    np.savez(tmp_path / "k.npz", **arrays, weights=np.ones(3))
    found = own.read(tmp_path / "k.npz")
    assert meanings(found) == pairs(some)
    assert found.splits == {"test": 10, "validation": 10, "train": 40}
    assert found.report.left_out == ("array 'weights'",)


def test_arrays_without_a_name_take_that_of_their_file(some: Images, tmp_path: Path) -> None:
    """KMNIST's and Kannada-MNIST's files."""
    for images, labels in (("kmnist-{}-imgs", "kmnist-{}-labels"), ("X_kannada_MNIST_{}", "y_kannada_MNIST_{}")):
        place = tmp_path / images[:2]
        place.mkdir()
        for split, part in (("train", slice(0, 50)), ("test", slice(50, 60))):
            np.savez(place / f"{images.format(split)}.npz", some.images[part])
            np.savez(place / f"{labels.format(split)}.npz", some.labels[part])
        found = own.read(place / f"{images.format('train')}.npz")
        assert (meanings(found), found.splits["test"]) == (pairs(some), 10)


def tables(images: np.ndarray, labels: np.ndarray) -> dict[str, tuple[str, pd.DataFrame, dict]]:
    """By name: suffix, table, and how pandas writes it."""
    kaggle = frame(images, labels)
    last = kaggle[[*kaggle.columns[1:], "label"]]
    numbered = kaggle.set_axis(range(785), axis=1)
    return {
        "with row numbers": (".csv", kaggle, {}),
        "tsv": (".tsv", kaggle, {"sep": "\t", "index": False}),
        "no header": (".csv", kaggle, {"header": False, "index": False}),
        "label last": (".csv", last, {"index": False}),
        "label last, no header": (".csv", last, {"header": False, "index": False}),
        "columns by number": (".csv", numbered, {"index": False}),
        "quoted text": (".csv", kaggle.assign(label=[f"{label}" for label in labels]), {"index": False, "quoting": 2}),
        "floats": (".csv", kaggle.astype(float), {"index": False}),
        "gzip": (".csv.gz", kaggle, {"index": False}),
        "zip": (".zip", kaggle, {"index": False, "compression": {"method": "zip", "archive_name": "own.csv"}}),
        "no suffix": ("", kaggle, {"index": False}),
    }


@pytest.mark.parametrize("form", tables(np.zeros((1, 28, 28), np.uint8), np.zeros(1, int)))
def test_tables_of_any_form(form: str, some: Images, tmp_path: Path) -> None:
    suffix, table, options = tables(some.images, some.labels)[form]
    table.to_csv(tmp_path / f"own{suffix}", **options)
    found = own.read(tmp_path / f"own{suffix}")
    assert meanings(found) == pairs(some)


def test_a_fraction_among_whole_numbers_stays_a_fraction(some: Images, tmp_path: Path) -> None:
    shares = (some.images.reshape(len(some), -1) > 127).astype(float)
    shares[-1, 0] = 0.4
    rows = "\n".join(
        ",".join([str(label), *(f"{share:g}" for share in row)]) for label, row in zip(some.labels, shares, strict=True)
    )
    (tmp_path / "own.csv").write_text(rows)
    assert sum((own.read(tmp_path / "own.csv").images.images == 102).flat) == 1


def test_a_table_without_labels_and_one_whose_test_has_none(some: Images, tmp_path: Path) -> None:
    table = frame(some.images, some.labels)
    table.drop(columns="label").to_csv(tmp_path / "test.csv", index=False)
    found = own.read(tmp_path / "test.csv")
    assert (found.classes, np.array_equal(found.as_in_the_files().images, some.images)) == (("image",), True)
    table.to_csv(tmp_path / "train.csv", index=False)
    found = own.read(tmp_path)
    assert meanings(found) == pairs(some)
    assert "test.csv" in found.report.left_out[0]


def test_parquet_in_shards_with_a_split_has_its_class_names(some: Images, tmp_path: Path) -> None:
    for name, part in {
        "train-00000-of-00002": slice(0, 30),
        "train-00001-of-00002": slice(30, 50),
        "test-00000-of-00001": slice(50, 60),
    }.items():
        pq.write_table(hugging_face(some.images[part], some.labels[part]), tmp_path / f"{name}.parquet")
    found = own.read(tmp_path)
    assert meanings(found) == sorted((image, LETTERS[int(label)]) for image, label in pairs(some))
    assert (found.classes, found.splits["test"]) == (tuple(LETTERS), 10)
    assert sorted(found.names)[0] == "test-00000-of-00001.parquet, row 0"
    frame(some.images, some.labels).to_parquet(tmp_path / "pixels.parquet")
    assert meanings(own.read(tmp_path / "pixels.parquet")) == pairs(some)
    binary = pa.table({"picture": pa.array([encoded(x) for x in some.images], pa.binary()), "label": some.labels})
    pq.write_table(binary, tmp_path / "binary.parquet")
    assert meanings(own.read(tmp_path / "binary.parquet")) == pairs(some)


def test_emnist_lies_on_its_side_in_each_of_its_formats_and_has_its_letters(some: Images, tmp_path: Path) -> None:
    lying = np.ascontiguousarray(some.images.transpose(0, 2, 1))
    of = {split: {"images": lying[part].reshape(-1, 784), "labels": some.labels[part][:, None].astype(float) + 1}
          for split, part in (("train", slice(0, 50)), ("test", slice(50, 60)))}  # fmt: skip
    mapping = np.stack([np.arange(1, 11), np.arange(65, 75), np.arange(97, 107)], 1)
    scipy.io.savemat(tmp_path / "letters.mat", {"dataset": {**of, "mapping": mapping}}, do_compression=True)
    for split, one in of.items():
        stem, y = f"emnist-letters-{split}", one["labels"].ravel()
        for kind, array in (("images-idx3", one["images"].reshape(-1, 28, 28)), ("labels-idx1", y.astype(np.uint8))):
            (tmp_path / f"{stem}-{kind}-ubyte").write_bytes(idx2numpy.convert_to_string(array))
        frame(one["images"], y.astype(int)).to_csv(tmp_path / f"{stem}.csv", index=False, header=False)
    np.savetxt(tmp_path / "emnist-letters-mapping.txt", mapping, fmt="%d")
    expected = sorted((image, "ABCDEFGHIJ"[int(label)]) for image, label in pairs(some))
    for name in ("letters.mat", "emnist-letters-train-images-idx3-ubyte", "emnist-letters-test.csv"):
        found = own.read(tmp_path / name)
        assert (meanings(found), found.splits["test"], found.report.transposed) == (expected, 10, True), name
    upright = own.read(tmp_path / "letters.mat", own.Wishes(orientation="upright"))
    assert np.array_equal(upright.as_in_the_files().images, lying[np.r_[0:50, 50:60]])


def test_hdf5_in_groups_and_matlab_with_images_last(some: Images, tmp_path: Path) -> None:
    with h5py.File(tmp_path / "g.hdf5", "w") as file:
        for split, part in (("train", slice(0, 50)), ("test", slice(50, 60))):
            file[f"{split}_set_x"] = some.images[part]
            file[f"{split}_set_y"] = some.labels[part]
        file["list_classes"] = list(LETTERS)
        file["elsewhere"] = h5py.ExternalLink("secret.h5", "/x")
    found = own.read(tmp_path / "g.hdf5")
    assert (found.classes, found.splits["test"]) == (tuple(LETTERS), 10)
    colours = np.stack([some.images] * 3, -1)
    scipy.io.savemat(tmp_path / "svhn.mat", {"X": np.moveaxis(colours, 0, -1), "y": some.labels[:, None]})
    assert meanings(own.read(tmp_path / "svhn.mat")) == pairs(some)


def test_a_format_whose_library_is_not_there_is_refused_with_the_way_to_it(
    some: Images, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(module: str) -> object:
        raise ImportError(module)

    monkeypatch.setattr(extras.importlib, "import_module", missing)
    for kind in ("parquet", "mat", "hdf5"):
        said = str(attempt(own.read, WRITERS[kind](tmp_path, some.images, some.labels)))
        assert "pip install 'latent-explorer[formats]'" in said


def test_all_that_is_wrong_is_said_at_once(some: Images, tmp_path: Path) -> None:
    np.savez(
        tmp_path / "o.npz",
        images=some.images.reshape(60, 49, 16).astype(float),
        labels=some.labels[:50].astype(str).astype(object),
    )
    said = str(attempt(own.read, tmp_path / "o.npz"))
    assert "astype(str)" in said
    np.savez(tmp_path / "p.npz", images=np.zeros((60, 783)), labels=some.labels[:50])
    said = str(attempt(own.read, tmp_path / "p.npz"))
    assert "[60, 783]" in said
    assert "50, where one for each of its 60 images" in said


def test_labels_can_lie_in_a_file_of_their_own_or_be_left_away(some: Images, tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", images=some.images, labels=np.eye(14)[some.labels] + np.eye(14)[13])
    assert "--labels none" in str(attempt(own.read, tmp_path / "x.npz"))
    assert own.read(tmp_path / "x.npz", own.Wishes(labels="none")).classes == ("image",)
    (tmp_path / "y.txt").write_text("\n".join(map(str, some.labels)))
    np.save(tmp_path / "y.npy", some.labels)
    for name in ("y.txt", "y.npy"):
        assert meanings(own.read(tmp_path / "x.npz", own.Wishes(labels=str(tmp_path / name)))) == pairs(some)
    flat = tmp_path / "flat"
    flat.mkdir()
    for index, image in enumerate(some.images):
        (flat / f"{index}.png").write_bytes(encoded(image))
    rows = [f"{index}.png,{label}" for index, label in enumerate(some.labels)][::-1]
    (tmp_path / "labels.csv").write_text("\n".join(["file,label", *rows]))
    assert meanings(own.read(flat, own.Wishes(labels=str(tmp_path / "labels.csv")))) == pairs(some)


def test_several_sets_in_one_folder_are_named_and_not_mixed(some: Images, tmp_path: Path) -> None:
    for name in ("balanced", "letters"):
        np.savez(tmp_path / f"{name}.npz", images=some.images, labels=some.labels)
    said = str(attempt(own.read, tmp_path))
    assert "balanced.npz" in said
    assert "letters.npz" in said


def test_an_archive_of_tables_is_read_like_a_folder_of_them(some: Images, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "archive.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for split, part in (("train", slice(0, 50)), ("test", slice(50, 60))):
            text = io.StringIO()
            frame(some.images[part], some.labels[part]).to_csv(text, index=False)
            archive.writestr(f"sign_mnist_{split}.csv", text.getvalue())
        archive.writestr("readme.json", json.dumps({}))
    found = own.read(tmp_path / "archive.zip")
    assert (meanings(found), found.splits["test"]) == (pairs(some), 10)


def test_what_travels_with_a_run_has_the_same_splits_classes_and_ink(some: Images, tmp_path: Path) -> None:
    np.savez(
        tmp_path / "a.npz",
        x_train=255 - some.images[:50],
        y_train=some.labels[:50],
        x_test=255 - some.images[50:],
        y_test=some.labels[50:],
    )
    np.savez(tmp_path / "b.npz", images=some.images // 17, labels=some.labels)
    for name in ("a.npz", "b.npz", "a.npz?polarity=bright", "b.npz?limit=30"):
        found, raw = own.known(tmp_path / name), own.packed(tmp_path / name)
        again = own.parse(raw, "p")
        assert raw == own.packed(tmp_path / name)
        assert (again.inverted, again.classes, again.splits) == (found.inverted, found.classes, found.splits)
        assert np.array_equal(again.images.images, found.images.images)
        assert np.array_equal(again.images.labels, found.images.labels)
