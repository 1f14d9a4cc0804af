"""Training in the browser: images a second beside TensorFlow.js and torch, and how good a run of the page Train becomes.

    npm install --prefix tests/benchmarks/tfjs
    cd tests && python -m benchmarks.browser_training           measure and write README's table
    cd tests && python -m benchmarks.browser_training --quick   one turn and no whole runs, printed only

Everything trains 784-256³-2-256³-784 with ReLU, Adam and batches of 128 MNIST images, by turns in one run, in a headless Chromium
without a graphics card; torch in a process of its own on one thread, in single precision. Whole runs are those of the page
Train of the site with its own recipe, its map and curve drawn meanwhile.
"""

from __future__ import annotations

import contextlib
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks import report
from benchmarks.report import ROOT, Row
from playwright.sync_api import Browser, Page
from support.hosts.training_site import ALONE, held_out, served_files, steps, write_training
from support.serving import chromium

from dashboard.site.training import TRAIN
from vae_engine.data import mnist as data

WIDTHS = [256, 256, 256]
OURS = {"encoder_widths": WIDTHS, "decoder": "mlp", "decoder_widths": WIDTHS, "activation": "relu"}
BACKENDS = {"cpu": 4, "wasm": 16, "webgl": 16}
"""Those of TensorFlow.js that train, and for how many steps: a second or two."""
SECONDS, TURNS = 4.0, 3
TFJS = ROOT / "tests/benchmarks/tfjs/node_modules"
MEASURING = (ROOT / "tests/benchmarks/measuring.js").read_text(encoding="utf-8")
PAGE = """<!doctype html><meta charset="utf-8"><script src="tfjs/@tensorflow/tfjs/dist/tf.min.js"></script>
<script src="tfjs/@tensorflow/tfjs-backend-wasm/dist/tf-backend-wasm.min.js"></script>
<script type="module" src="browser_training.js"></script>"""
TORCH = """
import sys, time, torch
from torch import nn
torch.set_num_threads(1)
widths, seconds = [256] * 3, float(sys.argv[1])
def dense(*sizes):
    layers = [one for a, b in zip(sizes, sizes[1:]) for one in (nn.Linear(a, b), nn.ReLU())]
    return nn.Sequential(*layers[:-1])
encoder, decoder = dense(784, *widths, 4), dense(2, *widths, 784)
adam = torch.optim.Adam([*encoder.parameters(), *decoder.parameters()], 1e-3, fused=True)
images = torch.rand(1280, 784)
def step(i):
    x = torch.bernoulli(images[i % 10 * 128 : (i % 10 + 1) * 128])
    mu, logvar = encoder(x).chunk(2, 1)
    logits = decoder(mu + (0.5 * logvar).exp() * torch.randn_like(mu))
    nll = nn.functional.binary_cross_entropy_with_logits(logits, x, reduction="sum")
    kl = -0.5 * (1 + logvar - mu**2 - logvar.exp()).sum()
    adam.zero_grad()
    ((nll + kl) / 128).backward()
    adam.step()
for i in range(20):
    step(i)
began, count = time.perf_counter(), 0
while time.perf_counter() - began < seconds:
    step(count)
    count += 1
print(128 * count / (time.perf_counter() - began))
"""


@contextlib.contextmanager
def served() -> Iterator[str]:
    """The address of a folder with the modules of the browser, TensorFlow.js and images."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "index.html").write_text(PAGE)
        (folder / "dashboard").symlink_to(ROOT / "dashboard")
        (folder / "tfjs").symlink_to(TFJS)
        (folder / "browser_training.js").write_bytes(Path(__file__).with_suffix(".js").read_bytes())
        (folder / "train.bin").write_bytes(data.load("train").head(TRAIN.train_size).images.tobytes())
        (folder / "held.bin").write_bytes(data.load("validation").head(8).images.tobytes())
        write_training(folder / "site")
        with served_files(folder) as address:
            yield address


def opened(browser: Browser, address: str) -> Page:
    """A fresh page with nothing running."""
    page = browser.new_page()
    page.add_init_script(MEASURING)
    page.goto(address)
    page.wait_for_function("globalThis.ready")
    return page


def evaluated(browser: Browser, address: str, call: str, *arguments: Any) -> Any:
    """What a function of the page gives, in a page of its own."""
    page = opened(browser, address)
    try:
        return page.evaluate(f"(given) => globalThis.{call}(...given)", list(arguments))
    finally:
        page.close()


def torch_speed() -> float:
    """Images a second of torch on one thread."""
    done = subprocess.run([sys.executable, "-c", TORCH, str(SECONDS)], capture_output=True, text=True, check=True)
    return float(done.stdout)


def speeds(browser: Browser, address: str, turns: int) -> Iterator[Row]:
    """Images a second of everybody, by turns, and what that makes of us."""
    found: dict[str, list[float]] = {name: [] for name in ("one", "two", "apart", "torch", *BACKENDS)}
    for _ in range(turns):
        found["one"].append(evaluated(browser, address, "ourSpeed", OURS, 1, SECONDS))
        for backend, count in BACKENDS.items():
            found[backend].append(evaluated(browser, address, "theirSpeed", backend, WIDTHS, count))
        found["torch"].append(torch_speed())
        found["two"].append(evaluated(browser, address, "ourSpeed", OURS, 2, SECONDS))
        found["apart"].append(evaluated(browser, address, "speedApart", OURS, 2, SECONDS))
        print(json.dumps({name: round(list_[-1]) for name, list_ in found.items()}), flush=True)
    median = {name: statistics.median(values) for name, values in found.items()}
    best = max(BACKENDS, key=lambda name: median[name])
    yield Row("one worker of the page", median["one"], "images/s")
    yield Row(f"TensorFlow.js 4.22.0, its best backend ({best})", median[best], "images/s")
    yield Row("… as a multiple of it", median["one"] / median[best], "×", least=5)
    yield Row("torch on one thread, single precision", median["torch"], "images/s")
    yield Row("… as a multiple of one worker", median["torch"] / median["one"], "×", most=4)
    yield Row("two workers, as a multiple of one", median["two"] / median["one"], "×", least=1.6)
    yield Row("… two trainings of one worker, side by side: what the machine has for two", median["apart"] / median["one"], "×")


def runs(browser: Browser, address: str) -> Iterator[Row]:
    """Whole runs of the page itself, watched."""
    for seconds, least in ((30, -150.0), (60, -145.0)):
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        page.add_init_script(ALONE)
        page.add_init_script(MEASURING)
        page.goto(f"{address}site/training/")
        page.get_by_test_id("train-seconds").select_option(str(seconds))
        page.get_by_test_id("train-start").click()
        page.evaluate("() => { globalThis.__counted = globalThis.__measuring.frames(); }")
        page.wait_for_timeout(1000 * (seconds - 2))
        frames = page.evaluate("globalThis.__counted()")
        page.get_by_test_id("train-explore").wait_for()
        yield Row(f"{seconds} s on 12,000 images, one worker, watched: held-out ELBO", held_out(page), "nats/image", least=least)
        yield Row("… images seen meanwhile", TRAIN.batch_size * steps(page), "")
        yield Row("… frames of the page meanwhile", frames, "per s", least=50)
        page.close()


def main() -> None:
    quick = report.asked_quick(__doc__, "one turn and no whole runs, printed and not kept")
    with served() as address, chromium() as browser:
        rows = report.printed(speeds(browser, address, 1 if quick else TURNS))
        if quick:
            return
        rows += report.printed(runs(browser, address))
        software = f"Chromium {browser.version.split('.')[0]}"
    report.keep("browser_training", "Training in the browser", rows, software)


if __name__ == "__main__":
    main()
