"""Optimisers, the learning-rate schedule and the running average of weights."""

from __future__ import annotations

import itertools
import subprocess
import sys
from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from support.builders import short, tiny

from vae_engine import TrainConfig, build_model
from vae_engine.training.optimisers import Averaged, Optimiser, learning_rate_factor

warmups = st.floats(0.0, 0.9)


@given(warmups, st.floats(0, 1))
def test_rate_is_a_positive_share_of_its_peak_and_zero_only_at_the_end(warmup: float, progress: float) -> None:
    factor = learning_rate_factor(TrainConfig(lr_warmup=warmup), progress)
    assert 0 <= factor <= 1
    assert factor > 0 or progress > 0.999


@given(warmups)
def test_rate_peaks_at_one_when_warm_up_ends_and_falls_to_zero(warmup: float) -> None:
    config = TrainConfig(lr_warmup=warmup)
    assert learning_rate_factor(config, warmup) == pytest.approx(1.0)
    assert learning_rate_factor(config, 1.0) == pytest.approx(0.0, abs=1e-12)
    before = [learning_rate_factor(config, share * warmup) for share in np.linspace(0, 1, 50)]
    after = [learning_rate_factor(config, warmup + share * (1 - warmup)) for share in np.linspace(0, 1, 50)]
    assert before == sorted(before)
    assert after == sorted(after, reverse=True)


@given(st.floats(0.01, 0.9))
def test_rate_is_continuous(warmup: float) -> None:
    config = TrainConfig(lr_warmup=warmup)
    steepest = np.pi / 2 / min(warmup, 1 - warmup)
    factors = [learning_rate_factor(config, progress) for progress in np.linspace(0, 1, 501)]
    assert max(abs(b - a) for a, b in itertools.pairwise(factors)) <= steepest / 500 * 1.01


@given(st.floats(0, 1))
def test_constant_schedule_stays_at_its_peak(progress: float) -> None:
    assert learning_rate_factor(TrainConfig(schedule="constant"), progress) == 1.0


def cube(model: torch.nn.Module) -> torch.Tensor:
    """A loss whose gradients differ from weight to weight and from step to step."""
    return sum((weight**3).sum() for weight in model.parameters())


@pytest.mark.parametrize("name", ["adam", "adagrad", "sgd"])
def test_every_optimiser_lowers_a_quadratic(name: str) -> None:
    model = build_model(tiny())
    optimiser = Optimiser(model.parameters(), short(optimizer=name))
    norms = []
    for _ in range(20):
        loss = sum((weight**2).sum() for weight in model.parameters())
        optimiser.clear()
        loss.backward()
        optimiser.step(1e-2)
        norms.append(loss.item())
    assert norms == sorted(norms, reverse=True)


@pytest.mark.parametrize(
    ("name", "theirs"),
    [
        ("adam", partial(torch.optim.AdamW, betas=(0.9, 0.97), fused=True)),
        ("adagrad", torch.optim.Adagrad),
        ("sgd", torch.optim.SGD),
    ],
)
def test_steps_are_those_of_torchs_own_optimisers(name: str, theirs: Callable) -> None:
    first, second = build_model(tiny()), build_model(tiny())
    ours = Optimiser(first.parameters(), short(optimizer=name, weight_decay=0.01, adam_beta2=0.97))
    torchs = theirs(second.parameters(), lr=1.0, weight_decay=0.01)
    for rate in (1e-2, 3e-3, 1e-3):
        torchs.param_groups[0]["lr"] = rate
        for model in (first, second):
            model.zero_grad()
            cube(model).backward()
        ours.step(rate)
        torchs.step()
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), second.parameters(), strict=True))


@pytest.mark.parametrize("name", ["adam", "adagrad", "sgd"])
def test_restored_optimiser_takes_the_same_next_step(name: str) -> None:
    config = short(optimizer=name, weight_decay=0.01)

    def step(model: torch.nn.Module, optimiser: Optimiser) -> None:
        optimiser.clear()
        cube(model).backward()
        optimiser.step(1e-2)

    first, second = build_model(tiny()), build_model(tiny())
    before = Optimiser(first.parameters(), config)
    for _ in range(3):
        step(first, before)
    second.load_state_dict(first.state_dict())
    after = Optimiser(second.parameters(), config)
    after.restore({name: tensor.clone() for name, tensor in before.state().items()})
    step(first, before)
    step(second, after)
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), second.parameters(), strict=True))


def test_weight_decay_shrinks_weights_whose_gradient_is_zero_and_no_gradient_leaves_them() -> None:
    model = build_model(tiny())
    before = [weight.detach().clone() for weight in model.parameters()]
    optimiser = Optimiser(model.parameters(), short(weight_decay=0.5))
    optimiser.step(0.1)
    assert all(torch.equal(old, new) for old, new in zip(before, model.parameters(), strict=True))
    for weight in model.parameters():
        weight.grad = torch.zeros_like(weight)
    optimiser.step(0.1)
    for old, new in zip(before, model.parameters(), strict=True):
        torch.testing.assert_close(new.detach(), 0.95 * old)


def test_training_does_not_import_torchs_compiler() -> None:
    program = """
import sys
from vae_engine.data import mnist as data
from vae_engine.training import training
from vae_engine.stored.config import ModelConfig, TrainConfig
images = data.load("train").head(8)
model, settings = ModelConfig(encoder_widths=(8,), decoder_widths=(8,)), TrainConfig(steps=2, grad_clip=1.0, held_out=8)
for _ in training.train(model, settings, train_images=images, validation_images=images, live=True):
    pass
print("torch._dynamo" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "False\n"


def test_average_is_the_recursion_with_a_decay_that_grows_to_its_limit() -> None:
    model = build_model(tiny())
    averaged = Averaged(model, 0.5)
    name, weight = next(iter(model.named_parameters()))
    expected = weight.detach().clone()
    for update in range(1, 20):
        with torch.no_grad():
            weight += 1.0
        averaged.update(model)
        decay = min(0.5, (1 + update) / (10 + update))
        expected = decay * expected + (1 - decay) * weight.detach()
    torch.testing.assert_close(averaged.model.get_parameter(name), expected)


def test_average_of_decay_zero_is_the_model_itself() -> None:
    model = build_model(tiny())
    assert Averaged(model, 0.0).model is model


def test_averaging_leaves_the_model_alone() -> None:
    model = build_model(tiny())
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    Averaged(model, 0.9).update(model)
    assert all(torch.equal(before[name], tensor) for name, tensor in model.state_dict().items())
    assert all(weight.requires_grad for weight in model.parameters())
