"""Published data sets in small, as their authors write them, and a mirror on this machine that serves them well or badly."""

from __future__ import annotations

import gzip
import hashlib
import io
import re
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import idx2numpy
import numpy as np

from vae_engine.data.sets.catalogue import SETS, DataSet, File

COUNTS = {"train": 62, "validation": 12, "test": 15}
FIRST_LABEL = {"emnist-letters": 1}


@dataclass
class Mirror:
    """What a mirror holds, and how it behaves: `breaks` are cut off half way the first time, `pages` are web pages."""

    address: str
    files: dict[str, bytes]
    breaks: set[str] = field(default_factory=set)
    pages: set[str] = field(default_factory=set)
    ranges: bool = True
    asked: list[tuple[str, str | None]] = field(default_factory=list)


@contextmanager
def serving(files: dict[str, bytes]) -> Iterator[Mirror]:
    """A mirror of these files."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name, wanted = self.path.rpartition("/")[2], self.headers.get("Range")
            mirror.asked.append((name, wanted))
            content = mirror.files.get(name)
            if content is None:
                self.send_error(404)
                return
            begin = int(re.fullmatch(r"bytes=(\d+)-", wanted)[1]) if wanted and mirror.ranges else 0  # type: ignore[index]
            if begin >= len(content) and begin:
                self.send_error(416)
                return
            self.send_response(206 if begin else 200)
            self.send_header("Content-Type", "text/html" if name in mirror.pages else "application/octet-stream")
            self.send_header("Content-Length", str(len(content) - begin))
            if begin:
                self.send_header("Content-Range", f"bytes {begin}-{len(content) - 1}/{len(content)}")
            self.end_headers()
            broken = name in mirror.breaks
            mirror.breaks.discard(name)
            self.wfile.write(content[begin : begin + (len(content) - begin) // 2] if broken else content[begin:])

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        mirror = Mirror(f"http://127.0.0.1:{server.server_port}/data/", dict(files))
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield mirror
        finally:
            server.shutdown()
            thread.join()


@dataclass
class Small:
    """A data set in small: its record, its files as mirrors have them, and its images and labels (from 0) by split."""

    record: DataSet
    packed: dict[str, bytes]
    images: dict[str, np.ndarray]
    labels: dict[str, np.ndarray]


def small(name: str, digits: np.ndarray) -> Small:
    """A published data set with few images, in the form of the real one: gzipped IDX, such in a zip, or .npz."""
    one, rng = SETS[name], np.random.default_rng(len(name))
    counts = {split: COUNTS[split] for split in one.published}
    places = iter(rng.permutation(len(digits)))
    images = {split: digits[[next(places) for _ in range(count)]] for split, count in counts.items()}
    labels = {
        split: np.resize(np.arange(len(one.classes)), count).astype(np.uint8) for split, count in counts.items()
    }  # fmt: skip
    if "npz" in one.files[0].name and len(one.files) == 1:
        packed = {one.files[0].name: _medical(images, labels)}
    elif one.archive:
        inside = {file.name: raw for file, raw in zip(one.files, _idx(images, labels, FIRST_LABEL.get(name, 0)), strict=True)}
        packed = {one.archive.name: _zip({f"gzip/{name}": content for name, content in inside.items()})}
    elif "npz" in one.files[0].name:
        arrays = [images["train"], labels["train"], images["test"], labels["test"]]
        packed = {file.name: _npz(arr_0=array) for file, array in zip(one.files, arrays, strict=True)}
    else:
        files = _idx(images, labels, 0, columns="idx2" in one.files[1].name)
        packed = {file.at_mirrors or file.name: raw for file, raw in zip(one.files, files, strict=True)}
    files = tuple(_hashed(file, packed) for file in one.files)
    archive = _hashed(one.archive, packed) if one.archive else None
    return Small(replace(one, published=counts, files=files, archive=archive), packed, images, labels)


def _hashed(file: File, packed: dict[str, bytes]) -> File:
    """A file with the hash of what stands in its place here, where the real one has a hash."""
    content = packed.get(file.at_mirrors or file.name)
    if not file.md5 or content is None:
        return file
    return replace(file, md5=hashlib.md5(gzip.decompress(content) if file.of_unpacked else content).hexdigest())  # noqa: S324


def _idx(images: dict[str, np.ndarray], labels: dict[str, np.ndarray], first: int, columns: bool = False) -> list[bytes]:
    """Images and labels of both splits, the labels counted from `first`, perhaps as QMNIST has them: the first of columns."""
    files = []
    for split in ("train", "test"):
        label = labels[split] + np.uint8(first)
        table = np.zeros((len(label), 8), np.int32)
        table[:, 0], table[:, 2] = label, 17
        files += [idx2numpy.convert_to_string(images[split]), idx2numpy.convert_to_string(table if columns else label)]
    return [gzip.compress(raw, mtime=0) for raw in files]


def _npz(**arrays: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def _medical(images: dict[str, np.ndarray], labels: dict[str, np.ndarray]) -> bytes:
    short = {"train": "train", "validation": "val", "test": "test"}
    return _npz(**{f"{short[split]}_images": one for split, one in images.items()},
                **{f"{short[split]}_labels": one[:, None] for split, one in labels.items()})  # fmt: skip


def _zip(files: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return file.getvalue()
