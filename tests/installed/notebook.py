"""The widgets in the real JupyterLab, and the example notebooks from their first cell to their last. `make test-notebook`."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from support.builders import ROOT
from support.serving import free_port, offline_context, program, until_up

pytest.importorskip("jupyterlab", reason="JupyterLab is not installed")
pytest.importorskip("anywidget", reason="the package anywidget is not installed")

CELLS = [
    "from latent_explorer import Explorer\none = Explorer('vae-mnist-small')\none",
    "other = Explorer('vae-mnist-small', beside='ae-mnist-small')\nother",
    "print('one', one.z, one.mode, one.selection, 'other', other.z)",
    "one.z = 0.5, -1",
    "one.selection = 17",
    "one.lasso = [[(-1, -1), (1, -1), (1, 1), (-1, 1)]]",
    "print(one.mode, one.selection, len(one.inside) > 100)",
    "one",
]
TRAINING = [
    "from latent_explorer import Explorer, watch\nfrom vae_engine import ModelConfig, TrainConfig",
    "small = ModelConfig(encoder_widths=(128, 64), decoder_widths=(64, 128))\n"
    "for event in watch(small, TrainConfig(seconds=6, train_size=2000)):\n    pass",
    "Explorer(event.model, names=['Just trained'])",
]


def notebook(path: Path, cells: list[str]) -> None:
    told = [
        {"cell_type": "code", "id": f"cell-{place}", "metadata": {}, "source": text, "execution_count": None, "outputs": []}
        for place, text in enumerate(cells)
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    path.write_text(json.dumps({"cells": told, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}))


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path, Path]]:
    """The address of a JupyterLab, the folder that it shows, and that of its settings."""
    place = tmp_path_factory.mktemp("lab")
    names = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTERLAB_SETTINGS_DIR", "IPYTHONDIR")
    own = {name: str(place / name.lower()) for name in names}
    folder = place / "notebooks"
    folder.mkdir()
    settings = place / "jupyterlab_settings_dir"
    apply(settings, "notification", fetchNews="false", checkForUpdates=False)
    port = free_port()
    options = ["--no-browser", f"--port={port}", "--ip=127.0.0.1", "--IdentityProvider.token=", "--allow-root"]
    command = [sys.executable, "-m", "jupyterlab", *options, f"--ServerApp.root_dir={folder}"]
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    with program(command, place, os.environ | own | {"PYTHONPATH": path, "PYDEVD_DISABLE_FILE_VALIDATION": "1"}):
        until_up(f"http://localhost:{port}", "/api/status")
        yield f"http://localhost:{port}", folder, settings


def apply(settings: Path, which: str, **values: Any) -> None:
    """Write settings of JupyterLab's own pages."""
    path = settings / "@jupyterlab" / "apputils-extension" / f"{which}.jupyterlab-settings"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(values))


class Notebook:
    """A notebook that is open in JupyterLab."""

    def __init__(self, page: Page, address: str, name: str) -> None:
        self.page = page
        page.goto(f"{address}/lab/tree/{name}?reset")
        page.locator(".jp-Cell").first.wait_for(timeout=90_000)
        expect(page.get_by_text("(ipykernel) | Idle")).to_be_visible(timeout=90_000)

    def cell(self, place: int) -> Locator:
        return self.page.locator(".jp-Cell").nth(place)

    def run(self, place: int, timeout: int = 90_000) -> Locator:
        """Run a cell to its end; what it gives."""
        cell = self.cell(place)
        prompt = cell.locator(".jp-InputPrompt")
        before = prompt.inner_text()
        self.start(place)
        expect(prompt).not_to_have_text(before)
        expect(prompt).to_have_text(re.compile(r"\[\d+\]:"), timeout=timeout)
        return cell.locator(".jp-OutputArea-output").last

    def said(self, place: int, enough: Callable[[str], bool]) -> str:
        """What a cell prints, once that is enough: the kernel hears of a widget when that rests."""
        end = time.monotonic() + 30
        while not enough(said := self.run(place).inner_text()) and time.monotonic() < end:
            self.page.wait_for_timeout(500)
        return said

    def start(self, place: int) -> None:
        self.cell(place).locator(".cm-content").click()
        self.page.keyboard.press("Control+Enter")

    def explorer(self, place: int) -> Locator:
        return self.cell(place).get_by_test_id("explorer")


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_two_widgets_and_the_kernel_tell_each_other_where_they_are(
    lab: tuple[str, Path, Path], browser: Browser, tmp_path: Path, theme: str
) -> None:
    address, folder, settings = lab
    apply(settings, "themes", theme=theme)
    notebook(folder / "two.ipynb", CELLS)
    context, troubles = offline_context(browser, viewport={"width": 1366, "height": 768})
    opened = Notebook(context.new_page(), address, "two.ipynb")
    opened.run(0)
    opened.run(1)
    one, other = opened.explorer(0), opened.explorer(1)
    for widget in (one, other):
        expect(widget).to_have_attribute("data-theme", theme.split()[1].lower())
    plot = one.locator(".lx-plot").first
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    assert box
    opened.page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.4)
    opened.page.mouse.down()
    opened.page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.3, steps=8)
    opened.page.mouse.up()
    opened.page.screenshot(path=tmp_path / "one.png")
    said = opened.said(2, lambda said: "one [[0.0, 0.0]]" not in said)
    print(said, tmp_path)
    assert re.match(r"one \[\[[-0-9.]+, [-0-9.]+\]\] move None other \[\[0.0, 0.0\], \[0.0, 0.0\]\]", said)
    opened.run(3)
    expect(one.locator(".lx-slider .lx-number").first).to_have_text("0.50")
    expect(one.locator(".lx-slider .lx-number").nth(1)).to_have_text("−1.00")
    opened.page.keyboard.press("Escape")
    plot.click()
    plot.press("ArrowRight")  # which moves the cursor, and no cell
    opened.run(4)
    expect(one).to_have_attribute("data-mode", "inspect")
    opened.page.screenshot(path=tmp_path / "inspect.png")
    opened.run(5)
    expect(one).to_have_attribute("data-mode", "select")
    other.scroll_into_view_if_needed()
    opened.page.screenshot(path=tmp_path / "other.png")
    assert opened.said(6, lambda said: said.startswith("select 17 True")).strip() == "select 17 True"
    expect(other).to_have_attribute("data-mode", "move")
    opened.run(7)
    again = opened.explorer(7)
    expect(again).to_have_attribute("data-mode", "select")
    again.get_by_role("button", name="Walk", exact=True).click()
    expect(one).to_have_attribute("data-mode", "walk")
    assert opened.page.url.endswith("two.ipynb")  # the address is JupyterLab's
    assert troubles == []


def test_a_training_is_seen_and_its_model_explored(lab: tuple[str, Path, Path], browser: Browser, tmp_path: Path) -> None:
    address, folder, _ = lab
    notebook(folder / "training.ipynb", TRAINING)
    context, troubles = offline_context(browser, viewport={"width": 1366, "height": 768})
    opened = Notebook(context.new_page(), address, "training.ipynb")
    opened.run(0)
    opened.start(1)
    film = opened.cell(1).get_by_test_id("film")
    film.wait_for(timeout=60_000)
    steps = film.get_by_test_id("film-step-0")
    expect(steps).to_contain_text("step", timeout=60_000)
    first = steps.inner_text()
    expect(steps).not_to_have_text(first, timeout=30_000)
    opened.page.screenshot(path=tmp_path / "training.png")
    print(tmp_path)
    expect(opened.cell(1).locator(".jp-InputPrompt")).to_have_text(re.compile(r"\[\d+\]:"), timeout=60_000)
    opened.run(2)
    expect(opened.explorer(2)).to_contain_text("Just trained")
    opened.page.screenshot(path=tmp_path / "trained.png")
    assert troubles == []


@pytest.mark.parametrize("name", ["pytorch", "keras"])
def test_an_example_runs_from_its_first_cell_to_its_last(name: str, tmp_path: Path) -> None:
    import nbformat
    from nbclient import NotebookClient

    if name == "keras" and not importlib.util.find_spec("keras"):  # which by itself looks for TensorFlow
        pytest.skip("Keras is not installed")
    content = nbformat.read(ROOT / "assets" / "notebooks" / f"{name}.ipynb", as_version=4)
    assert not any(cell.get("outputs") for cell in content.cells)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")])))
        NotebookClient(content, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()
    said = json.dumps(content.cells)
    assert "application/vnd.jupyter.widget-view+json" in said
