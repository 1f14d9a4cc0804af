"""A model that another program wrote, in Explore: its exact log p(x) is the engine's, and it goes into a file like others."""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from playwright.sync_api import Page, Route, expect
from safetensors.numpy import load, save
from support.builders import ROOT, save_model, tiny
from support.bundles import unpacked
from support.explorer_page import here, state, until

from dashboard.explore.one_file import write_html
from dashboard.jobs.run_view import About, write_about
from dashboard.stock.library import BUNDLE, packed
from vae_engine import exact_log_px, load_model
from vae_engine.data import mnist as data
from vae_engine.exchange.exports import onnx_files
from vae_engine.exchange.imports import probe
from vae_engine.exchange.imports.assumed import Said
from vae_engine.exchange.imports.folder import import_model
from vae_engine.exchange.imports.roles import Wishes
from vae_engine.stored import checkpoints, on_map, weights


@pytest.fixture
def imported(served_folder: Path, tmp_path: Path) -> Iterator[Path]:
    """The folder of a dense VAE that torch wrote, with Gaussian pixels, among the runs of the server."""
    with zipfile.ZipFile(ROOT / "tests" / "fixtures" / "foreign.zip") as packed:
        packed.extractall(tmp_path, [name for name in packed.namelist() if name.startswith("torch_default/")])
    paths = [tmp_path / "torch_default" / f"{part}.onnx" for part in ("encoder", "decoder")]
    folder = served_folder / "runs" / "brought"
    import_model(paths, folder, data="mnist", protocol="grey", wishes=Wishes(), said=Said("gaussian", 0.5))
    write_about(folder, About("From my course", created=1.0))
    yield folder
    shutil.rmtree(folder)


def test_an_imported_model_has_an_exact_posterior_and_goes_into_a_file(
    open_explore: Callable[..., Page], imported: Path, tmp_path: Path
) -> None:
    page = open_explore(f"/?models=run:{imported.name}")
    chooser = page.get_by_test_id("model-vae")
    expect(chooser).to_have_value(f"run:{imported.name}")
    assert "Your models" in chooser.locator("optgroup").evaluate_all("all => all.map((one) => one.label)")
    page.get_by_test_id("mode-inspect").click()
    page.get_by_test_id("ambiguous").click()
    until(lambda: state(page)["selected"] is not None)
    expect(page.get_by_test_id("identity")).to_contain_text("= ELBO")
    index = state(page)["selected"]
    x = data.observe_fixed(data.load("test").images[[index]], "grey", 0, np.array([index]))
    want = exact_log_px(load_model(str(imported)), torch.from_numpy(x)).log_px.item()

    def told() -> float:
        found = re.search(r"log p\(x\) ([−\d.,]+)", page.get_by_test_id("identity").inner_text())
        return float(found[1].replace("−", "-").replace(",", "")) if found else float("nan")

    until(lambda: abs(told() - want) < 0.2)
    answer = probe.answered(imported, checkpoints.read(imported).sha256)
    assert answer
    assert (answer["browser"][:6], max(answer["differs_by"].values()) < 1e-5) == ("Chrome", True)
    page.get_by_test_id("mode-network").click()
    expect(page.get_by_test_id("network-vae")).to_contain_text("μ(z) = sigmoid")
    write_html([str(imported), "ae-mnist-small"], tmp_path / "explorer.html")
    page.goto((tmp_path / "explorer.html").as_uri())
    here(page)
    expect(page.get_by_test_id("latent-map-vae")).to_be_visible()
    expect(page.locator("body")).to_contain_text("From my course")


def test_a_model_whose_weights_arrive_otherwise_is_refused_by_the_layer_before_it_is_shown(
    open_dashboard: Callable[..., Page], dashboard_address: str, imported: Path
) -> None:
    def with_another_weight(route: Route) -> None:
        content = unpacked(route.fetch().body())
        tensors = load(content) | {"decoder.2.bias": load(content)["decoder.2.bias"] + 1}
        route.fulfill(body=packed(BUNDLE, save(tensors, weights.notes(content))))

    page = open_dashboard("/models")
    page.route(f"**/model/run%3A{imported.name}/bundle/*", with_another_weight)
    page.goto(f"{dashboard_address}/?models=run:{imported.name}")
    told = page.get_by_text("From my course is not shown")
    expect(told).to_contain_text(re.compile(r"in Chrome \d+ its decoder gives other numbers .*, first at layer 2 \(linear\)\."))
    expect(page.get_by_test_id("model-vae")).to_have_value("vae-mnist")
    assert not (imported / probe.ANSWER).exists()


@pytest.fixture
def deep(served_folder: Path, tmp_path: Path) -> Iterator[Path]:
    """The folder of a VAE of five latent dimensions among the runs of the server, with the plane along two of them."""
    pytest.importorskip("onnx")
    onnx_files.write_onnx(checkpoints.read(save_model(tmp_path / "own", tiny(latent_dim=5))), tmp_path / "student")
    paths = [tmp_path / "student" / f"{part}.onnx" for part in ("encoder", "decoder")]
    folder = served_folder / "runs" / "deep"
    import_model(paths, folder, data="mnist", protocol="grey", wishes=Wishes(logits="logits"), plane="axes:0,3")
    write_about(folder, About("Five dimensions", created=1.0))
    yield folder
    shutil.rmtree(folder)


@pytest.mark.long
def test_a_model_of_more_dimensions_is_shown_on_a_plane_and_nothing_exact_is_said_of_it(
    open_explore: Callable[..., Page], deep: Path, tmp_path: Path
) -> None:
    page = open_explore(f"/?models=run:{deep.name}")
    note = page.get_by_test_id("plane-note")
    expect(page.get_by_role("heading", name="Plane in a 5-D VAE")).to_be_visible()
    page.get_by_test_id("layers-menu").click()
    expect(page.get_by_test_id("layer-posterior")).to_be_disabled()
    page.get_by_test_id("layers-menu").click()
    page.get_by_test_id("mode-inspect").click()
    page.get_by_test_id("latent-map-vae").press("Enter")
    until(lambda: state(page)["selected"] is not None)
    index = state(page)["selected"]
    stored = checkpoints.read(deep)
    x = data.observe_fixed(data.load("test").images[[index]], "grey", 0, np.array([index]))
    places, _, off = on_map.encode(stored, x)
    expect(note).to_contain_text(f"test image {index} lies")
    expect(note).to_contain_text("integrals over all 5 dimensions")
    told = re.search(r"lies ([\d.]+) prior sd off it", note.inner_text())
    assert told
    assert off is not None
    assert float(told[1]) == pytest.approx(float(off[0]), rel=0.06)
    np.testing.assert_allclose(state(page)["z"][0], places[0], atol=1e-3)
    expect(page.get_by_test_id("identity")).to_have_count(0)
    expect(page.get_by_test_id("refine-q")).to_have_count(0)
    page.get_by_test_id("mode-draw").click()
    box = page.get_by_test_id("draw-pad").bounding_box()
    assert box
    page.mouse.move(box["x"] + 30, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + 80, box["y"] + 90, steps=6)
    page.mouse.up()
    expect(note).to_contain_text("The code of the drawing lies")
    page.get_by_test_id("mode-network").click()
    expect(page.get_by_test_id("network-vae")).to_contain_text("the plane")
    write_html([str(deep)], tmp_path / "explorer.html")
    page.goto((tmp_path / "explorer.html").as_uri())
    here(page)
    expect(page.get_by_role("heading", name="Plane in a 5-D VAE")).to_be_visible()
