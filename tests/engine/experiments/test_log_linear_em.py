"""The log-linear latent model: normalised, exact E-step, an EM that never goes down, features that contain one another."""

from __future__ import annotations

import itertools
import math
from pathlib import Path

import pytest
import torch
from support.experiment_checks import check_sound, tiny_result
from torch import Tensor
from torch.distributions import Bernoulli, Categorical

from vae_engine.experiments.common import drawn
from vae_engine.experiments.log_linear_em.measure import VAES, halved
from vae_engine.stored import registry
from vae_engine.training.log_linear import (
    Features,
    LogLinear,
    block_features,
    climb,
    em,
    expectation,
    expected_features,
    first_guess,
    log_normaliser,
    maximisation,
    pixel_features,
)

EVERY = torch.tensor(list(itertools.product((0.0, 1.0), repeat=16)), dtype=torch.float64)
"""All images of 4 × 4 pixels."""


def random_model(features: Features, classes: int) -> LogLinear:
    rng = torch.Generator().manual_seed(0)
    shape = (classes, len(features.blocks), features.table.shape[1])
    share = torch.rand(classes, generator=rng, dtype=torch.float64)
    return LogLinear(features, (share / share.sum()).log(), torch.randn(shape, generator=rng, dtype=torch.float64))


@pytest.fixture(scope="module")
def small() -> Tensor:
    """400 images of 14 × 14 pixels."""
    return torch.from_numpy(halved("train", 400)).double()


def test_the_tiny_form_gives_a_sound_result(tmp_path: Path) -> None:
    check_sound(tiny_result("log-linear-em"), tmp_path)


@pytest.mark.parametrize("features", [pixel_features(16), block_features(4, 2, 2, 2), block_features(4, 2, 4, 3)])
def test_probabilities_of_all_images_sum_to_one(features: Features) -> None:
    model = random_model(features, 3)
    _, log_px = expectation(model, features.of(EVERY))
    assert log_px.exp().sum().item() == pytest.approx(1, abs=1e-12)


def test_single_pixels_make_a_mixture_of_bernoullis_with_its_exact_posterior() -> None:
    model = random_model(pixel_features(16), 3)
    x = EVERY[::997]
    found, log_px = expectation(model, x)
    given = torch.stack([Bernoulli(logits=weight[:, 0]).log_prob(x).sum(-1) for weight in model.weight], 1)
    joint = given + Categorical(logits=model.log_share).logits
    torch.testing.assert_close(log_px, joint.logsumexp(1))
    torch.testing.assert_close(found, joint.softmax(1))


@pytest.mark.parametrize("prior", [0.0, 0.1])
@pytest.mark.parametrize(("order", "steps"), [(1, 40), (2, 40), (4, 10)])
def test_em_with_gradient_steps_never_lowers_the_likelihood(order: int, steps: int, prior: float, small: Tensor) -> None:
    features = block_features(14, 2, 2, order)
    observed = features.of(small)
    start = first_guess(features, observed, 4, torch.Generator().manual_seed(1))
    heights = torch.tensor([one.objective for one in em(start, observed, 12, prior, steps)])
    assert (heights.diff() > -1e-7).all()
    assert heights[-1] > heights[0] + 1000
    assert heights[0] > -len(small) * 196 * math.log(2)  # better than coins from the start


def test_a_gradient_step_is_taken_only_where_it_climbs() -> None:
    features = block_features(4, 2, 2, 2)
    wanted = features.of(EVERY[::991]).mean(0).reshape(1, 4, 10)
    weight = 5 * random_model(features, 1).weight
    heights = []
    for _ in range(30):
        heights.append((weight * wanted).sum(-1) - log_normaliser(features, weight))
        weight = climb(features, weight, wanted, 5)
    assert (torch.stack(heights).diff(dim=0) >= 0).all()


@pytest.mark.parametrize("prior", [0.1, 3.0])
def test_em_in_closed_form_never_lowers_the_likelihood(prior: float, small: Tensor) -> None:
    features = pixel_features(196)
    start = first_guess(features, small, 6, torch.Generator().manual_seed(1))
    heights = torch.tensor([one.objective for one in em(start, small, 40, prior)])
    assert (heights.diff() > -1e-7).all()
    assert heights[-1] > heights[0] + 1000


def test_gradient_steps_find_the_closed_form(small: Tensor) -> None:
    features = pixel_features(196)
    start = first_guess(features, small, 3, torch.Generator().manual_seed(1))
    responsibilities, _ = expectation(start, small)
    closed = maximisation(start, small, responsibilities, 1.0, 0)
    climbed = maximisation(start, small, responsibilities, 1.0, 3000)
    counted = (responsibilities.T @ small + 0.5) / (responsibilities.sum(0)[:, None] + 1)
    torch.testing.assert_close(closed.weight[..., 0].sigmoid(), counted)
    torch.testing.assert_close(closed.weight.sigmoid(), climbed.weight.sigmoid(), rtol=0, atol=1e-3)
    torch.testing.assert_close(closed.log_share, climbed.log_share)


def test_at_the_top_observed_and_expected_features_agree(small: Tensor) -> None:
    features = block_features(14, 2, 2, 2)
    wanted = 0.05 + 0.9 * features.of(small).mean(0).reshape(1, 49, 10)
    weight = climb(features, torch.zeros_like(wanted), wanted, 5000)
    torch.testing.assert_close(expected_features(features, weight), wanted, rtol=0, atol=2e-3)


def test_expected_minus_observed_features_is_the_gradient_of_log_p() -> None:
    features = block_features(4, 2, 2, 2)
    model = random_model(features, 1)
    weight = model.weight.requires_grad_()
    observed = features.of(EVERY[::4099])
    LogLinear(features, model.log_share, weight).log_joint(observed).mean().backward()
    wanted = observed.mean(0).reshape(1, 4, 10) - expected_features(features, weight.detach())
    torch.testing.assert_close(weight.grad, wanted)


def test_more_classes_and_richer_features_fit_better() -> None:
    mixtures, features = tiny_result("log-linear-em").findings.tables
    by_model = {row[0]: row for row in mixtures.rows}
    assert by_model["mixture of 5"][4] > by_model["mixture of 1"][4] + 10
    trained = {(row[0], row[1]): row[2] for row in features.rows}
    for classes in (1, 3):
        assert trained["all products", classes] > trained["pixels", classes] + 1
        assert trained["pixels and pairs", classes] > trained["pixels", classes] + 1


def test_the_vaes_beside_it_carry_their_published_exact_numbers() -> None:
    rows = {row[0]: row for row in tiny_result("log-linear-em").findings.tables[0].rows}
    for name in VAES:
        stored = registry.find(name).metrics
        assert rows[name][4:6] == (round(stored["log_px_exact"], 2), round(stored["log_px_exact_se"], 2))
        assert (stored["protocol"], stored["split"], stored["n"], stored["seed"]) == ("dynamic", "test", 10_000, 0)
    assert len(drawn("test")) == 10_000
