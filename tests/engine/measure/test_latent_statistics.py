"""Statistics of codes, on codes of which they are known."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from support.builders import Toy, tiny
from torch import Tensor

from vae_engine import VAE, EngineError, build_model
from vae_engine.measure import evaluation
from vae_engine.measure.evaluation import evaluate
from vae_engine.measure.latent_statistics import _knows_label, aggregate_kl, codes_of, summarise
from vae_engine.model import objectives
from vae_engine.model.models import Autoencoder, Posterior


def rng() -> torch.Generator:
    return torch.Generator().manual_seed(0)


def normal(count: int, seed: int = 1) -> Tensor:
    return torch.randn((count, 2), generator=torch.Generator().manual_seed(seed))


class Identity(Autoencoder):
    """An autoencoder whose code is the first two pixels."""

    def __init__(self) -> None:
        super().__init__(tiny(kind="ae"))

    def encode(self, x: Tensor) -> Tensor:
        return x[:, :2]


class IdentityVAE(VAE):
    """A VAE whose posterior mean is the first two pixels, of spread one half."""

    def __init__(self) -> None:
        super().__init__(tiny())

    def encode(self, x: Tensor) -> Posterior:
        return Posterior(x[:, :2], torch.full_like(x[:, :2], 0.25).log())


def summary(model: VAE | Autoencoder, codes: Tensor, train_codes: Tensor) -> dict:
    labels, train_labels = ((c[:, 0] > 0).numpy().astype(np.uint8) for c in (codes, train_codes))
    return summarise(model, codes, labels, train_codes, train_labels, 0)


def test_aggregate_posterior_equal_to_the_prior_has_no_divergence_from_it() -> None:
    same = Posterior(torch.zeros(1000, 2), torch.zeros(1000, 2))
    assert aggregate_kl(same, rng()).mean().item() == pytest.approx(0.0, abs=1e-5)


def test_a_mixture_that_makes_up_the_prior_has_nearly_no_divergence_from_it() -> None:
    """μ ~ N(0, ½) with σ² = ½ has aggregate N(0, 1), though every single q is far from it."""
    q = Posterior(normal(4000) * math.sqrt(0.5), torch.full((4000, 2), 0.5).log())
    assert abs(aggregate_kl(q, rng()).mean()) < 0.02


def test_aggregate_divergence_of_one_shifted_gaussian_is_its_closed_form() -> None:
    q = Posterior(torch.full((3000, 2), 1.5), torch.full((3000, 2), 0.3).log())
    expected = 2 * 0.5 * (1.5**2 + 0.3 - 1 - math.log(0.3))
    assert aggregate_kl(q, rng()).mean().item() == pytest.approx(expected, abs=0.15)


def test_mutual_information_and_aggregate_divergence_add_up_to_the_mean_kl() -> None:
    found = summary(IdentityVAE(), normal(500), normal(800, 2))
    assert found["mutual_information"] + found["aggregate_kl"] == pytest.approx(sum(found["kl_per_dimension"]), abs=1e-4)
    assert 0 < found["mutual_information"] < math.log(500)


def test_every_mean_has_the_standard_error_of_what_it_is_the_mean_of() -> None:
    codes, train = normal(400), normal(800, 2)
    found = summary(IdentityVAE(), codes, train)
    parts = objectives.kl_per_dimension(IdentityVAE().encode(codes)).double().numpy()
    np.testing.assert_allclose(found["kl_per_dimension_se"], parts.std(0, ddof=1) / 20, rtol=1e-5)
    for share, n in (("knn_accuracy", 400), ("holes_under_prior", 2000), ("holes_under_fitted", 2000)):
        p = found[share]
        assert found[f"{share}_se"] == pytest.approx(math.sqrt(p * (1 - p) / (n - 1)), rel=1e-4, abs=1e-9), share
    assert {"aggregate_kl_se", "mutual_information_se"} < found.keys()


def test_active_units_are_the_dimensions_whose_mean_moves() -> None:
    codes, train = normal(300), normal(300, 2)
    assert summary(IdentityVAE(), codes, train)["active_units"] == 2
    still = torch.tensor([1.0, 0.01])
    assert summary(IdentityVAE(), codes * still, train * still)["active_units"] == 1


def test_neighbours_classify_separable_codes_without_error() -> None:
    labels, train_labels = torch.arange(200) % 10, torch.arange(1000) % 10
    where = torch.stack([torch.cos(torch.arange(10.0)), torch.sin(torch.arange(10.0))], -1) * 100
    codes, train = where[labels] + normal(200), where[train_labels] + normal(1000, 2)
    assert _knows_label(codes, labels, train, train_labels).mean() == 1.0


def test_neighbours_classify_random_labels_at_chance() -> None:
    labels, train_labels = (torch.randint(0, 10, (n,), generator=rng()) for n in (2000, 2000))
    assert _knows_label(normal(2000), labels, normal(2000, 2), train_labels).mean().item() == pytest.approx(0.1, abs=0.035)


def test_range_spread_and_fitted_gaussian_are_those_of_the_codes() -> None:
    codes = normal(400) * torch.tensor([3.0, 0.5]) + torch.tensor([10.0, -4.0])
    found = summary(Identity(), codes, codes)
    sample = codes.double().numpy()
    np.testing.assert_allclose(found["code_min"], sample.min(0), rtol=1e-5)
    np.testing.assert_allclose(found["code_max"], sample.max(0), rtol=1e-5)
    np.testing.assert_allclose(found["code_std"], sample.std(0), rtol=5e-3)
    np.testing.assert_allclose(found["fitted_mean"], sample.mean(0), rtol=1e-4)
    np.testing.assert_allclose(found["fitted_covariance"], np.cov(sample.T), rtol=5e-3)
    assert "kl_per_dimension" not in found


def test_prior_falls_into_holes_exactly_where_there_are_no_codes() -> None:
    near, far = (summary(Identity(), normal(500) + shift, normal(5000, 2) + shift) for shift in (0.0, 50.0))
    assert near["holes_under_prior"] < 0.05
    assert far["holes_under_prior"] == 1.0
    assert far["holes_under_fitted"] < 0.05


def test_codes_of_a_vae_are_its_posterior_means() -> None:
    model = Toy(tiny(), lambda x: Posterior(x + 1, x), lambda z: z)
    torch.testing.assert_close(codes_of(model, torch.ones(1, 2)), torch.full((1, 2), 2.0))


@pytest.mark.parametrize("collapse", [0.0, 1e-20])
def test_codes_without_any_spread_are_summarised_too(collapse: float) -> None:
    found = summary(Identity(), normal(50) * collapse + 1, normal(80, 2) * collapse + 1)
    assert found["code_std"] == pytest.approx([0.0, 0.0], abs=1e-12)
    assert all(np.isfinite(value).all() for value in found.values())


@pytest.mark.parametrize("count", [1, 2, 5])
def test_fewer_images_than_dimensions_are_evaluated_too(count: int) -> None:
    found = evaluate(build_model(tiny(latent_dim=20)), "tiny", limit=count, is_samples=2)
    assert found["n"] == count
    assert np.isfinite(found["latent"]["code_std"]).all()


def test_evaluation_states_protocol_split_estimator_and_seed() -> None:
    found = evaluate(build_model(tiny(kind="ae")), "tiny", split="validation", protocol="grey", limit=30, seed=3)
    stated = {"model": "tiny", "kind": "ae", "protocol": "grey", "split": "validation", "n": 30, "seed": 3}
    assert found.items() >= stated.items()
    assert "elbo" not in found
    assert "kl" not in found
    assert found["nll"] == pytest.approx(784 * math.log(2), rel=0.2)


def test_where_exact_inference_refuses_the_other_numbers_are_still_given_and_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object) -> None:
        raise EngineError("The posterior lies where the prior has no mass.")

    monkeypatch.setattr(evaluation, "exact_log_px", refuse)
    found = evaluate(build_model(tiny()), "tiny", limit=3, is_samples=2)
    assert found["exact_refused"] == "The posterior lies where the prior has no mass."
    assert "log_px_exact" not in found
    assert np.isfinite([found["elbo"], found["log_px_is"]]).all()
