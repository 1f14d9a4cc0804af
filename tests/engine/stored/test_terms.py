"""The objective's terms in numpy are those in torch."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch

from vae_engine.base.errors import EngineError
from vae_engine.data import mnist as data
from vae_engine.model import loading, objectives
from vae_engine.model.models import Posterior
from vae_engine.stored import forward, registry, terms


def test_terms_agree_with_the_objectives_of_a_trained_model() -> None:
    stored = registry.find("vae-mnist-small")
    vae = loading.to_torch(stored)
    x = data.observe_fixed(data.load("test").images[:4], "dynamic", 0)
    mu, std = forward.encode(stored, x)
    assert std is not None
    q = Posterior(torch.from_numpy(mu), torch.from_numpy(std).log() * 2)
    z = q.sample(torch.Generator().manual_seed(0), 30)
    raw = vae.decode_logits(z)
    weights = objectives.log_weights(vae.likelihood, torch.from_numpy(x), raw, q, z)
    np.testing.assert_allclose(terms.kl(mu, std), objectives.kl(q), rtol=1e-5)
    for image in range(4):
        points = z[:, image].numpy()
        ours = terms.log_weights(stored, x[image], mu[image], std[image], points)
        np.testing.assert_allclose(terms.log_prior(points), objectives.log_prior(z[:, image]), rtol=1e-5)
        np.testing.assert_allclose(ours, weights[:, image], atol=0.005)
        assert terms.iwae(ours) == pytest.approx(objectives.iwae(weights)[image].item(), abs=0.005)


def test_a_likelihood_of_other_pixels_is_refused() -> None:
    stored = registry.find("vae-mnist-small")
    gaussian = dataclasses.replace(stored, model=dataclasses.replace(stored.model, likelihood="gaussian"))
    with pytest.raises(EngineError, match="gaussian likelihood"):
        terms.log_px_given_z(gaussian, np.zeros(784), np.zeros((1, 2)))
