"""The steps of Learn, with the numbers that each live view shows, and the tasks of the worksheet, with the answers to either."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from support.own_run import OWN_RUN

from dashboard.learn.steps import STEPS, Answer
from dashboard.stock import catalogue
from dashboard.worksheet import TASKS, Task
from dashboard.worksheet import page as worksheet

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


def by_name(name: str) -> Task:
    """A task."""
    return next(task for task in TASKS if task.name == name)


def given(task: Task) -> Any:
    """What is answered to a task that is done."""
    return OWN_RUN if task.form == "run" else worksheet.answer_of(task.name).given
