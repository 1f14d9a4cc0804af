"""What a browser is asked of an imported model: our own numbers on the inputs of the proof; and what of its answer is kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load
from support.builders import one_line, save_model, tiny

from vae_engine.base.errors import EngineError
from vae_engine.command import cli
from vae_engine.data import mnist
from vae_engine.exchange.exports import onnx_files
from vae_engine.exchange.imports import probe, proof
from vae_engine.exchange.imports.folder import import_model
from vae_engine.exchange.imports.roles import Wishes
from vae_engine.stored import checkpoints, forward, on_map
from vae_engine.stored.checkpoints import Stored
from vae_engine.stored.plane import Plane

pytest.importorskip("onnx")


def imported(folder: Path, latent_dim: int) -> Stored:
    onnx_files.write_onnx(checkpoints.read(save_model(folder / "own", tiny(latent_dim=latent_dim))), folder / "files")
    paths = [folder / "files" / f"{part}.onnx" for part in ("encoder", "decoder")]
    import_model(paths, folder / "model", data="mnist", protocol="grey", wishes=Wishes(logits="logits"))
    return checkpoints.read(folder / "model")


@pytest.fixture(scope="module")
def flat(tmp_path_factory: pytest.TempPathFactory) -> Stored:
    return imported(tmp_path_factory.mktemp("flat"), 2)


def test_it_asks_for_our_numbers_on_the_images_and_the_points_of_the_proof(flat: Stored) -> None:
    asked = load(probe.probe(flat))
    x = mnist.load("test").images[:256].reshape(256, -1)
    np.testing.assert_array_equal(asked["x"], x)
    np.testing.assert_array_equal(asked["z"], proof.points(2))
    mu, std = forward.encode(flat, np.float32(x / 255))
    assert std is not None
    np.testing.assert_allclose(asked["encoder"], np.hstack([mu, 2 * np.log(std)]), atol=1e-5)
    np.testing.assert_allclose(asked["decoder"], forward.decode_raw(flat, asked["z"]), atol=1e-5)


def test_what_the_import_left_of_the_bound_is_the_browsers(flat: Stored) -> None:
    off = flat.metrics["imported"]["differs_by"]
    assert 0 < max(off.values()) < 1e-4
    assert probe.within(flat) == 1e-4 - max(off.values())


def test_of_more_dimensions_it_asks_for_the_plane(tmp_path: Path) -> None:
    deep = imported(tmp_path, 4)
    asked, cut = load(probe.probe(deep)), on_map.plane_of(deep)
    assert isinstance(cut, Plane)
    codes = forward.encode(deep, np.float32(asked["x"] / np.float32(255)))[0]
    np.testing.assert_allclose(asked["encoder"], cut.place(codes), atol=1e-5)
    on_plane = cut.at(proof.points(2)).astype(np.float32)
    np.testing.assert_allclose(asked["decoder"], forward.decode_raw(deep, on_plane), atol=1e-5)


GOOD: dict[str, Any] = {"browser": "Chrome 156", "differs_by": {"encoder": 1.23e-6, "decoder": 2e-6}}


def test_an_agreement_is_kept_of_these_weights_alone_and_told(flat: Stored, capsys: pytest.CaptureFixture[str]) -> None:
    assert probe.answered(flat.folder, flat.sha256) is None
    probe.keep(flat, {**GOOD, "more": "not kept"})
    answer = {"browser": "Chrome 156", "differs_by": {"encoder": 1.2e-6, "decoder": 2e-6}}
    assert probe.answered(flat.folder, flat.sha256) == answer
    cli.main(["info", str(flat.folder), "--json"])
    assert json.loads(capsys.readouterr().out)["in_browser"] == answer
    assert probe.answered(flat.folder, "0" * 64) is None
    (flat.folder / probe.ANSWER).write_text("{")
    assert probe.answered(flat.folder, flat.sha256) is None


@pytest.mark.parametrize(
    "answer",
    [None, [], "yes", {}, GOOD | {"browser": "a\nb"}, GOOD | {"browser": 41 * "b"}, GOOD | {"differs_by": {"encoder": 0.0}},
     GOOD | {"differs_by": {"encoder": 0.0, "decoder": 1e-4}}, GOOD | {"differs_by": {"encoder": 0.0, "decoder": float("nan")}},
     GOOD | {"differs_by": {"encoder": -1.0, "decoder": 0.0}}, GOOD | {"differs_by": {"encoder": True, "decoder": 0.0}}],
)  # fmt: skip
def test_what_is_no_agreement_is_not_kept(answer: Any, flat: Stored) -> None:
    with pytest.raises(EngineError) as caught:
        probe.keep(flat, json.loads(json.dumps(answer)))
    assert one_line(caught.value)
