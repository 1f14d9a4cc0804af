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
from playwright.sync_api import Page, expect
from support.builders import ROOT
from support.explorer_page import here, state, until

from dashboard.explore.one_file import write_html
from dashboard.jobs.run_view import About, write_about
from vae_engine import exact_log_px, load_model
from vae_engine.data import mnist as data
from vae_engine.exchange.imports.assumed import Said
from vae_engine.exchange.imports.folder import import_model
from vae_engine.exchange.imports.roles import Wishes


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
    page.get_by_test_id("mode-network").click()
    expect(page.get_by_test_id("network-vae")).to_contain_text("μ(z) = sigmoid")
    write_html([str(imported), "ae-mnist-small"], tmp_path / "explorer.html")
    page.goto((tmp_path / "explorer.html").as_uri())
    here(page)
    expect(page.get_by_test_id("latent-map-vae")).to_be_visible()
    expect(page.locator("body")).to_contain_text("From my course")
