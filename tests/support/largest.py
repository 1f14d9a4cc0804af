"""As many images and classes as EMNIST ByClass has, made of MNIST by shifts and turns."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from vae_engine.data import mnist as data

COUNT, CLASSES = 814_255, 62
PEAK = """
import re
def memory(what):
    return 1024 * int(re.search(what + r":\\s+(\\d+)", open("/proc/self/status").read())[1])
"""
"""For a program of its own: its memory in bytes, now (VmRSS) and at most (VmHWM). What getrusage says includes its parent's."""
_TURNED = 7  # times ten classes before they begin again


def write(folder: Path) -> Path:
    """Write them as two arrays of NumPy; the file of the images. Its labels lie beside it."""
    digits = data.load("train")
    images = np.lib.format.open_memmap(folder / "X.npy", "w+", np.uint8, (COUNT, 28, 28))
    labels = np.empty(COUNT, np.uint8)
    for start in range(0, COUNT, len(digits)):
        part = digits.head(COUNT - start)
        way = start // len(digits)
        turned = np.rot90(part.images, way % 4, (1, 2))
        images[start : start + len(part)] = np.roll(turned, (way // 4, -(way // 4)), (1, 2))
        labels[start : start + len(part)] = (part.labels + 10 * (way % _TURNED)) % CLASSES
    images.flush()
    np.save(folder / "y.npy", labels)
    return folder / "X.npy"
