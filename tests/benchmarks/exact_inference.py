"""Exact log p(x) of the whole test set against importance sampling with 5,000 samples, and one image's posterior.

    make benchmark                                          measure and write README's table
    cd tests && python -m benchmarks.exact_inference MODEL   measure another model, printed only

Both run on the same machine in one process, by CPU time of one thread. Importance sampling is timed on some images and
scaled up, since its cost is the same for every image.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import torch
from benchmarks import report
from benchmarks.report import Row

from vae_engine import load_model
from vae_engine.data import mnist as data
from vae_engine.exchange import bundle as export
from vae_engine.inference.exact import ExactInference, exact_log_px
from vae_engine.inference.posterior import exact_posterior
from vae_engine.measure import evaluation
from vae_engine.stored import registry

MODEL = "vae-mnist"
SAMPLES = 5000
IMAGES_SAMPLED = 40
SINGLE_IMAGES = 30


def measure(name: str) -> dict[str, Any]:
    """The times of one model."""
    vae = load_model(name)
    x = evaluation.observed(data.load("test"), "dynamic", 0)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # threads that wait for each other take CPU time, too
    began = time.process_time()
    exact = exact_log_px(vae, x)
    exact_seconds = time.process_time() - began
    began = time.process_time()
    sampled = evaluation.importance_sampled_log_px(vae, x[:IMAGES_SAMPLED], SAMPLES, 0)
    sampled_seconds = (time.process_time() - began) * len(x) / IMAGES_SAMPLED
    torch.set_num_threads(threads)
    inference = ExactInference(vae)
    exact_posterior(inference, x[0])
    single = []
    for image in x[:SINGLE_IMAGES]:
        began = time.perf_counter()
        exact_posterior(inference, image)
        single.append(1000 * (time.perf_counter() - began))
    return {
        "model": name,
        "images": len(x),
        "exact_cpu_seconds": round(exact_seconds, 1),
        f"is_{SAMPLES}_cpu_seconds": round(sampled_seconds, 1),
        "ratio": round(sampled_seconds / exact_seconds, 1),
        "posterior_of_one_image_ms": {"median": round(statistics.median(single), 1), "max": round(max(single), 1)},
        f"is_{SAMPLES}_below_exact_nats": round((exact.log_px[:IMAGES_SAMPLED] - sampled.double()).mean().item(), 2),
    }


def measure_browser(name: str) -> dict[str, dict[str, float]]:
    """Times of the browser's modules on the same model, in the engine that Chromium runs them with."""
    with tempfile.TemporaryDirectory() as folder:
        bundle = Path(folder) / "model.bundle"
        export.write_bundle(registry.find(name), bundle)
        command = ["node", "tests/browser/support/measure.mjs", str(bundle), "--json"]
        return json.loads(subprocess.run(command, cwd=report.ROOT, check=True, capture_output=True, text=True).stdout)


def browser_rows(found: dict[str, dict[str, float]]) -> list[Row]:
    """What was measured of the browser, as rows."""
    return [
        Row("in the browser: preparation, once", found["prepare"]["p50"], "ms", most=1500),
        Row("… posterior on the coarse lattice, p95", found["coarse"]["p95"], "ms", most=16),
        Row("… exact posterior and log p(x), median", found["exact"]["p50"], "ms", most=300),
        Row("… exact posterior and log p(x), p95", found["exact"]["p95"], "ms", most=300),
        Row("… both gaps and the way to the best Gaussian, median", found["gaps"]["p50"], "ms"),
    ]


def rows(found: dict[str, Any]) -> list[Row]:
    """What was measured, as rows of README's table."""
    single = found["posterior_of_one_image_ms"]
    below = found[f"is_{SAMPLES}_below_exact_nats"]
    return [
        Row(f"exact log p(x) of {found['images']:,} images, CPU time of one thread", found["exact_cpu_seconds"], "s"),
        Row(f"importance sampling with {SAMPLES:,} samples, CPU time as a multiple of it", found["ratio"], "×", least=50),
        Row(f"… by how much its mean is too low, on {IMAGES_SAMPLED} images", below, "nats"),
        Row("exact posterior of one image, warm, median", single["median"], "ms", most=100),
        Row("exact posterior of one image, warm, slowest", single["max"], "ms"),
    ]


def main() -> None:
    """Print one JSON object; for the usual model keep it for README, too."""
    name = sys.argv[1] if len(sys.argv) > 1 else MODEL
    found = measure(name)
    print(json.dumps(found))
    if len(sys.argv) == 1:
        software = f"torch {torch.__version__.split('+')[0]}, {torch.get_num_threads()} threads"
        kept = [*rows(found), *browser_rows(measure_browser(name))]
        report.keep("exact_inference", f"Exact inference, `{name}`", kept, software)


if __name__ == "__main__":
    main()
