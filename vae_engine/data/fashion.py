"""Fashion-MNIST: not bundled, fetched from a mirror once, and checked by the hash of its unpacked bytes. No torch.

H. Xiao, K. Rasul, R. Vollgraf, arXiv:1708.07747; MIT licence. Same shapes, sizes and split as MNIST.
"""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import os
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

from vae_engine.base.errors import EngineError
from vae_engine.base.files import write_atomically
from vae_engine.data import mnist as data
from vae_engine.data.mnist import Images

CLASSES = ("T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "boot")
VARIABLE = "LATENT_EXPLORER_DATA"
MIRRORS = (
    "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
)
_FILES = {  # name: (count, MD5 of the unpacked bytes)
    "train-images-idx3-ubyte": (60_000, "f4a8712d7a061bf5bd6d2ca38dc4d50a"),
    "train-labels-idx1-ubyte": (60_000, "9018921c3c673c538a1fc5bad174d6f9"),
    "t10k-images-idx3-ubyte": (10_000, "8181f5470baa50b63fa0f6fddb340f0a"),
    "t10k-labels-idx1-ubyte": (10_000, "15d484375f8d13e6eb1aabb0c3f46965"),
}
_LARGEST = 40_000_000  # bytes of a packed file
_CHUNK = 2**16
_REMEDY = f"fetch it with `python -m vae_engine fetch fashion`, or put its four .gz files into a folder that {VARIABLE} names"

Progress = Callable[[str, float], None]


def folder() -> Path:
    """Where the files lie: in the folder that the environment names, else in the visitor's cache."""
    chosen = os.environ.get(VARIABLE)
    return Path(chosen).expanduser() if chosen else Path.home() / ".cache" / "latent-explorer" / "fashion-mnist"


def load(split: str) -> Images:
    """One split of Fashion-MNIST. Raises EngineError saying how to get it when it is not there or damaged."""
    if split not in data.SPLITS:
        raise EngineError(f"There is no split called {split!r}; choose one of {', '.join(data.SPLITS)}.")
    return _load(split, folder())


@lru_cache(maxsize=3)
def _load(split: str, place: Path) -> Images:
    prefix = "t10k" if split == "test" else "train"
    images, labels = (_array(place, f"{prefix}-{what}") for what in ("images-idx3-ubyte", "labels-idx1-ubyte"))
    return data.part_of(Images(images, labels), split)


def _array(place: Path, name: str) -> np.ndarray:
    path = place / f"{name}.gz"
    try:
        packed = path.read_bytes()
    except OSError:
        raise EngineError(f"Fashion-MNIST is not here ({path}): {_REMEDY}.") from None
    return data.parse_idx(_checked(packed, name, str(path)), _shape(name), str(path), _REMEDY)


def _shape(name: str) -> tuple[int, ...]:
    count = _FILES[name][0]
    return (count, 28, 28) if "images" in name else (count,)


def _checked(packed: bytes, name: str, called: str) -> bytes:
    """The unpacked bytes, which are the canonical ones. Raises EngineError."""
    raw = data.gunzip_bounded(packed, 16 + int(np.prod(_shape(name))), called, _REMEDY)
    if hashlib.md5(raw, usedforsecurity=False).hexdigest() != _FILES[name][1]:
        raise EngineError(f"{called} does not hold the canonical Fashion-MNIST bytes; {_REMEDY}.")
    return raw


def fetch(progress: Progress, mirrors: Sequence[str] = MIRRORS) -> Path:
    """Fetch what is missing into `folder()`, going on where an earlier try was cut off; the folder.

    Each mirror is tried in turn. Raises EngineError when none of them gives the right bytes.
    """
    place = folder()
    for name in _FILES:
        try:
            _array(place, name)
        except EngineError:
            _fetch_one(place, name, progress, mirrors)
    _load.cache_clear()
    return place


def _fetch_one(place: Path, name: str, progress: Progress, mirrors: Sequence[str]) -> None:
    part, reason = place / f"{name}.gz.part", "there is no mirror"
    for mirror in mirrors:
        try:
            place.mkdir(parents=True, exist_ok=True)
            _download(f"{mirror}{name}.gz", part, lambda share: progress(name, share))
            packed = part.read_bytes()
            _checked(packed, name, f"{mirror}{name}.gz")
        except EngineError as error:
            reason = str(error)
            part.unlink(missing_ok=True)  # complete, and wrong
        except (OSError, http.client.HTTPException, ValueError) as error:
            reason = f"{mirror} cannot be reached ({getattr(error, 'reason', None) or error})"
        else:
            write_atomically(place / f"{name}.gz", packed)
            part.unlink(missing_ok=True)
            return
    raise EngineError(f"{name}.gz could not be fetched: {' '.join(reason.split())[:300]}; try again later, or {_REMEDY}.")


def _download(address: str, part: Path, progress: Callable[[float], None]) -> None:
    """Fetch the rest of a file. What came before a connection broke is kept for the next try."""
    if not address.startswith(("http://", "https://")):
        raise ValueError(f"{address} is no web address")
    have = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(address, headers={"Range": f"bytes={have}-"} if have else {})  # noqa: S310 (checked above)
    try:
        answer = urllib.request.urlopen(request, timeout=30)  # noqa: S310
    except urllib.error.HTTPError as error:
        with contextlib.closing(error):
            if error.code != 416:  # asked for what lies behind the end: it is all here
                raise OSError(f"HTTP {error.code}") from None
        return
    with answer, part.open("ab" if answer.status == 206 else "wb") as file:
        have = have if answer.status == 206 else 0
        total = have + int(answer.headers.get("Content-Length") or 0)
        while chunk := answer.read(_CHUNK):
            have += len(chunk)
            if have > _LARGEST:
                raise EngineError(f"{address} is larger than the file that it should be.")
            file.write(chunk)
            progress(min(1.0, have / total) if total else 0.0)
        if have < total:
            raise OSError("the connection broke")
