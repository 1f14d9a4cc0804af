"""What the experiments measure on: images drawn at random, fewer within more, each with the same pixels."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from vae_engine.data import mnist as data
from vae_engine.experiments.common import drawn, drawn_places


@pytest.mark.parametrize("protocol", ["dynamic", "grey"])
@pytest.mark.parametrize("seed", [0, 3])
def test_fewer_images_lie_within_more_with_the_same_pixels(protocol: str, seed: int) -> None:
    whole = torch.from_numpy(data.observe_fixed(data.load("test").images, protocol, seed))
    assert torch.equal(drawn("test", protocol=protocol, seed=seed), whole)
    many = drawn("test", 1000, protocol, seed)
    assert torch.equal(many, whole[drawn_places("test", 1000, seed)])
    assert torch.equal(drawn("test", 500, protocol, seed), many[:500])


def test_images_come_from_all_of_a_split_and_another_seed_draws_others() -> None:
    places = drawn_places("test", 1000)
    assert len(set(places.tolist())) == 1000
    assert 0.45 < (places < 5000).mean() < 0.55  # the halves of the test images are different populations
    assert not np.array_equal(places, drawn_places("test", 1000, 1))


def test_images_are_drawn_among_those_trained_on_where_that_is_asked() -> None:
    trained = drawn("train", among=50)
    assert torch.equal(trained, drawn("train")[:50])
    some = drawn("train", 20, among=50)
    assert all(any(torch.equal(one, other) for other in trained) for one in some)
    assert not torch.equal(some, trained[:20])
