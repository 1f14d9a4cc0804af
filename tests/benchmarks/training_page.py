"""How soon a press of Train is seen in the browser, and how soon a press of Stop.

cd tests && python -m benchmarks.training_page

Each time runs from the click to the first frame whose page shows the answer; medians over servers started anew. A cold
press comes as soon as a new server's page can be pressed, a warm one when a process has prepared itself meanwhile.
At last whole runs of the 20-second demo are watched, each from another seed, and the models they leave are measured on the
test split: beside a model of two latent dimensions that was trained here with a published setting (benchmarks.published),
and beside the best plain one that is quoted.
"""

from __future__ import annotations

import contextlib
import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks import published, report
from benchmarks.report import Row
from playwright.sync_api import Browser, Page
from support.serving import chromium, dashboard, offline_context

from dashboard.jobs.run_view import State
from dashboard.train import wording
from vae_engine.publish.tables import QUOTED
from vae_engine.stored import checkpoints

PREPARED_MS = 15_000
RUNNING_MS = 4_000
WATCHED_MS = 60_000
SEEDS = 3
QUOTED_AS, *BEST_QUOTED, SPREAD = QUOTED[0]  # a name, ELBO, importance-sampled log p(x) and the spread of that
PRESSED = """([label, wanted]) => new Promise((resolve) => {
  const seen = {
    badge: (words) => [...document.querySelectorAll("[data-testid=stMarkdownBadge], .stMarkdownBadge, .stBadge")]
      .some((one) => words.some((word) => one.textContent.includes(word))),
    map: () => (globalThis.__latentFilm?.stats().steps[0] ?? -1) >= 0,
    trained: () => (globalThis.__latentFilm?.stats().steps[0] ?? -1) > 0,
  };
  const times = {};
  const button = [...document.querySelectorAll("button")].find((one) => one.textContent.trim().endsWith(label));
  const start = performance.now();
  button.click();
  const look = () => {
    for (const [name, argument] of Object.entries(wanted)) {
      if (!(name in times) && seen[name](argument)) times[name] = (performance.now() - start) / 1000;
    }
    if (Object.keys(wanted).every((name) => name in times)) resolve(times);
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})"""
UNDER_WAY = [wording.STATES[state][0] for state in (State.QUEUED, State.STARTING, State.RUNNING)]


def pressed(page: Page, label: str, **wanted: object) -> dict[str, float]:
    """Seconds from pressing a key until each of the wanted things is seen."""
    return page.evaluate(PRESSED, [label, wanted])


@contextlib.contextmanager
def train_page(browser: Browser, folder: Path, wait_ms: int) -> Iterator[Page]:
    """The Train page of a new server, which has had some time to prepare; its runs lie in the folder."""
    folder.mkdir()
    with dashboard(folder / "log.txt") as address:
        context, troubles = offline_context(browser, viewport={"width": 1366, "height": 768})
        page = context.new_page()
        page.goto(f"{address}/train")
        page.get_by_role("button", name=wording.START, exact=True).wait_for(timeout=60_000)
        page.wait_for_timeout(wait_ms)
        yield page
        context.close()
        assert not [one for one in troubles if not one.startswith("failed: ")], troubles


def measured(browser: Browser, folder: Path, wait_ms: int) -> dict[str, float]:
    """One press of Train on a new server, and one of Stop while it trains."""
    with train_page(browser, folder, wait_ms) as page:
        times = pressed(page, wording.START, badge=UNDER_WAY, map=True, trained=True)
        page.wait_for_timeout(RUNNING_MS)
        times["stop"] = pressed(page, wording.STOP, badge=[wording.STATES[State.STOPPED][0]])["badge"]
    return times


def watched(browser: Browser, folder: Path, seed: int) -> dict[str, float]:
    """What a 20-second run comes to that is watched from the press to its end, on the whole test split."""
    with train_page(browser, folder, PREPARED_MS) as page:
        choose_seed(page, seed)
        page.get_by_role("button", name=wording.START, exact=True).click()
        page.locator("[data-testid=stMain]", has_text=wording.STATES[State.FINISHED][0]).wait_for(timeout=WATCHED_MS)
    [run] = (path.parent for path in folder.glob(f"runs/*/{checkpoints.METRICS}"))
    stored = checkpoints.read(run)
    assert stored.train.seed == seed
    return {**published.on_test(stored), "images": stored.metrics["steps"] * stored.train.batch_size}


def choose_seed(page: Page, seed: int) -> None:
    """Type the seed into the folded part of the form."""
    page.get_by_text(wording.SETTINGS, exact=True).click()
    page.get_by_role("tab", name=wording.OPTIMISER).click()
    field = page.get_by_label(wording.LABELS["seed"], exact=True)
    field.fill(str(seed))
    field.press("Enter")


def rows(browser: Browser, folder: Path, repeats: int) -> Iterator[Row]:
    """All rows."""
    for kind, wait_ms, most in (("cold", 0, 3.0), ("warm", PREPARED_MS, 1.0)):
        found = [measured(browser, folder / f"{kind}-{repeat}", wait_ms) for repeat in range(repeats)]
        middle = {name: statistics.median(one[name] for one in found) for name in found[0]}
        yield Row(f"{kind}: Train pressed → the run is on the page", middle["badge"], "s", most=most)
        yield Row("… → its map is drawn", middle["map"], "s", most=most)
        yield Row("… → the map has moved", middle["trained"], "s")
        yield Row("… Stop pressed → stopped", 1000 * middle["stop"], "ms", most=500)
    runs = [watched(browser, folder / f"watched-{seed}", seed) for seed in range(SEEDS if repeats > 1 else 1)]
    middle = {name: statistics.median(one[name] for one in runs) for name in runs[0]}
    setting = published.on_test(published.trained(folder / "published", 0))
    for what, name, best, how in (
        ("ELBO on test", "elbo", BEST_QUOTED[0], "quoted"),
        (f"log p(x), {published.SAMPLES} importance samples", "sampled", BEST_QUOTED[1], f"quoted, ± {SPREAD}"),
    ):
        yield Row(f"the setting of {published.NAME}, trained here: {what}", setting[name], "nats/image")
        yield Row("… 20 s watched from press to end", middle[name], "nats/image", least=setting[name])
        yield Row("… the worst of so many seeds", min(one[name] for one in runs), "nats/image", least=setting[name])
        yield Row(f"… beside {QUOTED_AS} ({how})", middle[name], "nats/image", least=best)
    yield Row("training images seen in 20 s watched", middle["images"], "images")


def main() -> None:
    """Measure, print, and keep."""
    quick = report.asked_quick(__doc__, "once, printed and not kept")
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        found = report.printed(rows(browser, Path(folder), 1 if quick else 5))
        software = f"Chromium {browser.version.split('.')[0]}"
    if not quick:
        report.keep("training_page", "Training in front of a class", found, software)


if __name__ == "__main__":
    main()
