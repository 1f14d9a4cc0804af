"""Models of other images than 28 × 28 in Explore: decoded, drawn and inspected in their pixels, with the engine's numbers."""

from __future__ import annotations

import base64
import math
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from playwright.sync_api import Page, expect
from support.builders import tiny
from support.explorer_page import here, pixels, place, state, until

from dashboard.explore.one_file import write_html
from dashboard.jobs.run_view import About, write_about
from vae_engine import build_model, exact_log_px, load_model
from vae_engine.data import datasets
from vae_engine.data import mnist as data
from vae_engine.exchange.exports import onnx_files
from vae_engine.exchange.imports.folder import import_model
from vae_engine.exchange.imports.roles import Wishes
from vae_engine.model import loading
from vae_engine.stored import checkpoints
from vae_engine.stored.config import ModelConfig, TrainConfig

CASES = {"dense": tiny(decoder="mlp", side=16), "convolutional": tiny("conv", "conv", side=32)}
COUNT = 200


@pytest.fixture(params=CASES)
def other(request: pytest.FixtureRequest, served_folder: Path, tmp_path: Path) -> Iterator[Path]:
    """The folder of a model that was written as ONNX and brought, of blots at its size, among the runs of the server."""
    pytest.importorskip("onnx")
    config: ModelConfig = CASES[request.param]
    rng = np.random.default_rng(0)
    grid = np.stack(np.meshgrid(*[np.arange(config.side) / config.side] * 2), -1)
    blots = np.exp(-((grid - rng.uniform(0.2, 0.8, (COUNT, 1, 1, 2))) ** 2).sum(-1) / 0.02)
    np.savez(tmp_path / "blots.npz", images=np.rint(255 * blots).astype(np.uint8), labels=np.arange(COUNT) % 2)
    own = build_model(config, seed=1)
    with torch.no_grad():
        for weight in own.parameters():
            weight.mul_(2)  # so that not all of its pixels are ½
    loading.save(tmp_path / "own", own, TrainConfig(), {})
    onnx_files.write_onnx(checkpoints.read(tmp_path / "own"), tmp_path / "student")
    folder = served_folder / "runs" / "other"
    paths = [tmp_path / "student" / f"{part}.onnx" for part in ("encoder", "decoder")]
    import_model(paths, folder, data=str(tmp_path / "blots.npz"), protocol="dynamic", wishes=Wishes(logits="logits"))
    write_about(folder, About("Blots", created=1.0))
    yield folder
    shutil.rmtree(folder)


def side_of(page: Page, testid: str) -> int:
    """Pixels across a picture."""
    return page.get_by_test_id(testid).evaluate("canvas => canvas.width")


def log_px_told(page: Page) -> float:
    found = re.search(r"log p\(x\) ([−\d.,]+)", page.get_by_test_id("identity").inner_text())
    return float(found[1].replace("−", "-").replace(",", "")) if found else math.nan


@pytest.mark.long
def test_a_model_of_other_images_is_explored_in_its_own_pixels(
    open_explore: Callable[..., Page], other: Path, tmp_path: Path
) -> None:
    model, stored = load_model(str(other)), checkpoints.read(other)
    side = stored.model.side

    def check_decoded(page: Page) -> None:
        """What is shown is what torch decodes at the z of the state, to what half precision and 256 greys leave."""
        assert side_of(page, "digit-vae") == side
        want = model.decode(torch.tensor([state(page)["z"][0]])).numpy()[0]
        shown = np.array(pixels(page, "digit-vae")).reshape(side * side, 4)[:, 0]
        assert np.abs(shown / 255 - want).max() < 0.01

    page = open_explore(f"/?models=run:{other.name}")
    page.get_by_test_id("latent-map-vae").hover()
    page.mouse.move(*place(page, "manifold-vae", 0.3, 0.4), steps=5)
    until(lambda: state(page)["z"][0][0] < -0.5)
    check_decoded(page)

    page.get_by_test_id("mode-inspect").click()
    page.get_by_test_id("latent-map-vae").press("Enter")
    until(lambda: state(page)["selected"] is not None)
    index = state(page)["selected"]
    shown = datasets.shown(stored.train.data)[0].images
    x = torch.from_numpy(data.observe_fixed(shown, "dynamic", 0)[[index]])
    want = exact_log_px(model, x).log_px.item()
    until(lambda: abs(log_px_told(page) - want) < 0.2)
    assert [side_of(page, one) for one in ("inspect-original", "inspect-seen", "inspect-error-vae")] == [side] * 3

    page.get_by_test_id("mode-draw").click()
    page.mouse.move(*place(page, "draw-pad", 0.3, 0.3))
    page.mouse.down()
    page.mouse.move(*place(page, "draw-pad", 0.7, 0.6), steps=8)
    page.mouse.up()
    until(lambda: state(page)["inked"])
    bits = np.unpackbits(np.frombuffer(base64.urlsafe_b64decode(state(page)["inked"] + "=" * 3), np.uint8))
    assert len(bits) == side**2
    want = exact_log_px(model, torch.from_numpy(bits[None].astype(np.float32))).log_px.item()
    until(lambda: abs(log_px_told(page) - want) < 0.2)
    assert [side_of(page, one) for one in ("draw-mnist", "draw-seen")] == [side] * 2
    until(lambda: "drawing=" in page.url)
    link = page.url

    page.get_by_test_id("mode-network").click()
    expect(page.get_by_test_id("network-vae")).to_contain_text(f"{side} × {side}")
    write_html([str(other)], tmp_path / "explorer.html")
    page.goto((tmp_path / "explorer.html").as_uri() + "#" + link.partition("#")[2])
    here(page)
    until(lambda: side_of(page, "draw-seen") == side)
    check_decoded(page)
