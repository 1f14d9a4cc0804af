"""The exact posterior of one image: its moments, its modes, and the same log p(x) as the sum over all tiles."""

from __future__ import annotations

import pytest
import torch
from support.builders import LinearGaussian, Toy
from torch import Tensor

from vae_engine import ModelConfig, load_model
from vae_engine.data.mnist import load, observe_fixed
from vae_engine.inference.exact import ExactInference
from vae_engine.inference.gaps import elbo_by_quadrature
from vae_engine.inference.posterior import exact_posterior
from vae_engine.measure.image_truths import image_truths
from vae_engine.model.models import Posterior


def toy(decode: object) -> Toy:
    """Four Bernoulli pixels decoded by a function of z."""
    where = torch.zeros((16, 2))
    return Toy(ModelConfig(), lambda x: Posterior(where[: len(x)], where[: len(x)]), decode)


def two_walls(height: float) -> Toy:
    """The pixels are on where |z₁| is near 1, a little more so on the right; `height` is the depth between the walls."""

    def decode(z: Tensor) -> Tensor:
        return (2 - height * (z[..., :1].abs() - 1) ** 2 + 0.1 * z[..., :1]).expand(*z.shape[:-1], 4)

    return toy(decode)


@pytest.fixture(scope="module")
def small() -> object:
    return load_model("vae-mnist-small")


def images(count: int) -> Tensor:
    return torch.from_numpy(observe_fixed(load("test").images[:count], "dynamic", 0))


def test_weights_sum_to_one_and_have_the_true_moments() -> None:
    model = LinearGaussian()
    x = model.draw(1)
    found, true = exact_posterior(ExactInference(model), x[0]), model.posterior(x)
    assert found.weights.sum().item() == pytest.approx(1.0, abs=1e-9)
    assert found.log_px == pytest.approx(model.log_px(x).item(), abs=1e-4)
    torch.testing.assert_close(found.mean.float(), true.mu[0].float(), rtol=0, atol=1e-3)
    torch.testing.assert_close(found.covariance.float(), torch.diag(true.logvar[0].exp()).float(), rtol=0, atol=1e-3)
    torch.testing.assert_close(found.modes[0].double(), true.mu[0], rtol=0, atol=found.spacing)
    assert len(found.modes) == 1


def test_log_px_is_that_of_the_sum_over_all_tiles(small: object) -> None:
    inference = ExactInference(small)
    x = images(12)
    expected = inference.log_px(x).log_px
    for image, value in zip(x, expected, strict=True):
        assert exact_posterior(inference, image).log_px == pytest.approx(value.item(), abs=0.005)


def test_two_modes_come_the_higher_first() -> None:
    modes = exact_posterior(ExactInference(two_walls(10.0)), torch.ones(4)).modes
    assert len(modes) == 2
    assert modes[0, 0] > 0.5
    assert modes[1, 0] < -0.5


def test_two_peaks_with_hardly_a_valley_between_are_one_mode() -> None:
    assert len(exact_posterior(ExactInference(two_walls(0.2)), torch.ones(4)).modes) == 1


def test_image_truths_agree_with_the_parts_they_are_made_of(small: object) -> None:
    x = images(4)
    told: list[float] = []
    found = image_truths(small, x, lambda stage, share: told.append(share))
    inference = ExactInference(small)
    q = small.encode(x)
    for index, image in enumerate(x):
        exact = exact_posterior(inference, image)
        assert found["log_px"][index] == pytest.approx(exact.log_px, abs=0.005)
        assert found["modes"][index] == len(exact.modes)
        one = Posterior(q.mu[index][None], q.logvar[index][None])
        assert found["elbo"][index] == pytest.approx(elbo_by_quadrature(small, image, one, 20).item(), abs=1e-3)
        assert found["elbo"][index] <= found["log_px"][index]
    assert told[-1] == 1.0
