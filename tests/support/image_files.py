"""Files of images as people have them, each written by the library that writes them in earnest."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import h5py
import idx2numpy
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import scipy.io
from PIL import Image

from vae_engine.data import own
from vae_engine.data.mnist import Images

Writer = Callable[[Path, np.ndarray, np.ndarray], Path]
"""Writes images uint8 [n, 28, 28] and labels [n] into a folder; the path to read."""
LETTERS = "abcdefghij"
COUNT = 60
"""Images that the tests of formats write."""
SHARE = 10  # of test images among the sets that bring a split: one in so many


def encoded(image: np.ndarray | Image.Image, form: str = "PNG", **options: object) -> bytes:
    """A picture file."""
    file = io.BytesIO()
    (image if isinstance(image, Image.Image) else Image.fromarray(image)).save(file, form, **options)
    return file.getvalue()


def frame(images: np.ndarray, labels: np.ndarray) -> pd.DataFrame:
    """A table as Kaggle's digit recogniser has it."""
    table = pd.DataFrame(images.reshape(len(images), -1), columns=[f"pixel{i}" for i in range(784)])
    table.insert(0, "label", labels)
    return table


def hugging_face(images: np.ndarray, labels: np.ndarray, names: str = LETTERS) -> pa.Table:
    """A table as Hugging Face writes a data set of images."""
    kind = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    pictures = pa.array([{"bytes": encoded(image), "path": None} for image in images], kind)
    features = {"image": {"_type": "Image"}, "label": {"names": list(names), "_type": "ClassLabel"}}
    noted = {"huggingface": json.dumps({"info": {"features": features}})}
    return pa.table({"image": pictures, "label": pa.array(labels.astype(np.int64))}).replace_schema_metadata(noted)


def class_folders(place: Path, images: np.ndarray, labels: np.ndarray, form: str = "PNG") -> Path:
    """A folder for each class."""
    for index, (image, label) in enumerate(zip(images, labels, strict=True)):
        folder = place / str(label)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{index:05d}.{form.lower()}").write_bytes(encoded(image, form))
    return place


def _npz(**names: str) -> Writer:
    def write(place: Path, images: np.ndarray, labels: np.ndarray) -> Path:
        arrays = {"images": images, "labels": labels}
        np.savez_compressed(place / "own.npz", **{name: arrays[what] for name, what in names.items()})
        return place / "own.npz"

    return write


def _idx(images_name: str, labels_name: str) -> Writer:
    def write(place: Path, images: np.ndarray, labels: np.ndarray) -> Path:
        for name, array in ((images_name, images), (labels_name, labels.astype(np.uint8))):
            raw = idx2numpy.convert_to_string(array)
            (place / name).write_bytes(gzip.compress(raw) if name.endswith(".gz") else raw)
        return place / images_name

    return write


def _csv(place: Path, images: np.ndarray, labels: np.ndarray) -> Path:
    frame(images, labels).to_csv(place / "own.csv", index=False)
    return place / "own.csv"


def _parquet(place: Path, images: np.ndarray, labels: np.ndarray) -> Path:
    pq.write_table(hugging_face(images, labels), place / "own.parquet")
    return place / "own.parquet"


def _mat(place: Path, images: np.ndarray, labels: np.ndarray) -> Path:
    scipy.io.savemat(place / "own.mat", {"images": images, "labels": labels}, do_compression=True)
    return place / "own.mat"


def _hdf5(place: Path, images: np.ndarray, labels: np.ndarray) -> Path:
    with h5py.File(place / "own.h5", "w") as file:
        file.create_dataset("images", data=images, compression="gzip")
        file["labels"] = labels
    return place / "own.h5"


def _npy(place: Path, images: np.ndarray, labels: np.ndarray) -> Path:
    np.save(place / "X.npy", images)
    np.save(place / "y.npy", labels)
    return place / "X.npy"


def _zip(place: Path, images: np.ndarray, labels: np.ndarray) -> Path:
    with zipfile.ZipFile(place / "own.zip", "w") as archive:
        for index, (image, label) in enumerate(zip(images, labels, strict=True)):
            archive.writestr(f"mine/{label}/{index:05d}.png", encoded(image))
            archive.writestr(f"__MACOSX/mine/{label}/._{index:05d}.png", b"x")
    return place / "own.zip"


def _tar(place: Path, images: np.ndarray, labels: np.ndarray) -> Path:
    class_folders(place / "folders", images, labels)
    with tarfile.open(place / "own.tar.gz", "w:gz") as archive:
        archive.add(place / "folders", "mine")
    return place / "own.tar.gz"


WRITERS: dict[str, Writer] = {
    "npz": _npz(images="images", labels="labels"),
    "npz of Keras's names": _npz(X="images", y="labels"),
    "npz of sklearn's names": _npz(data="images", target="labels"),
    "npy": _npy,
    "idx": _idx("own-images-idx3-ubyte", "own-labels-idx1-ubyte"),
    "idx.gz": _idx("Own-Images.idx3-ubyte.gz", "own-labels-idx1-ubyte"),
    "csv": _csv,
    "parquet": _parquet,
    "mat": _mat,
    "hdf5": _hdf5,
    "folders": lambda place, images, labels: class_folders(place / "mine", images, labels),
    "zip": _zip,
    "tar.gz": _tar,
}


def meanings(found: own.Collection) -> list[tuple[bytes, str]]:
    """Each image with the name of its class, in no order."""
    whole = found.images
    return sorted((image.tobytes(), found.classes[label]) for image, label in zip(whole.images, whole.labels, strict=True))


def pairs(images: Images, names: str = "0123456789") -> list[tuple[bytes, str]]:
    """The same of what was written."""
    return sorted((image.tobytes(), names[label]) for image, label in zip(images.images, images.labels, strict=True))
