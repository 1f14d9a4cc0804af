"""Images of your own: a folder of pictures, an .npz or an IDX file, as 28 × 28 grey with labels. No torch.

    folder     PNG and JPEG; one subfolder a class, or all in one folder without classes
    .npz       images [n, h, w] or [n, h, w, 1 to 4], uint8 or floats in [0, 1]; labels [n] and classes [k] if there are any
    IDX        …-idx3-ubyte with its labels …-idx1-ubyte beside it, each plain or .gz
    .safetensors   what `packed` made of any of these

At most 70,000 images, 10 classes and 256 MiB unpacked. One fixed shuffle divides them 10 : 1 : 1 into train, validation, test.
"""

from __future__ import annotations

import io
import json
import os
import struct
import tokenize
import zipfile
import zlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from safetensors.numpy import save

from vae_engine.base.errors import EngineError
from vae_engine.base.files import parse_json
from vae_engine.data import mnist as data
from vae_engine.data import pictures
from vae_engine.data.mnist import Images
from vae_engine.stored import weights
from vae_engine.stored.config import MAX_CLASSES

MAX_IMAGES, MAX_BYTES, MAX_SIDE = 70_000, 2**28, 1024
FEWEST = 12
_REMEDY = "write it again"
_SUFFIXES = (".png", ".jpg", ".jpeg")
_ARRAYS = frozenset({"images", "labels", "classes"})
_BROKEN = (
    zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError, SyntaxError, struct.error,
    OverflowError, IndexError, TypeError, MemoryError, tokenize.TokenError,
)  # fmt: skip


@dataclass(frozen=True)
class Collection:
    """All images of a place, and what their labels mean."""

    images: Images
    classes: tuple[str, ...]


def load(path: Path, split: str) -> Images:
    """One split of the images at a path. Raises EngineError, one sentence, for whatever is wrong there."""
    if split not in data.SPLITS:
        raise EngineError(f"There is no split called {split!r}; choose one of {', '.join(data.SPLITS)}.")
    everything = _known(path).images
    order = np.random.default_rng(data.SPLIT_SEED).permutation(len(everything))
    held = counts(path)["test"]
    parts = {"test": order[:held], "validation": order[held : 2 * held], "train": order[2 * held :]}
    return Images(everything.images[parts[split]], everything.labels[parts[split]])


def counts(path: Path) -> dict[str, int]:
    """How many of the images at a path are in each split. Raises EngineError as `load` does."""
    everything = len(_known(path).images)
    held = max(1, everything // 12)
    return {"train": everything - 2 * held, "validation": held, "test": held}


def classes(path: Path) -> tuple[str, ...]:
    """What the labels of the images at a path mean. Raises EngineError as `load` does."""
    return _known(path).classes


def packed(path: Path) -> bytes:
    """All images at a path as one safetensors file, small and grey, that `parse` reads. Raises EngineError as `load` does."""
    found = _known(path)
    return save({"images": found.images.images, "labels": found.images.labels}, {"classes": json.dumps(found.classes)})


def parse(raw: bytes, name: str) -> Collection:
    """The images in bytes that `packed` made, called `name` in complaints. Raises EngineError."""
    tensors = weights.parse(raw, name)
    words = parse_json(weights.notes(raw).get("classes", "").encode(), f"{name}: classes")
    if tensors.keys() != {"images", "labels"} or not (isinstance(words, list) and all(isinstance(word, str) for word in words)):
        raise EngineError(f"{name} is not a file of images of this software.")
    return _enough(_collection(_grey(tensors["images"], name), tensors["labels"], tuple(words), name), name)


def _known(path: Path) -> Collection:
    """The images at a path, read again when it was changed."""
    try:
        changed = path.stat().st_mtime_ns
    except OSError:
        raise EngineError(f"There are no images at {path}: give a folder, an .npz or an IDX file.") from None
    return _read(path, changed)


@lru_cache(maxsize=2)
def _read(path: Path, changed: int) -> Collection:
    return read(path)


def read(path: Path) -> Collection:
    """The images at a path, every limit checked before the work that it limits. Raises EngineError."""
    try:
        if path.is_dir():
            found = _folder(path)
        elif path.suffix == ".npz":
            found = _npz(path)
        elif path.suffix == ".safetensors":
            found = parse(weights.read_raw(path), str(path))
        else:
            found = _idx(path)
    except _BROKEN as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
        raise EngineError(f"{path} cannot be read as images ({reason}).") from None
    return _enough(found, path)


def _enough(found: Collection, path: Path | str) -> Collection:
    if len(found.images) < FEWEST:
        raise EngineError(f"{path} has {len(found.images)} images; training needs {FEWEST} at least.")
    return found


def _collection(images: np.ndarray, labels: np.ndarray | None, names: tuple[str, ...] | None, path: Path | str) -> Collection:
    """Arrays of any integer type as a collection, if labels and names fit."""
    if labels is None:
        labels, names = np.zeros(len(images), np.uint8), names or ("image",)
    if labels.shape != (len(images),) or labels.dtype.kind not in "iu" or (len(labels) and labels.min() < 0):
        raise EngineError(f"{path} needs one label from 0 up, a whole number, for each of its {len(images)} images.")
    names = names or tuple(str(label) for label in range(int(labels.max(initial=0)) + 1))
    if len(names) > MAX_CLASSES or (len(labels) and labels.max() >= len(names)):
        raise EngineError(f"{path} needs at most {MAX_CLASSES} classes and a name for each; it has {len(names)}.")
    if len(set(names)) < len(names) or not all(0 < len(name) <= 40 and name.isprintable() for name in names):
        raise EngineError(f"{path} needs different printable names of at most 40 characters for its classes.")
    return Collection(Images(pictures.shrink(images), labels.astype(np.uint8)), names)


def _folder(path: Path) -> Collection:
    entries = sorted(entry for entry in path.iterdir() if not entry.name.startswith("."))
    groups = [entry for entry in entries if entry.is_dir() and not entry.is_symlink()]
    names = tuple(group.name for group in groups)
    if len(names) > MAX_CLASSES:
        raise EngineError(f"{path} has {len(names)} subfolders; there may be {MAX_CLASSES} classes at most.")
    files = [(file, label) for label, group in enumerate(groups) for file in _pictures(group)]
    files = files or [(file, 0) for file in _pictures(path)]
    if len(files) > MAX_IMAGES:
        raise EngineError(f"{path} has {len(files):,} images; {MAX_IMAGES:,} are the most.")
    if not files:
        raise EngineError(f"{path} holds no PNG or JPEG pictures, nor subfolders of them.")
    small = np.stack([pictures.read(_bytes(file), str(file)) for file, _ in files])
    return _collection(small, np.array([label for _, label in files]), names or ("image",), path)


def _pictures(folder: Path) -> list[Path]:
    with os.scandir(folder) as entries:
        found = [
            Path(entry.path)
            for entry in entries
            if entry.name.lower().endswith(_SUFFIXES) and not entry.name.startswith(".") and entry.is_file(follow_symlinks=False)
        ]
    return sorted(found)


def _bytes(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(pictures.MAX_BYTES + 1)


def _npz(path: Path) -> Collection:
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
        if sum(entry.file_size for entry in entries) > MAX_BYTES:
            raise EngineError(f"{path} unpacks to more than {MAX_BYTES >> 20} MiB.")
        names = [entry.filename.removesuffix(".npy") for entry in entries]
        if len(set(names)) != len(names) or not set(names) <= _ARRAYS or "images" not in names:
            raise EngineError(f"{path} must hold images, and besides them labels and classes only; it holds {ascii(names)[:80]}.")
        arrays = {name: _npy(archive.read(entry), f"{path}: {name}") for name, entry in zip(names, entries, strict=True)}
    words = arrays.get("classes")
    if words is not None and (words.ndim != 1 or words.dtype.kind != "U"):
        raise EngineError(f"{path}: classes must be a list of names.")
    named = tuple(str(word) for word in words) if words is not None else None
    return _collection(_grey(arrays["images"], path), arrays.get("labels"), named, path)


def _npy(raw: bytes, name: str) -> np.ndarray:
    """The array of .npy bytes whose header is believed only where it fits the bytes that follow."""
    file = io.BytesIO(raw)
    version = np.lib.format.read_magic(file)
    read_header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, by_columns, dtype = read_header(file, max_header_size=2000)
    content = raw[file.tell() :]
    if dtype.hasobject or dtype.kind not in "uifU" or by_columns or dtype.itemsize == 0:
        raise EngineError(f"{name} is an array of {dtype}, stored in an order or type that images are not in.")
    count = 1
    for side in shape:
        count *= side
    if any(side < 0 for side in shape) or count * dtype.itemsize != len(content):
        raise EngineError(f"{name} does not have the size that its header promises.")
    return np.frombuffer(content, dtype).reshape(shape)


def _grey(images: np.ndarray, path: Path | str) -> np.ndarray:
    """Images of any allowed form as uint8 [n, h, w]."""
    if images.ndim not in (3, 4) or (images.ndim == 4 and images.shape[3] not in (1, 2, 3, 4)):
        raise EngineError(f"{path}: images must be [n, h, w] or [n, h, w, 1 to 4], not {list(images.shape)}.")
    if len(images) > MAX_IMAGES or not all(1 <= side <= MAX_SIDE for side in images.shape[1:3]):
        raise EngineError(f"{path}: at most {MAX_IMAGES:,} images of 1 to {MAX_SIDE} pixels a side, not {list(images.shape)}.")
    if images.dtype.kind == "f":
        if not (np.isfinite(images).all() and images.min(initial=0) >= 0 and images.max(initial=0) <= 1):
            raise EngineError(f"{path}: images of floats must lie in [0, 1].")
        images = np.rint(images * 255).astype(np.uint8)
    if images.dtype != np.uint8:
        raise EngineError(f"{path}: images must be uint8, or floats in [0, 1], not {images.dtype}.")
    if images.ndim == 3:
        return images
    if images.shape[3] in (2, 4):  # over white
        alpha = images[..., -1:].astype(np.float32) / 255
        images = np.rint(images[..., :-1] * alpha + 255 * (1 - alpha)).astype(np.uint8)
    if images.shape[3] == 1:
        return images[..., 0]
    return np.rint(images @ np.array([0.299, 0.587, 0.114], np.float32)).astype(np.uint8)


def _idx(path: Path) -> Collection:
    images = _idx_array(path, 3)
    beside = path.with_name(path.name.replace("images", "labels").replace("idx3", "idx1"))
    labels = _idx_array(beside, 1) if beside != path and beside.is_file() else None
    return _collection(images, labels, None, path)


def _idx_array(path: Path, dimensions: int) -> np.ndarray:
    """An IDX file of bytes whose own header, once it lies within the limits, says how long it must be."""
    if path.stat().st_size > MAX_BYTES:
        raise EngineError(f"{path} is larger than {MAX_BYTES >> 20} MiB.")
    raw, size = path.read_bytes(), 4 + 4 * dimensions
    packed = raw[:2] == b"\x1f\x8b"
    header = zlib.decompressobj(wbits=31).decompress(raw, size) if packed else raw[:size]
    if len(header) < size or header[:4] != bytes([0, 0, 8, dimensions]):
        raise EngineError(f"{path} is not an IDX file of {'images' if dimensions == 3 else 'labels'}.")
    shape = struct.unpack(f">{dimensions}I", header[4:])
    if shape[0] > MAX_IMAGES or not all(1 <= side <= MAX_SIDE for side in shape[1:]) or int(np.prod(shape)) > MAX_BYTES:
        raise EngineError(
            f"{path} is of {' × '.join(map(str, shape))}; {MAX_IMAGES:,} images of {MAX_SIDE}² pixels are the most."
        )
    if packed:
        raw = data.gunzip_bounded(raw, size + int(np.prod(shape)), str(path), _REMEDY)
    return data.parse_idx(raw, shape, str(path), _REMEDY)
