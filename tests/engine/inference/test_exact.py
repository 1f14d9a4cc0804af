"""Exact log p(x) by quadrature: it sums to one, does not depend on its grid, and knows when to refuse."""

from __future__ import annotations

import itertools
import math

import pytest
import torch
from support.builders import LinearGaussian, Toy, one_line, tiny
from torch import Tensor

from vae_engine import EngineError, ModelConfig, build_model, exact_log_px, load_model
from vae_engine.data.mnist import Images, load, observe_fixed
from vae_engine.inference.exact import TILE, TOLERANCE, log_joint
from vae_engine.model.models import Posterior

ALL_IMAGES = torch.tensor(list(itertools.product([0.0, 1.0], repeat=4)))


def toy(decode: object, mu: float = 0.0, spread: float = 1.0) -> Toy:
    """Four Bernoulli pixels decoded by a function of z, encoded to the same posterior whatever the image."""
    where = torch.full((16, 2), mu)
    return Toy(ModelConfig(), lambda x: Posterior(where[: len(x)], torch.full_like(where[: len(x)], spread).log() * 2), decode)


def curved(z: Tensor) -> Tensor:
    """Logits that bend with z."""
    first, second = z.unbind(-1)
    return torch.stack([3 * first, second**2 - 1, 2 * torch.sin(2 * first), first * second], -1)


def test_probabilities_of_all_four_pixel_images_sum_to_one() -> None:
    found = exact_log_px(toy(curved), ALL_IMAGES)
    assert found.log_px.exp().sum().item() == pytest.approx(1.0, abs=1e-5)
    assert found.log_px.dtype == torch.float64


def test_a_decoder_that_ignores_z_gives_its_own_log_likelihood() -> None:
    logits = torch.tensor([1.0, -2.0, 0.5, 0.0])
    model = toy(lambda z: logits.expand(*z.shape[:-1], 4))
    expected = model.likelihood.log_prob(ALL_IMAGES, logits.expand(16, 4)).double()
    torch.testing.assert_close(exact_log_px(model, ALL_IMAGES).log_px, expected, rtol=0, atol=1e-5)


def test_log_px_is_the_plain_sum_over_a_fine_lattice_of_the_whole_plane() -> None:
    model = toy(curved)
    steps = (torch.arange(600) + 0.5) * 0.02 - 6
    joint = log_joint(model, ALL_IMAGES, torch.cartesian_prod(steps, steps))
    expected = joint.double().logsumexp(1) + 2 * math.log(0.02)
    torch.testing.assert_close(exact_log_px(model, ALL_IMAGES).log_px, expected, rtol=0, atol=1e-3)


def test_log_px_does_not_depend_on_the_range() -> None:
    narrow, wide = (exact_log_px(toy(curved, mu=mu), ALL_IMAGES) for mu in (0.0, 6.0))
    assert narrow.grid["range"][1] < wide.grid["range"][1]
    torch.testing.assert_close(narrow.log_px, wide.log_px, rtol=0, atol=1e-4)


def test_the_grid_says_what_it_is() -> None:
    grid = exact_log_px(toy(curved), ALL_IMAGES).grid
    low, high = grid["range"]
    assert low == -high
    assert (high - low) / TILE == pytest.approx(round((high - low) / TILE))
    assert grid["finest_spacing"] <= grid["spacing"]
    assert grid["largest_midway_change"] <= TOLERANCE
    assert grid["midway_change"] <= TOLERANCE
    assert grid["border_mass"] < 1e-4


def test_range_covers_what_the_encoder_reaches() -> None:
    assert exact_log_px(toy(curved, mu=5.5, spread=0.5), ALL_IMAGES).grid["range"] == [-7.2, 7.2]


def test_range_is_widened_until_no_posterior_mass_lies_on_its_border() -> None:
    pulled = toy(lambda z: 6 * (z[..., :1] - 8).expand(*z.shape[:-1], 4))  # all pixels on: z₁ near 8
    found = exact_log_px(pulled, torch.ones(1, 4))
    assert found.grid["range"][1] > 5
    assert found.grid["border_mass"] < 1e-4


def test_posterior_mass_beyond_any_range_is_refused() -> None:
    beyond = toy(lambda z: 300 * (z[..., :1] - 30).expand(*z.shape[:-1], 4))
    with pytest.raises(EngineError) as refused:
        exact_log_px(beyond, torch.ones(1, 4))
    assert one_line(refused.value)


@pytest.mark.parametrize("mu", [1e6, math.inf, math.nan])
def test_an_encoder_gone_astray_does_not_change_log_px(mu: float) -> None:
    expected = exact_log_px(toy(curved), ALL_IMAGES).log_px
    torch.testing.assert_close(exact_log_px(toy(curved, mu=mu), ALL_IMAGES).log_px, expected, rtol=0, atol=1e-4)


def test_spacing_is_refined_where_the_decoder_varies_quickly() -> None:
    comb = toy(lambda z: 4 * torch.sin(40 * z[..., :1]).expand(*z.shape[:-1], 4) - 2)
    grid = exact_log_px(comb, ALL_IMAGES).grid
    assert grid["finest_spacing"] < grid["spacing"]
    assert grid["largest_midway_change"] <= TOLERANCE


def test_decoder_too_quick_for_the_finest_grid_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vae_engine.inference.exact.FINEST", 16)
    edge = toy(lambda z: 100 * torch.sin(500 * z[..., :1]).expand(*z.shape[:-1], 4) - 90)
    with pytest.raises(EngineError, match="too quickly"):
        exact_log_px(edge, torch.ones(1, 4))


@pytest.mark.parametrize("dimension", [1, 3, 20])
def test_latent_dimensions_other_than_two_are_refused(dimension: int) -> None:
    with pytest.raises(EngineError, match="two-dimensional"):
        exact_log_px(build_model(tiny(latent_dim=dimension)), torch.zeros(1, 784))


@pytest.mark.parametrize("likelihood", ["bernoulli", "gaussian", "gaussian-fixed"])
def test_log_joint_is_log_likelihood_plus_log_prior(likelihood: str) -> None:
    vae = build_model(tiny(likelihood=likelihood)).double()
    x = torch.rand((3, 784), generator=torch.Generator().manual_seed(0), dtype=torch.float64).round()
    z = torch.randn((5, 2), generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    with torch.no_grad():
        joint = log_joint(vae, x, z)
        raw = vae.decode_logits(z)
        prior = torch.distributions.Normal(torch.zeros(2).double(), 1.0).log_prob(z).sum(-1)
        for image in range(3):
            expected = vae.likelihood.log_prob(x[image].expand(5, -1), raw) + prior
            torch.testing.assert_close(joint[image], expected, rtol=1e-10, atol=1e-9)


@pytest.mark.parametrize("likelihood", ["bernoulli", "gaussian", "gaussian-fixed"])
def test_a_network_of_single_precision_has_a_log_px_whatever_its_likelihood(likelihood: str, digits: Images) -> None:
    vae = build_model(tiny(likelihood=likelihood))
    x = torch.from_numpy(observe_fixed(digits.images[:3], "dynamic", 0))
    steps = (torch.arange(120) + 0.5) * 0.1 - 6  # posteriors of an untrained network are as wide as the prior
    with torch.no_grad():
        joint = log_joint(vae, x, torch.cartesian_prod(steps, steps)).double()
    expected = joint.logsumexp(1) + 2 * math.log(0.1)
    torch.testing.assert_close(exact_log_px(vae, x).log_px, expected, rtol=0, atol=TOLERANCE)


def test_progress_runs_to_the_end() -> None:
    seen: list[float] = []
    exact_log_px(LinearGaussian(), LinearGaussian().draw(2), lambda stage, share: seen.append(share))
    assert seen[-1] == 1.0
    assert all(0 < share <= 1 for share in seen)


def test_a_narrow_posterior_on_a_corner_of_tiles_is_counted_whole() -> None:
    at, precision = torch.tensor([TILE - 0.012, TILE + 0.009]), 1e4  # a spread of 0.01, the corner of four tiles beside it
    model = toy(lambda z: -((z - at) ** 2).sum(-1, keepdim=True).expand(*z.shape[:-1], 4) * precision / 4)
    # A fine lattice around the corner gives the truth.
    steps = (torch.arange(400) - 199.5) * 0.0015
    joint = log_joint(model, torch.ones(1, 4), at + torch.cartesian_prod(steps, steps)).double()
    expected = (joint.logsumexp(1) + 2 * math.log(0.0015)).item()
    assert exact_log_px(model, torch.ones(1, 4)).log_px.item() == pytest.approx(expected, abs=TOLERANCE)


@pytest.mark.parametrize(
    ("image", "peaks"),
    [
        (133, [(-0.43, 0.23)]),  # no wider than 0.01: two lattices misjudge it alike
        (6124, [(-0.326, 0.192), (0.216, -1.006)]),  # the coarse lattice hardly sees one of the two peaks
        (4696, [(-0.114, 0.025), (-0.022, -1.413)]),
        (3909, [(-0.408, 0.164), (-0.457, -0.693)]),
    ],
)
def test_no_narrow_peak_is_missed(image: int, peaks: list[tuple[float, float]]) -> None:
    vae = load_model("vae-mnist")
    x = torch.from_numpy(observe_fixed(load("test").images, "dynamic", 0)[[image]])
    steps = (torch.arange(200) - 99.5) * 0.001
    squares = torch.stack([torch.tensor(peak) + torch.cartesian_prod(steps, steps) for peak in peaks])
    least = (log_joint(vae, x, squares.flatten(0, 1)).double().logsumexp(1) + 2 * math.log(0.001)).item()
    assert exact_log_px(vae, x).log_px.item() > least - TOLERANCE


@pytest.mark.long
def test_halving_every_spacing_changes_log_px_by_less_than_the_tolerance(monkeypatch: pytest.MonkeyPatch) -> None:
    vae = load_model("vae-mnist")
    hardest = [1002, 160, 816, 6983, 4499, 1962, 2085, 7121, 2108, 2242, 6403]  # of the 10,000, by a run with finer points
    x = torch.from_numpy(observe_fixed(load("test").images, "dynamic", 0)[[*hardest, *range(0, 10_000, 250)]])
    found = exact_log_px(vae, x).log_px
    monkeypatch.setattr("vae_engine.inference.exact.TILE", TILE / 2)  # a cell is as wide as a tile at first
    assert (exact_log_px(vae, x).log_px - found).abs().max() < TOLERANCE
