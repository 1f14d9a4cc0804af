"""How large a model's images are: a property of the model and of its data, 28 × 28 where neither says otherwise."""

from __future__ import annotations

import dataclasses
import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from support.builders import DECODERS, ENCODERS, LISTED, one_line, short, tiny
from torch import Tensor

from vae_engine import EngineError, ModelConfig, build_model, exact_log_px
from vae_engine.data import datasets, own
from vae_engine.inference.exact import log_joint
from vae_engine.model import loading
from vae_engine.runs import archive, runs
from vae_engine.stored import checkpoints, forward
from vae_engine.stored.architecture import layers
from vae_engine.stored.config import ListedConfig, TrainConfig, model_config
from vae_engine.stored.records import shape_after
from vae_engine.training import training

SIDES = (4, 16, 28, 36, 64)


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("likelihood", ["bernoulli", "gaussian"])
@pytest.mark.parametrize("encoder", ENCODERS)
@pytest.mark.parametrize("decoder", DECODERS)
def test_networks_of_any_kind_take_and_give_side_squared_pixels(encoder: str, decoder: str, likelihood: str, side: int) -> None:
    described = layers(config := tiny(encoder, decoder, likelihood=likelihood, side=side))
    assert config.pixels == side**2
    assert shape_after(described["encoder"], (side**2,), "encoder") == (4,)
    assert shape_after(described["decoder"], (2,), "decoder") == (side**2 * (1 + (likelihood == "gaussian")),)


def test_what_was_stored_before_says_nothing_of_it_and_is_28(tmp_path: Path) -> None:
    assert "side" not in ModelConfig().to_dict()
    assert model_config(ModelConfig().to_dict()).side == 28
    assert model_config(tiny(side=16).to_dict()) == tiny(side=16)
    listed = ListedConfig(layers=LISTED).to_dict()
    assert "side" not in listed
    with pytest.raises(EngineError, match=r"does not fit the shape \[256\]"):
        model_config(listed | {"side": 16})


@pytest.mark.parametrize("side", [3, 65, 16.0, "16", None, True])
def test_it_is_a_whole_number_from_4_to_64(side: object) -> None:
    with pytest.raises(EngineError, match="side must be a whole number from 4 to 64") as caught:
        model_config({"side": side})
    assert one_line(caught.value)


def test_networks_that_no_such_image_fits_are_refused() -> None:
    with pytest.raises(EngineError, match="multiple of 4"):
        tiny("mlp", "conv", side=30)
    with pytest.raises(EngineError, match="8 × 8 pixels or more"):
        ModelConfig(encoder="conv", encoder_widths=(2, 2, 2, 8), side=6)


@pytest.mark.parametrize("side", [4, 16, 36])
def test_numpy_decodes_as_torch_does(side: int, tmp_path: Path) -> None:
    model = build_model(tiny("conv", "conv", side=side))
    loading.save(tmp_path / "model", model, TrainConfig(), {})
    z = torch.randn(7, 2, generator=torch.Generator().manual_seed(0))
    pixels = forward.decode(checkpoints.read(tmp_path / "model"), z.numpy())
    assert pixels.shape == (7, side, side)
    np.testing.assert_allclose(pixels.reshape(7, -1), model.decode(z).detach(), atol=1e-6)


def test_log_px_of_16_by_16_pixels_is_the_plain_sum_over_a_fine_lattice() -> None:
    model = build_model(tiny(decoder="mlp", side=16), seed=1).requires_grad_(False)
    images = (torch.rand(5, 256, generator=torch.Generator().manual_seed(2)) < 0.4).float()
    steps = (torch.arange(120) + 0.5) * 0.1 - 6
    expected = log_joint(model, images, torch.cartesian_prod(steps, steps)).double().logsumexp(1) + 2 * math.log(0.1)
    torch.testing.assert_close(exact_log_px(model, images).log_px, expected, rtol=0, atol=1e-3)


def own_images(folder: Path, side: int, count: int = 40) -> str:
    images = np.random.default_rng(0).integers(0, 256, (count, side, side), np.uint8)
    np.savez(folder / "own.npz", images=images, labels=np.arange(count) % 2)
    return str(folder / "own.npz")


def trained(folder: Path, side: int) -> tuple[ModelConfig, TrainConfig]:
    data = datasets.pinned(datasets.of_side(own_images(folder, side), side))
    return tiny(side=side), dataclasses.replace(short(data=data, classes=datasets.classes(data)), steps=2)


def test_a_run_on_images_of_another_size_travels_with_them(tmp_path: Path) -> None:
    model, train = trained(tmp_path, 12)
    list(runs.start(tmp_path / "run", model, train))
    archive.pack(tmp_path / "run", tmp_path / "run.zip")
    archive.unpack(tmp_path / "run.zip", tmp_path / "again")
    there, here = (checkpoints.read(tmp_path / name) for name in ("again", "run"))
    assert there.model == here.model
    assert datasets.side(there.train.data) == 12
    np.testing.assert_array_equal(*(datasets.load(one.train.data, "test").images for one in (there, here)))


def test_a_run_of_a_stranger_whose_images_do_not_fit_its_model_is_refused(tmp_path: Path) -> None:
    model, train = trained(tmp_path, 12)
    list(runs.start(tmp_path / "run", model, train))
    config = json.loads((tmp_path / "run" / "config.json").read_text())
    config["model"]["side"] = 13
    (tmp_path / "run" / "config.json").write_text(json.dumps(config))
    with pytest.raises(EngineError, match=r"of another size|shape"):
        archive.pack(tmp_path / "run", tmp_path / "run.zip")
    list(runs.start(tmp_path / "digits", tiny(), short(steps=2)))
    config = json.loads((tmp_path / "digits" / "config.json").read_text())
    config["model"]["side"] = 12
    (tmp_path / "digits" / "config.json").write_text(json.dumps(config))
    with pytest.raises(EngineError, match="of another size"):
        archive.pack(tmp_path / "digits", tmp_path / "digits.zip")


def test_a_model_is_not_trained_on_images_that_it_does_not_take(tmp_path: Path) -> None:
    _, train = trained(tmp_path, 12)
    with pytest.raises(EngineError, match="The images are of 12 × 12 pixels, and the model takes 28 × 28"):
        next(training.train(tiny(), train))


def test_images_are_read_at_the_side_that_their_address_wishes(tmp_path: Path) -> None:
    path = own_images(tmp_path, 20)
    as_they_are = own.known(own.address(path, own.Wishes(side=20)))
    np.testing.assert_array_equal(as_they_are.as_in_the_files().images, np.load(path)["images"])
    assert "read as 20 × 20 grey" in "\n".join(as_they_are.report.lines())
    assert own.known(path).images.images.shape == (40, 28, 28)
    smaller = own.known(own.address(path, own.Wishes(side=10))).as_in_the_files().images
    means = np.load(path)["images"].reshape(40, 10, 2, 10, 2).mean((2, 4))
    assert np.abs(smaller - means).max() <= 1  # of two pixels each way the mean, rounded twice
    again = own.parse(own.packed(own.address(path, own.Wishes(side=20))), "packed")
    np.testing.assert_array_equal(again.as_in_the_files().images, np.load(path)["images"])


@pytest.mark.parametrize("side", ["3", "65", "1e1", "-16", "a"])
def test_an_address_of_no_such_size_is_refused(side: str, tmp_path: Path) -> None:
    with pytest.raises(EngineError) as caught:
        own.known(f"{own_images(tmp_path, 8)}?side={side}")
    assert one_line(caught.value)


@pytest.mark.parametrize("side", [5, 8])
def test_images_of_one_tone_are_found_at_any_size(side: int, tmp_path: Path) -> None:
    images = np.random.default_rng(0).integers(0, 256, (30, side, side), np.uint8)
    images[[4, 17]] = [[[9]], [[0]]]
    np.savez(tmp_path / "own.npz", images=images, labels=np.arange(30) % 2)
    found = own.known(own.address(tmp_path / "own.npz", own.Wishes(side=side)))
    assert len(found.report.one_tone) == 2


def test_the_decoder_keeps_its_gradient_at_every_size() -> None:
    model = build_model(tiny("conv", "conv", side=16))
    x: Tensor = torch.rand(3, 256)
    (-model.likelihood.log_prob(x, model.decode_logits(model.encode(x).mu))).sum().backward()  # type: ignore[union-attr]
    assert all(weight.grad is not None and weight.grad.abs().sum() > 0 for weight in model.decoder.parameters())
