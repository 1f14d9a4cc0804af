"""The two gaps: known where everything is Gaussian, never negative, adding up; and quadrature against importance sampling."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch
from support.builders import LinearGaussian, short, tiny

from vae_engine import load_model
from vae_engine.data import mnist as data
from vae_engine.inference.exact import ExactInference, exact_log_px
from vae_engine.inference.gaps import gaps
from vae_engine.measure.evaluation import observed
from vae_engine.model import loading, objectives
from vae_engine.runs import runs
from vae_engine.stored import checkpoints

SAMPLES = 5000


@pytest.mark.parametrize("shift", [0.0, 0.5])
def test_a_displaced_gaussian_is_all_amortisation_gap(shift: float) -> None:
    model = LinearGaussian(shift=shift)
    x = model.draw(1)
    true = model.posterior(x)
    found = gaps(ExactInference(model), x[0])
    expected = (0.5 * shift**2 / true.logvar.exp()).sum().item()  # KL of two Gaussians of one spread
    assert found.amortisation == pytest.approx(expected, abs=0.01)
    assert found.approximation == pytest.approx(0.0, abs=0.01)
    assert found.log_px == pytest.approx(model.log_px(x).item(), abs=1e-3)


def test_both_gaps_are_positive_and_add_up_to_log_px_minus_elbo() -> None:
    vae = load_model("vae-mnist-small")
    x = observed(data.load("test").head(6), "dynamic", 0)
    inference = ExactInference(vae)
    for image, log_px in zip(x, exact_log_px(vae, x).log_px.tolist(), strict=True):
        found = gaps(inference, image)
        assert found.approximation > -0.005
        assert found.amortisation > -0.005
        with torch.no_grad():
            q = vae.encode(image[None])
            z = q.sample(torch.Generator().manual_seed(0), 20_000)
            nll = objectives.nll(vae.likelihood, image, vae.decode_logits(z[:, 0])).double()
        elbo = -nll.mean().item() - objectives.kl(q).item()
        error = nll.std().item() / math.sqrt(len(nll))
        assert found.approximation + found.amortisation == pytest.approx(log_px - elbo, abs=0.02 + 4 * error)


@pytest.mark.long
def test_quadrature_agrees_with_importance_sampling_where_the_encoder_was_trained_for_it(tmp_path: Path) -> None:
    config = tiny(encoder_widths=(64,), decoder_widths=(64,))
    for _ in runs.start(tmp_path / "run", config, short(steps=400, objective="iwae", samples=5, batch_size=64)):
        pass
    model = loading.to_torch(checkpoints.read(tmp_path / "run"))
    x = observed(data.load("test").head(60), "dynamic", 0)
    exact = exact_log_px(model, x).log_px
    errors, differences = [], []
    with torch.no_grad():
        for index, image in enumerate(x):
            q = model.encode(image[None])
            z = q.sample(torch.Generator().manual_seed(index), SAMPLES)
            weights = objectives.log_weights(model.likelihood, image[None], model.decode_logits(z), q, z)[:, 0].double()
            relative = (weights - weights.max()).exp()
            errors.append((relative.std() / relative.mean() / math.sqrt(SAMPLES)).item())
            differences.append(weights.logsumexp(0).item() - math.log(SAMPLES) - exact[index].item())
    error = math.sqrt(sum(one**2 for one in errors)) / len(errors)
    assert abs(sum(differences) / len(differences)) < 3 * error
