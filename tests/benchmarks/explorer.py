"""How fast the explorer answers, in a headless Chromium, beside the same decoder behind Streamlit's own sliders.

    make benchmark                                    measure everything and write README's table
    cd tests && python -m benchmarks.explorer --quick   one short repeat of each, printed only

Each number is the median over repeats. Times from an input to the picture start at the browser's own time stamp of
the event and end when the frame that shows the answer has been drawn.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks import report
from benchmarks.many_points import all_points
from benchmarks.pointer import circling, drawing, place, press
from benchmarks.report import Row
from playwright.sync_api import Browser, Page
from serving import chromium, dashboard, offline_context, streamlit_app

from dashboard import static_export
from vae_engine import export, registry

MODELS = ("vae-mnist", "ae-mnist")
MEASURING = Path(__file__).with_name("measuring.js").read_text(encoding="utf-8")
NATIVE = Path(__file__).with_name("native_slider.py")
SETTLED_MS = 1500
MANY_APP = """
from pathlib import Path
import streamlit as st
from dashboard.explorer import explorer
st.set_page_config(layout="wide")
explorer([Path(path).read_bytes() for path in {paths!r}])
"""


def median(measure: Callable[[], dict[str, float]], repeats: int) -> dict[str, float]:
    """Each number's median over repeats."""
    found = [measure() for _ in range(repeats)]
    return {key: statistics.median(one[key] for one in found) for key in found[0]}


@contextmanager
def opened(browser: Browser, address: str, test_id: str = "latent-map-vae") -> Iterator[Page]:
    """A page on which an element has appeared."""
    context, troubles = offline_context(browser, viewport={"width": 1366, "height": 768})
    context.add_init_script(MEASURING)
    page = context.new_page()
    page.goto(address)
    page.get_by_test_id(test_id).first.wait_for(timeout=60_000)
    page.wait_for_timeout(SETTLED_MS)
    yield page
    context.close()
    assert not troubles, troubles


def moving(page: Page, seconds: float) -> dict[str, float]:
    """Drag about over the map, then let go: frames, times, and what went to the server meanwhile and afterwards."""
    sent: list[str] = []
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.webSocketFrameSent", lambda frame: sent.append(frame["requestId"]))
    page.mouse.move(*place(page, "latent-map-vae", 0.5, 0.5))
    page.mouse.down()
    sent.clear()
    page.evaluate("window.__latentExplorer.clearStats()")
    elapsed = circling(page, "latent-map-vae", seconds)
    stats = page.evaluate("window.__latentExplorer.stats()")
    while_moving = len(sent)
    page.mouse.up()
    page.wait_for_timeout(SETTLED_MS)
    session.detach()
    return {
        "p50": stats["inputToPaintMs"]["p50"], "p95": stats["inputToPaintMs"]["p95"], "work": stats["workMs"]["p95"],
        "frames": stats["frames"] / elapsed, "sent": while_moving, "released": len(sent) - while_moving,
    }  # fmt: skip


def explorer_keys(page: Page, count: int) -> float:
    """Median time from an arrow key to the drawn digit, ms."""
    page.get_by_test_id("latent-map-vae").focus()
    page.evaluate("window.__latentExplorer.clearStats()")
    for _ in range(count):
        press(page, "ArrowRight")
    return page.evaluate("window.__latentExplorer.stats().inputToPaintMs.p50")


def native_keys(page: Page, count: int) -> float:
    """Median time from an arrow key on Streamlit's slider to the new picture, ms."""
    page.get_by_role("slider").first.focus()
    times = []
    for _ in range(count):
        page.evaluate("() => { window.__pending = window.__measuring.keyToImage() }")
        press(page, "ArrowRight")
        times.append(page.evaluate("window.__pending"))
        page.wait_for_timeout(200)
    return statistics.median(times)


def strokes(page: Page) -> dict[str, float]:
    """From a point of a stroke to the drawing encoded, decoded and drawn."""
    page.get_by_test_id("mode-draw").click()
    page.evaluate("window.__latentExplorer.clearStats()")
    drawing(page, "draw-pad")
    times = page.evaluate("window.__latentExplorer.stats().inputToPaintMs")
    page.get_by_test_id("draw-clear").click()
    page.get_by_test_id("mode-move").click()
    return times


def manifold(page: Page, size: int, spacing: str) -> dict[str, float]:
    """From asking for a manifold of both models until both are drawn, and the longest time without a frame meanwhile."""
    page.get_by_test_id("layers-menu").click()
    page.get_by_test_id("layer-manifold").uncheck()
    page.get_by_test_id("manifold-size").select_option(str(size))
    page.get_by_test_id("manifold-spacing").select_option(spacing)
    page.wait_for_timeout(300)
    page.evaluate("count => { window.__pending = window.__measuring.batches(count) }", len(MODELS))
    page.get_by_test_id("layer-manifold").check()
    found = page.evaluate("window.__pending")
    page.keyboard.press("Escape")
    return found


def first_drag(browser: Browser, address: str) -> float:
    """Seconds from opening an address until a drag moves the point."""
    context, _ = offline_context(browser, viewport={"width": 1366, "height": 768})
    context.unroute_all()
    page = context.new_page()
    began = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.get_by_test_id("latent-map-vae").wait_for(timeout=60_000)
    x, y = place(page, "latent-map-vae", 0.3, 0.3)
    page.mouse.move(x, y)
    page.mouse.down()
    while page.evaluate("window.__latentExplorer.state().z[0].every((value) => value === 0)"):
        x += 2
        page.mouse.move(x, y)
    seconds = time.perf_counter() - began
    page.mouse.up()
    context.close()
    return seconds


def measure(browser: Browser, folder: Path, seconds: float, repeats: int) -> list[Row]:
    """All rows of the table."""
    stored = [registry.find(name) for name in MODELS]
    rows = []
    starts = []
    for _ in range(repeats):
        with dashboard(folder / "start.log") as address:
            starts.append(first_drag(browser, address))
    with dashboard(folder / "dashboard.log") as address, opened(browser, address) as page:
        few = median(lambda: moving(page, seconds), repeats)
        key = median(lambda: {"ms": explorer_keys(page, 60)}, repeats)["ms"]
        pen = median(lambda: strokes(page), repeats)
    rows += moving_rows("10,000 points", few)
    paths = []
    for model in stored:
        paths.append(str(folder / model.name))
        Path(paths[-1]).write_bytes(all_points(model))
    app = folder / "many.py"
    app.write_text(MANY_APP.format(paths=paths), encoding="utf-8")
    with streamlit_app(app, folder / "many.log") as address, opened(browser, address) as page:
        rows += moving_rows("60,000 points", median(lambda: moving(page, seconds), repeats))
    rows += native_rows(browser, folder, key, repeats)
    rows.append(Row("point of a stroke → encoded, decoded, drawn, p95", pen["p95"], "ms", most=30))
    rows += manifold_rows(browser, folder, repeats)
    rows.append(Row("server up → first drag answered", statistics.median(starts), "s", most=3))
    html = folder / "explorer.html"
    size = static_export.write_html(MODELS, html)
    small = static_export.write_html([f"{name}-small" for name in MODELS], folder / "small.html")
    rows += [
        Row(
            "HTML file from disk → first drag answered",
            median(lambda: {"s": first_drag(browser, html.as_uri())}, repeats)["s"],
            "s",
            most=1,
        ),
        Row("bundle of `vae-mnist` with 10,000 images", len(export.bundle(stored[0])) / 1e6, "MB", most=6),
        Row("HTML file, both models and 10,000 images", size / 1e6, "MB", most=12),
        Row("HTML file, the small pair", small / 1e6, "MB", most=6),
    ]
    return rows


def moving_rows(points: str, found: dict[str, float]) -> list[Row]:
    """The rows of dragging over a map."""
    return [
        Row(f"drag over {points}: input → drawn, median", found["p50"], "ms"),
        Row(f"drag over {points}: input → drawn, p95", found["p95"], "ms", most=20),
        Row(f"drag over {points}: own work of a frame, p95", found["work"], "ms", most=2),
        Row(f"drag over {points}: frames", found["frames"], "per s", least=55),
        Row(f"drag over {points}: messages to the server while moving", found["sent"], "", most=0),
        Row(f"drag over {points}: messages on release", found["released"], "", most=1, least=1),
    ]


def native_rows(browser: Browser, folder: Path, key: float, repeats: int) -> list[Row]:
    """The same decoder behind `st.slider` and `st.image`, as it comes and tuned, and how many times longer it takes."""
    settings = {
        "with Streamlit's default settings": {"STREAMLIT_RUNNER_POST_SCRIPT_GC": "true"},
        "tuned (fragment, no collection after reruns)": {"STREAMLIT_RUNNER_POST_SCRIPT_GC": "false", "TUNED": "1"},
    }
    rows = [Row("arrow key → drawn digit", key, "ms")]
    for how, environment in settings.items():
        log = folder / "native.log"
        with streamlit_app(NATIVE, log, **environment) as address, opened(browser, address, "stImage") as page:
            native = median(lambda page=page: {"ms": native_keys(page, 10)}, repeats)["ms"]
        rows += [Row(f"`st.slider` and `st.image` {how}: arrow key → picture", native, "ms"),
                 Row("… as a multiple of the explorer's", native / key, "×", least=20)]  # fmt: skip
    return rows


def manifold_rows(browser: Browser, folder: Path, repeats: int) -> list[Row]:
    """The decoded manifolds, each decoded anew."""
    found: dict[int, list[dict[str, float]]] = {20: [], 40: []}
    with dashboard(folder / "manifold.log") as address:
        for _ in range(repeats):
            with opened(browser, address) as page:
                for size in found:
                    found[size] += [manifold(page, size, spacing) for spacing in ("linear", "prior")]
    middle = {size: {key: statistics.median(one[key] for one in all) for key in all[0]} for size, all in found.items()}
    return [
        *(Row(f"{size} × {size} manifold of both models, asked for → drawn", middle[size]["ms"], "ms", most=most)
          for size, most in ((20, 150), (40, 600))),
        Row("longest gap between frames meanwhile", max(one["gap"] for one in middle.values()), "ms", most=50),
    ]  # fmt: skip


def main() -> None:
    """Measure, print, and keep."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--quick", action="store_true", help="one short repeat, printed and not kept")
    quick = parser.parse_args().quick
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        rows = measure(browser, Path(folder), *((2.0, 1) if quick else (10.0, 3)))
        software = f"Chromium {browser.version.split('.')[0]}"
    if quick:
        print(report.table(rows))
    else:
        report.keep("explorer", "The explorer in the browser", rows, software)


if __name__ == "__main__":
    main()
