"""As many images and classes as EMNIST ByClass has, made of MNIST by shifts and turns: what reading it takes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from vae_engine.data import mnist as data

COUNT, CLASSES = 814_255, 62
MOST = 2.5  # times the bytes of the images
PROGRAM = """
import resource, sys
from vae_engine.data import datasets, own
from vae_engine.exchange import bundle
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
found = own.known(sys.argv[1])
most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
shown, splits = datasets.shown(sys.argv[1])
names = datasets.names(sys.argv[1])
print(len(found.images), len(found.classes), 1024 * most / found.images.images.nbytes, len(shown), len(names))
print(len(bundle.packed_shown(sys.argv[1], datasets.SHOWN)))
"""


@pytest.mark.long
def test_the_largest_set_fits(tmp_path: Path) -> None:
    digits = data.load("train")
    images = np.lib.format.open_memmap(tmp_path / "X.npy", "w+", np.uint8, (COUNT, 28, 28))
    labels = np.empty(COUNT, np.uint8)
    for start in range(0, COUNT, len(digits)):
        part = digits.head(COUNT - start)
        way = start // len(digits)
        turned = np.rot90(part.images, way % 4, (1, 2))
        images[start : start + len(part)] = np.roll(turned, (way // 4, -(way // 4)), (1, 2))
        labels[start : start + len(part)] = (part.labels + 10 * (way % 7)) % CLASSES
    images.flush()
    np.save(tmp_path / "y.npy", labels)
    told = subprocess.run([sys.executable, "-c", PROGRAM, str(tmp_path / "X.npy")], capture_output=True, text=True, check=True)
    first, packed = told.stdout.splitlines()
    count, classes, memory, shown, names = map(float, first.split())
    assert (count, classes, shown, names) == (COUNT, CLASSES, 10_000, 10_000)
    assert memory <= MOST
    assert int(packed) < 6_000_000
