"""MNIST from the bundled files, its fixed split, and what the network sees of a pixel.

Numpy only. Images stay uint8 until a batch is made. Protocols: `grey` (x = pixel/255), `dynamic`
(x ~ Bernoulli(pixel/255), drawn afresh each time), `threshold` (x = [pixel > 127]).
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from vae_engine.base.errors import EngineError
from vae_engine.base.places import place
from vae_engine.base.remedies import restored

MNIST = place("assets/mnist")
SPLIT_SEED = 20_140_501
"""Seeds the one shuffle that divides the 60,000 training images into 50,000 and 10,000."""
SPLITS = ("train", "validation", "test")
PROTOCOLS = ("grey", "dynamic", "threshold")

_FILES = {  # name: (count, MD5 of the uncompressed bytes)
    "train-images-idx3-ubyte": (60_000, "6bbc9ace898e44ae57da46a324031adb"),
    "train-labels-idx1-ubyte": (60_000, "a25bea736e30d166cdddb491f175f624"),
    "t10k-images-idx3-ubyte": (10_000, "2646ac647ad5339dbf082846283269ea"),
    "t10k-labels-idx1-ubyte": (10_000, "27ae3e4e09519cfbb04c329615203637"),
}
_BOTH = _FILES["train-images-idx3-ubyte"][0]
COUNTS = {"train": _BOTH * 5 // 6, "validation": _BOTH - _BOTH * 5 // 6, "test": _FILES["t10k-images-idx3-ubyte"][0]}
"""Images of each split, of MNIST and of whatever has its shapes."""
_REMEDY = restored("assets/mnist")


@dataclass(frozen=True)
class Images:
    """Images uint8 [n, 28, 28] with labels uint8 [n]; never written to after loading."""

    images: np.ndarray
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.images)

    def head(self, count: int) -> Images:
        """The first `count` images."""
        return Images(self.images[:count], self.labels[:count])


def load(split: str, folder: Path = MNIST) -> Images:
    """The images and labels of one split: 50,000 train, 10,000 validation or 10,000 test.

    Raises EngineError naming the file and the remedy when a file is missing, truncated or altered.
    """
    if split not in SPLITS:
        raise EngineError(f"There is no split called {split!r}; choose one of {', '.join(SPLITS)}.")
    return _load(split, Path(folder))


@lru_cache(maxsize=4)
def _load(split: str, folder: Path) -> Images:
    prefix = "t10k" if split == "test" else "train"
    images = _read_checked(folder, f"{prefix}-images-idx3-ubyte")
    labels = _read_checked(folder, f"{prefix}-labels-idx1-ubyte")
    return part_of(Images(images, labels), split)


def part_of(images: Images, split: str) -> Images:
    """The five sixths of training images that are trained on, the sixth that is held out, or all of a test file."""
    if split != "test":
        train, validation = divided(len(images))
        chosen = train if split == "train" else validation
        images = Images(images.images[chosen], images.labels[chosen])
    images.images.setflags(write=False)
    images.labels.setflags(write=False)
    return images


def divided(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Places of the five sixths of so many training images that are trained on, and of the sixth that is held out."""
    order = np.random.default_rng(SPLIT_SEED).permutation(count)
    cut = count * 5 // 6
    return order[:cut], order[cut:]


def _read_checked(folder: Path, name: str) -> np.ndarray:
    path = folder / f"{name}.gz"
    count, md5 = _FILES[name]
    shape = (count, 28, 28) if "images" in name else (count,)
    try:
        packed = path.read_bytes()
    except OSError as error:
        raise EngineError(f"Cannot read {path}: {error.strerror or error}; {_REMEDY}.") from None
    raw = gunzip_bounded(packed, limit=16 + int(np.prod(shape)), name=str(path))
    if hashlib.md5(raw, usedforsecurity=False).hexdigest() != md5:
        raise EngineError(f"{path} does not hold the canonical MNIST bytes; {_REMEDY}.")
    return parse_idx(raw, shape, name=str(path))


def packed_test_images() -> bytes:
    """The bundled gzip file of the test images as it is: an IDX header of 16 bytes, then 10,000 × 784 pixels."""
    load("test")  # checks the file
    return (MNIST / "t10k-images-idx3-ubyte.gz").read_bytes()


def gunzip_bounded(packed: bytes, limit: int, name: str, remedy: str = _REMEDY) -> bytes:
    """The unpacked bytes of a gzip file, refusing to unpack more than `limit` bytes.

    Raises EngineError when the file is not gzip, is cut short, or unpacks to more than the limit.
    """
    unpacker = zlib.decompressobj(wbits=31)
    try:
        raw = unpacker.decompress(packed, limit + 1)
    except zlib.error as error:
        raise EngineError(f"{name} is not a readable gzip file ({error}); {remedy}.") from None
    if len(raw) > limit:
        raise EngineError(f"{name} unpacks to more than the expected {limit} bytes; {remedy}.")
    if not unpacker.eof:
        raise EngineError(f"{name} is cut short; {remedy}.")
    return raw


def parse_idx(raw: bytes, shape: tuple[int, ...], name: str, remedy: str = _REMEDY) -> np.ndarray:
    """The uint8 array of the given shape that an IDX file holds (magic 0x08, big-endian sizes, bytes).

    Raises EngineError when magic, sizes or length are not exactly those of the shape.
    """
    header = struct.pack(f">HBB{len(shape)}I", 0, 8, len(shape), *shape)
    if raw[: len(header)] != header:
        raise EngineError(f"{name} is not an IDX file of {' × '.join(map(str, shape))} bytes; {remedy}.")
    if len(raw) != len(header) + int(np.prod(shape)):
        raise EngineError(f"{name} has {len(raw)} bytes where its header promises another number; {remedy}.")
    return np.frombuffer(raw, np.uint8, offset=len(header)).reshape(shape).copy()


def observe(images: np.ndarray, protocol: str, rng: np.random.Generator) -> np.ndarray:
    """x float32 [n, side²] that a network sees of uint8 images [n, side, side] under a protocol.

    `dynamic` draws exactly Bernoulli(pixel/255): a uniform byte below the pixel, where the byte 255
    is drawn again from 0…254. This costs about a twentieth of a floating-point draw.
    """
    flat = images.reshape(len(images), -1)
    if protocol == "grey":
        return flat.astype(np.float32) / 255
    if protocol == "threshold":
        return (flat > 127).astype(np.float32)
    draw = np.frombuffer(rng.bytes(flat.size), np.uint8).copy()
    redo = np.flatnonzero(draw == 255)
    draw[redo] = rng.integers(0, 255, len(redo), np.uint8)
    return (draw.reshape(flat.shape) < flat).astype(np.float32)


def observe_fixed(images: np.ndarray, protocol: str, seed: int, places: np.ndarray | None = None) -> np.ndarray:
    """x float32 [n, side²] on which a model is evaluated: for `dynamic`, one Bernoulli draw fixed by the seed.

    Pixel i of the data set is on when hash(seed, i) < 2³²·pixel/255. A counter-based hash, so that
    numpy and the browser make the same draw and an image does not depend on which others are seen.
    `places` [n] are the images' places in the data set where they are not its first n.
    """
    if protocol != "dynamic":
        return observe(images, protocol, np.random.default_rng())
    flat = images.reshape(len(images), -1)
    first = (np.arange(len(flat)) if places is None else places).astype(np.uint32)[:, None] * np.uint32(flat.shape[1])
    counter = (first + np.arange(flat.shape[1], dtype=np.uint32)) ^ _mix(np.array([seed], dtype=np.uint32))
    return (_mix(counter) < flat * np.uint32(0x01010101)).astype(np.float32)


def _mix(value: np.ndarray) -> np.ndarray:
    """A 32-bit integer hash of low bias (constants of Wellons' hash-prospector `lowbias32`)."""
    value = (value ^ (value >> 16)) * np.uint32(0x7FEB352D)
    value = (value ^ (value >> 15)) * np.uint32(0x846CA68B)
    return value ^ (value >> 16)


def drawn(count: int | None, total: int, seed: int) -> np.ndarray:
    """Places of `count` of `total` images drawn at random: a prefix of one permutation fixed by the seed, so smaller draws
    lie within larger ones. All places in their order where no count is given.
    """
    return np.arange(total) if count is None else generator(seed).permutation(total)[:count]


def generator(*key: int) -> np.random.Generator:
    """A fast generator fully determined by a key such as (seed, purpose, step)."""
    return np.random.Generator(np.random.SFC64(list(key)))
