"""What a notebook gives is what a map shows, however it is laid out, or is refused in a sentence."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.numpy import load
from support.builders import one_line, save_model, tiny
from support.bundles import unpacked
from torch import nn

from dashboard.notebook.showing import Showing, showing
from vae_engine import EngineError, adopt, build_model, load_model
from vae_engine.data import datasets
from vae_engine.data import mnist as data
from vae_engine.stored.weights import notes


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the training images the first, which are encoded for each model."""
    whole = data.load
    monkeypatch.setattr(data, "load", lambda split: whole(split).head(50 if split == "train" else 10_000))


def header(shown: Showing, place: int = 0) -> dict[str, Any]:
    content = unpacked(shown.bundles[place])
    described = json.loads(notes(content)["bundle"])
    described["points"]["labels"] = load(content)["points.labels"]
    return described


@pytest.mark.parametrize("layout", [
    lambda x: x, lambda x: x.reshape(-1, 784), lambda x: x[:, None], lambda x: x[..., None].astype(np.int64),
    lambda x: (x / 255).astype(np.float32), lambda x: torch.from_numpy(x / 255).requires_grad_(), lambda x: x.tolist(),
])  # fmt: skip
def test_images_are_the_same_pixels_in_every_layout(layout: Any, tiny_vae: Path, digits: data.Images) -> None:
    few = digits.head(7)
    shown = showing([str(tiny_vae)], ["a"], layout(few.images.copy()), torch.from_numpy(few.labels.astype(np.int64)))
    assert gzip.decompress(shown.images)[16:] == few.images.tobytes()
    assert shown.count == 7
    found = header(shown)
    assert found["points"]["labels"].tolist() == few.labels.tolist()
    assert found["classes"] == list("0123456789")


def test_a_model_of_more_dimensions_is_shown_on_a_plane(tmp_path: Path, tiny_ae: Path) -> None:
    deep = save_model(tmp_path / "deep", tiny(latent_dim=4))
    shown = showing([load_model(str(deep)), tiny_ae], ["mine", "beside"], plane="axes:0,3")
    assert (header(shown)["kind"], header(shown)["plane"]["of"], header(shown, 1)["plane"]) == ("vae", 4, None)
    with pytest.raises(EngineError, match="shown whole"):
        showing([str(tiny_ae)], ["a"], plane="pca")


def test_the_browser_is_asked_of_a_model_that_others_code_made(tiny_vae: Path) -> None:
    pytest.importorskip("onnx")
    mine = adopt(encoder=nn.Linear(784, 4), decoder=nn.Sequential(nn.Linear(2, 784), nn.Sigmoid()))
    shown = showing([mine, tiny_vae], ["mine", "beside"])
    asked = load(unpacked(shown.probes[0]))
    np.testing.assert_allclose(1 / (1 + np.exp(-asked["decoder"])), mine.decode(torch.from_numpy(asked["z"])).numpy(), atol=1e-6)
    assert shown.probes[1] == b""


def test_a_model_in_memory_and_another_by_its_folder_stand_side_by_side(tiny_vae: Path, tiny_ae: Path) -> None:
    shown = showing([load_model(str(tiny_vae)), tiny_ae], ["mine", "unused"])
    assert [header(shown, place)["kind"] for place in (0, 1)] == ["vae", "ae"]
    assert header(shown)["name"] == "mine"
    assert shown.count == len(datasets.shown("mnist")[0])


def test_a_model_of_other_images_is_shown_on_some_of_that_size_and_not_beside_one_of_digits(tiny_vae: Path) -> None:
    model = build_model(tiny(side=16)).eval()
    images = np.random.default_rng(0).integers(0, 256, (9, 16, 16), np.uint8)
    shown = showing([model], ["a"], images, trained_on=images / 255)
    assert (header(shown)["config"]["side"], header(shown)["train"]["count"]) == (16, 9)
    assert gzip.decompress(shown.images)[16:] == images.tobytes()
    refused = {
        "a takes images of 16 × 16 pixels; the images that it was trained on": {"images": images},
        "a takes images of 16 × 16 pixels; the images shown": {},
        r"images are numbers \[n, 16, 16\] or \[n, 256\]": {"images": np.zeros((3, 28, 28))},
    }
    for said, given in refused.items():
        with pytest.raises(EngineError, match=said):
            showing([model], ["a"], **given)
    with pytest.raises(EngineError, match="images of different sizes"):
        showing([model, tiny_vae], ["a", "b"], images)


def test_labels_may_be_words_or_nothing(tiny_vae: Path, digits: data.Images) -> None:
    images = digits.images[:3]
    found = header(showing([tiny_vae], ["a"], images, ["shoe", "bag", "shoe"]))
    assert found["classes"] == ["bag", "shoe"]
    assert found["points"]["labels"].tolist() == [1, 0, 1]
    assert header(showing([tiny_vae], ["a"], images, [-1, 40, 7]))["classes"] == ["-1", "40", "7"]
    assert header(showing([tiny_vae], ["a"], images))["classes"] == ["image"]


X = np.zeros((3, 28, 28))
REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "another size": ({"images": np.zeros((3, 32, 32))}, r"images are numbers \[n, 28, 28\] .*\[3, 32, 32\]"),
    "none": ({"images": X[:0]}, "images are numbers"),
    "words": ({"images": "mnist"}, "images are numbers"),
    "pixels that are too bright": ({"images": X + 255}, "float64 are pixels from 0 to 1, not from 255 to 255"),
    "pixels that are no numbers": ({"images": X * np.nan}, "not from nan to nan"),
    "too few labels": ({"images": X, "labels": [1]}, "one for each of the 3 images"),
    "labels alone": ({"labels": [1]}, "go with images"),
    "too many classes": ({"images": np.zeros((101, 784)), "labels": np.arange(101)}, "101 different labels"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_image_is_refused(case: str, tiny_vae: Path) -> None:
    given, said = REFUSED[case]
    with pytest.raises(EngineError, match=said) as caught:
        showing([tiny_vae], ["a"], **given)
    assert one_line(caught.value)
