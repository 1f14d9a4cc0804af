"""The toys of the site: how smoothly the page draws while one learns, and how near its model comes in a minute.

cd tests && python -m benchmarks.toys             measure and write README's table
cd tests && python -m benchmarks.toys --quick     a tenth of the time, printed only
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks import report
from benchmarks.report import Row
from playwright.sync_api import Browser
from support.explorer_page import until
from support.hosts.training_site import ALONE, served_files, write_training
from support.serving import chromium

SECONDS = 60
PACED = """async (seconds) => {
    const [gaps, first, began] = [[], __latentToy.state().step, performance.now()];
    let last = began;
    await new Promise((done) => requestAnimationFrame(function frame(now) {
        gaps.push(now - last);
        last = now;
        if (now - began > 1000 * seconds) done();
        else requestAnimationFrame(frame);
    }));
    gaps.sort((one, other) => one - other);
    const spent = (last - began) / 1000;
    const {step, measured} = __latentToy.state();
    const slow = gaps[Math.floor(0.95 * gaps.length)];
    return {frames: gaps.length / spent, slow, steps: (step - first) / spent, divergence: measured.divergence.mean};
}"""


def watched(browser: Browser, address: str, settings: str, seconds: float) -> dict[str, Any]:
    """A toy, trained at its usual pace for so long."""
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    page = context.new_page()
    page.add_init_script(ALONE)
    page.goto(f"{address}training/toy/#{settings}")
    page.get_by_test_id("toy-train").click()
    until(lambda: page.evaluate("__latentToy.state().measured !== null"))
    found: dict[str, Any] = page.evaluate(PACED, seconds)
    context.close()
    return found


def rows(browser: Browser, address: str, seconds: float) -> Iterator[Row]:
    """All rows."""
    for data, latent in (("moons", 1), ("gaussians", 1), ("gaussians", 2), ("rings", 2), ("spirals", 2)):
        found = watched(browser, address, f"data={data}&latent={latent}", seconds)
        yield Row(f"{data}, {latent}-D latent, {seconds:.0f} s: frames drawn", found["frames"], "per s", least=55)
        yield Row("… p95 from frame to frame", found["slow"], "ms")
        yield Row("… steps of 256 points", found["steps"], "per s")
        yield Row("… KL(data ‖ model) at the end", found["divergence"], "nats/point")


def main() -> None:
    """Measure, print, and keep."""
    quick = report.asked_quick(__doc__, "a tenth of the time, printed and not kept")
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        write_training(Path(folder) / "site")
        with served_files(Path(folder) / "site") as address:
            found = report.printed(rows(browser, address, SECONDS / 10 if quick else SECONDS))
        software = f"Chromium {browser.version.split('.')[0]}"
    if not quick:
        report.keep("toys", "Toys in the browser", found, software)


if __name__ == "__main__":
    main()
