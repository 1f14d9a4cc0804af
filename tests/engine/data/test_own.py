"""Images of your own, however they are stored, become the same 28 × 28 grey with their labels and class names."""

from __future__ import annotations

import gzip
import io
import json
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from support.builders import attempt, tiny_settings

from vae_engine.data import datasets
from vae_engine.data import mnist as data
from vae_engine.data import own as own_data
from vae_engine.data.formats import pictures
from vae_engine.exchange import bundle as export
from vae_engine.stored import checkpoints, registry, weights


def png(picture: Image.Image, **options: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, "PNG", **options)
    return file.getvalue()


@pytest.fixture
def folder(tmp_path: Path, digits: data.Images) -> Path:
    """24 digits as pictures in folders of two classes."""
    for index in range(24):
        place = tmp_path / "own" / ("even" if index % 2 == 0 else "odd")
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{index:02d}.png").write_bytes(png(Image.fromarray(digits.images[index])))
    return tmp_path / "own"


def by_content(images: data.Images) -> dict[bytes, int]:
    return {image.tobytes(): int(label) for image, label in zip(images.images, images.labels, strict=True)}


def test_a_folder_of_folders_has_a_class_for_each(folder: Path, digits: data.Images) -> None:
    (folder / "notes.txt").write_text("not a picture")
    (folder / ".hidden").mkdir()
    (folder / "even" / ".thumb.png").write_bytes(b"x")
    (folder / "empty").mkdir()
    (folder / "__MACOSX").mkdir()
    (folder / "__MACOSX" / "01.png").write_bytes(b"x")
    (folder / "even" / "Thumbs.db").write_bytes(b"x")
    (folder / "beside.png").write_bytes(png(Image.new("L", (28, 28))))
    found = own_data.read(folder)
    assert found.report.left_out == ("1 file that is no picture (notes.txt)", "1 picture beside the folders of classes")
    assert found.classes == ("even", "odd")
    assert by_content(found.images) == {digits.images[i].tobytes(): i % 2 for i in range(24)}


def test_a_folder_of_pictures_is_one_class(folder: Path) -> None:
    found = own_data.read(Path((folder / "even").rename(folder.parent / "flat")))
    assert (found.classes, len(found.images), set(found.images.labels)) == (("image",), 12, {0})


def test_the_splits_are_fixed_disjoint_and_everything(folder: Path) -> None:
    parts = {split: own_data.load(folder, split) for split in data.SPLITS}
    assert [len(parts[split]) for split in data.SPLITS] == [20, 2, 2]
    together = [image.tobytes() for part in parts.values() for image in part.images]
    assert sorted(together) == sorted(image.tobytes() for image in own_data.read(folder).images.images)
    own_data._collected.cache_clear()
    assert np.array_equal(own_data.load(folder, "train").images, parts["train"].images)


@pytest.mark.parametrize("form", ["uint8", "float", "channel", "rgb", "rgba"])
def test_an_npz_of_any_form_holds_the_same_images(form: str, tmp_path: Path, digits: data.Images) -> None:
    grey = digits.images[:20]
    images = {
        "uint8": grey, "float": (grey / 255).astype(np.float32), "channel": grey[..., None], "rgb": np.stack([grey] * 3, -1),
        "rgba": np.stack([grey] * 3 + [np.full_like(grey, 255)], -1),
    }[form]  # fmt: skip
    np.savez_compressed(tmp_path / "own.npz", images=images, labels=digits.labels[:20], classes=list("abcdefghij"))
    found = own_data.read(tmp_path / "own.npz")
    assert np.array_equal(found.as_in_the_files().images, grey)
    assert np.array_equal(found.as_in_the_files().labels, digits.labels[:20])
    assert found.classes == tuple("abcdefghij")


@pytest.mark.parametrize("packed", [False, True])
def test_an_idx_pair_is_read_with_its_labels(packed: bool, tmp_path: Path, digits: data.Images) -> None:
    for name, array in (("my-images-idx3-ubyte", digits.images), ("my-labels-idx1-ubyte", digits.labels)):
        raw = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()
        path = tmp_path / (name + (".gz" if packed else ""))
        path.write_bytes(gzip.compress(raw) if packed else raw)
    found = own_data.read(tmp_path / ("my-images-idx3-ubyte" + (".gz" if packed else "")))
    assert by_content(found.images) == by_content(digits)
    assert found.classes == tuple("0123456789")


def test_pictures_are_made_small_upright_grey_and_whole() -> None:
    wide = np.full((20, 60), 200, np.uint8)
    wide[:, 30:] = 0
    small = pictures.read(png(Image.fromarray(wide)), "p")
    assert small.shape == (28, 28)
    assert small.dtype == np.uint8
    assert small[14, 3] == 200
    assert small[14, 24] == 0
    deep = (np.arange(28 * 28, dtype=np.uint32).reshape(28, 28) * 83).astype(np.uint16)
    assert np.abs(pictures.read(png(Image.fromarray(deep)), "p").astype(int) - np.rint(deep / 257)).max() == 0
    clear = Image.new("RGBA", (28, 28), (0, 0, 0, 0))
    assert (pictures.read(png(clear), "p") == 255).all()
    turned = Image.new("L", (28, 28), 0)
    turned.putpixel((0, 0), 255)
    exif = Image.Exif()
    exif[0x0112] = 3  # upside down
    assert pictures.read(png(turned, exif=exif), "p")[27, 27] == 255


def test_a_run_on_own_images_keeps_its_classes_and_is_explored_with_them(folder: Path, command: Callable, tmp_path: Path) -> None:
    run = tmp_path / "run"
    flags = ["--steps", "3", "--batch-size", "8", "--held-out", "2", "--device", "cpu", "--threads", "1", "--json"]
    code, _, err = command("train", "--run-dir", run, "--data", folder, *flags, *tiny_settings())
    assert code == 0, err
    train = checkpoints.read_config(run)[1]
    assert (datasets.place(train.data), train.classes) == (folder.resolve(), ("even", "odd"))
    raw = export.bundle(registry.find(str(run)))
    header = json.loads(weights.notes(raw)["bundle"])
    assert header["classes"] == ["even", "odd"]
    assert (header["points"]["count"], header["train"]["count"]) == (24, 20)
    assert header["points"]["splits"] == {"test": 2, "validation": 2, "train": 20}, "a small set shows all it has"
    code, out, _ = command("evaluate", run, "--is-samples", "5", "--json")
    assert (code, json.loads(out)["n"]) == (0, 2)
    assert command("pack", run, "-o", tmp_path / "run.zip")[0] == 0
    folder.rename(tmp_path / "moved")
    code, _, err = command("evaluate", run)
    assert (code, len(err.splitlines())) == (2, 1)
    assert str(folder) in err


def test_other_data_sets_are_named_by_name(tmp_path: Path) -> None:
    assert datasets.named("mnist") == "mnist"
    assert datasets.named(str(tmp_path / "x" / ".." / "y")) == str(tmp_path / "y")
    assert np.array_equal(datasets.load("mnist", "test").images, data.load("test").images)
    assert "no images" in str(attempt(datasets.load, str(tmp_path / "nowhere"), "test"))
