"""MNIST and its split, and what a network sees of a pixel under each protocol."""

from __future__ import annotations

import hashlib
from collections import Counter

import numpy as np
import pytest

from vae_engine import EngineError
from vae_engine.data import mnist as data

RAMP = np.arange(256, dtype=np.uint8)
"""Every grey level once."""


def hashes(images: np.ndarray) -> Counter[bytes]:
    return Counter(hashlib.blake2b(image.tobytes(), digest_size=8).digest() for image in images)


def shares_on(protocol_draws: np.ndarray) -> np.ndarray:
    """The share of draws in which each grey level was on: [256]."""
    return protocol_draws.reshape(-1, 256).mean(0, dtype=np.float64)


def assert_bernoulli(shares: np.ndarray, draws: int) -> None:
    """Shares of `draws` draws at grey levels 0…255 agree with Bernoulli(level/255)."""
    expected = RAMP / 255
    assert shares[0] == 0.0
    assert shares[255] == 1.0
    inner = slice(1, 255)
    z = (shares - expected)[inner] / np.sqrt(expected * (1 - expected) / draws)[inner]
    assert np.abs(z).max() < 5
    # Σz² is χ² of 254 degrees of freedom: mean 254, standard deviation √508.
    assert abs((z**2).sum() - 254) < 5 * np.sqrt(508)


@pytest.mark.parametrize(("split", "count"), [("train", 50_000), ("validation", 10_000), ("test", 10_000)])
def test_splits_have_their_sizes_and_all_ten_digits(split: str, count: int) -> None:
    loaded = data.load(split)
    assert loaded.images.shape == (count, 28, 28)
    assert loaded.images.dtype == loaded.labels.dtype == np.uint8
    assert len(loaded) == len(loaded.labels) == count
    assert set(loaded.labels.tolist()) == set(range(10))


def test_train_and_validation_are_disjoint_and_together_the_whole_training_file() -> None:
    raw = data._read_checked(data.MNIST, "train-images-idx3-ubyte")
    train, validation = (hashes(data.load(split).images) for split in ("train", "validation"))
    assert train + validation == hashes(raw)


def test_labels_stay_with_their_images() -> None:
    images = data._read_checked(data.MNIST, "train-images-idx3-ubyte")
    labels = data._read_checked(data.MNIST, "train-labels-idx1-ubyte")
    known = {image.tobytes(): label for image, label in zip(images, labels, strict=True)}
    for split in ("train", "validation"):
        part = data.load(split).head(300)
        assert [known[image.tobytes()] for image in part.images] == part.labels.tolist()


def test_the_split_is_the_same_every_time() -> None:
    first = data.load("validation")
    data._load.cache_clear()
    second = data.load("validation")
    assert first is not second
    assert np.array_equal(first.images, second.images)


def test_loaded_images_cannot_be_written_to() -> None:
    with pytest.raises(ValueError, match="read-only"):
        data.load("test").images[0, 0, 0] = 1


def test_head_takes_the_first_images_with_their_labels() -> None:
    test = data.load("test")
    assert np.array_equal(test.head(7).images, test.images[:7])
    assert np.array_equal(test.head(7).labels, test.labels[:7])


def test_a_draw_of_images_lies_within_every_larger_one_and_is_fixed_by_its_seed() -> None:
    thousand = data.drawn(1000, 10_000, 3)
    assert np.array_equal(data.drawn(500, 10_000, 3), thousand[:500])
    assert sorted(data.drawn(10_000, 10_000, 3)) == list(range(10_000))
    assert len(set(thousand) & set(data.drawn(1000, 10_000, 4))) < 200, "a tenth of a tenth in common, by chance"
    assert np.array_equal(data.drawn(None, 7, 3), np.arange(7))
    assert sorted(data.drawn(9, 7, 3)) == list(range(7))


def test_a_draw_is_of_the_whole_population() -> None:
    """The first half of MNIST's test images has a sixth less ink than the second; a draw has as many of either."""
    ink = data.load("test").images.mean((1, 2))
    assert ink[:5000].mean() < 0.9 * ink[5000:].mean()
    chosen = ink[data.drawn(1000, len(ink), 0)]
    assert abs(chosen.mean() - ink.mean()) < 3 * chosen.std() / np.sqrt(len(chosen))


def test_an_unknown_split_is_refused_by_name() -> None:
    with pytest.raises(EngineError, match="'dev'"):
        data.load("dev")


def test_grey_is_the_pixel_over_255() -> None:
    x = data.observe(RAMP.reshape(1, 16, 16), "grey", data.generator(0))
    assert x.dtype == np.float32
    np.testing.assert_allclose(x[0], RAMP / 255, rtol=1e-7)


def test_threshold_is_on_above_one_half() -> None:
    x = data.observe(RAMP.reshape(1, 16, 16), "threshold", data.generator(0))
    assert np.array_equal(x[0], (RAMP / 255 > 0.5).astype(np.float32))


@pytest.mark.parametrize("protocol", ["grey", "threshold"])
def test_fixed_observation_of_a_protocol_without_chance_is_the_observation(protocol: str) -> None:
    image = RAMP.reshape(1, 16, 16)
    assert np.array_equal(data.observe_fixed(image, protocol, 3), data.observe(image, protocol, data.generator(0)))


def test_dynamic_is_a_bernoulli_draw_of_mean_pixel_over_255() -> None:
    draws = 20_000
    x = data.observe(np.tile(RAMP, (draws, 1)), "dynamic", data.generator(1))
    assert set(np.unique(x)) == {0.0, 1.0}
    assert_bernoulli(shares_on(x), draws)


def test_fixed_dynamic_is_a_bernoulli_draw_of_mean_pixel_over_255() -> None:
    draws = 20_000
    assert_bernoulli(shares_on(data.observe_fixed(np.tile(RAMP, (draws, 1)), "dynamic", 5)), draws)


@pytest.mark.parametrize("seed", [0, 1, 2**31 - 1])
def test_black_is_never_on_and_white_always(seed: int) -> None:
    for level in (0, 255):
        image = np.full((1, 100_000), level, np.uint8)  # seed 0 hashes the first pixel to 0
        for x in (data.observe(image, "dynamic", data.generator(seed)), data.observe_fixed(image, "dynamic", seed)):
            assert (x == level / 255).all()


def test_neighbouring_pixels_are_drawn_independently() -> None:
    grey = np.full((1, 1_000_000), 128, np.uint8)
    for x in (data.observe(grey, "dynamic", data.generator(2)), data.observe_fixed(grey, "dynamic", 2)):
        for lag in (1, 28, 784):
            assert abs(np.corrcoef(x[0, :-lag], x[0, lag:])[0, 1]) < 5e-3


def test_fixed_dynamic_of_the_first_images_does_not_depend_on_how_many_follow(digits: data.Images) -> None:
    whole = data.observe_fixed(digits.images, "dynamic", 4)
    for count in (1, 10, 63):
        assert np.array_equal(data.observe_fixed(digits.images[:count], "dynamic", 4), whole[:count])


def test_fixed_dynamic_is_fixed_by_its_seed(digits: data.Images) -> None:
    draws = [data.observe_fixed(digits.images, "dynamic", seed) for seed in (0, 0, 1, 2**31 - 1)]
    assert np.array_equal(draws[0], draws[1])
    grey = (digits.images.reshape(-1) > 0) & (digits.images.reshape(-1) < 255)
    for one, other in ((0, 2), (2, 3), (0, 3)):
        differing = (draws[one].reshape(-1) != draws[other].reshape(-1))[grey].mean()
        assert 0.2 < differing < 0.4  # 2p(1−p) averaged over the grey pixels


def test_fresh_dynamic_draws_differ_and_are_repeated_by_the_same_key(digits: data.Images) -> None:
    first, again, next_step = (data.observe(digits.images, "dynamic", data.generator(0, 2, step)) for step in (7, 7, 8))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, next_step)
