"""A model in memory is what it would be on a disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from support.builders import short, tiny

from vae_engine import EngineError, load_model, train
from vae_engine.data import mnist as data
from vae_engine.stored import registry
from vae_engine.stored.in_memory import in_memory


def test_it_has_the_configs_and_weights_of_its_folder(tiny_vae: Path) -> None:
    kept, held = registry.find(str(tiny_vae)), in_memory(load_model(str(tiny_vae)), "mine")
    assert (held.name, held.model, held.train) == ("mine", kept.model, kept.train)
    assert held.weights.keys() == kept.weights.keys()
    for name, tensor in kept.weights.items():
        np.testing.assert_array_equal(held.weights[name], tensor)


def test_its_digest_is_that_of_its_weights(tiny_vae: Path) -> None:
    model = load_model(str(tiny_vae))
    first = in_memory(model, "a")
    assert in_memory(model, "b").sha256 == first.sha256
    next(model.parameters()).data += 1
    assert in_memory(model, "a").sha256 != first.sha256


def test_what_was_trained_says_on_what(digits: data.Images) -> None:
    config = short(protocol="threshold", ema=0.9)
    *_, last = train(tiny(), config, train_images=digits, validation_images=digits.head(20))
    assert in_memory(last.model, "mine").train == config


def test_other_modules_are_sent_to_adopt() -> None:
    with pytest.raises(EngineError, match="A Linear is no model of ours; adopt"):
        in_memory(torch.nn.Linear(2, 2), "mine")
