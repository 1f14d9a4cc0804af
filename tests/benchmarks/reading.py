"""Files of 60,000 images in every format: read by this software, and by the format's own library into a bare array.

    cd tests && python -m benchmarks.reading            measure and write README's table
    cd tests && python -m benchmarks.reading --quick    a tenth of the images, printed only

Read means all that `train --data` needs: images and labels put together, range, ink and orientation looked at, splits drawn.
The library's array is what a script of three lines would have, pictures decoded one by one by Pillow. Both read the same
file, one after the other, and the ratio is that of their seconds of processor time in the same pair; the median counts.
"""

from __future__ import annotations

import gzip
import io
import statistics
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import h5py
import idx2numpy
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import scipy.io
from benchmarks import report
from benchmarks.report import Row
from PIL import Image
from support.image_files import WRITERS

from vae_engine.data import mnist as data
from vae_engine.data import own

COUNT, MOST = 60_000, 3.0
FEWEST, ENOUGH, PATIENCE = 3, 15, 5.0  # pairs of each format at least and at most, and seconds to go on for between these
Bare = Callable[[Path], np.ndarray]


def _picture(stream: object) -> np.ndarray:
    with Image.open(stream) as picture:  # type: ignore[arg-type]
        return np.asarray(picture)


def _zip(path: Path) -> np.ndarray:
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if not name.startswith("__MACOSX")]
        return np.stack([_picture(io.BytesIO(archive.read(name))) for name in names])


def _tar(path: Path) -> np.ndarray:
    with tarfile.open(path) as archive:
        return np.stack([_picture(archive.extractfile(member)) for member in archive if member.isfile()])


def _hdf5(path: Path) -> np.ndarray:
    with h5py.File(path) as file:
        return file["images"][:]


def _parquet(path: Path) -> np.ndarray:
    column = pq.read_table(path).column("image").to_pylist()
    return np.stack([_picture(io.BytesIO(one["bytes"])) for one in column])


LIBRARIES: dict[str, tuple[str, Bare]] = {
    "npz": ("np.load of a compressed .npz", lambda path: np.load(path)["images"]),
    "npy": ("np.load of an .npy", np.load),
    "idx": ("idx2numpy", lambda path: idx2numpy.convert_from_string(path.read_bytes())),
    "idx.gz": ("gzip and idx2numpy", lambda path: idx2numpy.convert_from_string(gzip.decompress(path.read_bytes()))),
    "csv": ("pandas.read_csv", lambda path: pd.read_csv(path).to_numpy()),
    "parquet": ("pyarrow and Pillow, encoded pictures", _parquet),
    "mat": ("scipy.io.loadmat", lambda path: scipy.io.loadmat(path)["images"]),
    "hdf5": ("h5py, compressed", _hdf5),
    "folders": ("Pillow, a folder a class", lambda path: np.stack([_picture(one) for one in sorted(path.glob("*/*.png"))])),
    "zip": ("zipfile and Pillow", _zip),
    "tar.gz": ("tarfile and Pillow", _tar),
}
"""Of each format: what it is called here, and how its own library reads it."""


def _seconds(read: Callable[[Path], object], path: Path) -> float:
    began = time.process_time()
    read(path)
    return time.process_time() - began


def measured(kind: str, images: data.Images) -> tuple[float, float, float]:
    """Seconds of the library and of this software, and the median ratio of pairs, each in the other order than the last."""
    with tempfile.TemporaryDirectory() as folder:
        path = WRITERS[kind](Path(folder), images.images, images.labels)
        bare = LIBRARIES[kind][1]
        assert len(bare(path)) == len(images)  # both find the file in memory
        found: list[tuple[float, float]] = []
        while len(found) < FEWEST or (len(found) < ENOUGH and sum(map(sum, found)) < PATIENCE):
            order: list[Callable[[Path], object]] = [bare, own.read] if len(found) % 2 else [own.read, bare]
            times = {read: _seconds(read, path) for read in order}
            found.append((times[bare], times[own.read]))
    library, ours = (statistics.median(times) for times in zip(*found, strict=True))
    return library, ours, statistics.median(ours / library for library, ours in found)


def rows(count: int) -> Iterator[Row]:
    """What reading so many images takes, a format a row."""
    parts = [data.load(split) for split in ("train", "validation")]
    images = data.Images(*(np.concatenate([getattr(part, of) for part in parts]) for of in ("images", "labels")))
    for kind, (library, _) in LIBRARIES.items():
        bare, ours, ratio = measured(kind, images.head(count))
        yield Row(f"{kind}: read in {ours:.3g} s, by {library} in {bare:.3g} s", ratio, "×", most=MOST)


def main() -> None:
    """Measure, print, and keep."""
    quick = report.asked_quick(__doc__, "a tenth of the images, printed only")
    found = report.printed(rows(COUNT // 10 if quick else COUNT))
    if not quick:
        title = f"Reading {COUNT:,} images, as a multiple of what the format’s own library needs for the bare array"
        report.keep("reading", title, found, f"numpy {np.__version__}, CPU time")


if __name__ == "__main__":
    main()
