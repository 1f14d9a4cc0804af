"""Models of images of another size: what is adopted or exported and imported gives its own numbers, on images of that size."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from engine.exchange.imports.torch_files import saved
from PIL import Image
from support.builders import one_line
from torch import Tensor, nn

from vae_engine import EngineError, adopt, load_model
from vae_engine.command import cli
from vae_engine.data import datasets, mnist, own
from vae_engine.exchange import bundle as export
from vae_engine.exchange.exports.onnx_files import write_onnx
from vae_engine.exchange.exports.projector import write_projector
from vae_engine.exchange.imports.folder import import_model
from vae_engine.exchange.imports.roles import Wishes
from vae_engine.exchange.live.by_torch import by_torch
from vae_engine.stored import forward, registry, terms

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

COUNT = 60
CODES = torch.randn(5, 2, generator=torch.Generator().manual_seed(1))


def images(folder: Path, side: int) -> str:
    """The path of some images of a side: blots, a few of which are of each of two classes."""
    rng = np.random.default_rng(side)
    grid = np.stack(np.meshgrid(np.arange(side), np.arange(side)), -1) / side
    middles, widths = rng.uniform(0.2, 0.8, (COUNT, 1, 1, 2)), rng.uniform(0.1, 0.3, (COUNT, 1, 1))
    blots = np.exp(-((grid - middles) ** 2).sum(-1) / widths**2)
    np.savez(folder / f"{side}.npz", images=np.rint(255 * blots).astype(np.uint8), labels=np.arange(COUNT) % 2)
    return str(folder / f"{side}.npz")


def dense(side: int) -> tuple[nn.Module, nn.Module]:
    torch.manual_seed(side)
    encoder = nn.Sequential(nn.Flatten(), nn.Linear(side**2, 20), nn.Tanh(), nn.Linear(20, 4))
    return encoder, nn.Sequential(nn.Linear(2, 20), nn.Tanh(), nn.Linear(20, side**2), nn.Sigmoid())


def convolutional(side: int) -> tuple[nn.Module, nn.Module]:
    """Convolutions that would take images a little smaller as well: only the decoder tells the size."""
    torch.manual_seed(side)
    quarter = side // 4
    encoder = nn.Sequential(
        nn.Conv2d(1, 3, 3, 2, 1), nn.ReLU(), nn.Conv2d(3, 4, 3, 2, 1), nn.ReLU(), nn.Flatten(), nn.Linear(4 * quarter**2, 4)
    )
    decoder = nn.Sequential(
        nn.Linear(2, 4 * quarter**2), nn.ReLU(), nn.Unflatten(1, (4, quarter, quarter)), nn.ConvTranspose2d(4, 3, 4, 2, 1),
        nn.ReLU(), nn.ConvTranspose2d(3, 1, 4, 2, 1), nn.Sigmoid(),
    )  # fmt: skip
    return encoder, decoder


CASES: dict[str, Any] = {
    "16": (dense, 16), "17": (dense, 17), "32": (convolutional, 32), "64": (convolutional, 64), "4": (dense, 4),
}  # fmt: skip


@pytest.fixture(scope="module", params=CASES)
def adopted(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[nn.Module, nn.Module, int, Path]:
    """The networks of a case, its side, and the folder of the model that they became."""
    make, side = CASES[request.param]
    place = tmp_path_factory.mktemp("adopted")
    encoder, decoder = make(side)
    adopt(encoder=encoder, decoder=decoder, folder=place / "model", data=images(place, side))
    return encoder, decoder, side, place / "model"


def seen(side: int, folder: Path) -> Tensor:
    return torch.from_numpy(np.load(folder.parent / f"{side}.npz")["images"]).float() / 255


def test_it_gives_the_numbers_of_the_original_in_torch_and_numpy(adopted: tuple[nn.Module, nn.Module, int, Path]) -> None:
    encoder, decoder, side, folder = adopted
    model, stored = load_model(str(folder)), registry.find(str(folder))
    x = seen(side, folder)
    with torch.no_grad():
        head, pixels = encoder(x[:, None]), decoder(CODES).flatten(1)
    q = model.encode(x.flatten(1))
    torch.testing.assert_close(torch.cat([q.mu, q.logvar], 1), head, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(model.decode(CODES), pixels, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(forward.decode(stored, CODES.numpy()), pixels.reshape(-1, side, side), rtol=1e-4, atol=1e-5)
    about = stored.metrics["imported"]
    assert about["pixels"].startswith(f"{side} × {side}, ")
    assert about["images"].startswith("your own, its training split")
    assert set(about["proved_in"]) == {"numpy", "torch"}
    assert max(about["differs_by"].values()) <= 1e-4


def test_its_data_are_the_images_at_that_size_as_they_are(adopted: tuple[nn.Module, nn.Module, int, Path]) -> None:
    _, _, side, folder = adopted
    stored = registry.find(str(folder))
    assert (stored.model.side, datasets.side(stored.train.data), own.wishes_of(stored.train.data).side) == (side, side, side)
    shown, _ = datasets.shown(stored.train.data)
    known = {image.tobytes() for image in np.load(folder.parent / f"{side}.npz")["images"]}
    assert {image.tobytes() for image in shown.images} == known
    codes, _ = export.encode_all(stored)
    assert codes["points.codes"].shape == (COUNT, 2)


def test_exported_and_imported_again_it_is_the_same_model(
    adopted: tuple[nn.Module, nn.Module, int, Path], tmp_path: Path
) -> None:
    _, _, side, folder = adopted
    stored = registry.find(str(folder))
    write_onnx(stored, tmp_path)
    paths = [tmp_path / f"{part}.onnx" for part in ("encoder", "decoder")]
    data = str(folder.parent / f"{side}.npz")
    import_model(paths, tmp_path / "again", data=data, protocol="grey", wishes=Wishes(logits="logits"), others=by_torch)
    again = registry.find(str(tmp_path / "again"))
    assert (again.model.side, again.train) == (side, stored.train)
    np.testing.assert_allclose(forward.decode(again, CODES.numpy()), forward.decode(stored, CODES.numpy()), atol=1e-6)
    x = mnist.observe_fixed(datasets.shown(again.train.data)[0].images, "grey", 0)
    for one, other in zip(forward.encode(again, x), forward.encode(stored, x), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-5)  # type: ignore[arg-type]


def test_it_is_measured_and_described_like_any_other(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    encoder, decoder = dense(16)
    adopt(encoder=encoder, decoder=decoder, folder=tmp_path / "model", data=images(tmp_path, 16))
    stored = registry.find(str(tmp_path / "model"))
    assert cli.main(["info", str(tmp_path / "model"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["model"]["side"] == 16
    quick = ["--samples", "1", "--is-samples", "20", "--protocol", "threshold", "--json"]
    assert cli.main(["evaluate", str(tmp_path / "model"), *quick]) == 0
    found = json.loads(capsys.readouterr().out)
    test = datasets.load(stored.train.data, "test").images
    steps = (np.arange(120) + 0.5) * 0.1 - 6
    z = np.stack(np.meshgrid(steps, steps), -1).reshape(-1, 2)
    x = mnist.observe_fixed(test, "threshold", 0)
    want = [np.logaddexp.reduce(terms.log_px_given_z(stored, one, z) + terms.log_prior(z)) + 2 * np.log(0.1) for one in x]
    assert found["log_px_exact"] == pytest.approx(np.mean(want), abs=0.01)


def test_the_sprite_holds_its_images(adopted: tuple[nn.Module, nn.Module, int, Path], tmp_path: Path) -> None:
    _, _, side, folder = adopted
    stored = registry.find(str(folder))
    write_projector(stored, tmp_path)
    sprite = np.asarray(Image.open(tmp_path / "sprite.png"))
    assert sprite.shape == (8 * side, 8 * side)  # 60 images in the smallest square
    shown = datasets.shown(stored.train.data)[0].images
    for place in (0, 9, 59):
        row, column = divmod(place, 8)
        tile = sprite[row * side : (row + 1) * side, column * side : (column + 1) * side]
        np.testing.assert_array_equal(tile, shown[place])
    described = json.loads((tmp_path / "config.json").read_text())["embeddings"][0]
    assert described["sprite"]["singleImageDim"] == [side, side]
    assert (tmp_path / "projector_config.pbtxt").read_text().count(f"single_image_dim: {side}\n") == 2


def test_images_of_another_size_are_read_at_that_of_the_model(tmp_path: Path) -> None:
    encoder, decoder = dense(16)
    model = adopt(encoder=encoder, decoder=decoder, data=images(tmp_path, 40), folder=tmp_path / "model")
    assert datasets.side(model.trained.data) == 16
    assert datasets.shown(model.trained.data)[0].images.shape == (COUNT, 16, 16)
    told = registry.find(str(tmp_path / "model")).metrics["imported"]["images"]
    assert told.startswith("your own, of 40 × 40 pixels made 16 × 16, its training split")


def test_a_list_of_layers_says_by_itself_what_images_they_take(tmp_path: Path) -> None:
    own = nn.Sequential(nn.Conv2d(1, 2, 3, 2, 1), nn.Flatten(), nn.Linear(2 * 8**2, 4), nn.Linear(2, 16**2))
    listed = {
        "encoder": [
            {"op": "reshape", "shape": [1, 16, 16]}, {"op": "conv", "weights": "0", "stride": 2, "padding": 1}, {"op": "flatten"},
            {"op": "linear", "weights": "2"},
        ],
        "decoder": [{"op": "linear", "weights": "3"}, {"op": "sigmoid"}],
    }  # fmt: skip
    model = adopt(weights=own.state_dict(), layers=listed, data=images(tmp_path, 16))
    x = torch.rand(3, 256)
    q = model.encode(x)
    torch.testing.assert_close(torch.cat([q.mu, q.logvar], 1), own[:3](x.reshape(-1, 1, 16, 16)), rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(model.decode(CODES), own[3](CODES).sigmoid(), rtol=1e-5, atol=1e-5)
    larger = {**listed, "decoder": [{"op": "linear", "weights": "3"}, {"op": "reshape", "shape": [1, 16, 16]},
                                    {"op": "upsample", "to": [32, 32]}, {"op": "sigmoid"}]}  # fmt: skip
    with pytest.raises(EngineError, match="and not the 256 numbers of 16 × 16 pixels"):
        adopt(weights=own.state_dict(), layers=larger, data=images(tmp_path, 16))


def test_a_folder_of_pythae_says_how_large_its_images_are(tmp_path: Path) -> None:
    own = saved(tmp_path / "student", "VAE", side=20, reconstruction_loss="bce")
    data = images(tmp_path, 20)
    import_model([tmp_path / "student"], tmp_path / "model", data=data, protocol="grey", wishes=Wishes(), others=by_torch)
    model = load_model(str(tmp_path / "model"))
    torch.testing.assert_close(model.decode(CODES), own.decode(CODES), rtol=1e-5, atol=1e-5)
    x = torch.rand(3, 400)
    torch.testing.assert_close([model.encode(x).mu, model.encode(x).logvar], own.encoder(x), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(("side", "hint"), [(16, False), (32, True), (33, False)])
def test_a_data_set_of_digits_is_no_data_of_such_a_model(side: int, hint: bool, tmp_path: Path) -> None:
    encoder, decoder = dense(side)
    with pytest.raises(EngineError, match=rf"takes images of {side} × {side} pixels. MNIST has images of 28 × 28") as caught:
        adopt(encoder=encoder, decoder=decoder, folder=tmp_path / "model")
    assert one_line(caught.value)
    assert ("ZeroPad2d(2) before" in str(caught.value)) == hint
    assert not (tmp_path / "model").exists()


@pytest.mark.parametrize("side", [3, 65])
def test_images_are_of_4_to_64_pixels_a_side(side: int, tmp_path: Path) -> None:
    encoder, decoder = dense(side)
    with pytest.raises(EngineError, match="no square images of 4 to 64 pixels a side"):
        adopt(encoder=encoder, decoder=decoder)
