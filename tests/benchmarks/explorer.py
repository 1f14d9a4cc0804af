"""How fast the explorer answers, in a headless Chromium, beside the same decoder behind Streamlit's own sliders.

    make benchmark                                    measure everything and write README's table
    cd tests && python -m benchmarks.explorer --quick   one short repeat of each, printed only

Each number is the median over repeats. Times from an input to the picture start at the browser's own time stamp of
the event and end when the frame that shows the answer has been drawn.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from benchmarks import report
from benchmarks.many_points import all_images, all_points
from benchmarks.pointer import circling, drawing, place, pressing, sliding
from benchmarks.report import Row
from playwright.sync_api import Browser, Locator, Page
from support.serving import chromium, dashboard, offline_context, streamlit_app

from dashboard.explore import one_file as static_export
from dashboard.stock.library import BUNDLE, IMAGES, packed
from vae_engine.exchange import bundle as export
from vae_engine.stored import registry
from vae_engine.stored.checkpoints import Stored

MODELS = ("vae-mnist", "ae-mnist")
MEASURING = Path(__file__).with_name("measuring.js").read_text(encoding="utf-8")
NATIVE = Path(__file__).with_name("native_slider.py")
SETTLED_MS = 1500
SCENE_MS = 3000  # that a scene is on show
SLIDE, SLIDE_SECONDS = 60, 1.0  # pixels and seconds that a slider is dragged
KEYS = 20
WHEEL, ZOOM_STEPS, ZOOM_PAUSE_MS = 100, 16, 100
PICTURE, NATIVE_PICTURE = "[data-testid=digit-vae]", "[data-testid=stImage] img"
MANY_PAGE = """
import streamlit as st
from dashboard.explore.component import explorer
from dashboard.stock.library import Library
st.set_page_config(layout="wide")
explorer(Library({models!r}, "parts/images"))
"""
MANY_SERVER = """
import streamlit as st
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from dashboard.shared import routes as views
app = st.App("page.py", routes=[*views.ROUTES, Mount("/parts", StaticFiles(directory={parts!r}))])
"""


def median(measure: Callable[[], dict[str, float]], repeats: int) -> dict[str, float]:
    """Each number's median over repeats."""
    found = [measure() for _ in range(repeats)]
    return {key: statistics.median(one[key] for one in found) for key in found[0]}


@contextmanager
def opened(browser: Browser, address: str, test_id: str = "latent-map-vae", within: float = 60.0) -> Iterator[Page]:
    """A page on which an element has appeared, within so many seconds."""
    context, troubles = offline_context(browser, viewport={"width": 1366, "height": 768})
    context.add_init_script(MEASURING)
    page = context.new_page()
    page.goto(address)
    page.get_by_test_id(test_id).first.wait_for(timeout=1000 * within)
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
        "decode": stats["decodeMs"]["p95"], "frames": stats["frames"] / elapsed,
        "sent": while_moving, "released": len(sent) - while_moving,
    }  # fmt: skip


def answers(page: Page, event: str, act: Callable[[], object], picture: str) -> list[float]:
    """Times from each event of a kind during an action until a frame shows another picture, ms."""
    page.evaluate("given => { window.__times = window.__measuring.watch(...given) }", [event, picture])
    act()
    page.wait_for_timeout(SETTLED_MS)
    return page.evaluate("window.__times()")


def by_hand(page: Page, keyed: Locator, handle: Callable[[], tuple[float, float]], picture: str) -> dict[str, float]:
    """Median times to the new picture, ms: from a move of a slider under the hand, and from an arrow key."""
    slides = [
        answers(page, "pointermove", lambda by=by: sliding(page, handle(), by, SLIDE_SECONDS), picture) for by in (SLIDE, -SLIDE)
    ]
    keyed.focus()
    keys = answers(page, "keydown", lambda: pressing(page, "ArrowRight", KEYS), picture)
    return {"slide": statistics.median(slides[0] + slides[1]), "key": statistics.median(keys)}


def strokes(page: Page) -> dict[str, float]:
    """From a point of a stroke to the drawing encoded, decoded and drawn."""
    page.get_by_test_id("mode-draw").click()
    page.get_by_test_id("draw-pad").wait_for()
    page.evaluate("window.__latentExplorer.clearStats()")
    drawing(page, "draw-pad")
    times = page.evaluate("window.__latentExplorer.stats().inputToPaintMs")
    page.get_by_test_id("draw-clear").click()
    page.get_by_test_id("mode-move").click()
    return times


def manifolds(page: Page) -> dict[int, list[dict[str, float]]]:
    """For 20 and 40 tiles a side: from wanting a manifold of both models until both are drawn, and the longest time without
    a frame meanwhile. Each is wanted for the first time, so none is remembered."""

    # In braces: Playwright calls what an expression comes to if that is a function, and would end the measurement at once.
    def timed(test_id: str, option: str) -> dict[str, float]:
        page.evaluate("() => { window.__latentExplorer.clearStats(); window.__gap = window.__measuring.gap() }")
        page.get_by_test_id(test_id).select_option(option)
        page.wait_for_timeout(SETTLED_MS)
        return {"ms": page.evaluate("window.__latentExplorer.stats().tilesMs.p95"), "gap": page.evaluate("window.__gap()")}

    page.get_by_test_id("layers-menu").click()
    small = [timed("manifold-spacing", "prior")]
    large = [timed("manifold-size", "40"), timed("manifold-spacing", "linear")]
    return {20: small, 40: large}


def zooming(page: Page, square: str = "manifold-vae") -> dict[str, float]:
    """Turn the wheel over a square, closer and away again: frames, own work, and from each step until all tiles are drawn."""
    page.mouse.move(*place(page, square, 0.45, 0.45))
    page.evaluate("() => { window.__latentExplorer.clearStats(); window.__frames = window.__measuring.frames() }")
    for turn in [-WHEEL] * ZOOM_STEPS + [WHEEL] * ZOOM_STEPS:
        page.mouse.wheel(0, turn)
        page.wait_for_timeout(ZOOM_PAUSE_MS)
    frames = page.evaluate("window.__frames()")
    stats = page.evaluate("window.__latentExplorer.stats()")
    found = {"frames": frames, "work": stats["workMs"]["p95"], **stats["tilesMs"]}
    page.mouse.dblclick(*place(page, square, 0.45, 0.45))
    page.wait_for_timeout(SETTLED_MS)
    return found


def dragged(page: Page, address: str) -> float:
    """Seconds from opening an address until a drag moves the point."""
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
    return seconds


def first_drag(browser: Browser, address: str) -> float:
    """The same in a browser that knows nothing yet."""
    context, _ = offline_context(browser, viewport={"width": 1366, "height": 768})
    seconds = dragged(context.new_page(), address)
    context.close()
    return seconds


def measure(browser: Browser, folder: Path, seconds: float, repeats: int) -> Iterator[Row]:
    """All rows of the table, as they are found."""
    stored = [registry.find(name) for name in MODELS]
    with dashboard(folder / "dashboard.log") as address, opened(browser, address) as page:
        yield from moving_rows("10,000 points", median(lambda: moving(page, seconds), repeats))
        maps = page.get_by_test_id("latent-map-vae")
        hand = median(lambda: by_hand(page, maps, lambda: place(page, "z1", 0.5, 0.5), PICTURE), repeats)
        pen = median(lambda: strokes(page), repeats)
        page.get_by_test_id("mode-network").click()
        page.wait_for_timeout(SETTLED_MS)
        inside = median(lambda: moving(page, seconds), repeats)
        yield Row("drag in Network, every stage of both models live: own work of a frame, p95", inside["work"], "ms", most=3)
        yield Row("drag in Network: frames", inside["frames"], "per s", least=55)
    with many_points(folder, stored) as address, opened(browser, address) as page:
        yield from moving_rows("60,000 points", median(lambda: moving(page, seconds), repeats))
        close = median(lambda: zooming(page, "latent-map-vae"), repeats)
        yield Row("zoom over 60,000 points that turn into their images: frames", close["frames"], "per s", least=55)
        yield Row("zoom over 60,000 points that turn into their images: own work of a frame, p95", close["work"], "ms")
    yield from native_rows(browser, folder, hand, repeats)
    yield Row("point of a stroke → encoded, decoded, drawn, p95", pen["p95"], "ms", most=30)
    yield from manifold_rows(browser, folder, repeats)
    yield from lecture_rows(browser, folder, repeats)
    yield from opening_rows(browser, folder, repeats)
    yield Row("bundle of `vae-mnist` with 10,000 images", len(export.bundle(stored[0])) / 1e6, "MB", most=6)


def many_points(folder: Path, stored: Sequence[Stored]) -> AbstractContextManager[str]:
    """The address of an explorer of models with all 60,000 images as points."""
    return explorer_of(folder, {model.name: all_points(model) for model in stored}, all_images())


@contextmanager
def explorer_of(folder: Path, bundles: Mapping[str, bytes], images: bytes) -> Iterator[str]:
    """The address of an explorer of bundles, which have their encoders, by the names of their models."""
    parts = folder / "parts"
    parts.mkdir()
    for name, content in bundles.items():
        (parts / name).write_bytes(packed(BUNDLE, content))
    (parts / "images").write_bytes(packed(IMAGES, images))
    # A bundle that has its encoder asks for no other.
    models = tuple((f"parts/{name}", "parts/none") for name in bundles)
    (folder / "page.py").write_text(MANY_PAGE.format(models=models), encoding="utf-8")
    (folder / "many.py").write_text(MANY_SERVER.format(parts=str(parts)), encoding="utf-8")
    with streamlit_app(folder / "many.py", folder / "many.log") as address:
        yield address


def opening_rows(browser: Browser, folder: Path, repeats: int) -> Iterator[Row]:
    """From nothing to a point that follows the mouse: from a cold server, and from a file."""
    starts = []
    for _ in range(repeats):
        with dashboard(folder / "start.log") as address:
            starts.append(first_drag(browser, address))
    yield Row("server up → first drag answered", statistics.median(starts), "s", most=1.5)
    for what, names, largest in (("both models", MODELS, 8), ("the small pair", [f"{name}-small" for name in MODELS], 4.2)):
        file = folder / "explorer.html"
        yield Row(f"HTML file with {what} and 10,000 images", static_export.write_html(names, file) / 1e6, "MB", most=largest)
        seconds = statistics.median(first_drag(browser, file.as_uri()) for _ in range(repeats))
        yield Row("… opened from disk → first drag answered", seconds, "s", most=0.7)


def moving_rows(points: str, found: dict[str, float]) -> list[Row]:
    """The rows of dragging over a map."""
    return [
        Row(f"drag over {points}: input → drawn, median", found["p50"], "ms"),
        Row(f"drag over {points}: input → drawn, p95", found["p95"], "ms", most=20),
        Row(f"drag over {points}: own work of a frame, p95", found["work"], "ms", most=3),
        Row(f"drag over {points}: one decode, p95", found["decode"], "ms", most=1),
        Row(f"drag over {points}: frames", found["frames"], "per s", least=55),
        Row(f"drag over {points}: messages to the server while moving", found["sent"], "", most=0, least=0),
        Row(f"drag over {points}: messages on release", found["released"], "", most=1, least=1),
    ]


def native_rows(browser: Browser, folder: Path, ours: dict[str, float], repeats: int) -> Iterator[Row]:
    """The same decoder behind `st.slider` and `st.image`, as it comes and tuned, and how many times longer it takes."""
    settings = {
        "with Streamlit's default settings": {"STREAMLIT_RUNNER_POST_SCRIPT_GC": "true"},
        "tuned (fragment, no collection after reruns)": {"STREAMLIT_RUNNER_POST_SCRIPT_GC": "false", "TUNED": "1"},
    }
    asked = {"slide": "slider under the hand, moved", "key": "arrow key"}
    for how, event in asked.items():
        yield Row(f"{event} → drawn digit, median", ours[how], "ms")
    for setting, environment in settings.items():
        log = folder / "native.log"
        with streamlit_app(NATIVE, log, **environment) as address, opened(browser, address, "stImage") as page:
            slider, thumb = page.get_by_role("slider").first, lambda page=page: place(page, "stSliderThumbValue", 0.5, 1.5)
            native = median(lambda page=page, slider=slider, thumb=thumb: by_hand(page, slider, thumb, NATIVE_PICTURE), repeats)
        for how, event in asked.items():
            yield Row(f"`st.slider` and `st.image` {setting}: {event} → picture, median", native[how], "ms")
            yield Row("… as a multiple of the explorer's", native[how] / ours[how], "×", least=20)


def manifold_rows(browser: Browser, folder: Path, repeats: int) -> Iterator[Row]:
    """The decoded manifolds, each decoded anew."""
    found: dict[int, list[dict[str, float]]] = {20: [], 40: []}
    zooms: list[dict[str, float]] = []
    with dashboard(folder / "manifold.log") as address:
        for _ in range(repeats):
            with opened(browser, address) as page:
                zooms.append(zooming(page))
                for size, times in manifolds(page).items():
                    found[size] += times
    zoomed = median(iter(zooms).__next__, repeats)
    yield Row("zoom over a manifold: step → its tiles decoded and drawn, median", zoomed["p50"], "ms", most=50)
    yield Row("zoom over a manifold: step → its tiles decoded and drawn, p95", zoomed["p95"], "ms")
    yield Row("zoom over a manifold: frames", zoomed["frames"], "per s", least=55)
    for size, most in ((20, 95), (40, 600)):
        what = f"{size} × {size} manifolds of both models"
        yield Row(f"{what}, in sight → drawn", statistics.median(one["ms"] for one in found[size]), "ms", most=most)
        yield Row("… longest time without a frame meanwhile", statistics.median(one["gap"] for one in found[size]), "ms", most=50)


def scenes(page: Page) -> dict[str, float]:
    """From the key until a scene is drawn, through the bundled lecture, where each view comes for the first time, and back."""
    page.get_by_test_id("present").click()
    page.get_by_test_id("presentation").wait_for()
    changes = page.evaluate("__latentLecture.count") - 1
    for key in ["PageDown"] * changes + ["PageUp"] * changes:
        page.wait_for_timeout(SCENE_MS)
        page.keyboard.press(key)
    page.wait_for_timeout(SCENE_MS)
    all_changes = page.evaluate("__latentLecture.changes()")[1:]
    ours = ("explore", "learn")
    first, again = ([one["ms"] for one in way if one["kind"] in ours] for way in (all_changes[:changes], all_changes[changes:]))
    page.keyboard.press("Escape")
    return {"median": statistics.median(first), "longest": max(first), "warm": max(again)}


def lecture_rows(browser: Browser, folder: Path, repeats: int) -> Iterator[Row]:
    """Changes of scene of a lecture not seen before; pages of the Lab, which load in frames, are left out."""
    found = []
    with dashboard(folder / "lecture.log") as address:
        for _ in range(repeats):
            with opened(browser, f"{address}/lecture", "present") as page:
                found.append(scenes(page))
    changes = median(iter(found).__next__, repeats)
    yield Row(
        "scene change, each view for the first time: key → drawn, median",
        changes["median"],
        "ms",
        most=300,
    )
    yield Row("… longest of all scenes", changes["longest"], "ms")
    yield Row("scene change, back through the same lecture: longest of all scenes", changes["warm"], "ms", most=300)


def main() -> None:
    """Measure, print, and keep."""
    quick = report.asked_quick(__doc__, "one short repeat, printed and not kept")
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        rows = report.printed(measure(browser, Path(folder), *((2.0, 1) if quick else (10.0, 3))))
        software = f"Chromium {browser.version.split('.')[0]}"
    if not quick:
        report.keep("explorer", "The explorer in the browser", rows, software)


if __name__ == "__main__":
    main()
