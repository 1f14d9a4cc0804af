"""A model of more than two latent dimensions is kept whole, with a plane that a map shows; what is no plane is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load
from support.builders import one_line, save_model, tiny

from vae_engine import EngineError, load_model
from vae_engine.data import mnist as data
from vae_engine.exchange import bundle as export
from vae_engine.exchange.exports import onnx_files
from vae_engine.exchange.imports import planes
from vae_engine.stored import checkpoints, forward, on_map, plane
from vae_engine.stored.checkpoints import Stored
from vae_engine.stored.in_memory import in_memory
from vae_engine.stored.weights import notes

DIMENSIONS = 6
Command = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def deep(tmp_path_factory: pytest.TempPathFactory) -> Stored:
    """A model of six dimensions, with no plane yet."""
    place = tmp_path_factory.mktemp("deep")
    return checkpoints.read(save_model(place, tiny(decoder="mlp", latent_dim=DIMENSIONS), seed=5))


@pytest.fixture(scope="module")
def student(deep: Stored, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The same as two files of ONNX."""
    place = tmp_path_factory.mktemp("student")
    onnx_files.write_onnx(deep, place)
    return [place / "encoder.onnx", place / "decoder.onnx"]


def codes_of(stored: Stored, places: list[int] | slice) -> np.ndarray:
    images = data.load("test").images
    at = np.arange(len(images))[places]
    return forward.encode(stored, data.observe_fixed(images[at], stored.train.protocol, 0, at))[0].astype(np.float64)


def test_pca_holds_at_least_as_much_as_any_two_axes(deep: Stored) -> None:
    codes = codes_of(deep, slice(planes.COUNT))
    record = planes.lay(deep)
    assert record["found"] == "pca"
    assert record["images"] == planes.COUNT
    shares = [planes.by_axes(codes, [i, j]).share(codes) for i in range(DIMENSIONS) for j in range(i)]
    found = plane.read(record)
    assert found.share(codes) >= max(shares)
    # The two largest eigenvalues of the covariance, and the mean of the codes lies on it.
    values = np.linalg.eigvalsh(np.cov(codes.T))
    assert found.share(codes) == pytest.approx(values[-2:].sum() / values.sum())
    assert found.off(codes.mean(0)[None])[0] < 1e-9
    assert record["share"] == pytest.approx(found.share(codes), rel=1e-3)
    assert record["off"] == pytest.approx(found.off(codes).mean(), rel=1e-3)


def test_two_axes_are_those_numbers_of_z_and_the_others_stay_at_the_mean(deep: Stored) -> None:
    codes = codes_of(deep, slice(planes.COUNT))
    found = plane.read(planes.lay(deep, "axes:4,1"))
    np.testing.assert_array_equal(found.place(codes), codes[:, [4, 1]])
    w = np.array([[0.5, -2.0]])
    want = codes.mean(0)
    want[[4, 1]] = w
    np.testing.assert_allclose(found.at(w)[0], want, atol=1e-12)


def test_three_images_lie_on_their_plane(deep: Stored) -> None:
    chosen = [5, 17, 99]
    found = plane.read(planes.lay(deep, "images:5,17,99"))
    assert found.off(codes_of(deep, chosen)).max() < 1e-9
    assert found.off(codes_of(deep, [6])).max() > 1e-4


def test_an_import_keeps_the_whole_model_and_the_browser_gets_the_plane(
    student: list[Path], tmp_path: Path, command: Command
) -> None:
    out = tmp_path / "mine"
    code, text, error = command("import", *student, "-o", out, "--logits", "logits", "--plane", "axes:0,3", "--json")
    assert code == 0, error
    about = json.loads(text)
    stored = checkpoints.read(out)
    assert stored.model.latent_dim == DIMENSIONS
    assert load_model(str(out)).config.latent_dim == DIMENSIONS
    content, encoder = export.parted(stored)
    tensors, header = load(content), json.loads(notes(content)["bundle"])
    assert header["kind"] == "vae"
    assert header["plane"]["of"] == DIMENSIONS
    assert header["plane"]["told"] == about["plane"]
    assert "points.std" not in tensors
    assert [layer["op"] for layer in header["layers"]["decoder"][:2]] == ["linear", "linear"]
    assert json.loads(notes(encoder)["encoder"])[-1] == {"op": "linear", "in": 2 * DIMENSIONS, "out": 2}
    codes = codes_of(stored, slice(None))
    low, high = (np.array(header["points"][end]) for end in ("low", "high"))
    np.testing.assert_allclose(low + tensors["points.codes"] / 65535 * (high - low), codes[:, [0, 3]], atol=1e-4)
    off = plane.read(stored.model.plane).off(codes)  # type: ignore[attr-defined]
    np.testing.assert_allclose(tensors["points.off"], off, rtol=1e-3)
    assert on_map.seen(in_memory(load_model(str(out)), "mine")).model == on_map.seen(stored).model  # as a notebook has it
    code, text, _ = command("evaluate", out, "--limit", "4", "--is-samples", "5", "--json")
    told = json.loads(text)
    assert code == 0
    assert {"elbo", "log_px_is"} <= told.keys()
    assert "log_px_exact" not in told


REFUSED = {
    "axes:0,6": "no axis 6: the latent axes are 0 to 5", "axes:2,2": "Axis 2 twice", "axes:1": "not 'axes:1'",
    "images:1,2,10000": "the images are 0 to 9,999", "images:3,3,4": "lie on a line", "images:1,2": "A plane is pca",
    "tsne": "not 'tsne'",
}  # fmt: skip


@pytest.mark.parametrize("said", REFUSED)
def test_what_is_no_plane_through_it_is_refused(said: str, deep: Stored) -> None:
    with pytest.raises(EngineError, match=REFUSED[said]) as caught:
        planes.lay(deep, said)
    assert one_line(caught.value)


def test_codes_on_a_line_span_no_plane_with_a_third(deep: Stored, monkeypatch: pytest.MonkeyPatch) -> None:
    line = np.outer([0.0, 1.0, 2.5], np.arange(1.0, DIMENSIONS + 1)) + 3
    monkeypatch.setattr(planes, "_codes", lambda stored, at: line)
    with pytest.raises(EngineError, match="lie on a line"):
        planes.by_images(deep, [1, 2, 3])


def test_a_model_of_two_dimensions_or_one_has_none(tmp_path: Path) -> None:
    for dimensions, said in ((2, "shown whole"), (1, "No plane lies in one")):
        stored = checkpoints.read(save_model(tmp_path / str(dimensions), tiny(latent_dim=dimensions)))
        assert planes.lay(stored) == {}
        with pytest.raises(EngineError, match=said):
            planes.lay(stored, "pca")


def test_a_model_that_was_made_here_may_have_one_too(deep: Stored) -> None:
    found = planes.laid(deep, "axes:2,0")
    content = export.bundle(found, points=20)
    header = json.loads(notes(content)["bundle"])
    assert header["plane"]["of"] == DIMENSIONS
    assert planes.laid(found) is found
    x = data.observe_fixed(data.load("test").images[:20], "dynamic", 0)
    np.testing.assert_array_equal(on_map.encode(found, x)[0], forward.encode(deep, x)[0].astype(np.float64)[:, [2, 0]])
    two = checkpoints.read(save_model(deep.folder / "two", tiny()))
    assert planes.laid(two) is two
