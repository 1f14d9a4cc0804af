"""A set as large as EMNIST ByClass, made of MNIST by shifts and turns with 62 classes: read, encoded, opened and explored.

    cd tests && python -m benchmarks.largest            measure and write README's table
    cd tests && python -m benchmarks.largest --quick    one short repeat of each, printed only

It goes the way of any images of one's own, and so do 60,000 of them, drawn at random, beside which the first view is measured.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from benchmarks import report
from benchmarks.explorer import explorer_of, first_drag, median, moving, moving_rows, opened, zooming
from benchmarks.report import Row
from playwright.sync_api import Browser
from support.largest import COUNT, PEAK, write
from support.serving import chromium

from vae_engine.data import own
from vae_engine.exchange import bundle as export
from vae_engine.stored import registry

MODELS = ("vae-mnist-small", "ae-mnist-small")
FEWER = 60_000
READ = f"""{PEAK}
import sys, time
from vae_engine.data import own
before, began = memory("VmRSS"), time.perf_counter()
own.known(sys.argv[1])
print(time.perf_counter() - began, memory("VmHWM") - before)
"""


@contextmanager
def explored(folder: Path, address: str) -> Iterator[tuple[str, float, int]]:
    """The address of a page that shows two models of images of one's own, the seconds that encoding all took, and the size of
    the larger bundle."""
    folder.mkdir()
    bundles, sizes, seconds = {}, [], []
    for name in MODELS:
        stored = registry.find(name)
        stored = replace(stored, folder=folder, train=replace(stored.train, data=address, classes=own.classes(address)))
        began = time.perf_counter()
        export.write_codes(stored, {})
        seconds.append(time.perf_counter() - began)
        bundles[name] = export.bundle(stored, with_images=False)
        sizes.append(len(export.bundle(stored)))
    with explorer_of(folder, bundles, export.images_of(address)) as served:
        yield served, statistics.mean(seconds), max(sizes)


def reading_rows(path: Path) -> Iterator[Row]:
    """What reading it takes, in a process of its own."""
    told = subprocess.run([sys.executable, "-c", READ, str(path)], capture_output=True, text=True, check=True).stdout
    seconds, memory = map(float, told.split())
    yield Row(f"{COUNT:,} images of an .npy read", seconds, "s")
    yield Row("… memory meanwhile, as a multiple of their 28 × 28 bytes", memory / (COUNT * 28 * 28), "×", most=2.5)


def measure(browser: Browser, folder: Path, seconds: float, repeats: int) -> Iterator[Row]:
    """All rows of the table, as they are found."""
    path = write(folder)
    yield from reading_rows(path)
    fewer = own.address(path, own.Wishes(limit=FEWER), pinned=True)
    whole = own.address(path, pinned=True)
    with explored(folder / "fewer", fewer) as (small, _, _), explored(folder / "whole", whole) as (large, encoding, size):
        yield Row("all of them encoded once, and kept", encoding, "s")
        yield Row("bundle with all codes and 10,000 images", size / 1e6, "MB", most=export.MOST_BYTES / 1e6)
        first = [[first_drag(browser, one) for one in (small, large)] for _ in range(2 * repeats + 1)]
        before, after = (statistics.median(times) for times in zip(*first, strict=True))
        yield Row(f"first drag answered on a page with {FEWER:,} points", before, "s")
        yield Row(f"… with {COUNT:,} points", after, "s")
        yield Row("… as a multiple", after / before, "×", most=2)
        with opened(browser, large) as page:
            yield from moving_rows(f"{COUNT:,} points", median(lambda: moving(page, seconds), repeats))
            close = median(lambda: zooming(page, "latent-map-vae"), repeats)
            yield Row(f"zoom over {COUNT:,} points: frames", close["frames"], "per s", least=55)


def main() -> None:
    """Measure, print, and keep."""
    quick = report.asked_quick(__doc__, "one short repeat, printed and not kept")
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        rows = report.printed(measure(browser, Path(folder), *((2.0, 1) if quick else (10.0, 3))))
        software = f"Chromium {browser.version.split('.')[0]}"
    if not quick:
        report.keep("largest", f"{COUNT:,} images of 62 classes", rows, software)


if __name__ == "__main__":
    main()
