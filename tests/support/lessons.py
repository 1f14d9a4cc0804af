"""The steps of Learn: the numbers that each live view shows, by their names, and the answers to the questions."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from dashboard.learn.steps import STEPS, Answer
from dashboard.stock import catalogue

READINGS: Mapping[str, tuple[str, ...]] = {
    "why": ("z1", "z2", "distance", "unsure"),
    "latent-variable": ("z1", "z2", "log_prior", "log_px_given_z", "differ", "differ_mean"),
    "posterior": ("n", "log_px_grid", "log_px_exact"),
    "fit-q": ("mu1", "mu2", "std1", "std2", "elbo", "log_px", "gap"),
    "identity": ("log_px", "elbo", "gap", "nll", "kl"),
    "estimators": ("L", "sd_a", "sd_b", "elbo_exact", "kl_closed", "kl_mc"),
    "reparameterisation": ("n", "var_reparam", "var_score", "var_score_baseline", "ratio"),
    "amortisation": ("gap", "approximation", "amortisation"),
    "autoencoder": ("far_vae", "far_ae_prior", "far_ae_own"),
    "manifold": ("r", "prior_within", "aggregate_within"),
    "beta": ("beta", "nll", "kl", "active"),
    "how-good": ("k", "elbo", "log_px_is", "log_px_exact"),
}


@lru_cache
def answer_of(name: str) -> Answer:
    """The answer to the question of a step."""
    return next(step for step in STEPS if step.name == name).question.answer(catalogue.material())
