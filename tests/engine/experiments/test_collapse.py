"""Collapse: the hierarchical bound is made of its KLs, free bits hold their floor, and what β and warm-up do is seen."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from support.experiment_checks import check_sound, tiny_result

from vae_engine.experiments.collapse.measure import bundled_ladder, layered_loss
from vae_engine.experiments.collapse.two_layers import Terms, TwoLayers, free_bits
from vae_engine.experiments.collapse.views import LAYERS
from vae_engine.model import objectives
from vae_engine.model.models import Posterior
from vae_engine.stored import registry


@pytest.fixture(scope="module")
def network() -> TwoLayers:
    """Two layers, untrained."""
    return TwoLayers(3, 2, 8, 0)


@pytest.fixture(scope="module")
def x() -> torch.Tensor:
    """Random bits."""
    return torch.bernoulli(torch.full((5, 784), 0.3), generator=torch.Generator().manual_seed(0))


def test_the_tiny_form_gives_a_sound_result(tmp_path: Path) -> None:
    check_sound(tiny_result("collapse"), tmp_path)


def test_beta_silences_dimensions_and_free_bits_hold_the_upper_layer() -> None:
    arms, ladder, _ = tiny_result("collapse").findings.tables
    low, high = (dict(zip(ladder.columns, ladder.rows[place], strict=True)) for place in (0, -1))
    assert low["KL"] > high["KL"] + 1
    assert low["dimensions that carry"] > high["dimensions that carry"]
    kl = {row[0]: row[arms.columns.index("KL, upper layer")] for row in arms.rows}
    assert kl["plain"] < 0.3 < kl["free bits"]


def test_warm_up_ends_with_a_better_bound_than_plain_training() -> None:
    elbo = {row[0]: row[1] for row in tiny_result("collapse").findings.tables[0].rows}
    assert elbo["warm-up"] > elbo["plain"] + 2


@torch.no_grad()
def test_the_bound_is_the_mean_log_ratio_of_the_joint_to_both_posteriors(network: TwoLayers, x: torch.Tensor) -> None:
    many = x[:1].expand(10_000, -1)
    terms = network.terms(many, torch.Generator().manual_seed(1))
    rng = torch.Generator().manual_seed(2)
    q_lower = network.below.encode(many)
    z_lower = q_lower.sample(rng)[0]
    q_upper = network.encode_upper(z_lower)
    z_upper = q_upper.sample(rng)[0]
    prior = network.prior_lower(z_upper)
    joint = network.below.likelihood.log_prob(many, network.below.decode_logits(z_lower)) + objectives.log_prior(z_upper)
    ratio = joint + objectives.log_q(prior, z_lower) - objectives.log_q(q_lower, z_lower) - objectives.log_q(q_upper, z_upper)
    assert terms.elbo.mean().item() == pytest.approx(ratio.mean().item(), abs=0.2)
    assert torch.allclose(terms.elbo, -(terms.nll + terms.kl_lower.sum(-1) + terms.kl_upper.sum(-1)))


@torch.no_grad()
def test_with_an_upper_layer_on_its_prior_the_lower_kl_is_that_of_one_layer(x: torch.Tensor) -> None:
    network = TwoLayers(3, 2, 8, 0)
    for last in (network.up[-1], network.down[-1]):
        last.weight.zero_()
        last.bias.zero_()
    many = x[:1].expand(10_000, -1)
    terms = network.terms(many, torch.Generator().manual_seed(1))
    assert terms.kl_upper.abs().max().item() == 0
    one_layer = objectives.kl_per_dimension(network.below.encode(x[:1]))[0]
    assert torch.allclose(terms.kl_lower.mean(0), one_layer, atol=0.04)


@torch.no_grad()
def test_the_lower_layers_log_ratio_can_lie_below_0_and_both_layers_together_cannot(
    network: TwoLayers, x: torch.Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    wide = torch.nn.functional.pad  # z₂ repeats two of the three numbers of z₁, which p(z₁|z₂) then knows well
    monkeypatch.setattr(network, "encode_upper", lambda z: Posterior(z[:, :2], torch.full((len(z), 2), -6.0)))
    monkeypatch.setattr(network, "prior_lower", lambda z: Posterior(wide(z, (0, 1)), torch.tensor([-5.0, -5.0, 0.0])))
    terms = network.terms(x[:1].expand(10_000, -1), torch.Generator().manual_seed(1))
    lower, upper = terms.kl_lower.sum(-1).mean(), terms.kl_upper.sum(-1).mean()
    assert lower < -1
    assert lower + upper > 0
    assert "can lie below 0" in LAYERS


def test_free_bits_never_fall_below_their_floor_and_do_not_pull_there() -> None:
    kl = torch.tensor([[0.01, 0.9], [0.03, 1.5]], requires_grad=True)
    cost = free_bits(kl, 0.25)
    assert cost.item() == pytest.approx(0.25 + 1.2)
    cost.backward()
    assert kl.grad is not None
    assert kl.grad[:, 0].tolist() == [0, 0]
    assert (kl.grad[:, 1] > 0).all()
    assert free_bits(torch.zeros((4, 6)), 0.25).item() == pytest.approx(6 * 0.25)


def test_warm_up_weighs_the_kl_from_nothing_to_all() -> None:
    terms = Terms(torch.tensor([100.0]), torch.tensor([[2.0, 1.0]]), torch.tensor([[0.5]]))
    assert [layered_loss(terms, "warm-up", progress).item() for progress in (0, 0.25, 0.5, 0.9)] == [100, 101.75, 103.5, 103.5]
    assert layered_loss(terms, "plain", 0).item() == 103.5
    assert layered_loss(terms, "free bits", 0).item() == 103.5


def test_the_bundled_ladder_holds_every_beta_in_order() -> None:
    betas = [beta for beta, _ in bundled_ladder()]
    assert betas == sorted(betas)
    assert len(betas) == sum(name.startswith("vae-beta-") for name in registry.names()) > 3
