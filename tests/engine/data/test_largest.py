"""As many images and classes as EMNIST ByClass has, made of MNIST by shifts and turns: what reading it takes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from support.largest import CLASSES, COUNT, PEAK, write

MOST = 2.5  # times the bytes of the images
PROGRAM = f"""{PEAK}
import sys
from vae_engine.data import datasets, own
from vae_engine.exchange import bundle
before = memory("VmRSS")
found = own.known(sys.argv[1])
most = memory("VmHWM") - before
shown, splits = datasets.shown(sys.argv[1])
names = datasets.names(sys.argv[1])
print(len(found.images), len(found.classes), most / found.images.images.nbytes, len(shown), len(names))
print(len(bundle.packed_shown(sys.argv[1], datasets.SHOWN)))
"""


@pytest.mark.long
def test_the_largest_set_fits(tmp_path: Path) -> None:
    path = write(tmp_path)
    told = subprocess.run([sys.executable, "-c", PROGRAM, str(path)], capture_output=True, text=True, check=True)
    first, packed = told.stdout.splitlines()
    count, classes, memory, shown, names = map(float, first.split())
    assert (count, classes, shown, names) == (COUNT, CLASSES, 10_000, 10_000)
    assert memory <= MOST
    assert int(packed) < 6_000_000
